"""What a worker does for reports: those of periods that are over, each once, whenever it runs again."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from licensing import reports as paper
from licensing.reports import ReportPaper
from services.oversight.exports.sheets import Sheets
from services.oversight.reports import commands
from services.oversight.reports.models import Report
from services.oversight.reports.rules import Covered, due
from services.workflow.rules import local_day
from storage import unnamed
from storage.database import Session, Sessions
from storage.objects import ObjectStore

REPORT = "oversight.report"
Reading = Callable[[Session, Report], Awaitable[ReportPaper]]
"""How a report's numbers read: the same words for the page, the PDF and the Excel file."""


async def make(*, sessions: Sessions, objects: ObjectStore, reading: Reading) -> None:
    """Make every report that is due and not there."""
    await make_as_of(datetime.now(UTC), sessions=sessions, objects=objects, reading=reading)


async def make_as_of(at: datetime, *, sessions: Sessions, objects: ObjectStore, reading: Reading) -> None:
    """The reports of the periods that are over at `at`."""
    async with sessions() as session, session.begin():
        scopes = await commands.scopes(session)
    for covered in due(local_day(at)):
        for department in scopes:
            await _make(covered, department, at, sessions, objects, reading)


async def _make(
    covered: Covered,
    department: str,
    at: datetime,
    sessions: Sessions,
    objects: ObjectStore,
    reading: Reading,
) -> None:
    async with sessions() as session, session.begin():
        report = await commands.count(session, covered, department, at=at)
        told = await reading(session, report) if report else None
    if report is None or told is None:
        return
    pdf = await asyncio.to_thread(paper.printed, told)
    book = await asyncio.to_thread(sheet, told)
    async with sessions() as session, session.begin():
        digests = [await unnamed.keep(session, objects, content) for content in (pdf, book)]
        await commands.keep(session, report.id, pdf=digests[0], sheet=digests[1], at=at)


def sheet(told: ReportPaper) -> bytes:
    """The same tables, a sheet each, numbers as they read. Blocks; call it in a thread."""
    book = Sheets("说明", ("报告", "范围", "期间"), (40, 30, 40))
    book.add((told.title, told.scope, told.period))
    for note in told.notes:
        book.add((note,))
    for section in told.sections:
        book.begin(section.heading, section.heads, (34, *(16 for _ in section.heads[1:])))
        for row in section.rows:
            book.add([_value(cell) for cell in row])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        book.save(path)
        return path.read_bytes()


def _value(cell: str) -> int | str:
    """Whole numbers can be added up."""
    return int(cell) if cell.isdigit() else cell
