"""Must hold: every attack is refused, signed and recorded, and no source is asked (issue E, 3)."""

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from identity.tokens import new_signer, verifiers
from services.sharing import commands, signing
from services.sharing.errors import MessageRefused
from services.sharing.messages import Request, Subject
from services.sharing.models import Use
from services.sharing.rules import Form, SubjectKey
from storage import ledger
from tests.integration.sharing.builders import (
    MARKET,
    PERSON,
    POLICE,
    PORTAL,
    contract,
    file_source,
    open_hub,
    request,
    resource,
)

pytestmark = pytest.mark.anyio
CIVIL = "11520100MADEM00381"
STRANGER = "520102199203040020"
SQL = ("' OR '1'='1", "x'; DROP TABLE hub_use; --")


class Asked:
    """A register that remembers whether it was asked."""

    name, resource = "sample", "population"

    def __init__(self, inner):
        self.inner, self.asked = inner, 0

    async def rows(self, subject, fields):
        self.asked += 1
        return await self.inner.rows(subject, fields)

    async def check(self): ...

    async def close(self): ...


@pytest.fixture
async def hub(sessions, now, tmp_path):
    """A hub with the market department's contract, another department's, and one of every broken kind."""
    source = Asked(file_source(tmp_path / "register.csv"))
    hub = await open_hub(sessions, now, source)
    hub.source = source
    hub.civil = new_signer()
    others = {
        "QY-OTHER": {"consumer": CIVIL, "item_code": "senior-card"},
        "QY-ITEM": {"item_code": "senior-card"},
        "QY-PAST": {"valid_until": now - timedelta(hours=1)},
        "QY-FUTURE": {"valid_from": now + timedelta(hours=1)},
        "QY-ENDED": {},
        "QY-RATE": {"per_minute": 1},
        "QY-DAY": {"per_day": 1},
        "QY-VERIFY": {"form": Form.VERIFY, "fields": ["name"]},
        "QY-FIRM": {"resource": "firms"},
    }
    async with hub.sessions.begin() as session:
        firms = resource(
            now, code="firms", catalogue_code="102001/000009", subject_key=SubjectKey.CREDIT_CODE
        )
        await commands.publish(session, firms, actor="system:test", at=now)
        for number, change in others.items():
            await commands.conclude(
                session, contract(now, number=number, **change), actor="system:test", at=now
            )
        await commands.end(session, "QY-ENDED", reason="示例", actor="system:test", at=now)
        for party, key in ((CIVIL, hub.civil),):
            await commands.admit(
                session, verifiers(key)[key.kid], party=party, actor="system:test", at=now - timedelta(days=1)
            )
    await hub.tell(case_number="1-closed", open=False)
    await hub.tell(case_number="1-other", subjects=[Subject(id_number=STRANGER)])
    await hub.tell(case_number="1-civil", item="senior-card")
    return hub


ATTACKS = {
    "no contract": ({"contract": ""}, "no-contract"),
    "a contract that does not exist": ({"contract": "QY-9"}, "no-contract"),
    "another item's contract": ({"contract": "QY-ITEM"}, "other-item"),
    "another department's contract": ({"contract": "QY-OTHER"}, "other-consumer"),
    "another resource's contract": ({"contract": "QY-FIRM"}, "other-resource"),
    "an extra field": ({"fields": ["name", "salary"]}, "extra-field"),
    "no field": ({"fields": []}, "no-field"),
    "an expired contract": ({"contract": "QY-PAST"}, "expired"),
    "a contract of tomorrow": ({"contract": "QY-FUTURE"}, "not-yet-valid"),
    "an ended contract": ({"contract": "QY-ENDED"}, "ended"),
    "values of a verify-only contract": ({"contract": "QY-VERIFY", "fields": ["name"]}, "form"),
    "a case that does not exist": ({"case_number": "1-none"}, "no-case"),
    "no case": ({"case_number": " "}, "no-case"),
    "a closed case": ({"case_number": "1-closed"}, "case-closed"),
    "another item's case": ({"case_number": "1-civil"}, "other-case"),
    "another person's case": ({"case_number": "1-other"}, "other-person"),
    "another applicant": ({"applicant": "somebody"}, "other-person"),
    "a person the case is not about": ({"subject": Subject(id_number=STRANGER)}, "other-person"),
    "an operator outside the department": ({"operator": "officer-of-another"}, "operator"),
    "another department's name": ({"consumer": CIVIL}, "not-entrusted"),
    "SQL as consumer": ({"consumer": SQL[0]}, "not-entrusted"),
    "SQL as contract": ({"contract": SQL[1]}, "no-contract"),
    "SQL as case number": ({"case_number": SQL[1]}, "no-case"),
    "SQL as item": ({"item": SQL[0]}, "other-item"),
    "SQL as resource": ({"resource": SQL[0]}, "other-resource"),
    "SQL as subject": ({"subject": Subject(id_number=SQL[0])}, "subject"),
    "SQL as applicant": ({"applicant": SQL[0]}, "other-person"),
    "SQL as operator": ({"operator": SQL[1]}, "operator"),
    "SQL as purpose": ({"purpose": SQL[1]}, "purpose"),
    "SQL as field": ({"fields": [SQL[0]]}, "malformed"),
    "SQL as nonce": ({"nonce": SQL[1]}, "malformed"),
    "SQL as claimed field": ({"expected": {SQL[0]: "x"}}, "malformed"),
    "SQL as claim": ({"expected": {"name": SQL[0]}}, "form"),
    "a subject twice": ({"subject": Subject(id_number=PERSON, credit_code="91520115MADEM0011Q")}, "subject"),
    "a clock ten minutes off": ({"at": timedelta(minutes=10)}, "clock"),
}


