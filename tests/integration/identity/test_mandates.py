"""Mandates in the database: asked, confirmed by the other side, ended by either; who controls a firm."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from identity import commands as accounts
from identity import queries, real_names, representing
from identity.actor import Actor, Party, PartyKind, Role
from identity.errors import PersonUnknown, TooYoung
from identity.mandates import commands, controlling, guarding
from identity.mandates import queries as mandates
from identity.mandates.errors import (
    LevelTooLow,
    MandateSettled,
    MandateUnknown,
    NotAdministrator,
    OneselfNamed,
    TooManyChecks,
    TooManyRequests,
)
from identity.mandates.models import Mandate, MandateRequest
from identity.mandates.rules import CITY_TIME, OPEN_REQUESTS, Ending, Kind, Proof
from identity.rules import Level
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
YEAR = AT + timedelta(days=365)
OTHER = {"login": "second", "id_number": "520103195503151126", "phone": "19900000002", "name": "示例乙"}
CHILD = {"name": "示例癸", "id_number": "520102202006010089"}


async def both(session):
    return await people.citizen(session, AT), await people.citizen(session, AT, **OTHER)


async def for_parent(session, child, *, items=("*",), at=AT):
    return await commands.ask(
        session,
        child,
        kind=Kind.CHILD,
        name=OTHER["name"],
        id_number=OTHER["id_number"],
        items=items,
        until=YEAR,
        asker_acts=True,
        at=at,
    )


async def parties(session, person_id, at=AT):
    return {one.id for one in await queries.parties(session, person_id, at)}


async def test_a_parent_confirms_and_either_side_withdraws(session):
    child, parent = await both(session)
    for withdrawing in (child, parent):
        asked = await for_parent(session, child)
        assert parent not in await parties(session, child), "nothing before both agreed"
        assert [one.id for one in await mandates.waiting_for(session, parent, AT)] == [asked]
        assert await mandates.waiting_for(session, child, AT) == []
        given = await commands.confirm(session, parent, asked, at=AT)
        assert parent in await parties(session, child)
        assert parent not in await parties(session, child, YEAR)
        await commands.withdraw(session, withdrawing, given, at=AT)
        assert parent not in await parties(session, child)
    row = await session.get(Mandate, given)
    assert (row.ending, row.withdrawn_by) == (Ending.WITHDRAWN, str(parent))
    deeds = [one.deed for one in await ledger.entries(session, f"account:{parent}")]
    assert deeds[-2:] == ["authority given", "authority withdrawn"]


async def test_nobody_confirms_what_was_asked_of_another(session):
    child, parent = await both(session)
    asked = await for_parent(session, child)
    with pytest.raises(MandateUnknown):
        await commands.confirm(session, child, asked, at=AT)
    await commands.decline(session, parent, asked, at=AT)
    with pytest.raises(MandateSettled):
        await commands.confirm(session, parent, asked, at=AT)


async def test_a_request_with_a_wrong_name_reaches_nobody_who_could_confirm_it(session):
    child, parent = await both(session)
    asked = await commands.ask(
        session,
        child,
        kind=Kind.CHILD,
        name="示例丙",
        id_number=OTHER["id_number"],
        until=YEAR,
        asker_acts=True,
        at=AT,
    )
    with pytest.raises(MandateUnknown):
        await commands.confirm(session, parent, asked, at=AT)


async def test_a_request_runs_out_and_is_limited_in_number(session):
    child, parent = await both(session)
    asked = await for_parent(session, child)
    with pytest.raises(MandateSettled):
        await commands.confirm(session, parent, asked, at=AT + timedelta(days=31))
    for place in range(OPEN_REQUESTS - 1):
        await for_parent(session, child, items=(f"item-{place}",))
    with pytest.raises(TooManyRequests):
        await for_parent(session, child, items=("item-last",))


async def test_the_same_request_asked_again_stands_there_once(session):
    child, parent = await both(session)
    first = await for_parent(session, child)
    again = await for_parent(session, child, at=AT + timedelta(days=3))
    assert again == first
    later = AT + timedelta(days=31)
    assert [one.id for one in await mandates.asked(session, child, later)] == [first], "it waits anew"
    assert len(await mandates.waiting_for(session, parent, later)) == 1
    other = await for_parent(session, child, items=("senior-card",), at=AT + timedelta(days=3))
    assert other != first


async def test_who_is_not_verified_neither_asks_nor_confirms(session):
    child, parent = await both(session)
    asked = await for_parent(session, child)
    await session.execute(sa.text("UPDATE person SET level = 'unverified'"))
    session.expire_all()
    with pytest.raises(LevelTooLow):
        await for_parent(session, child)
    with pytest.raises(LevelTooLow):
        await commands.confirm(session, parent, asked, at=AT)


async def test_nobody_names_themself(session):
    child, _ = await both(session)
    with pytest.raises(OneselfNamed):
        await commands.ask(
            session,
            child,
            kind=Kind.CHILD,
            name="示例甲",
            id_number="520102199001010018",
            until=YEAR,
            asker_acts=True,
            at=AT,
        )


async def test_the_other_sides_number_is_sealed(session):
    child, _ = await both(session)
    await for_parent(session, child)
    row = await session.scalar(sa.select(MandateRequest))
    assert row.other["id_number"] == OTHER["id_number"]
    text = await session.scalar(sa.text("SELECT r::text FROM mandate_request r"))
    assert OTHER["id_number"] not in text
    assert OTHER["id_number"].encode().hex() not in text


# ── Children ───────────────────────────────────────────────────────────────────────────────────


async def as_guardian(session, guardian):
    return await commands.ask(session, guardian, kind=Kind.GUARDIAN, asker_acts=True, at=AT, **CHILD)


async def test_a_child_exists_only_through_a_confirmed_guardian_and_has_no_account(session):
    guardian, _ = await both(session)
    asked = await as_guardian(session, guardian)
    assert await queries.person_id(session, CHILD["id_number"]) is None
    await guarding.confirm_by_register(session, asked, evidence={"requests": {}}, at=AT)
    child = await queries.person_id(session, CHILD["id_number"])
    assert child in await parties(session, guardian)
    [standing] = await mandates.acting(session, guardian, AT)
    assert standing.valid_until.astimezone(CITY_TIME).date() == date(2038, 6, 1)
    with pytest.raises(TooYoung):
        await accounts.open_account(session, child, password=people.PASSWORD, by=people.BY, at=AT)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (datetime(2034, 5, 31, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2034, 5, 31, 16, 0, tzinfo=UTC), True),  # midnight in the city: the fourteenth birthday
    ],
)
async def test_an_account_of_ones_own_begins_on_the_fourteenth_birthday(session, at, allowed):
    details = {"phone": "19900000010", "password": people.PASSWORD}
    if allowed:
        await accounts.sign_up(session, at=at, **CHILD, **details)
        assert await queries.person_id(session, CHILD["id_number"]) is not None
    else:
        with pytest.raises(TooYoung):
            await accounts.sign_up(session, at=at, **CHILD, **details)


async def test_an_officer_confirms_a_guardian_and_never_their_own_child(session):
    guardian, _ = await both(session)
    clerk_id = await people.clerk(session, AT)
    clerk = officer(clerk_id)
    await guarding.confirm_at_window(session, clerk, await as_guardian(session, guardian), at=AT)
    [standing] = await mandates.acting(session, guardian, AT)
    assert standing.evidence["officer"] == "示例子"
    own = await as_guardian(session, clerk_id)
    with pytest.raises(MandateUnknown):
        await guarding.confirm_at_window(session, clerk, own, at=AT)


def officer(person_id):
    party = Party(PartyKind.PERSON, person_id, "示例子")
    return Actor(person_id, "示例子", frozenset({Role.WINDOW}), party, departments=frozenset({"*"}))


# ── Firms ──────────────────────────────────────────────────────────────────────────────────────


async def name_agent(session, owner, firm, *, items=("food-business",)):
    return await commands.ask(
        session,
        owner,
        kind=Kind.AGENT,
        name=OTHER["name"],
        id_number=OTHER["id_number"],
        items=items,
        until=YEAR,
        asker_acts=False,
        organisation=firm,
        at=AT,
    )


async def test_an_agent_confirms_and_acts_in_the_named_items_only(session):
    owner, agent = await both(session)
    firm = await people.firm(session, AT, owner)
    await commands.confirm(session, agent, await name_agent(session, owner, firm), at=AT)
    assert firm in await parties(session, agent)
    assert not await mandates.runs(session, agent, firm, AT)
    with pytest.raises(NotAdministrator):
        await commands.ask(
            session,
            agent,
            kind=Kind.AGENT,
            name="示例甲",
            id_number="520102199001010018",
            until=YEAR,
            asker_acts=False,
            organisation=firm,
            at=AT,
        )
    [standing] = await mandates.given(session, owner, AT)
    assert (standing.kind, standing.items) == (Kind.AGENT, ("food-business",))
    await commands.withdraw(session, owner, standing.id, at=AT)
    assert firm not in await parties(session, agent)


async def test_an_administrator_names_agents_and_cannot_dismiss_the_representative(session):
    owner, administrator = await both(session)
    firm = await people.firm(session, AT, owner)
    await representing.authorise(
        session,
        administrator,
        firm,
        kind=Kind.ADMINISTRATOR,
        powers=["*"],
        valid_until=YEAR,
        by=people.BY,
        at=AT,
    )
    own = await mandates.representative(session, owner, firm)
    with pytest.raises(MandateUnknown):
        await commands.withdraw(session, administrator, own.id, at=AT)
    assert await mandates.runs(session, administrator, firm, AT)


async def test_a_new_representative_takes_control_and_the_old_ones_mandate_ends(session):
    old, new = await both(session)
    firm = await people.firm(session, AT, old)
    taken = await controlling.take_control(
        session, new, credit_code="91520115MADEM0011Q", name="示例餐饮有限公司", evidence={}, at=AT
    )
    assert taken == firm
    assert firm in await parties(session, new)
    assert firm not in await parties(session, old)
    [over] = await mandates.ended(session, old, AT)
    assert over.ending is Ending.REPRESENTATIVE_CHANGED


async def test_the_register_naming_another_ends_the_mandate(session):
    owner, _ = await both(session)
    firm = await people.firm(session, AT, owner)
    own = await mandates.representative(session, owner, firm)
    assert await controlling.note_representative(session, own.id, holds=True, at=AT)
    assert not await controlling.note_representative(session, own.id, holds=False, at=AT)
    assert firm not in await parties(session, owner)
    assert (await queries.organisation_by_id(session, firm)).legal_representative is None


# ── Levels ─────────────────────────────────────────────────────────────────────────────────────


async def test_two_proofs_raise_the_level_and_guessing_ends_after_five(session):
    person = await people.citizen(session, AT)
    await session.execute(sa.text("UPDATE person SET level = 'unverified'"))
    session.expire_all()
    for _ in range(4):
        check = await real_names.begin_check(session, person, at=AT)
        assert not await real_names.conclude_check(
            session, check, named_right=True, confirmed={Proof.PHONE}, evidence={}, at=AT
        )
    check = await real_names.begin_check(session, person, at=AT)
    with pytest.raises(TooManyChecks):
        await real_names.begin_check(session, person, at=AT)
    proofs = {Proof.PHONE, Proof.SOCIAL_CARD}
    assert await real_names.conclude_check(
        session, check, named_right=True, confirmed=proofs, evidence={}, at=AT
    )
    assert await mandates.level(session, person) is Level.REGISTRY
    assert (await ledger.entries(session, f"account:{person}"))[-1].deed == "verified by registers"


async def test_an_officer_verifies_in_person_with_their_name_in_the_ledger(session):
    person = await people.citizen(session, AT)
    clerk_id = await people.clerk(session, AT)
    await real_names.verify_in_person(session, officer(clerk_id), "520102199001010018", name="示例甲", at=AT)
    assert await mandates.level(session, person) is Level.IN_PERSON
    entry = (await ledger.entries(session, f"account:{person}"))[-1]
    assert (entry.deed, entry.actor) == ("verified in person", str(clerk_id))
    for number, name in (("520102199001010018", "示例乙"), ("520101197001011015", "示例子")):
        with pytest.raises(PersonUnknown):
            await real_names.verify_in_person(session, officer(clerk_id), number, name=name, at=AT)
