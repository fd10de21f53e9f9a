"""`yiwang licence import`: existing licences from a table, row by row, with every mistake at its cell."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from identity.errors import DepartmentUnknown
from licensing.errors import TableUnfit, TypeUnknown
from licensing.importing import commands, table
from licensing.importing.table import Arrived
from licensing.kinds import reading
from licensing.rules import ImportOutcome, Trust
from licensing.types import LicenceType
from portal.cli.errors import FileUnusable, NotProven
from portal.cli.transactions import transaction
from portal.settings import Settings, current
from storage import cipher
from storage.database import Sessions, open_engine, open_sessions

BY = "system:cli"
WHY = {
    "not-a-table": "is no .xlsx table.",
    "too-large": "is too large.",
    "too-many-rows": f"has more than {table.MOST_ROWS} rows.",
    "no-columns": f"has no row with the columns {', '.join(table.NEEDED)}.",
    "empty": "has no rows below its columns.",
}
Kind = Annotated[str, typer.Option("--type", help="The licence type: its slug or national code.")]
Department = Annotated[str, typer.Option(help="Credit code of the department that issued them.")]
Level = Annotated[Trust, typer.Option(help="A: from the department's own records; B: compared with papers.")]


def import_(
    path: Annotated[Path, typer.Argument(help="The filled-in .xlsx table.")],
    kind: Kind,
    department: Department,
    trust: Level,
) -> None:
    """Take existing licences into the library. A row with a mistake is left out; exit code 1 if there was one."""
    settings = current()
    cipher.follow(settings.keys / "ring.json")
    refused, total = asyncio.run(_take_in(settings, path, kind, department, trust))
    if refused:
        raise NotProven(f"{refused} of {total} rows were refused; the others are in the library.")


def blank(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="The licence type: its slug or national code.")],
    path: Annotated[Path, typer.Argument(help="The .xlsx file to write.")],
) -> None:
    """Write the empty table of a licence type, to be filled in and imported."""
    found = asyncio.run(_kind(current(), kind))
    path.write_bytes(table.blank(found))
    typer.echo(f"{path}: {len(table.columns(found))} columns")


async def _kind(settings: Settings, code: str) -> LicenceType:
    try:
        async with transaction(settings.application_url) as session:
            return (await reading.current(session, code))[1]
    except TypeUnknown as exc:
        raise FileUnusable(code, "is no licence type.") from exc


async def _take_in(
    settings: Settings, path: Path, kind: str, department: str, trust: Trust
) -> tuple[int, int]:
    arrived = _read(path, await _kind(settings, kind))
    engine = open_engine(settings.application_url, pool_size=1)
    try:
        sessions = open_sessions(engine)
        async with sessions() as session, session.begin():
            started = await commands.receive(
                session,
                BY,
                arrived,
                type_code=kind,
                department=department,
                trust=trust,
                file=path.name,
                at=datetime.now(UTC),
                later=False,
            )
        await _row_by_row(sessions, started, len(arrived))
        return await _told(sessions, started, path)
    except DepartmentUnknown as exc:
        raise FileUnusable(department, "is no department.") from exc
    finally:
        await engine.dispose()


def _read(path: Path, kind: LicenceType) -> list[Arrived]:
    try:
        return table.read_table(path.read_bytes(), kind)
    except OSError as exc:
        raise FileUnusable(str(path), "cannot be read.") from exc
    except TableUnfit as exc:
        raise FileUnusable(str(path), WHY[exc.why]) from exc


async def _row_by_row(sessions: Sessions, started: UUID, total: int) -> None:
    columns = (TextColumn("licences"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("licences", total=total)
        waiting = True
        while waiting:
            async with sessions() as session, session.begin():
                waiting = await commands.carry_on(session, started, at=datetime.now(UTC))
                bar.update(task, completed=(await commands.import_of(session, started)).done)


async def _told(sessions: Sessions, started: UUID, path: Path) -> tuple[int, int]:
    """Say what became of the rows; how many were refused, of how many."""
    async with sessions() as session, session.begin():
        done = await commands.import_of(session, started)
        rows = await commands.rows_of(session, started, limit=table.MOST_ROWS)
    for row in rows:
        for one in row.mistakes:
            typer.echo(f"{path.name}: {one['place']}: {one['en']} · {one['zh']}")
    counts = ", ".join(f"{done.counts.get(outcome, 0)} {outcome.value}" for outcome in ImportOutcome)
    typer.echo(f"{path.name}: {done.total} rows: {counts}")
    return done.counts.get(ImportOutcome.REFUSED, 0), done.total
