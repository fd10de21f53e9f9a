"""The board: its numbers are the lengths of the lists they lead to, and nobody sees beyond their departments."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from identity.actor import Role
from services.applications.models import Application, CaseMaterial, Supply
from services.applications.rules import Channel, State
from services.oversight import board
from services.oversight.board import Happened, Period, Watched
from services.oversight.rules import WATCHED, CaseLight, Indicator, Rate, light
from tests.integration.oversight.builders import (
    CIVIL,
    DAY,
    MARKET,
    NOON,
    TODAY,
    actor,
    application,
    late,
    near,
)

pytestmark = pytest.mark.anyio


async def add(session, *cases):
    session.add_all(cases)
    await session.flush()
    return cases


async def test_running_cases_are_counted_by_department_and_light(session):
    await add(session, application(), application(), near(), late(), late(department_code=CIVIL))
    await add(session, application(state=State.SUSPENDED, due=-3), application(state=State.DRAFT))
    await add(session, application(state=State.DELIVERED, due=-3))
    found = await board.board(session, actor(), today=TODAY)
    rows = {row.department: row for row in found.rows}
    assert rows[MARKET].lights == {
        CaseLight.GREEN: 2,
        CaseLight.YELLOW: 1,
        CaseLight.RED: 1,
        CaseLight.PAUSED: 1,
    }
    assert rows[CIVIL].lights[CaseLight.RED] == rows[CIVIL].total == 1
    assert (found.everything.total, found.everything.lights[CaseLight.RED]) == (6, 2)


async def test_every_number_is_the_length_of_its_list(session):
    chance = random.Random(7)
    cases = [
        application(
            state=chance.choice(list(State)),
            department_code=chance.choice([MARKET, CIVIL]),
            due=chance.choice([None, -2, -1, 0, 1, 5]),
            yellow=chance.choice([None, -1, 0, 1]),
        )
        for _ in range(120)
    ]
    await add(session, *cases)
    found = await board.board(session, actor(), today=TODAY)
    for row in [*found.rows, found.everything]:
        for shown in CaseLight:
            wanted = Watched(TODAY, department=row.department or None, light=shown, limit=999)
            assert len(await board.watched(session, actor(), wanted)) == row.lights[shown]


async def test_the_light_in_sql_is_the_light_of_the_rules(session):
    dates = [None, *(TODAY + days * DAY for days in range(-2, 3))]
    cases = [
        application(state=state, due_on=due, yellow_on=yellow)
        for state in State
        for due in dates
        for yellow in dates
    ]
    await add(session, *cases)
    query = sa.select(Application, board.light_on(TODAY))
    for case, shown in await session.execute(query):
        assert shown == light(case.state, case.due_on, case.yellow_on, TODAY)


async def test_a_supervisor_sees_only_the_departments_served(session):
    (mine, other) = await add(session, late(), late(department_code=CIVIL))
    narrow = actor(departments=(MARKET,))
    found = await board.board(session, narrow, today=TODAY)
    assert [row.department for row in found.rows] == [MARKET]
    assert [case.number for case in found.late] == [mine.number]
    wanted = Watched(TODAY, department=CIVIL)
    assert await board.watched(session, narrow, wanted) == []
    assert other.number in [case.number for case in (await board.board(session, actor(), today=TODAY)).late]


async def test_a_citizen_sees_no_board(session):
    await add(session, late())
    found = await board.board(session, actor(Role.CITIZEN, departments=()), today=TODAY)
    assert (list(found.rows), found.everything.total) == ([], 0)


async def test_shares_name_what_they_are_made_of(session):
    decided = {"decided_at": NOON - DAY, "state": State.DELIVERED}
    await add(session, *(application(**decided, on_time=number != 0) for number in range(6)))
    await add(session, application(**(decided | {"decided_at": NOON - 60 * DAY}), on_time=False))
    await add(session, application(corrections=1), application(channel=Channel.WINDOW))
    found = (await board.board(session, actor(), today=TODAY)).everything.rates
    assert found[Indicator.ON_TIME] == Rate(5, 6)
    assert found[Indicator.FIRST_TIME] == Rate(8, 9)
    assert found[Indicator.ONLINE] == Rate(8, 9)


async def test_materials_had_from_registers_are_counted_among_those_required(session):
    (case,) = await add(session, application())
    met = {
        "a": Supply.OBTAINED,
        "b": Supply.OBTAINED,
        "c": Supply.HANDED_IN,
        "d": Supply.COMMITTED,
        "e": Supply.NEEDED,
    }
    for code, supply in met.items():
        session.add(
            CaseMaterial(application_id=case.id, code=code, supply=supply, required=True, changed_at=NOON)
        )
    session.add(
        CaseMaterial(
            application_id=case.id, code="z", supply=Supply.OBTAINED, required=False, changed_at=NOON
        )
    )
    await session.flush()
    found = await board.rates(session, actor(), Period(TODAY - 30 * DAY, TODAY))
    assert found[MARKET][Indicator.SPARED] == Rate(2, 4)


async def test_today_begins_at_midnight_in_china(session):
    midnight = Period(TODAY, TODAY).start
    values = {"updated_at": NOON, "accepted_at": None}
    await add(session, application(submitted_at=midnight, **values))
    await add(session, application(submitted_at=midnight - timedelta(seconds=1), **values))
    found = await board.board(session, actor(), today=TODAY)
    assert found.flow == {"received": 1, "accepted": 0, "decided": 0, "delivered": 0}
    wanted = Happened("received", Period(TODAY, TODAY))
    assert len(await board.happened(session, actor(), wanted)) == 1


@pytest.mark.parametrize("event", board.EVENTS)
async def test_what_happened_today_is_as_long_as_its_list(session, event):
    values = {
        "submitted_at": NOON,
        "accepted_at": NOON,
        "decided_at": NOON,
        "closed_at": NOON,
        "updated_at": NOON,
    }
    await add(session, *(application(**values, state=State.DELIVERED) for _ in range(3)))
    await add(session, application(**values, state=State.WITHDRAWN))
    found = await board.board(session, actor(), today=TODAY)
    listed = await board.happened(session, actor(), Happened(event, Period(TODAY, TODAY)))
    assert len(listed) == found.flow[event] == (3 if event == "delivered" else 4)


async def test_lists_are_paged_without_losing_or_repeating(session):
    await add(session, *(application(due=due) for due in [None, None, *[day % 4 for day in range(21)]]))
    seen, after = [], None
    while page := await board.watched(session, actor(), Watched(TODAY, after=after, limit=5)):
        seen += [case.number for case in page]
        after = (page[-1].due_on or board.NEVER, page[-1].number)
    assert len(seen) == len(set(seen)) == 23
    seen, moment = [], None
    period = Period(TODAY - 30 * DAY, TODAY)
    while page := await board.happened(session, actor(), Happened("received", period, after=moment, limit=4)):
        seen += [case.number for case in page]
        moment = (page[-1].submitted_at, page[-1].number)
    assert len(seen) == len(set(seen)) == 23


async def test_decided_cases_are_listed_by_whether_they_were_in_time(session):
    await add(
        session, *(application(decided_at=NOON, state=State.DELIVERED, on_time=n > 0) for n in range(4))
    )
    for on_time, count in ((True, 3), (False, 1), (None, 4)):
        wanted = Happened("decided", Period(TODAY, TODAY), department=MARKET, on_time=on_time)
        assert len(await board.happened(session, actor(), wanted)) == count


def test_everything_not_finished_is_watched():
    assert State.GRANTED in WATCHED
    assert State.DRAFT not in WATCHED
