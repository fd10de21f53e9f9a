"""From what was typed for one question to its value: one reader per question type.

A reader gets the question, the parts typed (under "" or, for dates and addresses, the part's name) and today's
date; it returns the value or raises `AnswerWrong(code, data)`. It is never called when nothing was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from identity import numbers
from identity.numbers import NumberWrong
from licensing.errors import NumberUnsound
from licensing.numbering import read_identifier
from services.catalogue.codes import QuestionType
from services.catalogue.conditions import bound
from services.catalogue.errors import AnswerWrong
from services.catalogue.form import Question
from services.catalogue.regions import REGIONS

DEFAULT_LENGTH = 200
LONG_LENGTH = 2000
MOST_FILES = 10
DATE_PARTS = ("year", "month", "day")
ADDRESS_PARTS = ("region", "detail")
PARTS = {QuestionType.DATE: DATE_PARTS, QuestionType.ADDRESS: ADDRESS_PARTS}
SEVERAL = frozenset({QuestionType.CHOICES, QuestionType.FILE})

SPACE = " \t\r\n\xa0\u3000"
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.(?P<decimals>[0-9]{1,12}))?")
DIGEST = re.compile(r"[0-9a-f]{64}")
DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･", "·"))
NAME_SIGNS = frozenset("·-'’. ")
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Cn too: ideographs newer than the running Python's tables are unassigned to it, yet stand in people's names.
LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nl", "Co", "Cn"})
IDEOGRAPH = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
PATTERNS: dict[str, re.Pattern[str]] = {
    "chinese": re.compile(f"[{IDEOGRAPH}·]+"),
    "digits": re.compile(r"[0-9]+"),
    "latin": re.compile(r"[A-Za-z][A-Za-z .'’-]*"),
    "letters-digits": re.compile(r"[A-Za-z0-9-]+"),
    "postcode": re.compile(r"[0-9]{6}"),
}


class Address(Struct, frozen=True):
    """A place: the code of its region (GB/T 2260) and the rest as people write it."""

    region: str
    detail: str


class Rows(tuple[Mapping[str, "Value"], ...]):
    """The rows of a group: of each the values by the keys of the group's questions."""

    __slots__ = ()


Value = str | bool | int | Decimal | date | tuple[str, ...] | Address | Rows
Parts = Mapping[str, list[str]]
Reader = Callable[[Question, Parts, date], Value]


def read(question: Question, parts: Parts, today: date) -> Value:
    """The value of an answer. Raises AnswerWrong."""
    if question.type not in SEVERAL and any(len(texts) > 1 for texts in parts.values()):
        raise AnswerWrong("one-only")
    return READERS[question.type](question, parts, today)


def clean(text: str, *, most: int, lines: bool = False) -> str:
    """The text without outer space; AnswerWrong for too much of it, NUL, control and direction characters."""
    text = text.strip(SPACE)
    if len(text) > most:
        raise AnswerWrong("too-long", {"max": most, "length": len(text)})
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(_is_control(letter) and not (lines and letter in "\n\t") for letter in text):
        raise AnswerWrong("control-characters")
    return text


def _is_control(letter: str) -> bool:
    unwritable = unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}
    return unwritable or letter in BIDI or ord(letter) & 0xFFFE == 0xFFFE


def _one(parts: Parts, name: str = "") -> str:
    return next(iter(parts.get(name, ())), "")


def longest(question: Question) -> int:
    """How many characters the answer may have."""
    default = LONG_LENGTH if question.type is QuestionType.LONG_TEXT else DEFAULT_LENGTH
    return default if question.rules.max_length is None else question.rules.max_length


def _text(question: Question, parts: Parts, _: date) -> str:
    text = clean(_one(parts), most=longest(question), lines=question.type is QuestionType.LONG_TEXT)
    least = question.rules.min_length or 0
    if len(text) < least:
        raise AnswerWrong("too-short", {"min": least, "length": len(text)})
    pattern = question.rules.pattern
    if pattern is not None and not PATTERNS[pattern].fullmatch(text):
        raise AnswerWrong("pattern", {"pattern": pattern})
    return text


def _name(question: Question, parts: Parts, today: date) -> str:
    text = _text(question, parts, today).translate(DOTS)
    known = all(unicodedata.category(letter) in LETTERS or letter in NAME_SIGNS for letter in text)
    if not known or text[0] in NAME_SIGNS:
        raise AnswerWrong("name")
    return text


def _choice(question: Question, parts: Parts, _: date) -> str:
    text = clean(_one(parts), most=DEFAULT_LENGTH)
    if all(text != option.value for option in question.options):
        raise AnswerWrong("not-an-option")
    return text


def _choices(question: Question, parts: Parts, _: date) -> tuple[str, ...]:
    chosen = {clean(text, most=DEFAULT_LENGTH) for text in parts.get("", ()) if text}
    offered = [option.value for option in question.options]
    if not chosen <= set(offered):
        raise AnswerWrong("not-an-option")
    _counted(question, len(chosen), most=len(offered))
    return tuple(value for value in offered if value in chosen)


def _counted(question: Question, count: int, *, most: int) -> None:
    least = int(question.rules.minimum or 1)
    most = most if question.rules.maximum is None else int(question.rules.maximum)
    if count < least:
        raise AnswerWrong("too-few", {"min": least})
    if count > most:
        raise AnswerWrong("too-many", {"max": most})


