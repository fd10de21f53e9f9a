"""Nothing is issued twice: every decision pressed five times by eight clients, the workers killed at random moments."""

import asyncio
import os
import random
import signal
import sys
from contextlib import suppress

import pytest
import sqlalchemy as sa

from licensing import tasks, verifying
from licensing.authority import open_authority
from licensing.models import Licence
from licensing.numbering import read_identifier
from licensing.rules import State
from storage import folder_store, ledger
from storage.database import open_engine, open_sessions
from tests.integration.licensing import making
from tests.integration.licensing.pressing import FOOD, URL, intend, open_departments
from tests.support import licences as builders
from tests.support import postgres
from tests.support.licences import AT

pytestmark = pytest.mark.anyio
DECISIONS = int(os.environ.get("YIWANG_DECISIONS", "5"))
CLIENTS, PRESSES = 8, 5
CHANCE = random.Random(20261122)


@pytest.fixture
async def place(server: postgres.Server, data_folder, tmp_path):
    """A database of its own, its address, and a folder with keys for workers of their own."""
    (tmp_path / "ring.json").write_bytes((data_folder / "keys" / "ring.json").read_bytes())
    name = server.copy()
    url = server.url(name, postgres.APPLICATION)
    engine = open_engine(url)
    sessions = open_sessions(engine)
    authority = open_authority(tmp_path / "seals", making.PASSPHRASE, AT)
    authority.enrol(builders.seal_of(FOOD), AT)
    async with sessions() as session, session.begin():
        await open_departments(session)
    yield sessions, url, tmp_path
    await engine.dispose()
    server.drop(name)


async def worker(url, folder):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.licensing.making", url, str(folder)
    )


async def made(sessions):
    async with sessions() as session, session.begin():
        query = sa.select(sa.func.count()).where(Licence.state == State.VALID)
        return await session.scalar(query.select_from(Licence))


async def press_all(sessions):
    """Each client presses each decision five times, in an order of its own."""

    async def client(order):
        for number in order:
            async with sessions() as session, session.begin():
                await intend(session, number=f"D-{number}")

    decisions = [number for number in range(DECISIONS) for _ in range(PRESSES)]
    await asyncio.gather(*(client(CHANCE.sample(decisions, len(decisions))) for _ in range(CLIENTS)))


async def kill_now_and_then(sessions, url, folder):
    """Kill a worker each time some more licences are made; the last one works to the end."""
    for goal in range(1, DECISIONS, max(4, DECISIONS // 10)):
        running = await worker(url, folder)
        while await made(sessions) < goal:  # noqa: ASYNC110 it is another process that makes them
            await asyncio.sleep(0.05)
        await asyncio.sleep(CHANCE.random() * 0.05)
        with suppress(ProcessLookupError):
            running.send_signal(signal.SIGKILL)
        await running.wait()
    (folder / "done").touch()
    running = await worker(url, folder)
    assert await running.wait() == 0


async def test_every_decision_makes_one_sealed_licence_with_one_number(place):
    sessions, url, folder = place
    await press_all(sessions)
    await kill_now_and_then(sessions, url, folder)
    store = folder_store.open(folder / "objects")
    roots = [open_authority(folder / "seals", making.PASSPHRASE, AT).root.certificate]
    async with sessions() as session, session.begin():
        found = list(await session.scalars(sa.select(Licence)))
        assert len(found) == DECISIONS
        assert len({one.number for one in found}) == DECISIONS
        serials = sorted(int(read_identifier(one.identifier).serial[4:]) for one in found)
        assert serials == list(range(1, DECISIONS + 1))
        for one in found:
            verdict = verifying.verify(await store.get(one.document), roots=roots)
            assert (verdict.sound, verdict.identifier) == (True, one.identifier)
            deeds = [entry.deed for entry in await ledger.entries(session, f"licence:{one.id}")]
            assert deeds == ["licence intended", "licence issued"]


async def test_what_can_never_be_made_ends_for_a_person_to_see_to(committed, press):
    async with committed() as session, session.begin():
        licence = await intend(session, number="U-1", premises="一" * 4000)
        number, identifier = licence.id, licence.identifier
    for _ in range(2):
        await tasks.issue_licence(
            str(number), sessions=committed, objects=press.objects, sealer=press.sealer, public_url=URL
        )
    async with committed() as session, session.begin():
        kept = await session.get_one(Licence, number)
        assert kept.state is State.INTENDED
        assert kept.unfit_at is not None
        assert identifier in kept.unfit_why
