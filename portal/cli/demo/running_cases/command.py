"""The command: beside a running demonstration, whose registers it asks through a hub of its own with an older clock."""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from identity import keys
from identity.actor import Actor, Role
from identity.rules import Level
from portal.cli.demo import laying
from portal.cli.demo.people import STAFF
from portal.cli.demo.residents import RESIDENTS
from portal.cli.demo.running_cases import acting
from portal.cli.demo.running_cases.acting import Office
from portal.cli.demo.running_cases.stories import Story, stories
from portal.cli.demo.seeding import PARTY, register
from portal.cli.errors import NoDemonstration
from portal.hub.app import create_hub
from portal.hub.process import HUB, sources_of
from portal.resources import HUB_PURPOSE, hub_client, objects_of
from portal.settings import Settings, current
from services.catalogue.codes import Audience
from services.catalogue.commands import shipped
from services.catalogue.definition import ItemDefinition
from services.oversight.indicators import commands as indicators
from services.oversight.measures.office import office
from services.workflow import calendar
from services.workflow.rules import local_day
from storage import cipher
from storage.database import Session, Sessions, open_engine, open_sessions

BACK = timedelta(days=120)
"""Further back than any case of the sample begins."""


def sample_cases(
    count: Annotated[int, typer.Option(min=1, max=2000, help="How many.")] = 80,
    seed: Annotated[int, typer.Option(help="Another number makes other cases.")] = 1,
) -> None:
    """Lay sample cases of the last weeks, in every state, beside a running demonstration (示例数据)."""
    settings = current().model_copy(update={"party": PARTY})
    mark = settings.data / laying.MARK
    if not mark.is_file():
        raise NoDemonstration(str(settings.data))
    os.environ.update(json.loads(mark.read_text())["secrets"])
    asyncio.run(_lay(settings, count, seed))
    typer.echo(f"{count} sample cases laid")


async def _lay(settings: Settings, count: int, seed: int) -> None:
    cipher.follow(settings.keys / "ring.json")
    now = datetime.now(UTC)
    async with _office(settings, now) as desk:
        async with desk.sessions() as session, session.begin():
            days = await calendar.load(session)
            people = [
                acting.resident(one, await register(session, one, Level.REGISTRY, now)) for one in RESIDENTS
            ]
        hours = office(days, local_day(now - BACK), local_day(now))
        told = stories(items(), len(people), count, now=now, hours=hours, seed=seed)
        await _one_by_one(desk, told, people)
        await _sum_up(desk.sessions, now)


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
        officers = await _officers(session, now)
    async with shared() as session, session.begin():
        answering = await keys.ensure(session, HUB, at=now)
    sources = sources_of(settings, answering.signer)
    app = create_hub(
        shared,
        key=answering.signer,
        keys=answering.verifiers,
        sources=sources,
        clock=lambda: clock[0],
    )
    client = hub_client(settings, own.signer, transport=httpx.ASGITransport(app))  # type: ignore[arg-type]  # narrower than ASGI, and served so everywhere
    try:
        yield Office(portal, objects_of(settings), client, lambda at: clock.__setitem__(0, at), officers)
    finally:
        await client.close()
        await sources.close()
        for engine in engines:
            await engine.dispose()


async def _officers(session: Session, now: datetime) -> dict[tuple[str, Role], list[Actor]]:
    """The sample officers by department and post, in the order in which they are listed."""
    found: dict[tuple[str, Role], list[Actor]] = defaultdict(list)
    for one in STAFF:
        actor = acting.officer(one, await register(session, one, Level.IN_PERSON, now))
        for role in one.roles:
            found[one.department, role].append(actor)
    return found
