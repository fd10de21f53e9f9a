"""Which language and which type size a reader chose, and every word of the pages in that language.

Pages are Chinese first: the Chinese text is the message id. English lives in `locale/en/*.po`, one file for
each area, merged when first needed. The choice comes from `?lang=` or `?size=`, else from the cookie of the
same name, else it is Chinese in normal size.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import quote, urlencode

from babel.messages.pofile import read_po
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

LOCALES = Path(__file__).parent / "locale"
YEAR = 365 * 24 * 3600

Language = Literal["zh", "en"]
Size = Literal["normal", "large"]

TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}
SIZES: tuple[Size, ...] = ("normal", "large")


class Pair(NamedTuple):
    """One text in both languages, as settings hold it; item data carries the like as `{zh, en}`."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How this reader wants pages: the language, and `large` for 长辈版 (larger type, less on a page)."""

    language: Language = "zh"
    size: Size = "normal"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for `<html lang>`."""
        return TAGS[self.language]


_reading: ContextVar[Reading] = ContextVar("reading", default=Reading())  # noqa: B039 - Reading is frozen


def current() -> Reading:
    """The reading of the request being answered."""
    return _reading.get()


def use(reading: Reading) -> None:
    """Answer the rest of this request (this task) in `reading`."""
    _reading.set(reading)


def of(scope: Scope) -> Reading:
    """What the request asks for. An unknown language or size counts as not asked for."""
    connection = ASGIConnection[Any, Any, Any, Any](scope)
    asked, kept = connection.query_params, connection.cookies
    languages = (asked.get("lang"), kept.get("lang"), "zh")
    sizes = (asked.get("size"), kept.get("size"), "normal")
    return Reading(
        language=cast("Language", next(choice for choice in languages if choice in TAGS)),
        size=cast("Size", next(choice for choice in sizes if choice in SIZES)),
    )


class ReadingMiddleware(ASGIMiddleware):
    """Answers every request in the reader's language and remembers a new choice for a year."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        use(of(scope))
        cookies = _choices(scope)
        if not cookies:
            await next_app(scope, receive, send)
            return

        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for cookie in cookies:
                    headers.add("set-cookie", cookie)
            await send(message)

        await next_app(scope, receive, remember)


def _choices(scope: Scope) -> list[str]:
    """The cookies that keep what was chosen in this very request's address."""
    asked = ASGIConnection[Any, Any, Any, Any](scope).query_params
    valid: dict[str, tuple[str, ...]] = {"lang": tuple(TAGS), "size": SIZES}
    return [
        _cookie(name, asked[name], secure=scope["scheme"] == "https")
        for name, values in valid.items()
        if asked.get(name) in values
    ]


def _cookie(name: str, value: str, *, secure: bool) -> str:
    cookie = SimpleCookie({name: value})
    cookie[name] |= {"path": "/", "max-age": str(YEAR), "samesite": "lax", "httponly": True, "secure": secure}
    return cookie[name].OutputString()


def switched(scope: Scope, **choice: str) -> str:
    """The address of the same page with another choice: `switched(scope, lang="en")`.

    Always on this host: a path that begins with two slashes would be read as the name of another one.
    """
    asked = ASGIConnection[Any, Any, Any, Any](scope).query_params
    kept = [(key, value) for key, value in asked.multi_items() if key not in choice]
    path = quote(f"/{scope['path'].lstrip('/')}")
    return f"{path}?{urlencode([*kept, *choice.items()])}"


@cache
def english() -> Mapping[str, str]:
    """Chinese text → English text, from every `locale/en/*.po`; fuzzy and empty translations do not count."""
    words: dict[str, str] = {}
    for path in sorted((LOCALES / "en").glob("*.po")):
        with path.open("rb") as file:
            words |= {
                cast("str", message.id): cast("str", message.string)
                for message in read_po(file, locale="en")
                if message.id and message.string and not message.fuzzy
            }
    return words


def gettext(text: str) -> str:
    """`text` (Chinese) in the reader's language; Chinese where no English exists."""
    return english().get(text, text) if current().language == "en" else text


def ngettext(singular: str, plural: str, count: int) -> str:
    """As `gettext`; Chinese has one form, English takes the translation of the fitting one."""
    return gettext(singular if count == 1 else plural)


def pick(pair: object) -> str:
    """The text of a `{zh, en}` pair (mapping or object) in the reader's language; Chinese if there is no English."""
    language = current().language
    text = _half(pair, language) or _half(pair, "zh")
    return str(text or "")


def _half(pair: object, language: str) -> object:
    return pair.get(language) if isinstance(pair, Mapping) else getattr(pair, language, None)
