"""Read a posted form into a model, keeping every mistake and everything the person typed.

What was typed is given back as it was, except characters that no form of ours can mean (NUL and other control
characters) and what lies beyond the longest field. Mistakes are codes; `portal/words.py` turns them into
sentences. Numbers have their own types here, so that a form model reads `id_number: IdNumber`.
"""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from litestar.exceptions import ClientException
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from identity import numbers, rules
from identity.numbers import NumberWrong
from portal.request import Request

__all__ = [
    "BankCard",
    "CreditCode",
    "Email",
    "Fields",
    "Form",
    "IdNumber",
    "Password",
    "PersonName",
    "Phone",
    "Typed",
    "raw",
    "read",
]

LONGEST_FIELD = 20_000
MOST_FIELDS = 500
CSRF_FIELD = "_csrf_token"
ALLOWED_CONTROLS = frozenset("\t\n\r")

T = TypeVar("T", bound=BaseModel)
Typed: TypeAlias = dict[str, str | list[str]]
"""One text a field, or a list where the field came more than once."""

IdNumber = Annotated[str, AfterValidator(numbers.id_number)]
CreditCode = Annotated[str, AfterValidator(numbers.credit_code)]
Phone = Annotated[str, AfterValidator(numbers.phone)]
Email = Annotated[str, AfterValidator(numbers.email)]
BankCard = Annotated[str, AfterValidator(numbers.bank_card)]
PersonName = Annotated[str, AfterValidator(rules.person_name)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=1000)]
"""A password as it was typed: blanks belong to it."""


class Fields(BaseModel):
    """Base of form models: blanks around a text do not count, an empty field counts as not filled in."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A form as the page shows it: what was typed, the mistakes by field (codes or sentences), the value if none."""

    typed: Typed = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    value: T | None = None

    @classmethod
    def empty(cls) -> "Form[T]":
        return cls()

    def wrong(self, **mistakes: str) -> "Form[T]":
        """The same form with more mistakes found: what only the domain could know."""
        return replace(self, errors=self.errors | mistakes, value=None)

    def without(self, *names: str) -> "Form[T]":
        """The same form with these fields emptied: a password is never given back."""
        return replace(self, typed={key: text for key, text in self.typed.items() if key not in names})


async def read(request: Request, model: type[T]) -> Form[T]:
    """The posted form as `model`, or every mistake in it by field."""
    posted = await raw(request)
    typed, unfit = _cleaned(posted)
    try:
        value = model.model_validate(_filled(model, typed))
    except ValidationError as exc:
        mistakes = {str(error["loc"][0] if error["loc"] else "form"): _code(error) for error in exc.errors()}
        return Form(typed, mistakes | unfit)
    return Form(typed, unfit, None if unfit else value)


async def raw(request: Request) -> Typed:
    """Every text field of the posted form; files and the CSRF token are left out. 400 beyond 500 fields."""
    pairs = [
        (name, text)
        for name, text in (await request.form()).multi_items()
        if isinstance(text, str) and name != CSRF_FIELD
    ]
    if len(pairs) > MOST_FIELDS:
        raise ClientException("too many fields")
    posted: Typed = {}
    for name, text in pairs:
        earlier = posted.get(name)
        if earlier is None:
            posted[name] = text
        else:
            posted[name] = [*earlier, text] if isinstance(earlier, list) else [earlier, text]
    return posted


def _cleaned(posted: Typed) -> tuple[Typed, dict[str, str]]:
    """The texts that can be shown again, and the fields that held what cannot."""
    typed: Typed = {}
    unfit: dict[str, str] = {}
    for name, value in posted.items():
        texts = [value] if isinstance(value, str) else value
        if any(len(text) > LONGEST_FIELD for text in texts):
            unfit[name] = "oversize"
        elif any(_printable(text) != text for text in texts):
            unfit[name] = "control-characters"
        shown = [_printable(text[:LONGEST_FIELD]) for text in texts]
        typed[name] = shown[0] if isinstance(value, str) else shown
    return typed, unfit


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        letter for letter in text if (letter >= " " and letter != "\x7f") or letter in ALLOWED_CONTROLS
    )


def _filled(model: type[BaseModel], typed: Typed) -> dict[str, Any]:
    """What was filled in: lists for the fields that want them, the last text where one was sent twice."""
    wants_list = {
        name
        for name, info in model.model_fields.items()
        if getattr(info.annotation, "__origin__", None) is list
    }
    filled: dict[str, Any] = {}
    for name, value in typed.items():
        texts = [text for text in ([value] if isinstance(value, str) else value) if text.strip()]
        if texts:
            filled[name] = texts if name in wants_list else texts[-1]
    return filled


def _code(error: Any) -> str:
    """`id-number:check` for a number, the code a validator named, else pydantic's own type."""
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, NumberWrong):
        return f"{cause.kind}:{cause.why}"
    if isinstance(cause, ValueError) and str(cause):
        return str(cause)
    return str(error["type"])
