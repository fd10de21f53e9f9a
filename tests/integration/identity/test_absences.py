"""Leave is entered, stood in for, ends by itself or early; a substitute gains a desk and no right."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from identity import absences, leave, reviewing, sessions, staffing
from identity.absences import day_of
from identity.actor import Actor, Party, PartyKind, Role
from identity.errors import AbsenceRefused, AbsenceUnknown
from identity.means import posting
from identity.means.rules import News
from identity.rules import Limits
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
OTHER_DEPARTMENT = "11520100MADEM002X1"
NUMBERS = ("520101197001011015", "520101197102081020", "520101197203151032", "520101197304221044")


def acting(person_id, *roles):
    return Actor(person_id, "示例", frozenset(roles), Party(PartyKind.PERSON, person_id, "示例"))


async def office(session, now, *posts):
    """Officers of one department, each with these roles."""
    return [
        await people.clerk(session, now, login=f"officer-{place}", roles=roles, id_number=NUMBERS[place])
        for place, roles in enumerate(posts)
    ]


async def away(session, actor, person, substitute, now, *, days=(0, 2), roles=(Role.WINDOW,)):
    first, last = (day_of(now) + timedelta(day) for day in days)
    return await leave.enter(
        session,
        actor,
        person,
        substitute_id=substitute,
        roles=roles,
        first_day=first,
        last_day=last,
        at=now,
    )


async def standing(session, person, now, day=0):
    found = await absences.stands_in_for(session, person, day_of(now) + timedelta(day))
    return [(one.person_id, set(one.roles)) for one in found]


async def test_a_substitute_stands_in_from_the_first_day_to_the_last_and_no_longer(session, now):
    absent, other = await office(session, now, (Role.WINDOW,), (Role.WINDOW, Role.REVIEWER))
    assert [one for one, _ in await leave.candidates(session, absent)] == [other]
    assert await leave.posts(session, absent) == [Role.WINDOW]
    made = await away(session, acting(absent, Role.WINDOW), absent, other, now, days=(1, 3))
    told = [bool(await standing(session, other, now, day)) for day in range(6)]
    assert told == [False, True, True, True, False, False]
    assert await standing(session, other, now, 1) == [(absent, {Role.WINDOW})]
    assert await standing(session, absent, now, 1) == []
    found = await absences.substitutes_of(session, absent, day_of(now) + timedelta(1))
    assert [(one.id, one.substitute_id) for one in found] == [(made, other)]
    assert [one.id for one in await absences.own(session, other, day_of(now))] == [made]
    assert [one.id for one in await absences.listing(session, day_of(now))] == [made]
    assert [one.kind for one in await posting.own(session, other)] == [News.STANDING_IN]
    assert list(await posting.own(session, absent)) == []
    assert await absences.listing(session, day_of(now) + timedelta(4)) == []
    for person, deed, key, named in (
        (absent, "leave entered", "substitute", other),
        (other, "named as substitute", "instead_of", absent),
    ):
        entry = (await ledger.entries(session, f"account:{person}"))[-1]
        assert (entry.deed, entry.actor, entry.details[key]) == (deed, str(absent), str(named))


async def test_leave_is_ended_early_by_those_concerned_and_by_nobody_else(session, now):
    absent, other, third = await office(session, now, (Role.WINDOW,), (Role.WINDOW,), (Role.WINDOW,))
    chief = acting(third, Role.SECURITY_ADMIN)
    with pytest.raises(AbsenceUnknown):
        await away(session, acting(other, Role.WINDOW), absent, other, now)
    for who in (acting(absent, Role.WINDOW), acting(other, Role.WINDOW), chief):
        made = await away(session, chief, absent, other, now)
        with pytest.raises(AbsenceUnknown):
            await leave.end(session, acting(third, Role.WINDOW), made, at=now)
        await leave.end(session, who, made, at=now)
        assert await standing(session, other, now) == []
        with pytest.raises(AbsenceUnknown):
            await leave.end(session, who, made, at=now)
    deeds = [entry.deed for entry in await ledger.entries(session, f"account:{other}")]
    assert deeds[-2:] == ["named as substitute", "substitution ended"]


async def test_leave_that_would_not_hold_is_refused(session, now):
    absent, other, reviewer, third = await office(
        session, now, (Role.WINDOW, Role.SECURITY_ADMIN), (Role.WINDOW,), (Role.REVIEWER,), (Role.WINDOW,)
    )
    me = acting(absent, Role.WINDOW)

    async def refused(field, why, substitute=other, **changes):
        with pytest.raises(AbsenceRefused) as found:
            await away(session, me, absent, substitute, now, **changes)
        assert (found.value.field, found.value.why) == (field, why)

    await refused("substitute", "oneself", absent)
    await refused("substitute", "roles", reviewer)
    await refused("roles", "missing", roles=())
    await refused("roles", "not-lent", roles=[Role.SECURITY_ADMIN])
    await refused("roles", "not-lent", roles=[Role.APPROVER])
    await refused("last_day", "order", days=(2, 1))
    await refused("last_day", "past", days=(-2, -1))
    await away(session, me, absent, other, now, days=(0, 5))
    await refused("last_day", "overlap", third, days=(5, 9))
    await away(session, acting(third, Role.WINDOW), third, other, now, days=(20, 25))
    await refused("substitute", "absent", third, days=(24, 30))
    await staffing.dismiss(session, third, by="system:test", at=now)
    await refused("substitute", "no-post", third, days=(40, 41))
    await people.department(session, now, OTHER_DEPARTMENT)
    post = {"roles": [Role.WINDOW], "by": "system:test", "at": now}
    both = [people.DEPARTMENT, OTHER_DEPARTMENT]
    await staffing.appoint(session, third, department_code=OTHER_DEPARTMENT, departments=both, **post)
    await refused("substitute", "department", third, days=(40, 41))
    await staffing.appoint(
        session, third, department_code=people.DEPARTMENT, departments=[OTHER_DEPARTMENT], **post
    )
    await refused("substitute", "scope", third, days=(40, 41))
    await staffing.dismiss(session, absent, by="system:test", at=now)
    await refused("person", "no-post", days=(40, 41))
    assert await leave.candidates(session, absent) == await leave.posts(session, absent) == []


async def test_the_actor_of_the_next_request_knows_and_forgets_whom_they_stand_in_for(session, now):
    absent, other = await office(session, now, (Role.WINDOW,), (Role.WINDOW,))
    opened = await sessions.open_session(
        session,
        other,
        assurance=2,
        awaiting_code=False,
        lifetime=timedelta(hours=9),
        origin="192.0.2.1",
        agent="",
        at=now,
        means="password+code",
    )

    async def actor(at=now):
        found = await sessions.resolve(session, opened.token, at=at, limits=Limits())
        return found.actor

    alone = await actor()
    made = await away(session, acting(absent, Role.WINDOW), absent, other, now, days=(0, 0))
    one = await actor()
    assert [(one.person_id, one.name) for one in one.standing_in] == [(absent, "示例子")]
    assert replace(one, standing_in=frozenset()) == alone
    assert (await actor(now + timedelta(minutes=10))).standing_in
    await leave.end(session, acting(absent, Role.WINDOW), made, at=now)
    assert not (await actor()).standing_in
    await away(session, acting(absent, Role.WINDOW), absent, other, now)
    assert (await actor()).standing_in
    await staffing.dismiss(session, absent, by="system:test", at=now)
    assert not (await actor()).standing_in


async def test_the_database_lends_no_administrators_post(session, now):
    absent, other = await office(session, now, (Role.WINDOW,), (Role.WINDOW,))
    made = await away(session, acting(absent, Role.WINDOW), absent, other, now)
    for change in ("roles = ARRAY['security-admin']", "roles = '{}'", "substitute_id = person_id"):
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(
                    sa.text(f"UPDATE staff_absence SET {change} WHERE id = :id"),
                    {"id": made},
                )


async def test_who_is_away_is_marked_among_the_stale(session, now):
    absent, other = await office(session, now, (Role.WINDOW,), (Role.WINDOW,))
    later = now + timedelta(days=91)
    await away(session, acting(absent, Role.WINDOW), absent, other, now, days=(0, 100))
    chief = acting(other, Role.SECURITY_ADMIN)
    assert not await reviewing.suspend(session, chief, absent, at=now)
    found = {one.person_id: one.away_until for one in await reviewing.stale(session, at=later)}
    assert found == {absent: day_of(now) + timedelta(100), other: None}
