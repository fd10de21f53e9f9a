"""The table of existing licences of one type: an empty one with its columns, and reading one that was filled in.

A mistake is told with its cell; a row with one is not taken in at all.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from licensing.errors import TableUnfit
from licensing.metadata import UNLIMITED
from licensing.types import Field, FieldKind, LicenceType, Names
from storage import workbooks
from storage.errors import WorkbookUnreadable

MOST_ROWS = 20_000
NUMBER, HOLDER, CODE = "证照编号", "持证人名称", "持证人证件号码"
ISSUED, FROM, UNTIL = "颁发日期", "有效期起", "有效期止"
DATES = {ISSUED: "issued_on", FROM: "valid_from", UNTIL: "valid_until"}
NEEDED = (NUMBER, HOLDER, CODE, ISSUED)
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00:00)?")

MISSING = Names("没有填写", "is missing")
NO_DAY = Names("不是一个日期，应像 2026-01-31", "is no date such as 2026-01-31")
TOO_LONG = Names("太长", "is too long")
NO_OPTION = Names("不是可以选的内容", "is none of the choices")
TWICE = Names("和前面一行的编号相同", "is the same as in an earlier row")


@dataclass(frozen=True, slots=True)
class Told:
    """A mistake: the cell and what is wrong there."""

    place: str
    words: Names

    @property
    def plain(self) -> dict[str, str]:
        return {"place": self.place, "zh": self.words.zh, "en": self.words.en}


@dataclass(frozen=True, slots=True)
class Arrived:
    """One row. `content` is what `commands` takes in; `mistakes` make it refused."""

    row: int
    number: str
    content: dict[str, Any]
    mistakes: list[Told] = field(default_factory=list)


def columns(licence_type: LicenceType) -> tuple[str, ...]:
    """The names of the columns, those every table has first."""
    return (*NEEDED, FROM, UNTIL, *(one.name.zh for one in own_fields(licence_type)))


def own_fields(licence_type: LicenceType) -> list[Field]:
    """The fields of a type that have a column: pictures cannot, and the holder's code has one already."""
    return [
        one for one in licence_type.fields if one.kind is not FieldKind.PICTURE and one.element != "CZZTDM"
    ]


def blank(licence_type: LicenceType) -> bytes:
    """An empty table with every column, all cells texts."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = re.sub(r"[\\/*?:\[\]]", "", licence_type.name.zh)[:31]
    names = columns(licence_type)
    sheet.append(list(names))
    for place in range(1, len(names) + 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 20
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def read_table(content: bytes, licence_type: LicenceType) -> list[Arrived]:
    """The rows of the first sheet. Raises TableUnfit."""
    try:
        found = _read_rows(content, licence_type)
    except WorkbookUnreadable as unread:
        raise TableUnfit(unread.why) from unread
    if not found:
        raise TableUnfit("empty")
    return found


def _read_rows(content: bytes, licence_type: LicenceType) -> list[Arrived]:
    rows = workbooks.first_sheet(content)
    places = workbooks.columns_of(rows, columns(licence_type), needed=NEEDED)
    found: list[Arrived] = []
    seen: set[str] = set()
    for row, cells in rows:
        typed = {name: _text(cells[place]) for name, place in places.items() if place < len(cells)}
        if any(typed.values()):
            one = _arrived(row, typed, places, licence_type)
            if one.number in seen and one.number:
                one.mistakes.append(Told(one.content["cells"][NUMBER], TWICE))
            seen.add(one.number)
            found.append(one)
        if len(found) > MOST_ROWS:
            raise TableUnfit("too-many-rows")
    return found


def _text(value: object) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else workbooks.plain(value)


def _arrived(row: int, typed: Mapping[str, str], places: Mapping[str, int], kind: LicenceType) -> Arrived:
    cells = {name: f"{get_column_letter(place + 1)}{row}" for name, place in places.items()}
    mistakes = [Told(cells[name], MISSING) for name in NEEDED if not typed.get(name)]
    days: dict[str, str] = {}
    for name, key in DATES.items():
        text = typed.get(name, "")
        day = UNLIMITED if name == UNTIL and text in {"", UNLIMITED} else as_day(text)
        if text and day is None:
            mistakes.append(Told(cells[name], NO_DAY))
        elif name == UNTIL and not text and kind.validity.years is not None:
            mistakes.append(Told(cells.get(name, str(row)), MISSING))
        days[key] = day or ""
    fields: dict[str, str] = {}
    for one in own_fields(kind):
        text = typed.get(one.name.zh, "")
        wrong, value = _read(one, text)
        if wrong is not None:
            mistakes.append(Told(cells.get(one.name.zh, str(row)), wrong))
        elif value:
            fields[one.key] = value
    number = typed.get(NUMBER, "")[:60]
    holder = {"holder_name": typed.get(HOLDER, ""), "holder_code": typed.get(CODE, "")}
    content = {"number": number, **holder, **days, "fields": fields, "cells": cells}
    return Arrived(row, number, content, mistakes)


def _read(one: Field, text: str) -> tuple[Names | None, str]:
    """What is wrong with a cell, or what it says."""
    if not text:
        return (MISSING if one.required and one.default is None else None), ""
    if one.kind is FieldKind.DATE:
        day = as_day(text)
        return (None, day) if day else (NO_DAY, "")
    if one.options and not set(text.split("、")) <= {*one.options, *one.options.values()}:
        return NO_OPTION, ""
    return (TOO_LONG, "") if len(text) > one.max else (None, text)


def as_day(text: str) -> str | None:
    """A day as people and tables write it, in ISO form; None where it is none."""
    found = DAY.fullmatch(text)
    try:
        return date(*(int(found[part]) for part in (1, 2, 3))).isoformat() if found else None
    except ValueError:
        return None
