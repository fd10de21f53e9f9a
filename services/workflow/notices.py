"""A holiday notice as a file: `date,is_workday,notice`, every mistake with its line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

COLUMNS = ("date", "is_workday", "notice")
WORDS: Mapping[str, bool] = {"1": True, "true": True, "是": True, "0": False, "false": False, "否": False}
YEARS = range(1990, 2200)
NOTICE_LENGTH = 200
SHOWN = 50


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One line of a notice. Without a `notice` of its own it belongs to the one it is imported with."""

    day: date
    is_workday: bool
    notice: str = ""


class Mistake(StrEnum):
    NOT_CSV = "not-csv"  # cannot be read as CSV from here on
    HEADER = "header"  # the first line is not date,is_workday or date,is_workday,notice
    COLUMNS = "columns"  # more or fewer values than columns
    DATE = "date"  # not a date of the years 1990–2199 written YYYY-MM-DD
    WORKDAY = "workday"  # not one of 1 0 true false 是 否
    NOTICE = "notice"  # longer than 200 characters, or with control characters
    TWICE = "twice"  # the day stands in an earlier line already
    NO_DAYS = "no-days"  # nothing below the header


@dataclass(frozen=True, slots=True)
class LineMistake:
    """`line` counts from 1, the header included; `value` is what stands there, at most 50 characters of it."""

    line: int
    mistake: Mistake
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Either every day of a notice, or every mistake in it: with mistakes, `days` are not to be used."""

    days: tuple[NoticeDay, ...]
    mistakes: tuple[LineMistake, ...]


def read_notice(text: str) -> Reading:
    """Read a CSV with the columns date, is_workday and notice (which may be absent). Never raises."""
    days: dict[date, NoticeDay] = {}
    mistakes: list[LineMistake] = []
    for line, read in _lines(text):
        if isinstance(read, NoticeDay) and read.day not in days:
            days[read.day] = read
        else:
            mistake, value = (Mistake.TWICE, str(read.day)) if isinstance(read, NoticeDay) else read
            mistakes.append(LineMistake(line, mistake, value[:SHOWN]))
    if not days and not mistakes:
        mistakes.append(LineMistake(1, Mistake.NO_DAYS, ""))
    return Reading(tuple(days.values()), tuple(mistakes))


def _lines(text: str) -> Iterator[tuple[int, NoticeDay | tuple[Mistake, str]]]:
    """Each line below the header with its number; only what is wrong with the header if that is wrong."""
    table = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        header = [cell.strip().lower() for cell in next(table, [])]
        if header not in (list(COLUMNS), list(COLUMNS[:2])):
            yield 1, (Mistake.HEADER, ",".join(header))
            return
        for cells in table:
            if any(cell.strip() for cell in cells):
                yield table.line_num, _read_line([cell.strip() for cell in cells], len(header))
    except csv.Error as unreadable:
        yield table.line_num, (Mistake.NOT_CSV, str(unreadable))


def _read_line(cells: Sequence[str], columns: int) -> NoticeDay | tuple[Mistake, str]:
    if len(cells) != columns:
        return Mistake.COLUMNS, ",".join(cells)
    notice = cells[2] if columns == len(COLUMNS) else ""
    day = _day_of(cells[0])
    if day is None:
        return Mistake.DATE, cells[0]
    if cells[1].lower() not in WORDS:
        return Mistake.WORKDAY, cells[1]
    if len(notice) > NOTICE_LENGTH or not all(character.isprintable() for character in notice):
        return Mistake.NOTICE, notice
    return NoticeDay(day, WORDS[cells[1].lower()], notice)


def _day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS and text == day.isoformat() else None
