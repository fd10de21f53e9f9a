"""The officers' work lists among many cases: read through indexes, page by page, the same as read plainly."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Role
from services.applications import desk
from services.applications.desk import Lamp, Tray, Wanted
from services.applications.models import Application
from services.applications.queries import visible_to
from storage.database import open_engine, open_sessions
from tests.bench.queue import CLERK, lists, officer, scans
from tests.support import postgres
from tests.support.crowded_desk import code_of, crowd

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 23)


@pytest.fixture
async def crowded(server: postgres.Server) -> Any:
    """A database of its own with fifty thousand cases."""
    name = server.copy()
    await crowd(server.url(name), cases=50_000, today=TODAY, claimed_by=CLERK)
    engine = open_engine(server.url(name, postgres.APPLICATION))
    async with open_sessions(engine)() as session:
        yield session
    await engine.dispose()
    server.drop(name)


def plainly(wanted: Wanted) -> Any:
    """The same list as one would write it without a thought for its cost."""
    shown = desk.lies_in(wanted.tray) if wanted.tray else sa.true()
    due, yellow = col(Application.due_on), col(Application.yellow_on)
    running = col(Application.state).not_in([*desk.STATES[Tray.DONE], *desk.PAUSED])
    light = {
        Lamp.RED: sa.and_(running, due < TODAY),
        Lamp.YELLOW: sa.and_(running, due >= TODAY, yellow <= TODAY),
        Lamp.GREEN: sa.and_(running, due >= TODAY, yellow > TODAY),
        Lamp.PAUSED: col(Application.state).in_(desk.PAUSED),
    }
    text = wanted.text or ""
    local = sa.cast(sa.func.timezone("Asia/Shanghai", col(Application.submitted_at)), sa.Date)
    return sa.and_(
        shown,
        light[wanted.lamp] if wanted.lamp else sa.true(),
        sa.and_(col(Application.claimed_by) == CLERK, ~desk.lies_in(Tray.DONE)) if wanted.mine else sa.true(),
        col(Application.item_code) == wanted.item_code if wanted.item_code else sa.true(),
        sa.or_(col(Application.applicant_name).startswith(text), col(Application.number).startswith(text)),
        due >= (wanted.since or date.min),
        due <= (wanted.until or date.max),
        local >= (wanted.filed_since or date.min),
        local <= (wanted.filed_until or date.max),
        sa.tuple_(due, col(Application.number)) > sa.tuple_(*map(sa.literal, wanted.after))
        if wanted.after and not wanted.latest_first
        else sa.true(),
        sa.tuple_(due, col(Application.number)) < sa.tuple_(*map(sa.literal, wanted.after))
        if wanted.after and wanted.latest_first
        else sa.true(),
    )


async def test_every_list_is_read_through_indexes_and_shows_what_a_plain_search_finds(crowded: Any) -> None:
    for departments in (1, 50, None):
        actor = officer(departments)
        for name, wanted in lists(TODAY).items():
            where = f"{departments}: {name}"
            assert await scans(crowded, actor, wanted) == "", where
            order = [col(Application.due_on), col(Application.number)]
            query = visible_to(actor).where(plainly(wanted)).with_only_columns(col(Application.number))
            plain = query.order_by(*(one.desc() if wanted.latest_first else one for one in order))
            expected = list(await crowded.scalars(plain.limit(wanted.limit)))
            found = [case.number for case in await desk.queue(crowded, actor, wanted)]
            assert found == expected, where
            assert found or name in {"all filters"} or departments == 1, where


async def test_pages_follow_one_another_without_a_gap_and_counting_stops(crowded: Any) -> None:
    actor = officer(2)
    wanted = Wanted(today=TODAY, tray=Tray.INTAKE, limit=40)
    seen: list[str] = []
    while page := await desk.queue(crowded, actor, wanted):
        seen += [case.number for case in page]
        wanted = replace(wanted, after=(page[-1].due_on or TODAY, page[-1].number))
    assert len(seen) == len(set(seen)) > 40
    counts = await desk.counts(crowded, actor)
    assert counts["intake"] == min(len(seen), desk.COUNTED)
    assert (await desk.counts(crowded, officer(None)))["decision"] == desk.COUNTED
    assert await desk.queue(crowded, actor, replace(wanted, tray=Tray.DONE, lamp=Lamp.RED, after=None)) == []


async def test_the_next_case_is_free_due_first_and_looked_for_deeper_only_when_it_must_be(
    crowded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = officer(3)
    number = await desk.next_for(crowded, actor)
    free = visible_to(actor).where(col(Application.claimed_by).is_(None))
    waiting = free.where(col(Application.state).in_(["submitted", "accepted"]))
    first = waiting.order_by(col(Application.due_on), col(Application.number)).limit(1)
    assert number == (await crowded.scalar(first)).number
    # An approver who received everything that is first has to look further down.
    received = sa.text(
        "UPDATE application SET received_by = CAST(:who AS jsonb) WHERE state = 'accepted' AND due_on < :day"
    )
    late = {"who": f'["{CLERK}"]', "day": TODAY + timedelta(days=5)}
    await crowded.execute(received, late)
    monkeypatch.setattr(desk, "DEPTHS", (1, 5_000))
    deep = await desk.next_for(crowded, replace(officer(1), roles=frozenset({Role.APPROVER})))
    case = await crowded.scalar(visible_to(officer(1)).where(col(Application.number) == deep))
    assert case.due_on >= late["day"]
    assert await desk.next_for(crowded, replace(officer(0), person_id=UUID(int=9))) is None
    assert code_of(0) == case.department_code
