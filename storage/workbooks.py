"""Spreadsheets (.xlsx) that arrive from outside: bounded before they are unpacked, read row by row, never trusted.

Whatever the spreadsheet library trips over in a broken or hostile file becomes one error with one word.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from storage.errors import WorkbookUnreadable

LARGEST = 200 * 1024 * 1024
"""Bytes of all parts unpacked: a small file may not stand for an enormous one."""
SEARCHED = 10
"""Among so many first rows the names of columns are looked for: lists often begin with a title."""
UNSOUND = (
    *(BadZipFile, InvalidFileException, zlib.error, EOFError, OSError, SyntaxError, ArithmeticError),
    *(LookupError, AttributeError, TypeError, ValueError, RuntimeError),
)
"""What the spreadsheet library raises for a file that is none, or a broken one."""

Row = tuple[int, tuple[object, ...]]


@contextmanager
def told_unsound() -> Iterator[None]:
    """What `UNSOUND` names becomes WorkbookUnreadable."""
    try:
        yield
    except UNSOUND as wrong:
        raise WorkbookUnreadable("not-a-table") from wrong


def opened(content: bytes, *, largest: int = LARGEST) -> Any:
    """The workbook, read as its sheets are. Raises WorkbookUnreadable."""
    with told_unsound():
        with ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > largest:
                raise WorkbookUnreadable("too-large")
        return load_workbook(BytesIO(content), read_only=True, data_only=True)


def first_sheet(content: bytes) -> Iterator[Row]:
    """(number, cells) of each row of the first sheet, counted from 1. Raises WorkbookUnreadable, also on the way."""
    book = opened(content)
    with told_unsound():
        yield from enumerate(book.worksheets[0].iter_rows(values_only=True), 1)


def columns_of(rows: Iterator[Row], known: Iterable[str], *, needed: Collection[str]) -> dict[str, int]:
    """The place of every known column, by the first row that names all `needed`; `rows` go on below it.

    Raises WorkbookUnreadable where none of the first rows does.
    """
    for number, row in rows:
        names = {plain(value): place for place, value in enumerate(row)}
        if all(name in names for name in needed):
            return {name: names[name] for name in known if name in names}
        if number >= SEARCHED:
            break
    raise WorkbookUnreadable("no-columns")


def plain(value: object) -> str:
    """What stands in a cell, on one line and without what cannot be seen."""
    return "" if value is None else "".join(one for one in str(value).strip() if one.isprintable())
