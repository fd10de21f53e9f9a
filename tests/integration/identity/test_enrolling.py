"""Entering people, organisations, departments and staff, on PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from identity import commands, kept_forms, keys, queries, representing, sessions, staffing, tasks, tokens
from identity.actor import Party, PartyKind, Role
from identity.errors import (
    DepartmentUnknown,
    LoginTaken,
    NumberWrong,
    OrganisationUnknown,
    PasswordWeak,
    PersonUnknown,
    RolesIncompatible,
    SigningKeyMissing,
)
from identity.models import Account, KeptForm, Organisation, Person, SignInFailure, SigningKey, StaffMember
from identity.rules import Level, OrganisationKind
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
BY = people.BY


async def test_registering_a_person_twice_finds_the_first(session, now):
    details = {
        "name": "示例甲",
        "id_number": "11010519491231002x",
        "phone": "199-0000-0001",
        "email": "Jia@Example.cn",
    }
    first = await commands.register_person(session, **details, level=Level.IN_PERSON, by=BY, at=now)
    assert await commands.register_person(session, **(details | {"name": "别人"}), by=BY, at=now) == first
    known = await queries.profile(session, first)
    assert (known.name, known.id_number, known.phone) == ("示例甲", "11010519491231002X", "19900000001")
    assert (known.email, known.level) == ("Jia@example.cn", Level.IN_PERSON)
    assert await queries.person_id(session, "11010519491231002X") == first
    assert len(await ledger.entries(session, f"account:{first}")) == 1


async def test_what_is_wrong_enters_nobody(session, now):
    with pytest.raises(NumberWrong):
        await commands.register_person(session, name="示例甲", id_number="520102199001010019", by=BY, at=now)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
    with pytest.raises(PersonUnknown):
        await queries.profile(session, uuid4())
    with pytest.raises(PersonUnknown):
        await queries.parties(session, uuid4(), now)


async def test_an_account_is_opened_once_and_its_name_belongs_to_one(session, now):
    first = await people.citizen(session, now)
    assert not await commands.open_account(
        session, first, password="another-one-9", login="other", by=BY, at=now
    )
    second = await commands.register_person(
        session, name="示例乙", id_number="520103195503151126", by=BY, at=now
    )
    with pytest.raises(LoginTaken):
        await commands.open_account(session, second, password=people.PASSWORD, login="JIA", by=BY, at=now)
    with pytest.raises(PasswordWeak):
        await commands.open_account(session, second, password="password", login="second", by=BY, at=now)
    assert await commands.open_account(session, second, password=people.PASSWORD, by=BY, at=now)


async def test_a_second_factor_is_sealed_and_enrolling_it_again_changes_nothing(session, now):
    person = await people.citizen(session, now)
    assert await commands.enrol_totp(session, person, secret=people.SECRET, by=BY, at=now) == people.SECRET
    await commands.enrol_totp(session, person, secret=people.SECRET, by=BY, at=now)
    deeds = [entry.deed for entry in await ledger.entries(session, f"account:{person}")]
    assert deeds.count("second factor enrolled") == 1
    stored = await session.scalar(sa.text("SELECT totp_secret FROM account"))
    assert people.SECRET.encode() not in bytes(stored)
    fresh = await commands.enrol_totp(session, person, by=BY, at=now)
    assert fresh != people.SECRET
    with pytest.raises(ValueError, match="secret"):
        await commands.enrol_totp(session, person, secret="short", by=BY, at=now)
    with pytest.raises(PersonUnknown):
        await commands.enrol_totp(session, uuid4(), by=BY, at=now)


async def test_an_organisation_is_entered_once_and_its_representative_acts_for_it(session, now):
    owner = await people.citizen(session, now)
    firm = await people.firm(session, now, owner)
    assert await people.firm(session, now, owner, name="另一个名字") == firm
    known = await queries.organisation(session, "91520115MADEM0011Q")
    assert (known.name, known.kind, known.legal_representative) == (
        "示例餐饮有限公司",
        OrganisationKind.ENTERPRISE,
        owner,
    )
    assert (await queries.organisation_by_id(session, firm)).id == firm
    assert await queries.parties(session, owner, now) == [
        Party(PartyKind.PERSON, owner, "示例甲"),
        Party(PartyKind.ORGANISATION, firm, "示例餐饮有限公司"),
    ]
    assert await queries.names(session, [owner, firm, uuid4()]) == {owner: "示例甲", firm: "示例餐饮有限公司"}
    assert await session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 1
    for unknown in ("92520103MADEM00119",):
        with pytest.raises(OrganisationUnknown):
            await queries.organisation(session, unknown)
    with pytest.raises(OrganisationUnknown):
        await queries.organisation_by_id(session, uuid4())


async def test_an_authority_begins_ends_and_is_replaced(session, now):
    owner = await people.citizen(session, now)
    agent = await people.citizen(
        session, now, login="second", id_number="520103195503151126", phone="19900000002"
    )
    firm = await people.firm(session, now, owner)

    async def may(at):
        return firm in {party.id for party in await queries.parties(session, agent, at)}

    end = now + timedelta(days=30)
    await representing.authorise(
        session, agent, firm, powers=["food-business"], valid_until=end, by=str(owner), at=now
    )
    assert [await may(at) for at in (now - timedelta(seconds=1), now, end - timedelta(seconds=1), end)] == [
        False,
        True,
        True,
        False,
    ]
    later = now + timedelta(days=1)
    await representing.authorise(session, agent, firm, powers=["*"], by=str(owner), at=later)
    assert await may(end)
    assert await representing.withdraw_authority(session, agent, firm, by=str(owner), at=later)
    assert not await may(later)
    assert not await representing.withdraw_authority(session, agent, firm, by=str(owner), at=later)
    deeds = [entry.deed for entry in await ledger.entries(session, f"organisation:{firm}")]
    assert deeds == ["organisation registered", *["authority given"] * 3, "authority withdrawn"]


async def test_departments_are_entered_and_brought_up_to_date(session, now):
    await people.department(session, now)
    await people.department(session, now)
    assert (await queries.department(session, people.DEPARTMENT)).short == "市场监管局"
    await staffing.open_department(
        session, code=people.DEPARTMENT.lower(), name="新名称", short="新", region="520100", by=BY, at=now
    )
    assert [(row.code, row.name) for row in await queries.departments(session)] == [
        (people.DEPARTMENT, "新名称")
    ]
    assert len(await ledger.entries(session, f"department:{people.DEPARTMENT}")) == 2
    with pytest.raises(DepartmentUnknown):
        await queries.department(session, "11520100MADEM002X1")


async def test_staff_are_listed_by_department(session, now):
    person = await people.clerk(session, now)
    await people.clerk(session, now)
    listed = await queries.staff_listing(session, department=people.DEPARTMENT)
    assert [(one.name, one.login, one.department, one.roles) for one in listed] == [
        ("示例子", "clerk", "示例市市场监督管理局", {Role.WINDOW})
    ]
    assert await queries.staff_listing(session, department="11520100MADEM002X1") == []
    await staffing.dismiss(session, person, by=BY, at=now)
    assert [one.active for one in await queries.staff_listing(session)] == [False]
    await people.clerk(session, now)
    assert [one.active for one in await queries.staff_listing(session)] == [True]


async def test_two_administrators_in_one_hand_are_refused_by_the_rule_and_by_the_database(session, now):
    person = await people.clerk(session, now, roles=(Role.SYSTEM_ADMIN,))
    with pytest.raises(RolesIncompatible):
        await people.clerk(session, now, roles=(Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN))
    for roles in (
        ["system-admin", "audit-admin"],
        ["security-admin", "audit-admin"],
        ["citizen"],
        [],
        ["root"],
    ):
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(
                    sa.update(StaffMember).where(col(StaffMember.person_id) == person).values(roles=roles)
                )


async def test_only_known_people_are_appointed_to_known_departments(session, now):
    await people.department(session, now)
    post = {"roles": [Role.WINDOW], "departments": ["*"], "by": BY, "at": now}
    with pytest.raises(PersonUnknown):
        await staffing.appoint(session, uuid4(), department_code=people.DEPARTMENT, **post)
    person = await people.citizen(session, now)
    with pytest.raises(DepartmentUnknown):
        await staffing.appoint(session, person, department_code="11520100MADEM002X1", **post)


async def test_a_signing_key_is_made_once_sealed_and_rotated_without_a_gap(session, now):
    with pytest.raises(SigningKeyMissing):
        await keys.load(session, "test", at=now)
    first = await keys.ensure(session, "test", at=now)
    assert await keys.ensure(session, "test", at=now) == first
    stored = await session.scalar(sa.text("SELECT private FROM signing_key"))
    assert b"PRIVATE KEY" not in bytes(stored)
    message = tokens.sign_message(b"hello", first.signer)
    later = now + timedelta(hours=1)
    second = await keys.rotate(session, "test", overlap=timedelta(hours=2), by=BY, at=later)
    assert second.signer.kid != first.signer.kid
    assert tokens.read_message(message, second.verifiers) == b"hello"
    assert set(tokens.jwks(second.verifiers)["keys"][0]) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    at_last = await keys.load(session, "test", at=later + timedelta(hours=2))
    assert set(at_last.verifiers) == {second.signer.kid}
    assert await session.scalar(sa.select(sa.func.count()).select_from(SigningKey)) == 2


async def open_session(session, person, now):
    return await sessions.open_session(
        session,
        person,
        assurance=1,
        awaiting_code=False,
        lifetime=timedelta(hours=1),
        origin="",
        agent="",
        at=now,
    )


async def test_a_form_is_kept_for_its_person_half_an_hour_and_taken_once(session, now):
    person = await people.citizen(session, now)
    opened = await open_session(session, person, now)
    fields = [("text", "一"), ("text", "二"), ("empty", "")]
    key = await kept_forms.keep(session, token=opened.token, action="/a", place="/b?c", fields=fields, at=now)
    kept = await kept_forms.offered(session, key, person, at=now)
    assert kept == kept_forms.Kept("/a", "/b?c", None, (("text", "一"), ("text", "二"), ("empty", "")))
    assert await kept_forms.offered(session, key, uuid4(), at=now) is None
    assert await kept_forms.offered(session, "another", person, at=now) is None
    assert await kept_forms.offered(session, key, person, at=now + kept_forms.KEPT_FOR) is None
    stored = await session.scalar(sa.text("SELECT fields FROM kept_form"))
    assert "一".encode() not in bytes(stored)
    assert await kept_forms.take(session, key, person, at=now) == kept
    assert await kept_forms.take(session, key, person, at=now) is None


async def test_nothing_is_kept_for_nobody_nor_without_measure(session, now):
    person = await people.citizen(session, now)
    opened = await open_session(session, person, now)
    for token, fields in (
        ("unknown", [("a", "b")]),
        (opened.token, []),
        (opened.token, [("a", "x" * kept_forms.LARGEST)]),
    ):
        assert (
            await kept_forms.keep(session, token=token, action="/", place="/", fields=fields, at=now) is None
        )


async def test_the_sweep_drops_what_nobody_came_back_for(sessions, now):
    long_ago = now - timedelta(days=400)
    async with sessions() as session, session.begin():
        person = await people.citizen(session, long_ago)
        opened = await open_session(session, person, long_ago)
        await kept_forms.keep(
            session, token=opened.token, action="/", place="/", fields=[("a", "b")], at=long_ago
        )
        session.add(SignInFailure(account_index="x", origin="y", failures=9, last_at=long_ago))
    await tasks.sweep(sessions=sessions)
    async with sessions() as session:
        for table in (KeptForm, SignInFailure):
            assert await session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        assert await session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1
