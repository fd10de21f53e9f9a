"""Handed in after hours: the limit runs from the next working day, and may be kept before that day has come."""

from datetime import datetime

import pytest

from services.applications.commands import starting, timing
from services.applications.rules import Channel
from services.catalogue import queries as catalogue
from services.workflow import commands as clocks
from services.workflow.rules import ZONE, ClockKind
from tests.support.city import actor_for

pytestmark = pytest.mark.anyio

SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)
FRIDAY = datetime(2026, 11, 20, 16, 59, tzinfo=ZONE)


async def received(session, code, at):
    actor = await actor_for(
        session, "person-a", firm="firm-restaurant" if code == "fire-safety-check" else None
    )
    item = await catalogue.get(session, code)
    draft = await starting.start(session, actor, item, channel=Channel.ONLINE, at=at)
    day = await timing.start_intake(session, draft, item.definition, at=at)
    return draft, day


async def test_the_item_says_on_which_day_it_counts_as_received(held):
    async with held.sessions() as session, session.begin():
        draft, day = await received(session, "fire-safety-check", SATURDAY)
        assert (str(day), str(draft.due_on)) == ("2026-11-23", "2026-11-30")
        # Answered the same evening, before the day on which it counts as received.
        done = await clocks.finish(session, draft.number, ClockKind.INTAKE, at=SATURDAY.replace(hour=20))
        assert done.finished_at == SATURDAY.replace(hour=20)
        draft, day = await received(session, "fire-safety-check", FRIDAY)
        assert (str(day), str(draft.due_on)) == ("2026-11-20", "2026-11-27")
        draft, day = await received(session, "unemployment-benefit", SATURDAY)
        assert (str(day), str(draft.due_on)) == ("2026-11-21", "2026-11-27")
