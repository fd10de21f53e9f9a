"""`yiwang doctor`: is everything there that the portal needs, and what to do about what is not."""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from licensing import fonts
from licensing import queries as licences
from licensing.fonts import Supply
from portal.cli import reaching
from portal.cli.transactions import transaction
from portal.resources import HUB_KEYS, objects_of
from portal.settings import Settings, current
from services.workflow import calendar
from services.workflow.rules import local_day
from storage import structure
from storage.database import require_fit
from storage.errors import DatabaseUnfit, StoreUnavailable

MOST_SKEW = 2.0
"""Seconds between this machine's clock and the database's."""
CALENDAR_WANTED_FROM = 12
"""The month in which next year's holidays ought to be known: the notice comes in November."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `advice` says what to do when it needs attention, and is empty when it is well."""

    part: str
    found: str
    advice: str = ""


Check = Callable[[Settings], Awaitable[Finding]]


def doctor(
    settings: Annotated[bool, typer.Option("--settings", help="List every setting instead.")] = False,
) -> None:
    """Check database, objects, hub, fonts, keys, calendar, clock, mail, short messages and scanner; exits 1 if something needs attention."""
    if settings:
        _list_settings()
        return
    findings = asyncio.run(_look(current()))
    table = Table("part", "found", "what to do")
    for finding in findings:
        table.add_row(finding.part, finding.found, finding.advice or "✓ nothing")
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    if any(finding.advice for finding in findings):
        raise typer.Exit(1)


def _list_settings() -> None:
    table = Table("variable", "default", "meaning")
    for name, field in Settings.model_fields.items():
        table.add_row(f"YIWANG_{name.upper()}", str(field.default), field.description or "")
    Console(width=None if sys.stdout.isatty() else 160).print(table)


async def _look(settings: Settings) -> Sequence[Finding]:
    return [await check(settings) for check in CHECKS]


async def _database(settings: Settings) -> Finding:
    try:
        async with transaction(settings.application_url) as session:
            await require_fit(session)
            at = await session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except DatabaseUnfit as exc:
        return Finding(
            "database", f"{exc.why}: {exc.found}", "give it PostgreSQL 15 or later, UTF8, locale C.UTF-8"
        )
    except (SQLAlchemyError, OSError) as exc:
        return Finding(
            "database", type(exc).__name__, "start it, or set YIWANG_DATABASE_URL; then yiwang migrate"
        )
    newest = structure.newest()
    return Finding("database", f"structure {at}", "" if at == newest else f"run yiwang migrate (to {newest})")


async def _clock(settings: Settings) -> Finding:
    try:
        async with transaction(settings.application_url) as session:
            there = (await session.execute(sa.text("SELECT clock_timestamp()"))).scalar_one()
    except (SQLAlchemyError, OSError) as exc:
        return Finding("clock", type(exc).__name__, "needs the database")
    skew = abs((datetime.now(UTC) - there).total_seconds())
    return Finding(
        "clock", f"{skew:.1f} s from the database", "" if skew < MOST_SKEW else "synchronise the clocks (NTP)"
    )


async def _calendar(settings: Settings) -> Finding:
    try:
        async with transaction(settings.application_url) as session:
            years = (await calendar.load(session)).published
    except (SQLAlchemyError, OSError) as exc:
        return Finding("calendar", type(exc).__name__, "needs the database")
    today = local_day(datetime.now(UTC))
    wanted = {today.year} | ({today.year + 1} if today.month >= CALENDAR_WANTED_FROM else set())
    missing = sorted(wanted - years)
    found = f"{min(years)}–{max(years)}" if years else "empty"
    return Finding("calendar", found, f"yiwang calendar import FILE for {missing}" if missing else "")


async def _objects(settings: Settings) -> Finding:
    where = settings.s3_endpoint or str(settings.data / "objects")
    try:
        await objects_of(settings).check()
    except StoreUnavailable as exc:
        return Finding("objects", f"{where}: {exc.why}", "check the address, the keys and the disk")
    return Finding("objects", where)


async def _hub(settings: Settings) -> Finding:
    try:
        states = await asyncio.to_thread(_ask, f"{settings.hub_url}/health/ready")
    except (urllib.error.URLError, OSError, ValueError) as exc:
        advice = "start yiwang hub; applicants are asked for everything meanwhile"
        return Finding("hub", f"{settings.hub_url}: {exc}", advice)
    down = [name for name, state in states.get("sources", {}).items() if state != "up"]
    return Finding("hub", settings.hub_url, f"sources away: {', '.join(down)}" if down else "")


def _ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  the operator's own address
        found: dict[str, Any] = json.load(answer)
        return found


async def _keys(settings: Settings) -> Finding:
    missing = [name for name in ("ring.json", "seals", HUB_KEYS) if not (settings.keys / name).exists()]
    return Finding("keys", str(settings.keys), f"missing: {', '.join(missing)}" if missing else "")


async def _fonts(settings: Settings) -> Finding:
    state = fonts.state()
    if not state.subsetter:
        return Finding(
            "fonts", state.supply, "apt-get install libharfbuzz-subset0: a page takes ten seconds without"
        )
    if state.supply is Supply.MISSING:
        return Finding("fonts", state.supply, "make assets, or apt-get install fonts-noto-cjk")
    return Finding(
        "fonts", state.supply, "" if state.good else "make assets: documents are ten times larger without"
    )


async def _mail(settings: Settings) -> Finding:
    return Finding("mail", *await reaching.mail(settings))


async def _short_messages(settings: Settings) -> Finding:
    return Finding("short messages", *await reaching.short_messages(settings))


async def _scanner(settings: Settings) -> Finding:
    return Finding("scanner", *await reaching.scanner(settings))


async def _licences(settings: Settings) -> Finding:
    """Licences that were decided and could not be made."""
    try:
        async with transaction(settings.application_url) as session:
            waiting = await licences.count_set_aside(session)
    except (SQLAlchemyError, OSError) as exc:
        return Finding("licences", type(exc).__name__, "needs the database")
    advice = "their approvers find them and why at /window/licences/waiting" if waiting else ""
    return Finding("licences", f"{waiting} could not be made" if waiting else "all made", advice)


CHECKS: Sequence[Check] = (
    *(_database, _clock, _calendar, _objects, _hub, _keys, _fonts, _licences),
    *(_mail, _short_messages, _scanner),
)
