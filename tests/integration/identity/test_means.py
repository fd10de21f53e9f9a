"""Passkeys, codes by notice, changes of means, recovery and step-up on PostgreSQL."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from identity import devices, queries, second_factor, sessions, signing_in
from identity.actor import Role
from identity.errors import PasswordWeak, SessionUnknown
from identity.means import changing, codes, contacts, entering, notices, passkeys, recovery, staff_recovery
from identity.means.errors import PasskeyUnfit, PasskeyUnknown, RecoveryUnknown, SamePerson, SecondFactorKept
from identity.means.models import OneTimeCode, Outgoing, Passkey
from identity.means.rules import RECOVERY_WAITS, Channel, Purpose, Standing
from identity.models import KnownDevice
from identity.rules import Limits
from identity.signing_in import CodeNeeded, Granted, Paused, Refused
from storage import ledger
from tests.integration.identity import people
from tests.support.authenticator import Authenticator

pytestmark = pytest.mark.anyio
LIMITS = Limits()
PARTY = passkeys.relying_party("https://portal.example", "示例市")
ORIGIN = "https://portal.example"
PHONE = "19900000001"
NEW = "a-new-green-tea-43"


async def sign_in(session, now, account="jia", password=people.PASSWORD, origin="192.0.2.1", **more):
    return await signing_in.sign_in(
        session, account=account, password=password, origin=origin, at=now, limits=LIMITS, **more
    )


async def actor_of(session, granted, now):
    found = await sessions.resolve(session, granted.token, at=now, limits=LIMITS)
    return found.actor if found else None


async def jia(session, now):
    """A citizen who is signed in, with the token of the session."""
    person = await people.citizen(session, now)
    granted = await sign_in(session, now)
    return person, await actor_of(session, granted, now), granted.token


async def registered(session, actor, now, **more):
    device = Authenticator(ORIGIN, **more)
    options = await passkeys.offer(session, PARTY, actor, at=now)
    await passkeys.keep(session, PARTY, actor, answer=device.make(options), label="手机", at=now)
    return device


async def enter(session, device, now, options=None):
    options = options or passkeys.ask(PARTY, entering.SIGN_IN, "", at=now)
    return await entering.by_passkey(
        session, PARTY, answer=device.sign(options), origin="192.0.2.1", agent="", at=now, limits=LIMITS
    )


async def last_code(session):
    held = await notices.held(session, since=people_since())
    return next(found[1] for one in held if (found := re.search(r"验证码 (\d{6})", one.text)))


def people_since():
    from datetime import UTC, datetime

    return datetime(2000, 1, 1, tzinfo=UTC)


async def prove(session, person, now, channel=Channel.SMS, address=PHONE):
    await contacts.prove(session, person, channel, address, by=people.BY, at=now)


async def ask(session, now, account="jia", purpose=Purpose.SIGN_IN, origin="192.0.2.1"):
    return await codes.ask(
        session, account=account, purpose=purpose, channel=Channel.SMS, origin=origin, at=now
    )


async def by_code(session, key, code, now):
    return await entering.by_code(
        session, key=key, code=code, origin="192.0.2.1", agent="", device=None, at=now, limits=LIMITS
    )


# ── Passkeys ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_passkey_signs_in_with_two_factors(session, now):
    person, actor, _ = await jia(session, now)
    device = await registered(session, actor, now)
    granted = await enter(session, device, now)
    assert isinstance(granted, Granted)
    found = await actor_of(session, granted, now)
    assert (found.person_id, found.assurance, found.proved_at) == (person, 2, now)
    assert [one.label for one in await passkeys.of(session, person)] == ["手机"]


async def test_staff_sign_in_with_a_passkey_alone(session, now):
    person = await people.clerk(session, now)
    code = second_factor.code_at(people.SECRET, now)
    first = await actor_of(session, await sign_in(session, now, "clerk", code=code), now)
    granted = await enter(session, await registered(session, first, now), now)
    found = await actor_of(session, granted, now)
    assert (found.person_id, found.roles, found.assurance) == (person, {Role.WINDOW}, 2)


async def test_a_challenge_is_good_once(session, now):
    _, actor, _ = await jia(session, now)
    device = await registered(session, actor, now)
    options = passkeys.ask(PARTY, entering.SIGN_IN, "", at=now)
    answer = device.sign(options)
    common = {"answer": answer, "origin": "192.0.2.1", "agent": "", "at": now, "limits": LIMITS}
    assert isinstance(await entering.by_passkey(session, PARTY, **common), Granted)
    assert await entering.by_passkey(session, PARTY, **common) == Refused()


async def test_what_does_not_fit_is_refused(session, now):
    _, actor, _ = await jia(session, now)
    device = await registered(session, actor, now)
    late = passkeys.ask(PARTY, entering.SIGN_IN, "", at=now - timedelta(minutes=5))
    other = passkeys.ask(PARTY, entering.PROVE, str(actor.session_id), at=now)
    forged = passkeys.ask(PARTY, entering.SIGN_IN, "", at=now) | {"challenge": "AAAA"}
    for options in (late, other, forged):
        assert await enter(session, device, now, options) == Refused()
    strangers = Authenticator("https://portal.example.evil.example")
    strangers.key, strangers.id, strangers.handle = device.key, device.id, device.handle
    strangers.count = 10
    assert await enter(session, strangers, now) == Refused(), "another site's page"
    device.verifies = False
    assert await enter(session, device, now) == Refused(), "nobody unlocked it"
    device.verifies, device.count = True, 0
    assert isinstance(await enter(session, device, now), Granted)
    device.count = 0
    assert await enter(session, device, now) == Refused(), "a count that does not grow is a copy"
    unknown = Authenticator(ORIGIN)
    unknown.handle = device.handle
    assert await enter(session, unknown, now) == Refused()
    for answer in ("", "{}", "[]", "null", '{"response": {"clientDataJSON": "e30"}}', "x" * 40_000):
        with pytest.raises(PasskeyUnfit):
            await passkeys.use(session, PARTY, entering.SIGN_IN, "", answer=answer, at=now)


async def test_a_passkey_is_made_only_in_the_session_that_was_asked(session, now):
    _, actor, _ = await jia(session, now)
    options = await passkeys.offer(session, PARTY, actor, at=now)
    elsewhere = replace(actor, session_id=(await sign_in(session, now)).session_id)
    with pytest.raises(PasskeyUnfit):
        await passkeys.keep(
            session, PARTY, elsewhere, answer=Authenticator(ORIGIN).make(options), label="x", at=now
        )
    with pytest.raises(PasskeyUnfit):
        await registered(session, actor, now, verifies=False)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Passkey)) == 0


async def test_a_passkey_is_given_up_by_its_owner_only(session, now):
    person, actor, _ = await jia(session, now)
    device = await registered(session, actor, now)
    kept = (await passkeys.of(session, person))[0]
    other = await people.citizen(
        session, now, login="yi-1", id_number="520103195503151126", phone="19900000002", name="示例乙"
    )
    with pytest.raises(PasskeyUnknown):
        await passkeys.remove(session, replace(actor, person_id=other), kept.id, at=now)
    await passkeys.remove(session, actor, kept.id, at=now)
    assert await enter(session, device, now) == Refused()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://zwfw.example.cn", ("zwfw.example.cn", "https://zwfw.example.cn")),
        ("http://127.0.0.1:8000", ("localhost", "http://localhost:8000")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://zwfw.example.cn", None),
        ("https://192.0.2.1", None),
    ],
)
def test_passkeys_belong_to_a_name_reached_over_tls(url, expected):
    party = passkeys.relying_party(url, "x")
    assert (party and (party.id, party.origins[0])) == expected


# ── Codes by notice ───────────────────────────────────────────────────────────────────────────────


async def test_a_code_sent_to_a_proven_phone_signs_in(session, now):
    person = await people.citizen(session, now)
    await prove(session, person, now)
    sent = await ask(session, now)
    granted = await by_code(session, sent.key, await last_code(session), now)
    assert (await actor_of(session, granted, now)).assurance == 1
    assert await by_code(session, sent.key, await last_code(session), now) is None, "once"


async def test_a_code_is_neither_in_the_row_nor_in_the_notice_in_the_clear(session, now):
    person = await people.citizen(session, now)
    await prove(session, person, now)
    await ask(session, now)
    code = await last_code(session)
    for table in (OneTimeCode.__table__, Outgoing.__table__):
        dump = str(await session.scalar(sa.text(f"SELECT string_agg(t::text, '') FROM {table.name} t")))
        assert dump
        assert code not in dump
        assert PHONE not in dump
        assert code.encode().hex() not in dump
    jobs = await session.scalar(sa.text("SELECT string_agg(args::text, '') FROM procrastinate_jobs"))
    assert code not in jobs
    assert PHONE not in jobs


async def test_an_unproven_phone_gets_no_code_and_nobody_is_told(session, now):
    await people.citizen(session, now)
    for account in ("jia", "nobody", "520103195503151126"):
        sent = await ask(session, now, account)
        assert isinstance(sent, codes.Sent)
        assert await by_code(session, sent.key, "000000", now) == 4
    assert await notices.held(session, since=people_since()) == []
    written = await session.scalar(sa.select(sa.func.count()).select_from(Outgoing))
    assert written == 3, "as much is written for nobody as for somebody"


async def test_staff_get_no_code(session, now):
    person = await people.clerk(session, now)
    await prove(session, person, now, address="19900001001")
    await ask(session, now, "clerk")
    assert await notices.held(session, since=people_since()) == []


async def test_five_tries_then_the_code_is_gone(session, now):
    person = await people.citizen(session, now)
    await prove(session, person, now)
    sent = await ask(session, now)
    code = await last_code(session)
    wrong = "000000" if code != "000000" else "111111"
    assert [await by_code(session, sent.key, wrong, now) for _ in range(5)] == [4, 3, 2, 1, None]
    assert await by_code(session, sent.key, code, now) is None


async def test_a_code_runs_out_and_serves_one_purpose(session, now):
    person = await people.citizen(session, now)
    await prove(session, person, now)
    sent = await ask(session, now, purpose=Purpose.RECOVERY)
    code = await last_code(session)
    assert await by_code(session, sent.key, code, now) is None, "asked for recovery, not for signing in"
    sent = await ask(session, now + timedelta(seconds=1))
    assert await by_code(session, sent.key, await last_code(session), now + timedelta(minutes=6)) is None


async def test_with_an_authenticator_a_code_by_notice_is_only_the_first_step(session, now):
    person, actor, _ = await jia(session, now)
    await prove(session, person, now)
    offer = changing.offer_authenticator(actor, "jia", at=now)
    assert await changing.enrol(session, actor, offer, code=second_factor.code_at(offer.secret, now), at=now)
    sent = await ask(session, now)
    half = await by_code(session, sent.key, await last_code(session), now)
    assert isinstance(half, CodeNeeded)
    assert await sessions.resolve(session, half.token, at=now, limits=LIMITS) is None
    later = now + timedelta(seconds=30)
    full = await signing_in.confirm_code(
        session,
        token=half.token,
        code=second_factor.code_at(offer.secret, later),
        origin="192.0.2.1",
        at=later,
        limits=LIMITS,
    )
    assert (await actor_of(session, full, later)).assurance == 2


async def test_codes_are_few(session, now):
    answers = [await ask(session, now, "nobody") for _ in range(6)]
    assert [type(one) for one in answers] == [codes.Sent] * 4 + [Paused] * 2
    assert isinstance(await ask(session, now, "nobody", origin="198.51.100.7"), codes.Sent)


# ── Changes ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_password_ends_other_sessions_and_tells_the_owner(session, now):
    person, actor, token = await jia(session, now)
    await prove(session, person, now)
    other = await sign_in(session, now)
    with pytest.raises(PasswordWeak):
        await changing.password(session, actor, "19900000001", at=now)
    await changing.password(session, actor, NEW, at=now)
    assert await sessions.resolve(session, other.token, at=now, limits=LIMITS) is None
    assert await sessions.resolve(session, token, at=now, limits=LIMITS)
    assert await sign_in(session, now) == Refused()
    assert isinstance(await sign_in(session, now, password=NEW), Granted)
    assert notices.SIGN_INS_ENDED in [one.text for one in await notices.held(session, since=people_since())]


async def test_an_authenticator_is_in_force_once_its_code_was_shown(session, now):
    _, actor, _ = await jia(session, now)
    offer = changing.offer_authenticator(actor, "jia", at=now)
    assert not await changing.enrol(session, actor, offer, code="000000", at=now)
    assert isinstance(await sign_in(session, now), Granted)
    assert changing.reopened(actor, "jia", offer.sealed, at=now) == offer
    assert changing.reopened(replace(actor, session_id=None), "jia", offer.sealed, at=now) is None
    assert changing.reopened(actor, "jia", offer.sealed, at=now + timedelta(minutes=31)) is None
    assert changing.reopened(actor, "jia", "nonsense", at=now) is None
    assert await changing.enrol(session, actor, offer, code=second_factor.code_at(offer.secret, now), at=now)
    assert isinstance(await sign_in(session, now), CodeNeeded)
    await changing.drop_authenticator(session, actor, at=now)
    assert isinstance(await sign_in(session, now), Granted)


async def test_staff_keep_their_authenticator(session, now):
    await people.clerk(session, now)
    code = second_factor.code_at(people.SECRET, now)
    actor = await actor_of(session, await sign_in(session, now, "clerk", code=code), now)
    with pytest.raises(SecondFactorKept):
        await changing.drop_authenticator(session, actor, at=now)


async def test_a_phone_is_proven_by_the_code_sent_to_it(session, now):
    person, actor, _ = await jia(session, now)
    sent = await codes.ask_own(
        session, person, channel=Channel.SMS, address="19900000009", origin="192.0.2.1", at=now
    )
    assert await changing.confirm_contact(session, actor, key=sent.key, code="x", at=now) == 4
    await changing.confirm_contact(session, actor, key=sent.key, code=await last_code(session), at=now)
    held = await contacts.of(session, person)
    assert [(one.address, one.proven, one.shown) for one in held] == [("19900000009", True, "199****0009")]
    assert (await queries.credentials(session, "19900000009")).person_id == person


# ── Step-up and sessions ──────────────────────────────────────────────────────────────────────────


async def again(session, actor, token, now, password=people.PASSWORD, code=None):
    return await signing_in.prove_again(
        session,
        actor,
        token=token,
        password=password,
        code=code,
        origin="192.0.2.1",
        device=None,
        at=now,
        limits=LIMITS,
    )


async def test_step_up_gives_a_new_token_and_the_old_one_is_worth_nothing(session, now):
    _, actor, token = await jia(session, now)
    later = now + timedelta(minutes=20)
    assert await again(session, actor, token, later, password="wrong") == Refused()
    opened = await again(session, actor, token, later)
    assert await sessions.resolve(session, token, at=later, limits=LIMITS) is None
    assert (await actor_of(session, opened, later)).proved_at == later


async def test_of_two_step_ups_at_once_one_goes_on(session, now):
    _, actor, token = await jia(session, now)
    first = await again(session, actor, token, now)
    with pytest.raises(SessionUnknown):
        await again(session, actor, token, now)
    assert await sessions.resolve(session, first.token, at=now, limits=LIMITS)


async def test_an_ended_session_cannot_be_stepped_up(session, now):
    _, actor, token = await jia(session, now)
    await signing_in.sign_out(session, actor, at=now)
    with pytest.raises(SessionUnknown):
        await again(session, actor, token, now)


async def test_step_up_with_the_passkey_of_another_is_refused(session, now):
    _, actor, token = await jia(session, now)
    await people.citizen(
        session, now, login="yi-1", id_number="520103195503151126", phone="19900000002", name="示例乙"
    )
    other = await actor_of(session, await sign_in(session, now, "yi-1"), now)
    device = await registered(session, other, now)
    options = passkeys.ask(PARTY, entering.PROVE, str(actor.session_id), at=now)
    answer = await entering.prove_by_passkey(
        session, PARTY, actor, token=token, answer=device.sign(options), at=now
    )
    assert answer == Refused()
    own = await registered(session, actor, now)
    options = passkeys.ask(PARTY, entering.PROVE, str(actor.session_id), at=now)
    opened = await entering.prove_by_passkey(
        session, PARTY, actor, token=token, answer=own.sign(options), at=now
    )
    assert (await actor_of(session, opened, now)).assurance == 2


async def test_sessions_are_listed_with_device_place_and_last_use(session, now):
    person, actor, _ = await jia(session, now)
    later = now + timedelta(minutes=10)
    await sign_in(session, later, origin="2001:db8:1:2::3", agent="Firefox/1")
    listed = await sessions.listing(session, person, at=later, idle=LIMITS.citizen_idle)
    assert [(one.place, one.agent, one.seen_at) for one in listed] == [
        ("2001:db8::/32", "Firefox/1", later),
        ("192.0.*.*", "", now),
    ]
    idle = await sessions.listing(session, person, at=later + timedelta(minutes=25), idle=LIMITS.citizen_idle)
    assert len(idle) == 1, "what ran out opens nothing"
    assert await signing_in.end_others(session, actor, at=later) == 1


# ── Recovery ──────────────────────────────────────────────────────────────────────────────────────


async def test_recovery_waits_a_day_tells_the_owner_and_ends_everything(session, now):
    person = await people.citizen(session, now)
    await prove(session, person, now)
    await devices.remember(session, None, person, now)
    found = await recovery.begin(session, person, at=now)
    assert (found.standing, found.ready_at) == (Standing.STARTED, now + RECOVERY_WAITS)
    assert [one.text for one in await notices.held(session, since=people_since())] == [notices.RECOVERY_BEGUN]
    assert (await recovery.begin(session, person, at=now)).standing is Standing.WAITING
    with pytest.raises(RecoveryUnknown):
        await recovery.finish(session, person, password=NEW, code=None, at=now + timedelta(hours=23))
    ready = now + RECOVERY_WAITS
    assert (await recovery.begin(session, person, at=ready)).standing is Standing.OPEN
    assert await recovery.finish(session, person, password=NEW, code=None, at=ready)
    assert await session.scalar(sa.select(sa.func.count()).select_from(KnownDevice)) == 0
    assert isinstance(await sign_in(session, ready, password=NEW), Granted)
    with pytest.raises(RecoveryUnknown):
        await recovery.finish(session, person, password=NEW, code=None, at=ready)
    deeds = [entry.deed for entry in await ledger.entries(session, f"account:{person}")]
    assert {"recovery begun", "account recovered"} <= set(deeds)


async def test_the_owner_signs_in_and_the_recovery_is_over(session, now):
    person = await people.citizen(session, now)
    await recovery.begin(session, person, at=now)
    await sign_in(session, now + timedelta(hours=1))
    with pytest.raises(RecoveryUnknown):
        await recovery.finish(session, person, password=NEW, code=None, at=now + RECOVERY_WAITS)


async def test_a_recovery_nobody_used_runs_out(session, now):
    person = await people.citizen(session, now)
    await recovery.begin(session, person, at=now)
    late = now + timedelta(days=9)
    with pytest.raises(RecoveryUnknown):
        await recovery.finish(session, person, password=NEW, code=None, at=late)
    assert (await recovery.begin(session, person, at=late)).standing is Standing.STARTED


async def test_with_an_authenticator_its_code_is_asked_and_nothing_else_helps(session, now):
    person, actor, token = await jia(session, now)
    offer = changing.offer_authenticator(actor, "jia", at=now)
    await changing.enrol(session, actor, offer, code=second_factor.code_at(offer.secret, now), at=now)
    assert (await recovery.begin(session, person, at=now)).code_needed
    later = now + timedelta(minutes=1)
    assert not await recovery.finish(session, person, password=NEW, code="000000", at=later)
    assert await sessions.resolve(session, token, at=later, limits=LIMITS)
    code = second_factor.code_at(offer.secret, later)
    assert await recovery.finish(session, person, password=NEW, code=code, at=later)
    assert await sessions.resolve(session, token, at=later, limits=LIMITS) is None


async def test_staff_are_not_recovered_online(session, now):
    person = await people.clerk(session, now)
    assert (await recovery.begin(session, person, at=now)).standing is Standing.AT_THE_WINDOW


async def administrators(session, now):
    made = []
    for number, (login, id_number) in enumerate(
        (("sec-1", "520103195503151126"), ("sec-2", "520102199001010018"))
    ):
        await people.clerk(session, now, login=login, id_number=id_number, roles=(Role.SECURITY_ADMIN,))
        at = now + timedelta(seconds=30 * number)
        granted = await sign_in(session, at, login, code=second_factor.code_at(people.SECRET, at))
        made.append(await actor_of(session, granted, at))
    return made


async def test_two_persons_bring_a_member_of_staff_back(session, now):
    lost = await people.clerk(session, now)
    first, second = await administrators(session, now)
    with pytest.raises(SamePerson):
        await staff_recovery.ask(session, first, first.person_id, reason="丢失", at=now)
    one = await staff_recovery.ask(session, first, lost, reason="手机丢失", at=now)
    asked = (await staff_recovery.listing(session, at=now))[0]
    with pytest.raises(SamePerson):
        await staff_recovery.agree(session, first, asked.id, at=now)
    common = {"login": "clerk", "password": NEW, "at": now}
    assert await staff_recovery.start_again(session, first=one, second="", **common) is None
    two = await staff_recovery.agree(session, second, asked.id, at=now)
    assert await staff_recovery.start_again(session, first=two, second=one, **common) is None
    secret = await staff_recovery.start_again(session, first=one.lower(), second=two, **common)
    assert isinstance(await sign_in(session, now, "clerk"), Refused)
    code = second_factor.code_at(secret, now)
    assert isinstance(await sign_in(session, now, "clerk", password=NEW, code=code), Granted)
    assert await staff_recovery.start_again(session, first=one, second=two, **common) is None


async def test_the_database_keeps_the_two_persons_apart(session, now):
    lost = await people.clerk(session, now)
    first, _ = await administrators(session, now)
    await staff_recovery.ask(session, first, lost, reason="x", at=now)
    with pytest.raises(sa.exc.IntegrityError, match="two_persons"):
        async with session.begin_nested():
            await session.execute(
                sa.text("UPDATE staff_recovery SET agreed_by = asked_by, second_hash = 'x'")
            )


async def test_guessing_the_halves_closes_the_recovery(session, now):
    lost = await people.clerk(session, now)
    first, second = await administrators(session, now)
    one = await staff_recovery.ask(session, first, lost, reason="x", at=now)
    two = await staff_recovery.agree(
        session, second, (await staff_recovery.listing(session, at=now))[0].id, at=now
    )
    common = {"login": "clerk", "password": NEW, "at": now}
    for _ in range(5):
        assert await staff_recovery.start_again(session, first="A" * 10, second=two, **common) is None
    assert await staff_recovery.start_again(session, first=one, second=two, **common) is None


def test_the_options_are_plain_json():
    from datetime import UTC, datetime

    options = passkeys.ask(PARTY, entering.SIGN_IN, "", at=datetime(2026, 1, 1, tzinfo=UTC))
    assert json.loads(json.dumps(options))["userVerification"] == "required"
    assert options.get("allowCredentials", []) == []
