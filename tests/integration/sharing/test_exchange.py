import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from identity.tokens import new_signer, verifiers
from services.sharing import commands, queries, recording, signing
from services.sharing.errors import MessageRefused
from services.sharing.exchange import uses
from services.sharing.messages import Subject, UsesAnswer, UsesRequest, digest
from services.sharing.models import Nonce, Tally, Use
from services.sharing.rules import Form
from storage import lanes, ledger
from storage.database import metadata
from tests.integration.sharing.builders import (
    MARKET,
    OTHER,
    PERSON,
    PORTAL,
    contract,
    file_source,
    open_hub,
    request,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hub(sessions, now, tmp_path):
    return await open_hub(sessions, now, file_source(tmp_path / "register.csv"))


async def recorded(hub) -> list[Use]:
    async with hub.sessions() as session:
        return list(await session.scalars(sa.select(Use).order_by(Use.at)))


async def deeds(hub, chain="hub:1-0001") -> list[str]:
    async with hub.sessions() as session:
        found = [entry.deed for entry in await ledger.entries(session, chain)]
        return [deed for deed in found if deed not in {"case opened", "case closed"}]


async def test_a_sound_call_is_answered_signed_and_recorded(hub):
    compact = signing.sign(request(hub.now), hub.portal)
    answer = hub.read(await hub.send(compact))
    assert answer.outcome == "hit"
    assert answer.values == {"name": "示例甲", "born_on": "1990-01-01"}
    assert answer.request == digest(compact)
    (use,) = await recorded(hub)
    assert (str(use.id), use.judgment, use.outcome) == (answer.use, "granted", "hit")
    assert use.request_jws == compact
    assert use.answer_digest == digest(use.answer_jws)
    assert await deeds(hub) == ["data use granted", "data use answered"]


async def test_only_the_fields_that_were_asked_for_leave_the_hub(hub):
    assert (await hub.call(fields=["name"])).values == {"name": "示例甲"}


async def test_what_the_register_does_not_know_is_left_out(hub):
    answer = await hub.call(subject=Subject(id_number=OTHER))
    assert (answer.outcome, answer.values) == ("hit", {"name": "示例丙"})


async def test_nobody_of_that_number_is_a_miss(hub):
    answer = await hub.call(subject=Subject(id_number="520101198503120013"))
    assert (answer.outcome, answer.values, answer.register_at) == ("miss", {}, None)


REFUSED = {
    "clock": {"at": "skewed"},
    "not-entrusted": {"consumer": "11520100MADEM002X1"},
    "no-case": {"case_number": ""},
    "no-contract": {"contract": "QY-9"},
    "other-item": {"item": "senior-card"},
    "other-resource": {"resource": "business-register"},
    "subject": {"subject": Subject(id_number="' OR '1'='1")},
    "no-field": {"fields": []},
    "extra-field": {"fields": ["name", "salary"]},
    "form": {"expected": {"name": "x"}},
}


@pytest.mark.parametrize("reason", REFUSED)
async def test_a_call_outside_its_contract_is_refused_signed_and_recorded(hub, reason):
    change = dict(REFUSED[reason])
    if "at" in change:
        change["at"] = hub.now - timedelta(minutes=10)
    answered = await hub.send(signing.sign(request(**{"at": hub.now, **change}), hub.portal))
    answer = hub.read(answered)
    assert (answer.outcome, answer.reason, answer.values) == ("refused", reason, {})
    (use,) = await recorded(hub)
    assert (use.judgment, use.reason, use.outcome) == ("refused", reason, "refused")
    case = "none" if reason == "no-case" else "1-0001"
    assert await deeds(hub, f"hub:{case}") == ["data use refused"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"valid_from_in": timedelta(hours=1)}, "not-yet-valid"),
        ({"valid_until_in": timedelta(0)}, "expired"),
    ],
)
async def test_a_contract_is_good_only_within_its_time(sessions, now, tmp_path, change, reason):
    terms = {name.removesuffix("_in"): now + delta for name, delta in change.items()}
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv"), **terms)
    assert (await hub.call()).reason == reason


