"""Reading a holiday notice: everything, or every mistake with its line."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.workflow.notices import LineMistake, Mistake, NoticeDay, read_notice


def mistakes(text: str) -> list[tuple[int, Mistake, str]]:
    reading = read_notice(text)
    return [(each.line, each.mistake, each.value) for each in reading.mistakes]


def test_a_notice_is_read_with_its_words_for_worked_and_free():
    reading = read_notice(
        "date,is_workday,notice\n"
        "2027-01-01,0,国办发明电〔2026〕示例\n"
        "\n"
        " 2027-01-02 , 否 ,\n"
        "2027-01-03,TRUE,another\n"
    )
    assert reading.mistakes == ()
    assert reading.days == (
        NoticeDay(date(2027, 1, 1), False, "国办发明电〔2026〕示例"),
        NoticeDay(date(2027, 1, 2), False),
        NoticeDay(date(2027, 1, 3), True, "another"),
    )


@pytest.mark.parametrize(
    "text", ["\ufeffdate,is_workday\r\n2027-01-01,0\r\n", "Date,Is_Workday\r2027-01-01,false"]
)
def test_what_spreadsheets_write_is_read_too(text: str):
    assert read_notice(text).days == (NoticeDay(date(2027, 1, 1), False),)


def test_every_mistake_is_named_with_its_line():
    assert mistakes(
        "date,is_workday,notice\n"
        "2027-02-30,0,a\n"
        "2027-1-1,0,a\n"
        "20270101,0,a\n"
        "1899-01-01,0,a\n"
        "2027-01-01,maybe,a\n"
        "2027-01-01,0\n"
        "2027-01-01,0,a,b\n"
        f"2027-01-01,0,{'长' * 201}\n"
        "2027-01-01,0,\x1b[31m\n"
        "2027-01-04,0,a\n"
        "2027-01-04,1,a\n"
    ) == [
        (2, Mistake.DATE, "2027-02-30"),
        (3, Mistake.DATE, "2027-1-1"),
        (4, Mistake.DATE, "20270101"),
        (5, Mistake.DATE, "1899-01-01"),
        (6, Mistake.WORKDAY, "maybe"),
        (7, Mistake.COLUMNS, "2027-01-01,0"),
        (8, Mistake.COLUMNS, "2027-01-01,0,a,b"),
        (9, Mistake.NOTICE, "长" * 50),
        (10, Mistake.NOTICE, "\x1b[31m"),
        (12, Mistake.TWICE, "2027-01-04"),
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", LineMistake(1, Mistake.HEADER, "")),
        ("day,free\n2027-01-01,1\n", LineMistake(1, Mistake.HEADER, "day,free")),
        ("2027-01-01,0\n", LineMistake(1, Mistake.HEADER, "2027-01-01,0")),
        ("date,is_workday,notice\n\n,,\n", LineMistake(1, Mistake.NO_DAYS, "")),
        ("PK\x03\x04\0\0", LineMistake(1, Mistake.HEADER, "pk\x03\x04\0\0")),
    ],
)
def test_a_file_that_is_no_notice_says_so(text: str, first: LineMistake):
    assert read_notice(text).mistakes == (first,)


def test_a_cell_without_end_is_a_mistake_and_no_crash():
    assert mistakes('date,is_workday\n2027-01-01,"' + "x" * 200_000)[0][1] is Mistake.NOT_CSV


@settings(deadline=None)
@given(st.text())
def test_no_text_whatever_is_a_crash(text: str):
    for whole in (text, f"date,is_workday,notice\n{text}"):
        reading = read_notice(whole)
        assert reading.days or reading.mistakes


@settings(deadline=None)
@given(st.dictionaries(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.booleans(), min_size=1))
def test_what_was_written_is_what_is_read(days: dict[date, bool]):
    text = "date,is_workday\n" + "".join(f"{day},{int(worked)}\n" for day, worked in days.items())
    assert read_notice(text).days == tuple(NoticeDay(day, worked) for day, worked in days.items())