def _yes_no(_: Question, parts: Parts, __: date) -> bool:
    text = clean(_one(parts), most=DEFAULT_LENGTH)
    if text not in {"yes", "no"}:
        raise AnswerWrong("not-an-option")
    return text == "yes"


def _date(question: Question, parts: Parts, today: date) -> date:
    day = _day_typed(parts)
    rules = question.rules
    earliest = bound(rules.earliest, today) if rules.earliest else None
    latest = bound(rules.latest, today) if rules.latest else None
    if earliest is not None and day < earliest:
        raise AnswerWrong("too-early", {"earliest": earliest.isoformat()})
    if latest is not None and day > latest:
        raise AnswerWrong("too-late", {"latest": latest.isoformat()})
    return day


def _day_typed(parts: Parts) -> date:
    year, month, day = (_digits(_one(parts, name)) for name in DATE_PARTS)
    if not (year or month or day):
        year, _, rest = _digits(_one(parts)).partition("-")
        month, _, day = rest.partition("-")
    elif missing := [name for name, text in zip(DATE_PARTS, (year, month, day), strict=True) if not text]:
        raise AnswerWrong("date-incomplete", {"missing": " ".join(missing)})
    if not re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", f"{year}-{month}-{day}"):
        raise AnswerWrong("not-a-date")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise AnswerWrong("not-a-date") from None


def _digits(text: str) -> str:
    """What was typed for a number, full-width forms folded, outer space removed."""
    return unicodedata.normalize("NFKC", clean(text, most=DEFAULT_LENGTH)).strip(SPACE)


def _number(question: Question, parts: Parts, _: date) -> Decimal | int:
    decimals = places(question)
    text = _digits(_one(parts))
    match = NUMBER.fullmatch(text)
    if match is None:
        raise AnswerWrong("not-a-number")
    if len((match["decimals"] or "").rstrip("0")) > decimals:
        raise AnswerWrong("too-many-decimals", {"max": decimals})
    number = Decimal(text.replace(",", ""))
    least, most = question.rules.minimum, question.rules.maximum
    least = Decimal(0) if least is None and question.type is QuestionType.MONEY else least
    if least is not None and number < least:
        raise AnswerWrong("too-small", {"min": str(least)})
    if most is not None and number > most:
        raise AnswerWrong("too-large", {"max": str(most)})
    return number.quantize(Decimal(1).scaleb(-decimals)) if decimals else int(number)


def places(question: Question) -> int:
    """How many decimals the answer may have: by rule, else two for money and none for numbers."""
    default = 2 if question.type is QuestionType.MONEY else 0
    return default if question.rules.decimals is None else question.rules.decimals


def _address(_: Question, parts: Parts, __: date) -> Address:
    region = clean(_one(parts, "region"), most=DEFAULT_LENGTH)
    detail = clean(_one(parts, "detail"), most=DEFAULT_LENGTH)
    if region not in REGIONS:
        raise AnswerWrong("address-region")
    if not detail:
        raise AnswerWrong("address-detail")
    return Address(region, detail)


def _file(question: Question, parts: Parts, _: date) -> tuple[str, ...]:
    digests = tuple(dict.fromkeys(text for text in parts.get("", ()) if text))
    if not all(DIGEST.fullmatch(digest) for digest in digests):
        raise AnswerWrong("not-a-file")
    _counted(question, len(digests), most=MOST_FILES)
    return digests


def _id_number(_: Question, parts: Parts, today: date) -> str:
    return numbers.id_number(clean(_one(parts), most=DEFAULT_LENGTH), today=today)


def _licence_number(_: Question, parts: Parts, __: date) -> str:
    """A licence identifier, in full whether or not its root was typed."""
    text = _digits(_one(parts)).upper().replace(" ", "")
    try:
        return str(read_identifier(text))
    except NumberUnsound as wrong:
        why = wrong.part if wrong.part in {"segments", "check"} else "characters"
        raise AnswerWrong("licence-number", {"why": why}) from None


def _by(reader: Callable[[str], str]) -> Reader:
    return lambda _, parts, __: reader(clean(_one(parts), most=DEFAULT_LENGTH))


def _telling(reader: Reader) -> Reader:
    """The reader with NumberWrong told as a mistake: code = the kind of number, data = why."""

    def read_number(question: Question, parts: Parts, today: date) -> Value:
        try:
            return reader(question, parts, today)
        except NumberWrong as wrong:
            raise AnswerWrong(wrong.kind, {"why": wrong.why}) from None

    return read_number


READERS: dict[QuestionType, Reader] = {
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NAME: _name,
    QuestionType.CHOICE: _choice,
    QuestionType.CHOICES: _choices,
    QuestionType.YES_NO: _yes_no,
    QuestionType.DATE: _date,
    QuestionType.NUMBER: _number,
    QuestionType.MONEY: _number,
    QuestionType.ADDRESS: _address,
    QuestionType.FILE: _file,
    QuestionType.ID_NUMBER: _telling(_id_number),
    QuestionType.CREDIT_CODE: _telling(_by(numbers.credit_code)),
    QuestionType.PHONE: _telling(_by(numbers.phone)),
    QuestionType.EMAIL: _telling(_by(numbers.email)),
    QuestionType.BANK_CARD: _telling(_by(numbers.bank_card)),
    QuestionType.LICENCE_NUMBER: _licence_number,
}
