"""`yiwang calendar import`: a State Council holiday notice, and what it does to due dates."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from portal.cli.errors import FileUnusable
from portal.cli.transactions import transaction
from portal.settings import Settings, current
from services.applications.commands import timing
from services.workflow import calendar
from services.workflow.commands import MovedDueDate
from services.workflow.notices import NoticeDay, read_notice
from storage import cipher

app = typer.Typer(help="Working days.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Working days."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns date, is_workday, notice.")],
    notice: Annotated[str, typer.Option(help="The notice's title or number, for lines without one.")] = "",
) -> None:
    """Enter a holiday notice and show which due dates it moves."""
    days = _read(file)
    moved = asyncio.run(_import(current(), days, notice or file.stem))
    table = Table("case", "limit", "was", "is now", "provisional")
    for one in moved:
        table.add_row(
            one.case_number, one.kind, str(one.was), str(one.now), "yes" if one.provisional else "no"
        )
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    typer.echo(f"{len(days)} days entered, {len(moved)} due dates counted anew")


def _read(file: Path) -> tuple[NoticeDay, ...]:
    try:
        reading = read_notice(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise FileUnusable(str(file), "is not UTF-8 text.") from exc
    if reading.mistakes:
        told = "; ".join(
            f"line {one.line}: {one.mistake} {one.value}".rstrip() for one in reading.mistakes[:20]
        )
        raise FileUnusable(str(file), f"{told}. Nothing was entered.")
    return reading.days


async def _import(settings: Settings, days: tuple[NoticeDay, ...], notice: str) -> list[MovedDueDate]:
    cipher.install(cipher.load_ring(settings.keys / "ring.json"))
    at = datetime.now(UTC)
    async with transaction(settings.application_url) as session:
        entered = await calendar.import_notice(session, days, notice=notice, at=at, actor="system:cli")
        return await timing.recount(session, entered.changed, at=at)
