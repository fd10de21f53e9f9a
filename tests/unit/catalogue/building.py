"""Answers drawn from a form's own definition: right ones, and ones that are wrong in a known way."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from identity import numbers
from licensing.numbering import make_identifier
from services.catalogue.codes import QuestionType as T
from services.catalogue.conditions import bound
from services.catalogue.definition import Pair
from services.catalogue.form import Form, Option, Page, Question, Rules, Section
from services.catalogue.readers import PARTS, longest, places
from services.catalogue.regions import REGIONS
from services.catalogue.rows import least, most, owner, placed

TODAY = date(2026, 11, 21)
SAID = Pair("示例", "Sample")
IDEOGRAPHS = "示例甲乙丙店路号䶮𬎆㛃𠅤"


def question(type_="text", key="q", **more):
    return Question(key=key, type=T(type_), label=SAID, **more)


def form(*questions, pages=None):
    pages = pages or (Page(key="page", title=SAID, questions=questions),)
    return Form(version=1, sections=(Section(key="section", title=SAID, pages=tuple(pages)),))


@st.composite
def id_numbers(draw):
    born = draw(st.dates(date(1930, 1, 1), date(2020, 12, 31)))
    body = f"520101{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return next(body + last for last in "0123456789X" if _sound(numbers.id_number, body + last))


@st.composite
def credit_codes(draw):
    body = "91520100" + draw(st.text("0123456789ABCDEFGH", min_size=9, max_size=9))
    return next(body + last for last in numbers.CREDIT_ALPHABET if _sound(numbers.credit_code, body + last))


@st.composite
def bank_cards(draw):
    body = "62" + draw(st.text("0123456789", min_size=13, max_size=16))
    return next(body + last for last in "0123456789" if _sound(numbers.bank_card, body + last))


def _sound(read, text):
    try:
        return bool(read(text))
    except numbers.NumberWrong:
        return False


def texts(question):
    least = max(1, question.rules.min_length or 1)
    most = max(least, min(longest(question), least + 20))
    alphabet = {
        "digits": "0123456789",
        "letters-digits": "AB12",
        "chinese": IDEOGRAPHS,
        "postcode": "0123456789",
    }
    size = (
        {"min_size": 6, "max_size": 6}
        if question.rules.pattern == "postcode"
        else {"min_size": least, "max_size": most}
    )
    return st.text(alphabet.get(question.rules.pattern, IDEOGRAPHS + "Ab1"), **size)


def days(question):
    earliest = bound(question.rules.earliest or "1900-01-01", TODAY)
    latest = bound(question.rules.latest or "2100-01-01", TODAY)
    return st.dates(earliest, latest)


def amounts(question):
    """Whole units of the last decimal place, so that any bound can be met exactly."""
    decimals = places(question)
    unit = Decimal(1).scaleb(-decimals)
    least = Decimal(question.rules.minimum or 0)
    most = Decimal(question.rules.maximum if question.rules.maximum is not None else least + 1_000_000)
    return st.integers(int(least / unit), int(most / unit)).map(lambda count: str(count * unit))


def several(question):
    values = [option.value for option in question.options]
    least = int(question.rules.minimum or 1)
    most = int(question.rules.maximum or len(values))
    return st.lists(st.sampled_from(values), min_size=least, max_size=min(most, len(values)), unique=True)


RIGHT = {
    T.TEXT: texts,
    T.LONG_TEXT: texts,
    T.NAME: lambda _: st.text(IDEOGRAPHS, min_size=1, max_size=8).map(lambda name: f"{name}·示"),
    T.CHOICE: lambda question: st.sampled_from([option.value for option in question.options]),
    T.CHOICES: several,
    T.YES_NO: lambda _: st.sampled_from(["yes", "no"]),
    T.DATE: days,
    T.NUMBER: amounts,
    T.MONEY: amounts,
    T.ID_NUMBER: lambda _: id_numbers(),
    T.CREDIT_CODE: lambda _: credit_codes(),
    T.PHONE: lambda _: st.text("0123456789", min_size=9, max_size=9).map(lambda tail: f"19{tail}"),
    T.EMAIL: lambda _: st.from_regex(r"[a-z]{1,9}@[a-z]{2,9}\.cn", fullmatch=True),
    T.ADDRESS: lambda _: st.tuples(
        st.sampled_from(sorted(REGIONS)), st.text(IDEOGRAPHS, min_size=1, max_size=30)
    ),
    T.BANK_CARD: lambda _: bank_cards(),
    T.LICENCE_NUMBER: lambda _: st.integers(1, 99_999_999).map(
        lambda serial: str(make_identifier("1" * 21, "2" * 18, f"2026{serial:08d}"))
    ),
    T.GROUP: lambda group: st.lists(
        st.fixed_dictionaries({one.key: RIGHT[one.type](one) for one in group.questions}),
        min_size=least(group),
        max_size=min(most(group), least(group) + 2),
    ),
    T.FILE: lambda _: st.lists(
        st.text("0123456789abcdef", min_size=64, max_size=64), min_size=1, max_size=3, unique=True
    ),
}

WRONG = {
    T.TEXT: lambda q: ["字" * (longest(q) + 1), "a\x00b", "甲\u202e乙"],
    T.LONG_TEXT: lambda q: ["字" * (longest(q) + 1), "a\x00b"],
    T.NAME: lambda _: ["甲2", "字" * 201, "甲\x00", "<b>", "·甲"],
    T.CHOICE: lambda _: ["no-such-option", "\x00"],
    T.CHOICES: lambda _: [["no-such-option"], ["\x00"]],
    T.YES_NO: lambda _: ["maybe", "true", "1"],
    T.DATE: lambda _: ["2026-02-30", "yesterday", "0000-01-01", "99999-01-01", "2026-13-01"],
    T.NUMBER: lambda _: ["ten", "1e9", "NaN", "Infinity", "9" * 400, "1,5", "٣"],
    T.MONEY: lambda _: ["ten", "-0.01", "0.001", "1e5", "9" * 400],
    T.ID_NUMBER: lambda _: ["520102199001010019", "520102199002300014", "5201021990", "x" * 18],
    T.CREDIT_CODE: lambda _: ["A1110000600037341L", "91350100M000100Y44", "I" * 18],
    T.PHONE: lambda _: ["12012345678", "1391234567", "abcdefghijk", "13912345678\x00"],
    T.EMAIL: lambda _: ["no-at-sign", "a@b", "@example.cn", "a b@c\x00.cn"],
    T.ADDRESS: lambda _: [("999999", "某路1号"), ("520102", ""), ("", "某路1号"), ("520102", "路\x00")],
    T.BANK_CARD: lambda _: ["6222021234567890123", "123", "62220212345678ab"],
    T.LICENCE_NUMBER: lambda _: ["1.2.3", "1.2.156.3005.2." + "1" * 21 + ".2.3.001.X", "一二三"],
    T.GROUP: lambda group: [
        "a row",
        ["a row"],
        [{group.questions[0].key: WRONG[group.questions[0].type](group.questions[0])[0]}],
    ],
    T.FILE: lambda _: [["photo.jpg"], ["../../etc/passwd"], ["A" * 64]],
}


def typed(question, answer):
    """How an answer arrives from a page."""
    if question.type is T.DATE and isinstance(answer, date):
        parts = (str(answer.year), str(answer.month), str(answer.day))
        return {f"{question.key}-{part}": text for part, text in zip(PARTS[T.DATE], parts, strict=True)}
    if question.type is T.ADDRESS:
        return {f"{question.key}-{part}": text for part, text in zip(PARTS[T.ADDRESS], answer, strict=True)}
    if question.type is T.GROUP and all(isinstance(row, dict) for row in answer):
        return {
            name: text
            for number, row in enumerate(answer, 1)
            for own, asked in zip(question.questions, placed(question, number), strict=True)
            if own.key in row
            for name, text in typed(asked, row[own.key]).items()
        }
    return {question.key: answer}


@st.composite
def right_answers(draw, form):
    answers = {}
    for one in form.questions():
        answers |= typed(one, draw(RIGHT[one.type](one)))
    return answers


@st.composite
def partly_wrong_answers(draw, form):
    """(what was typed, keys of the questions answered wrongly or not at all)."""
    answers = draw(right_answers(form))
    chosen = draw(st.sets(st.sampled_from([one.key for one in form.questions()]), min_size=1))
    left_out = draw(st.sets(st.sampled_from(sorted(chosen))))
    wrong = set()
    for one in form.questions():
        if one.key not in chosen:
            continue
        for name in [name for name in answers if owner(name) == one.key]:
            answers.pop(name)
        if one.key not in left_out:
            answers |= typed(one, draw(st.sampled_from(WRONG[one.type](one))))
        if one.required or one.key not in left_out:
            wrong.add(one.key)
    return answers, wrong


def grouped(type_):
    """What a question of type group has more: two questions to a row."""
    if type_ is not T.GROUP:
        return {}
    inside = (question("name", "in_name"), question("number", "in_share", required=False))
    return {"row": SAID, "questions": inside}


def every_type():
    """A form with every type of question."""
    options = tuple(Option(value, SAID) for value in ("one", "two", "three"))
    choosing = {T.CHOICE: options, T.CHOICES: options}
    return form(
        *(question(one.value, f"q_{one.value}", options=choosing.get(one, ()), **grouped(one)) for one in T),
        question("money", "amount", rules=Rules(minimum=Decimal(1), maximum=Decimal(5000))),
        question("date", "soon", rules=Rules(earliest="today", latest="today+30d")),
        question("text", "postcode", rules=Rules(pattern="postcode"), required=False),
    )
