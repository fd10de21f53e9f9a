"""A day's deeds at the pace of a pressed day, and one plain stream beside the browser's. Part of `tests.bench.wall`."""

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import httpx
import sqlalchemy as sa

from identity.actor import PartyKind
from portal.cli.demo.departments import CIVIL, MARKET
from portal.settings import APPLICATION_ROLE, DATABASE
from services.applications.models import Application
from services.applications.rules import Channel, State
from storage import cipher, ledger
from storage.database import Sessions, open_engine, open_sessions
from storage.embedded import Cluster
from tests.support.demonstration import Demonstration

DAY_SECONDS, OFFICE_SECONDS = 86_400, 25_200
PRESSED_SECONDS = 840
FASTER = DAY_SECONDS / PRESSED_SECONDS
CASES, DEEDS = 2_000, 16_000
"""Of a day."""
MOVE = sa.text(
    "UPDATE application SET state = :state, due_on = current_date + :days, yellow_on = current_date + :days - 2,"
    " updated_at = :at WHERE number = :number"
)
TURNS = (("suspended", "special procedure begun"), ("accepted", "special procedure ended"))
LATE = 20
"""One case of so many is late."""
CALL = sa.text("UPDATE oversight_board SET turn = turn + 1")
"""In a real day each deed has a look of its own; pressed together, the worker takes several up at once."""
WORKER = "system:bench"


@dataclass
class Driven:
    """What was done so far; ends when `ended` is set."""

    deeds: int = 0
    events: int = 0
    streams: int = 0
    wrong: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def drive(demo: Demonstration, url: str, cookies: dict[str, str], driven: Driven) -> None:
    """Until told to end; what fails is written down."""
    try:
        asyncio.run(_drive(demo, url, cookies, driven))
    except Exception as exc:
        driven.wrong.append(f"driving failed: {exc!r}")


async def _drive(demo: Demonstration, url: str, cookies: dict[str, str], driven: Driven) -> None:
    cipher.install(cipher.load_ring(demo.data / "keys" / "ring.json"))
    engine = open_engine(Cluster(demo.data / "postgres").url(DATABASE, APPLICATION_ROLE))
    listening = asyncio.create_task(_listen(url, cookies, driven))
    await _work(open_sessions(engine), driven)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await engine.dispose()


async def _work(sessions: Sessions, driven: Driven) -> None:
    """One deed after another, each with its entry in the ledger, at the pressed day's pace."""
    async with sessions() as session, session.begin():
        cases = [_case(place, datetime.now(UTC)) for place in range(CASES)]
        numbers = [str(case.number) for case in cases]
        session.add_all(cases)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for turn in count():
        if driven.ended.is_set():
            return
        await asyncio.sleep(begun + turn * PRESSED_SECONDS / DEEDS - loop.time())
        place, at = turn % len(numbers), datetime.now(UTC)
        state, deed = TURNS[turn // len(numbers) % len(TURNS)]
        number, days = numbers[place], 9 if place % LATE else -1
        async with sessions() as session, session.begin():
            await session.execute(MOVE, {"state": state, "days": days, "at": at, "number": number})
            await ledger.append(session, chain=number, deed=deed, subject=number, actor=WORKER, at=at)
        async with sessions() as session, session.begin():
            await session.execute(CALL)
        driven.deeds += 1


def _case(place: int, at: datetime) -> Application:
    """One of the day's cases, of one of two departments and eight items."""
    person = UUID(int=place + 1)
    return Application(
        number=f"WALL{place:08d}",
        query_code="ABCD2345",
        item_code=f"sample-{place % 8}",
        item_version=1,
        item_name={"zh": "示例事项", "en": "Sample item"},
        department_code=(MARKET.code, CIVIL.code)[place % 2],
        channel=Channel.ONLINE,
        applicant_kind=PartyKind.PERSON,
        applicant_id=person,
        applicant_name="示例甲",
        filed_by=person,
        filed_by_name="示例甲",
        state=State.ACCEPTED,
        limit_days=10,
        created_at=at,
        updated_at=at,
        submitted_at=at,
        accepted_at=at,
    )


async def _listen(url: str, cookies: dict[str, str], driven: Driven) -> None:
    """The stream as a program reads it; when it ends, the next one."""
    async with httpx.AsyncClient(cookies=cookies, timeout=60) as client:
        while True:
            async with client.stream("GET", f"{url}/supervision/events") as stream:
                driven.streams += 1
                if not stream.is_success:
                    driven.wrong.append(f"stream answered {stream.status_code}")
                    return
                async for text in stream.aiter_lines():
                    driven.events += text.startswith("event: board")
