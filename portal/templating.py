"""Templates: one Jinja environment, strict about undefined names, with the words, dates and components of the house."""

import json
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup, escape

from portal import language, words
from portal.language import Pair

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
COMPONENTS = "govuk_frontend_jinja/"
CITY_TIME = ZoneInfo("Asia/Shanghai")


class AssetsNotBuilt(Exception):
    """`make assets` has not run (path is none) or built no such file."""

    def __init__(self, static: Path, path: str | None = None) -> None:
        super().__init__(f"{path or 'manifest.json'} is not in {static}: run `make assets`")
        self.static = static
        self.path = path


class Site(NamedTuple):
    """Whose portal this is: what every page says in its header and footer. Empty entries are left out.

    `theme` is `blue` or `red`; `demo` puts the sample-data banner (示例数据) on every page.
    """

    city: Pair = Pair("示例市", "Sample City")
    theme: str = "blue"
    demo: bool = False
    organiser: Pair = Pair(
        "示例市人民政府办公室", "General Office, People's Government of Sample City"
    )  # 主办单位
    operator: Pair = Pair("示例市政务服务中心", "Government Service Centre of Sample City")  # 承办单位
    hotline: str = "12345"
    record: str = ""  # ICP 备案号
    police_record: str = ""  # 公安备案号
    identification: str = ""  # 网站标识码
    accessibility_statement: str = "/help/accessibility"
    mistakes: str = "/help/mistakes"  # 我为政府网站找错


class PageTemplate(Template):
    """A template that speaks the reader's language even where no middleware ran (unknown addresses)."""

    def render(self, *args: Any, **context: Any) -> str:
        request = context.get("request")
        if request is not None:
            language.use(language.of(request.scope))
        return super().render(*args, **context)


class PageEnvironment(Environment):
    """Strict for our own templates, lenient for the component library, which tests parameters by their absence."""

    template_class = PageTemplate
    components: Environment | None = None

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        if self.components is not None and isinstance(name, str) and name.startswith(COMPONENTS):
            return self.components.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)


@lru_cache(maxsize=8)
def environment(static: Path = STATIC, *, site: Site | None = None) -> Environment:
    """The environment of all pages, one for a process: templates are compiled once. `static` holds the built assets.

    Raises AssetsNotBuilt where the manifest is missing.
    """
    ours = FileSystemLoader(TEMPLATES)
    library = PrefixLoader({COMPONENTS.rstrip("/"): PackageLoader("govuk_frontend_jinja")})
    env = PageEnvironment(
        loader=ChoiceLoader([ours, library]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters |= FILTERS | {"asset": assets(static)}
    env.globals |= GLOBALS | {"asset": assets(static), "site": site or Site()}
    env.components = env.overlay(undefined=ChainableUndefined)
    return env


def engine(env: Environment) -> JinjaTemplateEngine:
    return JinjaTemplateEngine.from_environment(env)


def assets(static: Path) -> Callable[[str], str]:
    """A function from the name of an asset (`portal.css`) to its address (`/static/portal-1f2e3d4c.css`)."""
    try:
        manifest: dict[str, str] = json.loads((static / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise AssetsNotBuilt(static) from None

    def address(path: str) -> str:
        if path not in manifest:
            raise AssetsNotBuilt(static, path)
        return f"/static/{manifest[path]}"

    return address


def _local(value: date | datetime) -> date | datetime:
    """A moment in the city's time; a plain date stays. A moment without a zone is a mistake of the caller."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return value.astimezone(CITY_TIME)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | datetime | None) -> str:
    """2026年11月21日 or 21 Nov 2026, in the city's time; nothing for no date."""
    if value is None:
        return ""
    at = _local(value)
    if language.current().language == "en":
        return f"{at.day} {MONTHS[at.month - 1]} {at.year}"
    return f"{at.year}年{at.month}月{at.day}日"


def moment(value: datetime | None) -> str:
    """2026年11月21日 14:32 or 21 Nov 2026, 14:32, in the city's time; nothing for no moment."""
    if value is None:
        return ""
    at = _local(value)
    separator = ", " if language.current().language == "en" else " "
    return f"{day(value)}{separator}{at:%H:%M}"


def money(yuan: Decimal | int) -> str:
    """1,234.50 元 or CNY 1,234.50; whole yuan without the fraction."""
    amount = f"{yuan:,.2f}".removesuffix(".00")
    return f"CNY {amount}" if language.current().language == "en" else f"{amount} 元"


def number_spaced(number: object, size: int = 4) -> Markup:
    """A long number in groups that the eye can follow; the gaps are drawn, so a copy holds no blanks.

    What is no plain number (「（示）人服证字〔2026〕第1号」) stays as it is written.
    """
    text = str(number)
    if not text.isalnum() or not text.isascii():
        return escape(text)
    groups = [text[start : start + size] for start in range(0, len(text), size)]
    body = Markup("").join(Markup("<span>{}</span>").format(group) for group in groups)
    return Markup('<span class="portal-number">{}</span>').format(body)


def paragraphs(text: str) -> Markup:
    """Plain text with its line breaks as paragraphs."""
    lines = (line.strip() for line in text.splitlines())
    return Markup("").join(
        Markup('<p class="govuk-body">{}</p>').format(escape(line)) for line in lines if line
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "moment": moment,
    "money": money,
    "number_spaced": number_spaced,
    "paragraphs": paragraphs,
    "pick": language.pick,
    "word": words.word,
    "mistake": words.mistake,
}
GLOBALS: dict[str, Callable[..., Any]] = {
    "pick": language.pick,
    "word": words.word,
    "mistake": words.mistake,
    "reading": language.current,
    "switched": language.switched,
}
