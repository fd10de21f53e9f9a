"""The command: beside a running demonstration, whose registers it asks through a hub of its own with an older clock."""

import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Annotated

import httpx
import typer
from litestar import Litestar
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from identity import commands as identity
from identity import keys
from identity.actor import Actor
from identity.rules import Level
from portal.cli.demo import laying
from portal.cli.demo.residents import RESIDENTS
from portal.cli.demo.running_cases import acting
from portal.cli.demo.running_cases.acting import Office
from portal.cli.demo.running_cases.stories import Story, stories
from portal.cli.demo.seeding import BY, PARTY
from portal.cli.errors import NoDemonstration
from portal.hub.app import create_hub
from portal.hub.process import HUB, side_of, sources_file
from portal.resources import HUB_PURPOSE, hub_keys, objects_of
from portal.settings import Settings, current
from services.catalogue.codes import Audience
from services.catalogue.commands import shipped
from services.catalogue.definition import ItemDefinition
from services.oversight.indicators import commands as indicators
from services.oversight.measures.office import office
from services.sharing.client import HubClient, Timeouts
from services.sharing.configuration import load
from services.sharing.sources import Sources
from services.workflow import calendar
from services.workflow.rules import local_day
from storage import cipher
from storage.database import Sessions, open_engine, open_sessions

BACK = timedelta(days=120)
"""Further back than any case of the sample begins."""


def sample_cases(
    count: Annotated[int, typer.Option(min=1, max=2000, help="How many.")] = 80,
    seed: Annotated[int, typer.Option(help="Another number makes other cases.")] = 1,
) -> None:
    """Lay sample cases of the last weeks, in every state, beside a running demonstration (示例数据)."""
    settings = current().model_copy(update={"party": PARTY, "demo": True})
    mark = settings.data / laying.MARK
    if not mark.is_file():
        raise NoDemonstration(str(settings.data))
    os.environ.update(json.loads(mark.read_text())["secrets"])
    laid = asyncio.run(_lay(settings, count, seed))
    typer.echo(f"{laid} sample cases laid")


async def _lay(settings: Settings, count: int, seed: int) -> int:
    cipher.follow(settings.keys / "ring.json")
    now = datetime.now(UTC)
    async with _office(settings, now) as desk:
        async with desk.sessions() as session, session.begin():
            days = await calendar.load(session)
            for one in RESIDENTS:
                await identity.register_person(
                    session,
                    name=one.name,
                    id_number=one.id_number,
                    phone=one.phone,
                    level=Level.REGISTRY,
                    by=BY,
                    at=now,
                )
            people = [await acting.resident(session, one) for one in RESIDENTS]
        hours = office(days, local_day(now - BACK), local_day(now))
        told = stories(items(), len(people), count, now=now, hours=hours, seed=seed)
        await _one_by_one(desk, told, people)
        await _sum_up(desk.sessions, now)
    return count


async def _sum_up(sessions: Sessions, now: datetime) -> None:
    """Days that are over are summed up once, at night: these got their cases afterwards."""
    yesterday = local_day(now) - timedelta(days=1)
    async with sessions() as session, session.begin():
        await indicators.keep(session, local_day(now - BACK), yesterday)
        await indicators.sum_months(session, until=yesterday)


async def _one_by_one(desk: Office, told: list[Story], people: list[Actor]) -> None:
    console = Console(stderr=True)
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        for story in bar.track(told):
            await desk.lay(story, people[story.resident])


def items() -> list[ItemDefinition]:
    """The shipped items that a resident applies for and that officers decide step by step."""
    return [
        one
        for one in shipped()
        if Audience.PERSON in one.audiences and not one.instant and not one.decided_on_the_spot
    ]


@asynccontextmanager
async def _office(settings: Settings, now: datetime) -> AsyncIterator[Office]:
    """The portal's and the hub's databases, and a hub within this process that lives when it is told to."""
    clock = [now]
    engines = [
        open_engine(url, pool_size=2) for url in (settings.application_url, settings.hub_application_url)
    ]
    portal, shared = (open_sessions(one) for one in engines)
    async with portal() as session, session.begin():
        own = await keys.ensure(session, HUB_PURPOSE, at=now)
        officers = await acting.officers(session)
    sources, app = await _hub(settings, shared, clock)
    client = HubClient(
        "http://hub.example",
        consumer=settings.party,
        key=own.signer,
        hub_keys=hub_keys(settings),
        timeouts=Timeouts(total=settings.hub_seconds),
        transport=httpx.ASGITransport(app),  # type: ignore[arg-type]  # narrower than ASGI, and served so everywhere
    )
    try:
        yield Office(portal, objects_of(settings), client, lambda at: clock.__setitem__(0, at), officers)
    finally:
        await client.close()
        await sources.close()
        for engine in engines:
            await engine.dispose()


async def _hub(settings: Settings, shared: Sessions, clock: list[datetime]) -> tuple[Sources, Litestar]:
    async with shared() as session, session.begin():
        answering = await keys.ensure(session, HUB, at=clock[0])
    opened = load(sources_file(settings), os.environ, side_of(settings, answering.signer))
    sources = Sources(opened, chance=random.random, monotonic=monotonic)
    app = create_hub(
        shared,
        key=answering.signer,
        keys=answering.verifiers,
        sources=sources,
        clock=lambda: clock[0],
    )
    return sources, app
