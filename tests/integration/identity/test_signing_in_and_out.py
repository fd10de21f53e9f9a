"""Sign-in, second factor, pauses and sessions on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from identity import passwords, queries, representing, second_factor, sessions, signing_in, staffing
from identity.actor import Party, PartyKind, Role
from identity.errors import PartyNotYours, PasswordsBusy, SessionUnknown
from identity.models import Account, SignInFailure, WebSession
from identity.rules import Limits
from identity.signing_in import CodeNeeded, Granted, Paused, Refused
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
LIMITS = Limits()


async def sign_in(session, now, account="jia", password=people.PASSWORD, origin="192.0.2.1", **more):
    return await signing_in.sign_in(
        session, account=account, password=password, origin=origin, at=now, limits=LIMITS, **more
    )


async def recognise(session, token, now):
    return await sessions.resolve(session, token, at=now, limits=LIMITS)


async def deeds(session, person_id):
    return [entry.deed for entry in await ledger.entries(session, f"account:{person_id}")]


@pytest.mark.parametrize("account", ["jia", " JIA ", "199 0000 0001", "520102199001010018", "+8619900000001"])
async def test_a_citizen_signs_in_by_name_phone_or_id_number(session, now, account):
    person_id = await people.citizen(session, now)
    granted = await sign_in(session, now, account)
    assert isinstance(granted, Granted)
    found = await recognise(session, granted.token, now)
    assert found.actor.person_id == person_id
    assert found.actor.roles == {Role.CITIZEN}
    assert found.actor.acting_for == Party(PartyKind.PERSON, person_id, "示例甲")
    assert found.actor.parties == {person_id}
    assert (found.actor.assurance, found.actor.session_id) == (1, granted.session_id)
    assert (found.lapsed, found.touch_due) == (False, False)
    assert (await deeds(session, person_id))[-1] == "signed in"


@pytest.mark.parametrize(
    ("account", "password"),
    [
        ("jia", "wrong-password"),
        ("nobody", people.PASSWORD),
        ("520103195503151126", "x"),
        ("", ""),
        ("ji\x00a", people.PASSWORD),
        ("甲" * 10_000, people.PASSWORD),
        ("jia", "\x00" * 9),
    ],
)
async def test_every_way_of_being_wrong_is_one_answer(session, now, account, password):
    await people.citizen(session, now)
    assert await sign_in(session, now, account, password) == Refused()


async def test_a_shared_phone_signs_in_whoever_gave_it_first(session, now):
    first = await people.citizen(session, now)
    await people.citizen(
        session, now + timedelta(hours=1), login="second", id_number="520103195503151126", phone="19900000001"
    )
    assert (await queries.credentials(session, "19900000001")).person_id == first


async def test_the_password_is_only_kept_as_argon2id(session, now):
    await people.citizen(session, now)
    kept = await session.scalar(sa.select(col(Account.password_hash)))
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_an_old_hash_is_made_anew_at_sign_in(session, now):
    person_id = await people.citizen(session, now)
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(people.PASSWORD)
    account = await session.get(Account, person_id)
    account.password_hash = weak
    await session.flush()
    assert isinstance(await sign_in(session, now), Granted)
    await session.refresh(account)
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_after_five_failures_this_origin_waits_and_others_do_not(session, now):
    person_id = await people.citizen(session, now)
    for _ in range(4):
        assert await sign_in(session, now, password="wrong-one") == Refused()
    fifth = await sign_in(session, now, password="wrong-one")
    assert fifth == Paused(now + timedelta(minutes=1))
    assert await sign_in(session, now, "19900000001") == fifth, (
        "another name of the same account waits as well"
    )
    assert isinstance(await sign_in(session, now, origin="192.0.2.2"), Granted)
    later = now + timedelta(minutes=1)
    assert isinstance(await sign_in(session, later), Granted)
    assert (await deeds(session, person_id)).count("sign-in refused") == 5


async def test_the_wait_grows_and_success_clears_it(session, now):
    await people.citizen(session, now)
    at, waits = now, []
    for _ in range(15):
        answer = await sign_in(session, at, password="wrong-one")
        waits.append(answer.until - at if isinstance(answer, Paused) else timedelta(0))
        at += waits[-1] + timedelta(seconds=1)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)
    assert isinstance(await sign_in(session, at), Granted)
    assert await session.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 0


async def test_failures_of_yesterday_are_forgotten(session, now):
    await people.citizen(session, now)
    for _ in range(4):
        await sign_in(session, now, password="wrong-one")
    assert await sign_in(session, now + timedelta(days=1), password="wrong-one") == Refused()


async def test_nobody_waits_like_somebody(session, now):
    for _ in range(4):
        assert await sign_in(session, now, "nobody") == Refused()
    assert await sign_in(session, now, "nobody") == Paused(now + timedelta(minutes=1))
    assert isinstance(await sign_in(session, now, "nobody"), Paused)


async def test_the_failure_rows_name_neither_account_nor_number(session, now):
    await sign_in(session, now, "520103195503151126", "wrong")
    row = await session.scalar(sa.select(SignInFailure))
    assert "5201" not in row.account_index
    assert len(row.account_index) == 64


async def test_staff_need_their_code_always(session, now):
    person_id = await people.clerk(session, now)
    first = await sign_in(session, now, "clerk")
    assert isinstance(first, CodeNeeded)
    assert await recognise(session, first.token, now) is None, "half a sign-in opens nothing"
    code = second_factor.code_at(people.SECRET, now)
    second = await signing_in.confirm_code(
        session, token=first.token, code=code, origin="192.0.2.1", at=now, limits=LIMITS
    )
    assert isinstance(second, Granted)
    assert second.token != first.token
    assert await recognise(session, first.token, now) is None, (
        "the token of the first step is worth nothing now"
    )
    actor = (await recognise(session, second.token, now)).actor
    assert actor.roles == {Role.WINDOW}
    assert (actor.assurance, actor.departments) == (2, {people.DEPARTMENT})
    assert actor.person_id == person_id


async def test_a_machine_sends_password_and_code_together(session, now):
    await people.clerk(session, now)
    code = second_factor.code_at(people.SECRET, now)
    assert isinstance(await sign_in(session, now, "clerk", code=code), Granted)
    assert await sign_in(session, now, "clerk", code=code) == Refused(), "a code works once"
    assert await sign_in(session, now, "clerk", code="000000") == Refused()


async def test_wrong_codes_are_counted_and_the_right_password_does_not_clear_them(session, now):
    await people.clerk(session, now)
    answers = []
    for _ in range(5):
        first = await sign_in(session, now, "clerk")
        answers.append(
            await signing_in.confirm_code(
                session, token=first.token, code="12345", origin="192.0.2.1", at=now, limits=LIMITS
            )
        )
    assert answers[:4] == [Refused()] * 4
    assert isinstance(answers[4], Paused)
    assert isinstance(await sign_in(session, now, "clerk"), Paused)


async def test_the_second_step_waits_five_minutes(session, now):
    await people.clerk(session, now)
    first = await sign_in(session, now, "clerk")
    late = now + LIMITS.second_step
    answer = await signing_in.confirm_code(
        session,
        token=first.token,
        code=second_factor.code_at(people.SECRET, late),
        origin="192.0.2.1",
        at=late,
        limits=LIMITS,
    )
    assert answer is None


async def test_staff_without_a_second_factor_cannot_come_in(session, now):
    await people.clerk(session, now, secret=None)
    first = await sign_in(session, now, "clerk")
    answer = await signing_in.confirm_code(
        session, token=first.token, code="123456", origin="192.0.2.1", at=now, limits=LIMITS
    )
    assert answer == Refused()


async def test_a_citizen_appointed_today_signs_in_again_before_serving(session, now):
    person_id = await people.citizen(session, now)
    granted = await sign_in(session, now)
    await people.department(session, now)
    await staffing.appoint(
        session,
        person_id,
        department_code=people.DEPARTMENT,
        roles=[Role.REVIEWER],
        departments=[people.DEPARTMENT],
        by="system:test",
        at=now,
    )
    assert await recognise(session, granted.token, now) is None


async def test_a_dismissed_clerk_loses_every_right_at_once(session, now):
    person_id = await people.clerk(session, now)
    code = second_factor.code_at(people.SECRET, now)
    granted = await sign_in(session, now, "clerk", code=code)
    assert await staffing.dismiss(session, person_id, by="system:test", at=now)
    assert not await staffing.dismiss(session, person_id, by="system:test", at=now)
    actor = (await recognise(session, granted.token, now)).actor
    assert actor.roles == {Role.CITIZEN}
    assert actor.departments == frozenset()


async def test_a_token_nobody_drew_is_worth_nothing(session, now):
    await people.citizen(session, now)
    for token in ("", "chosen-by-the-client", sessions.new_token(), "é" * 100, "\x00"):
        assert await recognise(session, token, now) is None


async def test_every_sign_in_draws_its_own_token_and_only_the_digest_is_kept(session, now):
    await people.citizen(session, now)
    first, second = await sign_in(session, now), await sign_in(session, now)
    assert first.token != second.token
    assert len(first.token) == 43
    kept = await session.scalar(
        sa.select(col(WebSession.token_hash)).where(col(WebSession.id) == first.session_id)
    )
    assert kept == sessions.digest(first.token)
    assert first.token.encode() not in kept


async def test_idle_and_absolute_limits_end_a_session(session, now):
    await people.citizen(session, now)
    granted = await sign_in(session, now)
    almost = now + LIMITS.citizen_idle - timedelta(seconds=1)
    assert (await recognise(session, granted.token, almost)).touch_due
    assert await recognise(session, granted.token, now + LIMITS.citizen_idle) is None
    at = now
    while at < now + LIMITS.citizen_absolute:
        assert await recognise(session, granted.token, at) is not None
        await sessions.touch(session, granted.session_id, at)
        at += timedelta(minutes=29)
    assert await recognise(session, granted.token, now + LIMITS.citizen_absolute) is None


async def test_staff_idle_out_sooner(session, now):
    await people.clerk(session, now)
    granted = await sign_in(session, now, "clerk", code=second_factor.code_at(people.SECRET, now))
    assert await recognise(session, granted.token, now + LIMITS.staff_idle - timedelta(seconds=1))
    assert await recognise(session, granted.token, now + LIMITS.staff_idle) is None
    generous = replace(LIMITS, staff_idle=timedelta(hours=1))
    assert await sessions.resolve(session, granted.token, at=now + LIMITS.staff_idle, limits=generous)


async def test_a_session_is_touched_at_most_once_a_minute(session, now):
    await people.citizen(session, now)
    granted = await sign_in(session, now)

    async def seen():
        query = sa.select(col(WebSession.seen_at)).where(col(WebSession.id) == granted.session_id)
        return await session.scalar(query)

    await sessions.touch(session, granted.session_id, now + timedelta(seconds=59))
    assert await seen() == now
    await sessions.touch(session, granted.session_id, now + timedelta(seconds=60))
    assert await seen() == now + timedelta(seconds=60)


async def test_after_sign_out_the_token_is_worth_nothing(session, now):
    person_id = await people.citizen(session, now)
    granted = await sign_in(session, now)
    actor = (await recognise(session, granted.token, now)).actor
    await signing_in.sign_out(session, actor, at=now)
    await signing_in.sign_out(session, actor, at=now)
    assert await recognise(session, granted.token, now) is None
    assert await sessions.resolve_id(session, granted.session_id, at=now, limits=LIMITS) is None
    assert (await deeds(session, person_id)).count("signed out") == 1


async def test_one_ends_ones_own_session_elsewhere_and_nobody_elses(session, now):
    await people.citizen(session, now)
    await people.citizen(session, now, login="second", id_number="520103195503151126", phone="19900000002")
    here, elsewhere, theirs = [await sign_in(session, now, name) for name in ("jia", "jia", "second")]
    actor = (await recognise(session, here.token, now)).actor
    await signing_in.end_session(session, actor, elsewhere.session_id, at=now)
    assert await recognise(session, elsewhere.token, now) is None
    for unknown in (theirs.session_id, elsewhere.session_id, uuid4()):
        with pytest.raises(SessionUnknown):
            await signing_in.end_session(session, actor, unknown, at=now)
    assert await recognise(session, theirs.token, now)


async def test_acting_for_a_firm_is_chosen_shown_and_recorded(session, now):
    person_id = await people.citizen(session, now)
    firm = await people.firm(session, now, person_id)
    granted = await sign_in(session, now)
    actor = (await recognise(session, granted.token, now)).actor
    assert actor.parties == {person_id, firm}
    assert actor.behalf is None
    await signing_in.choose_party(session, actor, firm, at=now)
    acting = (await recognise(session, granted.token, now)).actor
    assert acting.acting_for == Party(PartyKind.ORGANISATION, firm, "示例餐饮有限公司")
    assert acting.behalf == str(firm)
    await signing_in.choose_party(session, acting, person_id, at=now)
    assert (await recognise(session, granted.token, now)).actor.behalf is None
    entries = await ledger.entries(session, f"account:{person_id}")
    assert [entry.details.get("party") for entry in entries if entry.deed == "party chosen"] == [
        str(firm),
        str(person_id),
    ]


async def test_nobody_acts_for_a_firm_that_is_not_theirs(session, now):
    owner = await people.citizen(session, now)
    firm = await people.firm(session, now, owner)
    await people.citizen(session, now, login="second", id_number="520103195503151126", phone="19900000002")
    granted = await sign_in(session, now, "second")
    actor = (await recognise(session, granted.token, now)).actor
    with pytest.raises(PartyNotYours):
        await signing_in.choose_party(session, actor, firm, at=now)


async def test_a_withdrawn_authority_ends_the_acting_at_the_next_request(session, now):
    person_id = await people.citizen(session, now)
    firm = await people.firm(session, now, person_id)
    granted = await sign_in(session, now)
    actor = (await recognise(session, granted.token, now)).actor
    await signing_in.choose_party(session, actor, firm, at=now)
    assert await representing.withdraw_authority(session, person_id, firm, by="system:test", at=now)
    found = await recognise(session, granted.token, now)
    assert found.lapsed
    assert found.actor.behalf is None
    assert found.actor.parties == {person_id}
    await signing_in.end_acting(session, found.actor, at=now)
    assert not (await recognise(session, granted.token, now)).lapsed
    assert (await deeds(session, person_id))[-1] == "acting ended"


async def test_two_attempts_of_one_pair_are_not_judged_at_once(engine, now):
    async with engine.connect() as one, engine.connect() as two:
        from storage.database import Session

        async with Session(one) as first, Session(two) as second:
            from identity import trials

            await trials.take_turn(first, "same", "192.0.2.1")
            await trials.take_turn(second, "same", "192.0.2.2")
            with pytest.raises(PasswordsBusy):
                await trials.take_turn(second, "same", "192.0.2.1")
            await first.rollback()
            await trials.take_turn(second, "same", "192.0.2.1")
            await second.rollback()


async def test_the_ledger_of_an_account_is_whole_and_holds_no_number(session, now):
    person_id = await people.citizen(session, now)
    await sign_in(session, now, password="wrong-one")
    await sign_in(session, now)
    assert await ledger.verify_chain(session, f"account:{person_id}") >= 4
    text = "".join(entry.body for entry in await ledger.entries(session, f"account:{person_id}"))
    for secret in ("520102199001010018", "19900000001", "192.0.2.1", people.PASSWORD, "wrong-one"):
        assert secret not in text
