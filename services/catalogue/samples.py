"""A form filled in as an example, from its own definition: every answer fits, and none belongs to anybody. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from identity import numbers
from identity.numbers import NumberWrong
from licensing.numbering import credit_code, make_identifier
from services.catalogue import rows
from services.catalogue.answers import NO_FACTS, check
from services.catalogue.codes import QuestionType
from services.catalogue.conditions import bound
from services.catalogue.form import Form, Question
from services.catalogue.readers import places
from services.catalogue.regions import REGIONS

Typed = dict[str, str | list[str]]
OLDEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
STEMS = "甲乙丙丁戊己庚辛壬癸"
PATTERNED = {
    "digits": "0",
    "latin": "Sample",
    "letters-digits": "S0",
    "postcode": "520000",
    "chinese": "示例",
}


def sample(form: Form, *, today: date, facts: Mapping[str, object] = NO_FACTS) -> Typed:
    """What somebody might have typed into the form; files are left out, there is nothing to show for them.

    Every question is answered; reading the result drops those whose condition does not hold.
    """
    typed: Typed = {}
    for question in form.questions():
        if question.type is QuestionType.GROUP:
            for row in range(1, rows.least(question) + 1):
                for one in rows.placed(question, row):
                    typed |= answer(one, today=today, place=row)
        else:
            typed |= answer(question, today=today)
    asked = set(check(form, typed, today=today, complete=False, facts=facts).asked)
    return {name: text for name, text in typed.items() if rows.owner(name) in asked}


def answer(question: Question, *, today: date, place: int = 1) -> Typed:
    """One answer as it is typed; `place` makes the answers of several rows differ."""
    key = question.key
    if question.type is QuestionType.DATE:
        day = _day(question, today)
        return {f"{key}-year": str(day.year), f"{key}-month": str(day.month), f"{key}-day": str(day.day)}
    if question.type is QuestionType.ADDRESS:
        return {f"{key}-region": next(iter(REGIONS)), f"{key}-detail": f"示例路{place}号"}
    make = MAKERS.get(question.type)
    return {key: make(question, place)} if make else {}


def _text(question: Question, _: int) -> str:
    least = question.rules.min_length or 1
    unit = PATTERNED.get(question.rules.pattern or "", f"示例{question.label.zh}")
    text = unit * (least // len(unit) + 1) if len(unit) < least else unit
    most = question.rules.max_length or len(text)
    return text[: max(least, min(most, len(text)))]


def _choices(question: Question, _: int) -> list[str]:
    return [option.value for option in question.options[: int(question.rules.minimum or 1)]]


def _number(question: Question, _: int) -> str:
    least, most = question.rules.minimum, question.rules.maximum
    number = Decimal(10) if least is None else max(Decimal(10), least)
    number = number if most is None else min(number, most)
    return str(number.quantize(Decimal(1).scaleb(-places(question))))


def _day(question: Question, today: date) -> date:
    earliest = bound(question.rules.earliest or "", today) or OLDEST
    latest = bound(question.rules.latest or "", today) or LATEST
    return min(max(today, earliest), latest)


def _id_number(_: Question, place: int) -> str:
    return _ended(f"520101199001{place:02d}00{place % 10}", "0123456789X", numbers.id_number)


def _bank_card(_: Question, place: int) -> str:
    return _ended(f"62220200000000{place:04d}", "0123456789", numbers.bank_card)


def _ended(body: str, endings: str, read: Callable[[str], str]) -> str:
    for ending in endings:
        try:
            return read(f"{body}{ending}")
        except NumberWrong:
            continue
    raise AssertionError(body)


MAKERS: dict[QuestionType, Callable[[Question, int], str | list[str]]] = {
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NAME: lambda _, place: f"示例{STEMS[(place - 1) % len(STEMS)]}",
    QuestionType.CHOICE: lambda question, _: question.options[0].value,
    QuestionType.CHOICES: _choices,
    QuestionType.YES_NO: lambda _, __: "yes",
    QuestionType.NUMBER: _number,
    QuestionType.MONEY: _number,
    QuestionType.ID_NUMBER: _id_number,
    QuestionType.CREDIT_CODE: lambda _, place: credit_code("91", "520100", f"MA{place:06d}"),
    QuestionType.PHONE: lambda _, place: f"1990000{place:04d}",
    QuestionType.EMAIL: lambda _, __: "sample@example.cn",
    QuestionType.BANK_CARD: _bank_card,
    QuestionType.LICENCE_NUMBER: lambda _, place: str(
        make_identifier("1" * 21, "1" * 18, f"2026{place:08d}")
    ),
}
