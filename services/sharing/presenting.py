"""How a register's value leaves the department: checked against its field's type, then in the contract's form.

Pure. A value is never shown in an error: only the name of its field.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from identity import numbers
from services.sharing.errors import ValueWrong
from services.sharing.messages import Derivation, Value
from services.sharing.rules import Form, Outcome

LONGEST = 2000
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
STREET = re.compile(r"^.*?(?:街道|镇|乡)")


class FieldType(StrEnum):
    """数据类型 of a field, as the directory names it."""

    TEXT = "text"
    NAME = "name"
    ID_NUMBER = "id-number"
    CREDIT_CODE = "credit-code"
    DATE = "date"
    INTEGER = "integer"
    ADDRESS = "address"
    PHONE = "phone"
    BANK_CARD = "bank-card"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a register: whom it is about, what it says, and the moment it vouches for (None: now)."""

    subject: str
    values: Mapping[str, object]
    as_of: datetime | None = None


def conclude(rows: Sequence[Row], subject: str) -> Outcome:
    """What a register's answer means: nobody, the one asked for, or somebody that cannot be told apart."""
    if not rows:
        return Outcome.MISS
    return Outcome.HIT if len(rows) == 1 and rows[0].subject == subject else Outcome.MISMATCH


def shape(value: object, kind: str, field: str) -> Value:
    """`value` as the wire carries it, None when the register leaves it empty. Raises ValueWrong."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if kind == FieldType.INTEGER:
        return _integer(value, field)
    if kind == FieldType.DATE:
        return _day(value, field)
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > LONGEST or CONTROL.search(text):
        raise ValueWrong(field)
    return text


def _integer(value: object, field: str) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,15}(\.0)?", text):
        raise ValueWrong(field)
    return int(text.removesuffix(".0"))


def _day(value: object, field: str) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    text = f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"[0-9]{8}", text) else text
    try:
        return date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        raise ValueWrong(field) from None


def present(
    values: Mapping[str, Value],
    types: Mapping[str, str],
    form: Form,
    expected: Mapping[str, str],
    *,
    derived: Mapping[str, Derivation] = MappingProxyType({}),
    on: date | None = None,
) -> dict[str, Value]:
    """`values` in the contract's form, empty ones left out: an absent field has to be asked of the applicant.

    In the derived form only what follows from the values is told, on the day `on`; never a value.
    """
    known: dict[str, Value] = {field: value for field, value in values.items() if value is not None}
    if form is Form.MASKED:
        return {field: mask(value, types[field]) for field, value in known.items()}
    if form is Form.VERIFY:
        return {field: _same(value, expected[field], types[field], field) for field, value in known.items()}
    if form is Form.DERIVED:
        told = {name: derive(rule, known.get(rule.field), on) for name, rule in derived.items()}
        return {name: truth for name, truth in told.items() if truth is not None}
    return known


def derive(rule: Derivation, value: Value, on: date | None) -> bool | None:
    """Whether `rule` holds of a shaped `value`; None where the register leaves it empty. Raises ValueWrong."""
    if value is None:
        return None
    if rule.rule == "one-of":
        return value in rule.words
    if rule.rule in {"at-least", "below"}:
        number = _integer(value, rule.field)
        return (number >= rule.value) == (rule.rule == "at-least")
    if on is None:
        raise ValueWrong(rule.field)
    born = date.fromisoformat(_day(value, rule.field))
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return (years >= rule.value) == (rule.rule == "years-at-least")


def _same(value: Value, claimed: str, kind: str, field: str) -> bool:
    try:
        return shape(claimed, kind, field) == value
    except ValueWrong:
        return False


def _street(address: str) -> str:
    found = STREET.match(address)
    return f"{found.group(0)}***" if found else "***"


def _year(day: str) -> str:
    return f"{day[:4]}-**-**"


MASKS: Mapping[str, Callable[[str], str]] = {
    FieldType.NAME: numbers.mask_name,
    FieldType.ID_NUMBER: numbers.mask_id,
    FieldType.PHONE: numbers.mask_phone,
    FieldType.BANK_CARD: numbers.mask_card,
    FieldType.DATE: _year,
    FieldType.ADDRESS: _street,
}


def mask(value: Value, kind: str) -> str:
    """`value` as someone may see it who needs only to recognise it (domain facts 7.3); unknown kinds show nothing."""
    masked = MASKS.get(kind)
    return masked(str(value)) if masked else "***"
