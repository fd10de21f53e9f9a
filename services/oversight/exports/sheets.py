"""Rows into an Excel file that grows on disk, not in memory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

ROWS = 1_000_000
"""A sheet of Excel ends at 1,048,576 rows."""


class Sheets:
    """A workbook that is only written; a full sheet is followed by another with the same head."""

    def __init__(self, title: str, heads: Sequence[str], widths: Sequence[int]) -> None:
        self.book = Workbook(write_only=True)
        self.title, self.heads, self.widths = title, heads, widths
        self.written = 0
        self._open(title)

    def begin(self, title: str, heads: Sequence[str], widths: Sequence[int]) -> None:
        """Go on with another table on a sheet of its own."""
        self.title, self.heads, self.widths = title, heads, widths
        self.written = 0
        self._open(title)

    def _open(self, title: str) -> None:
        self.sheet = self.book.create_sheet(title)
        self.sheet.freeze_panes = "A2"
        for place, width in enumerate(self.widths, start=1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        self.sheet.append([self._cell(head, bold=True) for head in self.heads])

    def add(self, row: Sequence[Any]) -> None:
        if self.written and self.written % ROWS == 0:
            self._open(f"{self.title} {1 + self.written // ROWS}")
        self.sheet.append([self._cell(value) for value in row])
        self.written += 1

    def _cell(self, value: Any, *, bold: bool = False) -> Any:
        """A text is a text, also one that begins like a formula or holds what XML does not know."""
        if not isinstance(value, str):
            return value
        cell = WriteOnlyCell(self.sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        return cell

    def save(self, path: Path) -> None:
        self.book.save(path)
