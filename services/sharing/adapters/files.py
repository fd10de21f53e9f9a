"""A file a department puts down now and then: CSV or Excel, read whole into memory, replaced when it changes.

The register is as old as its file: that moment is what the answer vouches for. A new file that cannot be read
leaves the old index in place (its age still shows) and turns the source's state to "wrong".
"""

import asyncio
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.sharing.errors import SourceDown, SourceTrouble, SourceWrong
from services.sharing.presenting import Row

Line = Mapping[str, object]
Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Index:
    """One reading of the file: its lines by subject, and the file it was."""

    lines: Mapping[str, Sequence[Line]]
    mark: Mark
    as_of: datetime


class FileSource:
    """`mapping`: field → column heading; `subject_column` the heading of the register's key."""

    def __init__(
        self,
        *,
        name: str,
        resource: str,
        path: Path,
        subject_column: str,
        mapping: Mapping[str, str],
        encoding: str = "utf-8-sig",
        sheet: str | None = None,
    ) -> None:
        self.name = name
        self.resource = resource
        self._path = path
        self._subject = subject_column
        self._mapping = mapping
        self._encoding = encoding
        self._sheet = sheet
        self._index: Index | None = None
        self._unreadable: tuple[Mark, SourceTrouble] | None = None
        self._reading = asyncio.Lock()

    async def rows(self, subject: str, fields: Sequence[str]) -> list[Row]:
        index = await self._current()
        if any(field not in self._mapping for field in fields):
            raise SourceWrong(self.name, "columns")
        return [
            Row(subject, {field: line[self._mapping[field]] for field in fields}, index.as_of)
            for line in index.lines.get(subject, ())
        ]

    async def check(self) -> None:
        await self._current()
        if self._unreadable:
            raise self._unreadable[1]

    async def close(self) -> None:
        self._index = None

    async def _current(self) -> Index:
        mark = await asyncio.to_thread(self._look)
        known = self._index
        if known and mark in (known.mark, self._unreadable and self._unreadable[0]):
            return known
        async with self._reading:
            if self._index is None or self._index.mark != mark:
                await self._read_anew(mark)
        if self._index is None:
            raise self._unreadable[1] if self._unreadable else SourceDown(self.name, "no file")
        return self._index

    async def _read_anew(self, mark: Mark) -> None:
        try:
            self._index = await asyncio.to_thread(self._read, mark)
            self._unreadable = None
        except SourceTrouble as exc:
            self._unreadable = mark, exc

    def _look(self) -> Mark:
        try:
            found = self._path.stat()
        except OSError as exc:
            raise SourceDown(self.name, "no file") from exc
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self, mark: Mark) -> Index:
        reader = self._read_workbook if self._path.suffix.lower() == ".xlsx" else self._read_csv
        lines: dict[str, list[Line]] = {}
        try:
            for line in reader():
                lines.setdefault(str(line[self._subject] or "").strip().upper(), []).append(line)
        except OSError as exc:
            raise SourceDown(self.name, "file") from exc
        except (ValueError, KeyError, csv.Error, BadZipFile, InvalidFileException) as exc:
            raise SourceWrong(self.name, "file") from exc
        return Index(lines, mark, datetime.fromtimestamp(mark[1] / 1e9, UTC))

    def _read_csv(self) -> Iterator[Line]:
        with self._path.open(encoding=self._encoding, newline="") as file:
            reader = csv.reader(file, strict=True)
            yield from self._lines(reader)

    def _read_workbook(self) -> Iterator[Line]:
        with self._path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            try:
                sheet = book[self._sheet] if self._sheet else book.worksheets[0]
                yield from self._lines(sheet.iter_rows(values_only=True))
            finally:
                book.close()

    def _lines(self, table: Iterable[Sequence[object]]) -> Iterator[Line]:
        """Lines by heading. A line of another length, or a heading that is missing or doubled, spoils the file."""
        rows = iter(table)
        headings = [str(cell or "").strip() for cell in next(rows, ())]
        needed = {self._subject, *self._mapping.values()}
        if any(headings.count(heading) != 1 for heading in needed):
            raise ValueError("headings")
        for row in rows:
            if len(row) != len(headings):
                if not any(row):
                    continue
                raise ValueError("length")
            if any(cell not in (None, "") for cell in row):
                yield dict(zip(headings, row, strict=True))
