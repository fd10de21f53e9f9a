"""Corrections, closing an account, stale staff accounts, and the three administrators kept apart by every path."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa

from identity import commands, queries, reviewing, staffing
from identity.actor import Actor, Party, PartyKind, Role
from identity.errors import DepartmentUnknown, PersonUnknown, RolesIncompatible
from identity.mandates import queries as mandates
from identity.mandates.giving import give
from identity.mandates.rules import Kind
from identity.privacy import closing, correcting
from identity.privacy.errors import ClosingHindered, CorrectionAnswered, CorrectionUnknown
from identity.privacy.rules import About, Hindrance, Kept, Verdict
from identity.rules import ADMINISTRATORS
from portal.cli.demo import people as sample
from portal.cli.demo import seeding
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
NUMBER, PHONE = "520102199001010018", "19900000001"
PAIRS = [sorted(pair) for pair in combinations(sorted(ADMINISTRATORS), 2)]


def acting(person_id, *roles, departments=()):
    own = Party(PartyKind.PERSON, person_id, "示例")
    return Actor(
        person_id, "示例", frozenset(roles or {Role.CITIZEN}), own, departments=frozenset(departments)
    )


async def ask(session, person, at):
    return await correcting.ask(
        session,
        acting(person),
        department_code=people.DEPARTMENT,
        about=About.REGISTER,
        text="住址不对，应该是示例路2号",
        due_on=at.date(),
        at=at,
    )


async def test_a_correction_is_asked_answered_once_and_seen_by_its_department_only(session, now):
    person, officer = await people.citizen(session, now), await people.clerk(session, now)
    clerk = acting(officer, Role.WINDOW, departments={people.DEPARTMENT})
    number = await ask(session, person, now)
    assert [one.request.id for one in await correcting.queue(session, clerk)] == [number]
    stranger = replace(clerk, departments=frozenset({"11520100MADEM002X1"}))
    assert await correcting.queue(session, stranger) == []
    answer = {"verdict": Verdict.CORRECTED, "text": "已经改正", "at": now}
    for other in (stranger, acting(person)):
        with pytest.raises(CorrectionUnknown):
            await correcting.answer(session, other, number, **answer)
    with pytest.raises(CorrectionUnknown):
        await correcting.one(session, stranger, number)
    await correcting.answer(session, clerk, number, **answer)
    with pytest.raises(CorrectionAnswered):
        await correcting.answer(session, clerk, number, **answer)
    (mine,) = await correcting.mine(session, acting(person))
    assert (mine.request.verdict, mine.request.answer) == (Verdict.CORRECTED, "已经改正")
    deeds = [one.deed for one in await ledger.entries(session, f"account:{person}")]
    assert deeds[-2:] == ["correction asked", "correction answered"]
    bodies = " ".join(one.body for one in await ledger.entries(session, f"account:{person}"))
    assert "示例路" not in bodies, "the ledger knows that it was said, not what"


async def test_no_correction_is_asked_of_a_department_that_does_not_exist(session, now):
    person = await people.citizen(session, now)
    with pytest.raises(DepartmentUnknown):
        await ask(session, person, now)


async def test_a_closed_account_leaves_nothing_of_a_person_whom_no_case_needs(session, now):
    person = await people.citizen(session, now)
    kept = await closing.close(session, acting(person), needed=(), at=now)
    assert kept == {Kept.LEDGER, Kept.SIGN_INS}
    profile = await queries.profile(session, person)
    assert (profile.name, profile.id_number, profile.phone, profile.email) == (
        closing.CLOSED_NAME,
        "",
        None,
        None,
    )
    assert await queries.person_id(session, NUMBER) is None
    assert await queries.credentials(session, PHONE) is None
    again = await people.citizen(session, now, login="again")
    assert again != person, "the number may sign up anew"
    with pytest.raises(PersonUnknown):
        await closing.close(session, acting(person), needed=(), at=now)


async def test_name_and_number_stay_with_a_case_and_nothing_else_does(session, now):
    person = await people.citizen(session, now)
    kept = await closing.close(session, acting(person), needed={Kept.CASES}, at=now)
    assert Kept.CASES in kept
    profile = await queries.profile(session, person)
    assert (profile.name, profile.id_number, profile.phone) == ("示例甲", NUMBER, None)
    assert await queries.credentials(session, NUMBER) is None
    entry = (await ledger.entries(session, f"account:{person}"))[-1]
    assert (entry.deed, entry.details["kept"]) == ("account closed", ["cases", "ledger", "sign-ins"])
    assert await commands.open_account(
        session, person, password=people.PASSWORD, by="system:window", at=now
    ), "a window opens it again"


async def test_a_member_of_staff_and_a_legal_representative_cannot_close_their_account(session, now):
    officer = await people.clerk(session, now)
    owner = await people.citizen(session, now)
    await people.firm(session, now, owner)
    for person, why in ((officer, Hindrance.POST), (owner, Hindrance.REPRESENTATIVE)):
        with pytest.raises(ClosingHindered) as refused:
            await closing.close(session, acting(person), needed=(), at=now)
        assert refused.value.hindrances == {why}
        assert (await queries.profile(session, person)).phone is not None


@pytest.mark.parametrize("pair", PAIRS)
async def test_two_administrators_in_one_hand_are_refused_by_the_deed(session, now, pair):
    with pytest.raises(RolesIncompatible):
        await people.clerk(session, now, roles=pair)


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_a_second_appointment_does_not_bring_them_together_either(session, now, first, second):
    person = await people.clerk(session, now, roles=(first,))
    post = {"department_code": people.DEPARTMENT, "departments": ["*"], "by": "system:test", "at": now}
    with pytest.raises(RolesIncompatible):
        await staffing.appoint(session, person, roles=(second,), **post)
    await staffing.dismiss(session, person, by="system:test", at=now)
    await staffing.appoint(session, person, roles=(second,), **post)
    (entry,) = [one for one in await queries.staff_listing(session) if one.person_id == person]
    assert entry.roles == {second}


INSERT = (
    "INSERT INTO staff_member (person_id, department_code, roles, departments, position, active)"
    " VALUES (:person, :department, CAST(:roles AS text[]), '{{*}}', '', {active})"
)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("active", ["true", "false"])
async def test_sql_as_the_applications_own_role_cannot_enter_them(session, now, pair, active):
    await people.department(session, now)
    person = await people.citizen(session, now)
    row = {"person": person, "department": people.DEPARTMENT}
    for roles in (pair, [*pair, None], [*reversed(pair), "window"], sorted(ADMINISTRATORS)):
        with pytest.raises(sa.exc.IntegrityError):
            async with session.begin_nested():
                await session.execute(sa.text(INSERT.format(active=active)), row | {"roles": list(roles)})


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_sql_as_the_applications_own_role_cannot_change_one_into_two(session, now, first, second):
    person = await people.clerk(session, now, roles=(first,))
    for change in (
        "UPDATE staff_member SET roles = roles || CAST(:role AS text) WHERE person_id = :person",
        "UPDATE staff_member SET roles = ARRAY[CAST(:role AS text)] WHERE person_id = :person",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            async with session.begin_nested():
                await session.execute(sa.text(change), {"role": second, "person": person})
    second_post = INSERT.format(active="true")
    row = {"person": person, "department": people.DEPARTMENT, "roles": [second]}
    with pytest.raises(sa.exc.IntegrityError):
        async with session.begin_nested():
            await session.execute(sa.text(second_post), row)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE staff_member DISABLE TRIGGER ALL",
        "DROP TRIGGER staff_member_administrators_apart ON staff_member",
        "ALTER TABLE staff_member DROP CONSTRAINT ck_staff_member_one_administrator",
        "SET session_replication_role = replica",
    ],
)
async def test_the_applications_role_cannot_switch_the_guard_off(session, statement):
    with pytest.raises(sa.exc.ProgrammingError, match=r"(?i)permission denied|must be owner"):
        async with session.begin_nested():
            await session.execute(sa.text(statement))


async def test_posts_nobody_used_for_ninety_days_are_listed_and_suspended(session, now):
    officer = await people.clerk(session, now)
    administrator = await people.citizen(session, now, login="chief")
    post = {"department_code": people.DEPARTMENT, "departments": ["*"], "by": "system:test", "at": now}
    await staffing.appoint(session, administrator, roles=(Role.SECURITY_ADMIN,), **post)
    later = now + timedelta(days=91)
    assert await reviewing.stale(session, at=now + timedelta(days=89)) == []
    names = {one.person_id: one for one in await reviewing.stale(session, at=later)}
    assert set(names) == {officer, administrator}
    assert names[officer].used_at is None
    chief = acting(administrator, Role.SECURITY_ADMIN)
    with pytest.raises(RolesIncompatible):
        await reviewing.suspend(session, chief, administrator, at=later)
    with pytest.raises(RolesIncompatible):
        await reviewing.suspend(session, acting(officer, Role.AUDIT_ADMIN), administrator, at=later)
    assert await reviewing.suspend(session, chief, officer, at=later)
    assert not await reviewing.suspend(session, chief, officer, at=later)
    assert [one.person_id for one in await reviewing.stale(session, at=later)] == [administrator]
    deeds = [one.deed for one in await ledger.entries(session, f"account:{officer}")]
    assert deeds[-2:] == ["dismissed", "suspended as stale"]


async def test_mandates_on_both_sides_end_with_the_account(session, now):
    person = await people.citizen(session, now)
    other = await people.citizen(
        session, now, login="other", id_number="520101197001011015", phone="19900000002"
    )
    given = {"items": ["*"], "valid_until": None, "evidence": {}, "by": "system:test", "at": now}
    await give(session, kind=Kind.CHILD, person_id=person, principal=other, **given)
    await give(session, kind=Kind.CHILD, person_id=other, principal=person, **given)
    await closing.close(session, acting(person), needed=(), at=now)
    for one in (person, other):
        assert await mandates.acting(session, one, now) == []
        assert await mandates.given(session, one, now) == []


async def test_whoever_is_signed_in_is_signed_out_when_the_account_closes(session, now):
    person = await people.citizen(session, now)
    await session.execute(
        sa.text(
            "INSERT INTO web_session (id, token_hash, person_id, assurance, awaiting_code, created_at, seen_at,"
            " expires_at, means, origin, agent) VALUES (gen_random_uuid(), 'x', :person, 1, false, :at, :at,"
            " :until, 'password', '', '')"
        ),
        {"person": person, "at": now, "until": now + timedelta(hours=1)},
    )
    await closing.close(session, acting(person), needed=(), at=now)
    ended = await session.scalar(
        sa.text("SELECT ended_at FROM web_session WHERE person_id = :p"), {"p": person}
    )
    assert ended == now


@pytest.mark.parametrize("pair", PAIRS)
async def test_the_command_line_does_not_lay_them_in_one_hand(session, now, pair):
    """As `yiwang seed` lays them; for `yiwang admin appoint` see integration/portal/test_administering."""
    await people.department(session, now)
    member = replace(
        sample.staff("system-admin"), roles=frozenset(map(Role, pair)), department=people.DEPARTMENT
    )
    with pytest.raises(RolesIncompatible):
        await seeding._lay_staff(session, member, now)


def test_no_page_and_no_part_of_the_api_gives_posts():
    """Posts are given in one place, which two commands call; whoever adds a door adds a test of its refusal."""
    root = Path(staffing.__file__).parents[1]
    callers = {
        path.relative_to(root).as_posix()
        for package in ("identity", "licensing", "services", "portal")
        for path in (root / package).rglob("*.py")
        if re.search(r"\b(appoint|StaffMember)\(", path.read_text("utf-8"))
    }
    commands = {"portal/cli/demo/seeding.py", "portal/cli/administering.py"}
    assert callers == {"identity/models.py", "identity/staffing.py"} | commands