async def test_an_ended_contract_allows_nothing_more(hub):
    async with hub.sessions.begin() as session:
        await commands.end(session, "QY-1", reason="示例", actor="system:test", at=hub.now)
    assert (await hub.call()).reason == "ended"


async def test_another_departments_contract_is_refused(hub):
    async with hub.sessions.begin() as session:
        other = contract(hub.now, number="QY-2", consumer="11520100MADEM002X1")
        await commands.conclude(session, other, actor="system:test", at=hub.now)
    assert (await hub.call(contract="QY-2")).reason == "other-consumer"


async def test_volume_and_rate_are_counted_by_contract(sessions, now, tmp_path):
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv"), per_minute=2, per_day=3)
    assert [(await hub.call()).reason for _ in range(3)] == ["", "", "rate"]
    later = now + timedelta(minutes=1)
    assert [(await hub.call(at=later)).reason for _ in range(2)] == ["", "volume"]
    tomorrow = now + timedelta(hours=13)
    assert (await hub.call(at=tomorrow)).reason == ""


async def test_a_replayed_message_is_refused_and_the_source_is_not_asked_again(hub, tmp_path):
    compact = signing.sign(request(hub.now), hub.portal)
    await hub.send(compact)
    (tmp_path / "register.csv").unlink()
    answer = hub.read(await hub.send(compact))
    assert (answer.outcome, answer.reason, answer.values) == ("refused", "replayed", {})
    assert [use.judgment for use in await recorded(hub)].count("refused") == 1


async def test_a_nonce_is_not_used_for_a_second_question(hub):
    nonce = "f" * 32
    await hub.call(nonce=nonce)
    assert (await hub.call(nonce=nonce, attempt=2, fields=["address"])).reason == "replayed"
    async with hub.sessions.begin() as session:
        await commands.tidy(session, at=hub.now + timedelta(minutes=11))
        assert await session.scalar(sa.select(sa.func.count()).select_from(Nonce)) == 0
    later = hub.now + timedelta(minutes=11)
    assert (await hub.call(nonce=nonce, at=later)).reason == "replayed"


async def test_a_caller_that_heard_nothing_gets_the_answer_that_was_given(hub, tmp_path):
    first = request(hub.now)
    given = await hub.send(signing.sign(first, hub.portal))
    (tmp_path / "register.csv").unlink()
    again = request(hub.now, nonce=first.nonce, attempt=2)
    assert (await hub.send(signing.sign(again, hub.portal))).compact == given.compact
    assert len(await recorded(hub)) == 1


async def test_a_crash_after_the_intent_leaves_a_trace_and_is_taken_up_again_once(hub):
    first = request(hub.now)
    asked = hub.sources.ask

    async def die(*_, **__):
        raise KeyboardInterrupt

    hub.sources.ask = die
    with pytest.raises(KeyboardInterrupt):
        await hub.send(signing.sign(first, hub.portal))
    async with hub.sessions() as session:
        (open_use,) = await queries.unfinished(session, before=hub.now + timedelta(seconds=1))
    hub.sources.ask = asked
    again = signing.sign(request(hub.now, nonce=first.nonce, attempt=2), hub.portal)
    answer = hub.read(await hub.send(again))
    assert (answer.outcome, answer.use) == ("hit", str(open_use.id))
    assert answer.request == open_use.request_digest
    assert await deeds(hub) == ["data use granted", "data use answered"]
    async with hub.sessions() as session:
        assert await session.scalar(sa.select(Tally.used).where(Tally.period == "day")) == 1


