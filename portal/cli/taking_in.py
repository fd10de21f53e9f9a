"""A table, a signed package or YAML files taken in as drafts, with a progress bar and every mistake in words."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings
from services.catalogue.maintenance import arriving, importing, packages, table
from services.catalogue.maintenance.arriving import Arrived
from services.catalogue.maintenance.errors import PackageRefused, TableUnreadable
from services.catalogue.maintenance.rules import Outcome
from storage.database import Sessions, open_engine, open_sessions
from storage.signed_notes import Verifier

WHY_TABLE = {
    "not-a-table": "is no .xlsx table.",
    "too-large": "is too large.",
    "too-many-rows": f"has more than {table.MOST_ROWS} rows.",
    "no-columns": f"has no row with the columns {' and '.join(table.NEEDED)}.",
}


def take_in(settings: Settings, path: Path, by: str) -> None:
    """Make drafts of what is in `path`. Raises FileUnusable, NotProven when an item was refused."""
    arrived = read(settings, path)
    refused = asyncio.run(_take_in(settings, arrived, path, by))
    if refused:
        raise NotProven(f"{refused} of {len(arrived)} items were refused; the others are drafts.")


def read(settings: Settings, path: Path) -> list[Arrived]:
    """What arrived in a file or folder. Raises FileUnusable."""
    try:
        if path.suffix == ".xlsx":
            return table.read_table(path.read_bytes())
        if path.suffix == ".zip":
            return packages.unpack(path.read_bytes(), trusted(settings))
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not files:
            raise FileUnusable(str(path), "no item file there.")
        return [arriving.from_bytes(file.read_bytes(), file.name) for file in files]
    except OSError as exc:
        raise FileUnusable(str(path), "cannot be read.") from exc
    except TableUnreadable as exc:
        raise FileUnusable(str(path), WHY_TABLE[exc.why]) from exc
    except PackageRefused as exc:
        raise FileUnusable(str(path), packages.WHY[exc.why].en.format(name=exc.name) + ".") from exc


def trusted(settings: Settings) -> Sequence[Verifier]:
    """The keys whose packages are taken in: the portal's own and those of YIWANG_ITEM_KEYS."""
    own = packages.package_key(settings.keys, settings.public_url).verifier
    return [own, *packages.trusted_keys(settings.item_keys.split())]


async def _take_in(settings: Settings, arrived: Sequence[Arrived], path: Path, by: str) -> int:
    engine = open_engine(settings.application_url, pool_size=1)
    try:
        return await _row_by_row(open_sessions(engine), arrived, path, by)
    finally:
        await engine.dispose()


async def _row_by_row(sessions: Sessions, arrived: Sequence[Arrived], path: Path, by: str) -> int:
    async with sessions() as session, session.begin():
        import_id = await importing.receive(
            session,
            arrived,
            file=path.name,
            partial=path.suffix == ".xlsx",
            actor=by,
            at=datetime.now(UTC),
            later=False,
        )
    console = Console(stderr=True)
    columns = (TextColumn("items"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("items", total=len(arrived))
        waiting = True
        while waiting:
            async with sessions() as session, session.begin():
                waiting = await importing.carry_on(session, import_id, at=datetime.now(UTC))
                bar.update(task, completed=(await importing.import_of(session, import_id)).done)
    return await _told(sessions, import_id, path)


async def _told(sessions: Sessions, import_id: UUID, path: Path) -> int:
    """Say what became of every item; how many were refused."""
    async with sessions() as session, session.begin():
        done = await importing.import_of(session, import_id)
        rows = await importing.rows_of(session, import_id, limit=table.MOST_ROWS)
    for row in rows:
        for one in row.mistakes:
            typer.echo(f"{path.name}: {one['place']}: {one['zh']}")
    counts = ", ".join(f"{done.counts.get(outcome, 0)} {outcome.value}" for outcome in Outcome)
    typer.echo(f"{path.name}: {done.total} items: {counts}")
    return done.counts.get(Outcome.REFUSED, 0)