async def last(hub) -> Use:
    async with hub.sessions() as session:
        return (await session.scalars(sa.select(Use).order_by(Use.at.desc(), Use.closed_at.desc()))).first()


async def refused(hub, answered, reason):
    """The refusal is signed, the last use says why, the ledger has it, and no register was asked for it."""
    answer = hub.read(answered)
    assert (answer.outcome, answer.reason, answer.values) == ("refused", reason, {})
    async with hub.sessions() as session:
        use = (await session.scalars(sa.select(Use).where(Use.id == answer.use))).one()
        assert (use.judgment, use.reason, use.outcome) == ("refused", reason, "refused")
        readable = reason not in {"unverified", "malformed"}
        chain = f"hub:{use.case_number.strip() or 'none'}" if readable else "hub:unverified"
        entries = [one for one in await ledger.entries(session, chain) if one.subject == answer.use]
        assert [(one.deed, one.details["reason"]) for one in entries] == [("data use refused", reason)]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_every_attack_is_refused_signed_and_recorded(hub, attack):
    change, reason = ATTACKS[attack]
    if "at" in change:
        change = {"at": hub.now + change["at"]}
    compact = signing.sign(request(**{"at": hub.now, **change}), hub.portal)
    await refused(hub, await hub.send(compact), reason)
    assert hub.source.asked == 0


async def test_attacks_with_keys_and_wires_are_refused_signed_and_recorded(hub):
    sound = signing.sign(request(hub.now), hub.portal)
    head, body, tail = sound.split(".")
    altered = f"{head}.{body[:40]}{'A' if body[40] != 'A' else 'B'}{body[41:]}.{tail}"
    await refused(hub, await hub.send(altered), "unverified")
    await refused(hub, await hub.send(signing.sign(request(hub.now), hub.civil)), "not-entrusted")
    await refused(hub, await hub.send(signing.sign(request(hub.now), new_signer())), "unverified")
    await hub.send(sound)
    assert hub.source.asked == 1
    await refused(hub, await hub.send(sound), "replayed")
    for number, reason in (("QY-RATE", "rate"), ("QY-DAY", "volume")):
        assert (await hub.call(contract=number)).outcome == "hit"
        await refused(
            hub, await hub.send(signing.sign(request(hub.now, contract=number), hub.portal)), reason
        )
    assert hub.source.asked == 3


async def test_an_altered_answer_is_not_the_hubs(hub):
    answered = await hub.send(signing.sign(request(hub.now), hub.portal))
    head, body, tail = answered.compact.split(".")
    with pytest.raises(MessageRefused):
        signing.read(
            f"{head}.{body[:40]}{'A' if body[40] != 'A' else 'B'}{body[41:]}.{tail}",
            verifiers(hub.key),
            Request,
        )


async def test_sql_as_the_claim_of_a_verify_only_contract_is_a_claim_that_is_not_true(hub):
    answer = await hub.call(contract="QY-VERIFY", fields=["name"], expected={"name": SQL[0]})
    assert answer.values == {"name": False}


async def test_only_the_keeper_of_cases_is_believed_about_them(hub):
    for key, change, why in (
        (hub.civil, {"consumer": CIVIL}, "not-entrusted"),
        (new_signer(), {}, "unverified"),
        (hub.portal, {"consumer": POLICE}, "not-entrusted"),
        (hub.portal, {"case_number": " "}, "no-case"),
    ):
        with pytest.raises(MessageRefused) as caught:
            await hub.tell(key=key, **change)
        assert caught.value.why == why
    nonce = "n" * 32
    await hub.tell(nonce=nonce)
    with pytest.raises(MessageRefused) as caught:
        await hub.tell(nonce=nonce)
    assert caught.value.why == "replayed"


async def test_a_case_that_ends_is_closed_to_everybody_and_a_late_notice_opens_nothing(hub):
    assert (await hub.call()).outcome == "hit"
    later = hub.now + timedelta(minutes=1)
    await hub.tell(open=False, at=later)
    assert (await hub.call(at=later)).reason == "case-closed"
    await hub.tell()
    assert (await hub.call(at=later)).reason == "case-closed"
    await hub.tell(at=later + timedelta(seconds=1))
    assert (await hub.call(at=later)).outcome == "hit"
    async with hub.sessions() as session:
        deeds = [one.deed for one in await ledger.entries(session, "hub:1-0001")]
    assert [one for one in deeds if one.startswith("case")] == ["case opened", "case closed", "case opened"]
    assert msgspec.structs.asdict(request(hub.now))["consumer"] == MARKET != PORTAL