async def test_ending_a_use_twice_gives_the_first_answer_again(hub, tmp_path):
    first = request(hub.now)
    given = await hub.send(signing.sign(first, hub.portal))
    opened = recording.Opened(
        (await recorded(hub))[0].id, first, digest("x"), "p", {"name": "name"}, Form.FULL
    )
    late = await recording.close(
        lanes.within(hub.sessions.begin), opened, hub.read(given), key=hub.key, took_ms=1
    )
    assert late is None
    assert [use.answer_jws for use in await recorded(hub)] == [given.compact]


async def test_an_altered_or_unknown_signature_is_turned_away_and_recorded(hub):
    compact = signing.sign(request(hub.now), hub.portal)
    head, body, tail = compact.split(".")
    for forged in (f"{head}.{body[:-4]}AAAA.{tail}", signing.sign(request(hub.now), new_signer()), "rubbish"):
        answer = hub.read(await hub.send(forged))
        assert (answer.outcome, answer.reason) == ("refused", "unverified")
    rows = await recorded(hub)
    assert {(use.consumer, use.case_number, use.subject_index) for use in rows} == {("", "", None)}
    assert await deeds(hub, "hub:unverified") == ["data use refused"] * 3


async def test_a_retired_key_is_not_believed(hub):
    async with hub.sessions.begin() as session:
        await commands.retire(session, hub.portal.kid, actor="system:test", at=hub.now)
    assert (await hub.call()).reason == "unverified"


async def test_a_signed_message_that_is_no_request_is_recorded_under_its_party(hub):
    message = UsesRequest(
        consumer=MARKET, subject=Subject(id_number=PERSON), operator="o", at=hub.now, nonce="a" * 16
    )
    assert hub.read(await hub.send(signing.sign(message, hub.portal))).reason == "malformed"
    assert [use.consumer for use in await recorded(hub)] == [PORTAL]


async def test_a_source_that_is_gone_is_an_outcome_and_not_an_error(hub, tmp_path):
    (tmp_path / "register.csv").unlink()
    answer = await hub.call()
    assert (answer.outcome, answer.reason, answer.values) == ("failed", "down", {})
    assert [(use.outcome, use.trouble) for use in await recorded(hub)] == [("failed", "down")]


async def test_a_resource_without_source_fails_as_down(sessions, now):
    hub = await open_hub(sessions, now)
    assert (await hub.call()).reason == "down"


async def test_two_lines_of_one_number_are_a_mismatch_and_nothing_is_passed_on(sessions, now, tmp_path):
    text = f"number,name,born,place\n{PERSON},示例甲,,\n{PERSON},示例乙,,\n"
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv", text))
    answer = await hub.call()
    assert (answer.outcome, answer.values) == ("mismatch", {})


async def test_a_value_of_another_type_is_never_passed_on(sessions, now, tmp_path):
    text = f"number,name,born,place\n{PERSON},示例甲,昨天,\n"
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv", text))
    answer = await hub.call()
    assert (answer.outcome, answer.reason, answer.values) == ("failed", "wrong", {})


async def test_a_verify_only_contract_never_shows_the_value(sessions, now, tmp_path):
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv"), form=Form.VERIFY)
    answer = await hub.call(expected={"name": "示例甲", "born_on": "1991-01-01"})
    assert answer.values == {"name": True, "born_on": False}


async def test_a_masked_contract_shows_masked_values(sessions, now, tmp_path):
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv"), form=Form.MASKED)
    assert (await hub.call()).values == {"name": "示**", "born_on": "1990-**-**"}


async def test_no_table_of_the_hub_holds_an_id_number_or_a_value_in_the_clear(hub):
    await hub.call()
    await hub.call(contract="QY-9")
    await hub.send(signing.sign(request(hub.now), new_signer()))
    async with hub.sessions() as session:
        names = [name for name in metadata.tables if name.startswith(("hub_", "ledger_"))]
        assert len(names) >= 8
        for name in names:
            text = str((await session.execute(sa.text(f"SELECT t::text FROM {name} t"))).all())
            assert PERSON not in text
            assert PERSON.encode().hex() not in text
            assert "示例甲" not in text
            assert "1990-01-01" not in text


