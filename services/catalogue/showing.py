"""An answer as people read it: on the check-answers page, the clerk's desk and the printed form."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from identity import numbers
from services.catalogue.answers import JSON, plain
from services.catalogue.codes import QuestionType
from services.catalogue.form import Form, Pair, Question
from services.catalogue.readers import Address, Rows, Value
from services.catalogue.regions import REGIONS

WORDS = "words:"
"""How a result's field names an answer's words instead of its value."""
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MASKS = {
    QuestionType.ID_NUMBER: numbers.mask_id,
    QuestionType.PHONE: numbers.mask_phone,
    QuestionType.NAME: numbers.mask_name,
    QuestionType.BANK_CARD: numbers.mask_card,
    QuestionType.EMAIL: numbers.mask_email,
}


def shown(question: Question, value: Value | None, *, language: str = "zh", masked: bool = False) -> str:
    """The answer in words, "" for none; with `masked`, a sensitive answer as strangers may see it."""
    if value is None:
        return ""
    if isinstance(value, Rows):
        return "\n".join(rows_shown(question, value, language=language, masked=masked))
    if masked and question.sensitive:
        return _masked(question, value)
    return _worded(question, value, language)


def rows_shown(group: Question, value: Rows, *, language: str = "zh", masked: bool = False) -> list[str]:
    """One line for each row of a group: its number, and every answer with its label."""
    colon, stop = ("：", "；") if language == "zh" else (": ", "; ")
    return [
        f"{number}. "
        + stop.join(
            f"{_said(one.label, language)}{colon}{shown(one, row[one.key], language=language, masked=masked)}"
            for one in group.questions
            if one.key in row
        )
        for number, row in enumerate(value, 1)
    ]


def masked_plain(question: Question, value: Value) -> JSON:
    """A sensitive answer as natural JSON that strangers may see."""
    if not isinstance(value, Rows):
        return shown(question, value, masked=True)
    own = {one.key: one for one in question.questions}
    return [
        dict(plain(row))
        | {key: masked_plain(own[key], one) for key, one in row.items() if own[key].sensitive}
        for row in value
    ]


def _worded(question: Question, value: Value, language: str) -> str:
    if isinstance(value, bool):
        return _said(Pair("是", "Yes") if value else Pair("否", "No"), language)
    if isinstance(value, date):
        return _day(value, language)
    if isinstance(value, Address):
        return _address(value, language)
    if isinstance(value, tuple):
        return _several(question, tuple(map(str, value)), language)
    return _plain(question, value, language)


def for_result(form: Form, values: Mapping[str, Value]) -> dict[str, JSON]:
    """The answers as a licence or decision takes them: JSON as `answers.plain`, but an address and several
    choices in Chinese words; a single choice stays its value, for the licence type has its own words for it.
    Under `words:<key>` stands every answer in Chinese words, for licence types that have none.
    """
    kept = plain(values)
    for question in form.questions():
        value = values.get(question.key)
        if value is None:
            continue
        words = kept[f"{WORDS}{question.key}"] = shown(question, value)
        if isinstance(value, Address) or question.type in {QuestionType.CHOICES, QuestionType.GROUP}:
            kept[question.key] = words
    return kept


def _masked(question: Question, value: Value) -> str:
    mask = MASKS.get(question.type)
    return mask(value) if mask is not None and isinstance(value, str) else "***"


def _plain(question: Question, value: str | int | Decimal, language: str) -> str:
    if question.type is QuestionType.MONEY:
        return f"{value:,} 元" if language == "zh" else f"CNY {value:,}"
    if isinstance(value, str):
        return _label(question, value, language)
    return f"{value:,}"


def _several(question: Question, values: tuple[str, ...], language: str) -> str:
    if question.type is QuestionType.FILE:
        return f"{len(values)} 个文件" if language == "zh" else f"{len(values)} file(s)"
    return ("、" if language == "zh" else ", ").join(_label(question, one, language) for one in values)


def _label(question: Question, value: str, language: str) -> str:
    labels = {option.value: option.label for option in question.options}
    return _said(labels[value], language) if value in labels else value


def _address(value: Address, language: str) -> str:
    region = REGIONS.get(value.region, Pair(value.region, value.region))
    return f"{region.zh}{value.detail}" if language == "zh" else f"{value.detail}, {region.en}"


def _day(value: date, language: str) -> str:
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {ENGLISH_MONTHS[value.month - 1]} {value.year}"


def _said(pair: Pair, language: str) -> str:
    return pair.zh if language == "zh" else pair.en
