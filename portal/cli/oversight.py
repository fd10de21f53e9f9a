"""`yiwang oversight`: event logs in IEEE 1849 XES, taken in and written."""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.table import Table

from portal.cli.errors import FileUnusable
from portal.cli.transactions import transaction
from portal.settings import Settings, current
from services.oversight.measures.reading import Scope
from services.oversight.mining import commands, xes_writing
from services.oversight.mining.discovery import Discovery
from services.oversight.mining.errors import LogMalformed
from services.oversight.mining.xes import NAME

app = typer.Typer(help="Event logs in XES (IEEE 1849).", no_args_is_help=True)
EVERY = 10_000
ROWS = 10
SYSTEM = "system:oversight"
Out = Annotated[Path, typer.Option("--output", "-o", help="Where the log is written.")]


@app.callback()
def _group() -> None:
    """Event logs in XES (IEEE 1849)."""


@app.command("import-xes")
def import_xes(
    file: Annotated[Path, typer.Argument(help="An XES file, plain or gzip.")],
    activity: Annotated[str, typer.Option(help="The key of what was done.")] = NAME,
    due: Annotated[str | None, typer.Option(help="The key of a trace's limit, a date.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    keep: Annotated[bool, typer.Option(help="Show it on the supervisors' pages as well.")] = True,
) -> None:
    """Look at a foreign event log: throughput times, variants, resources, rework, lateness."""
    begun = time.perf_counter()
    with file.open("rb") as stream:
        digest = commands.digest_of(stream) if keep else ""
        try:
            summary = commands.discover(stream, activity=activity, due=due, tell=_told).summary()
        except LogMalformed as wrong:
            raise FileUnusable(str(file), f"line {wrong.line}: {wrong.reason}") from wrong
    if keep:
        asyncio.run(_keep(current(), file.name, digest, summary))
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    show(summary)
    typer.echo(f"read in {time.perf_counter() - begun:.1f} s")


def _told(found: Discovery) -> None:
    if found.traces % EVERY == 0:
        sys.stderr.write(f"{found.traces:,} traces, {found.events:,} events\n")


def show(summary: dict[str, Any]) -> None:
    """The numbers as tables."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    facts = Table("what", "is")
    for name in ("traces", "events", "timeless", "variant_count", "reworked_traces", "with_due", "late"):
        facts.add_row(name.replace("_", " "), f"{summary[name]:,}")
    for name in ("mean", "median", "p90"):
        facts.add_row(f"throughput time, {name}", spelled(summary[name]))
    console.print(facts)
    _list(
        console,
        ("variant", "cases"),
        [(" → ".join(one["activities"]), one["count"]) for one in summary["variants"]],
    )
    _list(console, ("resource", "events"), summary["resources"])
    _list(console, ("done again", "cases"), summary["rework"])


def _list(console: Console, columns: tuple[str, str], rows: Any) -> None:
    table = Table(*columns)
    for name, count in list(rows)[:ROWS]:
        table.add_row(str(name), f"{count:,}")
    console.print(table)


def spelled(seconds: float | None) -> str:
    return "unknown" if seconds is None else str(timedelta(seconds=round(seconds)))


async def _keep(settings: Settings, name: str, digest: str, summary: dict[str, Any]) -> None:
    async with transaction(settings.application_url) as session:
        await commands.keep(session, name, digest, summary, at=datetime.now(UTC), actor=SYSTEM)


@app.command("export-xes")
def export_xes(
    output: Out,
    days: Annotated[
        int, typer.Option(min=1, help="Cases in which something happened in so many days.")
    ] = 365,
) -> None:
    """Write our own cases as an event log: no applicant, officers by name."""
    now = datetime.now(UTC)
    with output.open("w", encoding="utf-8") as stream:
        count = asyncio.run(_export(current(), stream, Scope(now - timedelta(days=days), now)))
    typer.echo(f"{count:,} cases written to {output}")


async def _export(settings: Settings, stream: TextIO, scope: Scope) -> int:
    count = 0
    async with transaction(settings.application_url) as session:
        stream.write(xes_writing.opening(commands.own_head()))
        async for trace in commands.traces(session, scope):
            stream.write(xes_writing.written(trace))
            count += 1
        stream.write(xes_writing.CLOSING)
    return count