async def test_a_subject_reads_every_use_of_their_data_and_nobody_elses(hub):
    await hub.call()
    await hub.call(at=hub.now + timedelta(seconds=1), fields=["salary"])
    await hub.call(subject=Subject(id_number=OTHER))
    async with hub.sessions() as session:
        mine = await queries.uses_of(session, Subject(id_number=PERSON))
        earlier = await queries.uses_of(session, Subject(id_number=PERSON), before=mine[0].at)
        assert await queries.uses_of(session, Subject()) == []
    assert [(use.outcome, use.reason, use.fields) for use in mine] == [
        ("refused", "extra-field", ["salary"]),
        ("hit", "", ["name", "born_on"]),
    ]
    assert earlier == mine[1:]
    assert mine[1].purpose == "预填申请表"


def uses_request(hub, **change):
    values = {
        "consumer": PORTAL,
        "subject": Subject(id_number=PERSON),
        "operator": "o",
        "at": hub.now,
        "nonce": "a" * 32,
    }
    return UsesRequest(**values | change)


async def ask_uses(hub, message, key=None):
    async with hub.sessions.begin() as session:
        return await uses(session, signing.sign(message, key or hub.portal), key=hub.key, at=hub.now)


async def test_the_portal_reads_the_uses_of_a_subject_signed(hub):
    await hub.call()
    compact = await ask_uses(hub, uses_request(hub))
    assert len(signing.read(compact, verifiers(hub.key), UsesAnswer).uses) == 1


async def test_the_uses_are_told_to_nobody_else(hub):
    department = new_signer()
    async with hub.sessions.begin() as session:
        known = verifiers(department)[department.kid]
        await commands.admit(session, known, party=MARKET, actor="system:test", at=hub.now)
    await ask_uses(hub, uses_request(hub))
    attacks = {
        "not-entrusted": (uses_request(hub, consumer=MARKET, nonce="b" * 32), department),
        "replayed": (uses_request(hub), hub.portal),
        "clock": (uses_request(hub, at=hub.now - timedelta(hours=1)), hub.portal),
        "subject": (uses_request(hub, subject=Subject(), nonce="c" * 32), hub.portal),
        "unverified": (uses_request(hub), new_signer()),
        "malformed": (request(hub.now), hub.portal),
    }
    for why, (message, key) in attacks.items():
        with pytest.raises(MessageRefused) as caught:
            await ask_uses(hub, message, key)
        assert caught.value.why == why


async def test_calls_at_the_same_moment_never_exceed_the_volume(open_database, now, tmp_path):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"), per_day=5)
    answers = await asyncio.gather(*(hub.call() for _ in range(20)))
    reasons = [answer.reason for answer in answers]
    assert (reasons.count(""), reasons.count("volume")) == (5, 15)


async def test_the_same_message_at_the_same_moment_is_taken_once(open_database, now, tmp_path):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"))
    compact = signing.sign(request(now), hub.portal)
    answered = await asyncio.gather(*(hub.send(compact) for _ in range(8)))
    assert sorted(hub.read(one).reason for one in answered) == ["", *["replayed"] * 7]


async def test_two_attempts_of_one_call_at_the_same_moment_are_one_use(open_database, now, tmp_path):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"))
    for _ in range(5):
        first = request(now)
        attempts = [request(now, nonce=first.nonce, attempt=attempt) for attempt in (2, 3)]
        signed = [signing.sign(one, hub.portal) for one in (first, *attempts)]
        answered = await asyncio.gather(*(hub.send(compact) for compact in signed))
        taken = [one for one in answered if hub.read(one).outcome == "hit"]
        assert len({one.compact for one in taken}) == 1
        assert {hub.read(one).reason for one in answered} <= {"", "replayed"}
