"""Contracts asked for, answered within limits, refused with reasons, ended, reviewed; tickets; figures: by message."""

from datetime import date, timedelta

import pytest

from identity.tokens import new_signer, verifiers
from services.sharing import commands, signing
from services.sharing.contracts import deeds
from services.sharing.contracts.limits import limits
from services.sharing.contracts.rules import unusual
from services.sharing.errors import MessageRefused
from services.sharing.messages import StewardAnswer, StewardRequest
from storage import ledger
from tests.integration.sharing.builders import MARKET, POLICE, PORTAL, file_source, open_hub

pytestmark = pytest.mark.anyio
CIVIL = "11520100MADEM00381"
WANTED = {
    "resource": "population",
    "item": "senior-card",
    "legal_basis": "《老年人权益保障法》（示例）",
    "fields": ["over_60"],
    "form": "derived",
    "derived": {"over_60": {"field": "born_on", "rule": "years-at-least", "value": 60}},
    "per_minute": 5,
    "per_day": 50,
    "days": 200,
}


@pytest.fixture
async def desk(sessions, now, tmp_path):
    """A hub, and stewards: the police (provider), the market and civil departments, and the data authority."""
    hub = await open_hub(sessions, now, file_source(tmp_path / "register.csv"))
    keys = {POLICE: new_signer(), CIVIL: new_signer(), MARKET: new_signer(), PORTAL: hub.portal}
    async with hub.sessions.begin() as session:
        for party in (POLICE, CIVIL, MARKET):
            known = verifiers(keys[party])[keys[party].kid]
            await commands.admit(session, known, party=party, actor="system:test", at=now - timedelta(days=1))
    count = iter(range(1000))

    async def due_after(_session, at, days):
        return at.date() + timedelta(days=days)

    async def do(party, deed, *, key=None, operator="steward", at=None, **content):
        moment = at or now
        message = StewardRequest(
            consumer=party,
            deed=deed,
            operator=operator,
            at=moment,
            nonce=f"{next(count):032d}",
            content=content,
        )
        compact = signing.sign(message, key or keys[party])
        async with hub.sessions.begin() as session:
            answer = await deeds.do(session, compact, key=hub.key, due_after=due_after, at=moment)
        return signing.read(answer, verifiers(hub.key), StewardAnswer)

    do.hub, do.keys = hub, keys
    return do


async def test_a_contract_is_asked_for_agreed_to_used_reviewed_and_ended(desk, now):
    asked = (await desk(CIVIL, "ask-contract", **WANTED)).result
    assert (asked["provider"], asked["state"], asked["due_on"]) == (
        POLICE,
        "waiting",
        str(now.date() + timedelta(days=10)),
    )
    assert [one["number"] for one in (await desk(POLICE, "askings")).result] == [asked["number"]]
    assert (await desk(MARKET, "askings")).result == []
    assert (
        await desk(MARKET, "answer-asking", number=asked["number"], agree=True)
    ).refused == "AskingUnknown"
    longer = (await desk(PORTAL, "extend-asking", number=asked["number"])).result
    assert longer["due_on"] == str(now.date() + timedelta(days=20))
    assert (await desk(PORTAL, "extend-asking", number=asked["number"])).refused == "AskingSettled"
    contract = (await desk(POLICE, "answer-asking", number=asked["number"], agree=True)).result
    assert (contract["consumer"], contract["form"], contract["per_day"]) == (CIVIL, "derived", 50)
    again = await desk(POLICE, "answer-asking", number=asked["number"], agree=True)
    assert (again.refused, again.detail) == ("AskingSettled", "agreed")
    await desk.hub.tell(case_number="2-1", consumer=MARKET, item="food-business")
    reviewed = await desk(CIVIL, "review-contract", number=contract["number"], next_on="2027-05-01")
    assert reviewed.result["review_on"] == "2027-05-01"
    assert (await desk(MARKET, "end-contract", number=contract["number"], reason="x")).refused == "NotTheirs"
    assert (
        await desk(CIVIL, "end-contract", number=contract["number"], reason=" ")
    ).refused == "ReasonMissing"
    ended = (await desk(CIVIL, "end-contract", number=contract["number"], reason="事项取消")).result
    assert ended["end_reason"] == "事项取消"
    async with desk.hub.sessions() as session:
        told = [one.deed for one in await ledger.entries(session, f"asking:{asked['number']}")]
        kept = [one.deed for one in await ledger.entries(session, f"contract:{contract['number']}")]
    assert told == ["contract asked for", "longer time to answer granted", "contract agreed to"]
    assert kept == ["contract concluded", "contract reviewed", "contract ended"]


async def test_a_refusal_has_reasons_and_what_the_directory_forbids_is_not_asked_for(desk):
    asked = (await desk(CIVIL, "ask-contract", **WANTED)).result
    bare = await desk(POLICE, "answer-asking", number=asked["number"], agree=False, reason="")
    assert bare.refused == "ReasonMissing"
    told = {"number": asked["number"], "agree": False, "reason": "依据不足，请补充法律条款"}
    refused = (await desk(POLICE, "answer-asking", **told)).result
    assert (refused["state"], refused["reason"]) == ("refused", "依据不足，请补充法律条款")
    back = (await desk(CIVIL, "ask-contract", **WANTED)).result
    assert (await desk(CIVIL, "take-back-asking", number=back["number"])).result["state"] == "taken-back"
    for change, error, why in (
        ({"resource": "nowhere"}, "ResourceUnknown", ""),
        ({"fields": ["salary"], "form": "full", "derived": {}}, "ContractUnsound", "fields"),
        ({"form": "full"}, "ContractUnsound", "derived"),
        ({"derived": {}}, "ContractUnsound", "fields"),
        ({"per_day": 0}, "content", None),
        ({"surplus": 1}, "content", None),
    ):
        answer = await desk(CIVIL, "ask-contract", **WANTED | change)
        assert answer.refused == error, change
        assert why is None or answer.detail == why


async def test_nobody_does_anything_in_anothers_name(desk, now):
    for attack, why in (
        ({"party": POLICE, "key": desk.keys[CIVIL]}, "not-entrusted"),
        ({"party": CIVIL, "key": new_signer()}, "unverified"),
        ({"party": CIVIL, "operator": " "}, "not-entrusted"),
        ({"party": CIVIL, "deed": "drop-tables"}, "malformed"),
    ):
        content = {"deed": "askings"} | attack
        with pytest.raises(MessageRefused) as caught:
            await desk(content.pop("party"), content.pop("deed"), **content)
        assert caught.value.why == why
    assert (await desk(POLICE, "extend-asking", number="SQ-1")).refused == "NotTheirs"


async def test_use_against_contract_and_what_stands_out(desk, now):
    for _ in range(3):
        await desk.hub.call()
    await desk.hub.call(fields=["salary"])
    (own,) = (await desk(MARKET, "contracts")).result
    assert (own["today"], own["refused"], own["unused"], own["unusual"]) == (3, 1, False, False)
    assert (await desk(CIVIL, "contracts")).result == []
    later = now + timedelta(days=100)
    (idle,) = (await desk(PORTAL, "contracts", at=now)).result
    assert idle["number"] == "QY-1"
    assert unusual(100, {"a": 20, "b": 10}, 14)
    assert not unusual(19, {}, 14)
    assert not unusual(60, {str(day): 21 for day in range(14)}, 14)
    assert later.date() > date(2027, 1, 1)
    (figure,) = (await desk(POLICE, "quality")).result
    assert (figure["calls"], figure["hits"], figure["rate"]) == (3, 3, 1.0)
    assert figure["empty"]["name"] == [0, 3]


async def test_a_department_keeps_its_own_entries_of_the_directory(desk):
    entry = {
        "code": "own-register",
        "catalogue_code": "301001/000099",
        "name": {"zh": "示例登记", "en": "Sample"},
        "provider_name": {"zh": "示例市民政局", "en": "Civil"},
        "fields": [
            {"name": "kin", "title": {"zh": "亲属", "en": "Kin"}, "type": "name", "sensitivity": "personal"}
        ],
        "share_type": "2",
        "condition": "示例",
        "subject_key": "id_number",
        "manner": "接口",
        "update_cycle": "每日",
    }
    assert (await desk(CIVIL, "publish-resource", **entry)).result == "own-register"
    assert (await desk(POLICE, "publish-resource", **entry)).refused == "NotTheirs"
    assert (await desk(CIVIL, "publish-resource", **entry | {"catalogue_code": "9"})).refused == "content"


async def test_a_disputed_value_is_a_ticket_with_a_limit_and_an_answer(desk, now):
    use = (await desk.hub.call()).use
    raised = {"kind": "dispute", "use": use, "words": "住址已经变更"}
    assert (await desk(CIVIL, "raise-ticket", **raised)).refused == "TicketUnknown"
    ticket = (await desk(PORTAL, "raise-ticket", operator="applicant", **raised)).result
    assert (ticket["department"], ticket["due_on"]) == (POLICE, str(now.date() + timedelta(days=10)))
    assert (await desk(PORTAL, "raise-ticket", operator="applicant", **raised)).result["id"] == ticket["id"]
    assert [one["words"] for one in (await desk(POLICE, "tickets")).result] == ["住址已经变更"]
    answer = {"number": ticket["id"], "stands": False, "words": "已更正"}
    assert (await desk(CIVIL, "answer-ticket", **answer)).refused == "TicketUnknown"
    assert (await desk(POLICE, "answer-ticket", **answer | {"words": ""})).refused == "ReasonMissing"
    assert (await desk(POLICE, "answer-ticket", **answer)).result["state"] == "put-right"
    (own,) = (await desk(PORTAL, "own-tickets", operator="applicant")).result
    assert own["answer"] == "已更正"
    assert (await desk(PORTAL, "own-tickets", operator="somebody")).result == []
    complaint = (await desk(PORTAL, "raise-ticket", operator="applicant", kind="complaint", use=use)).result
    assert complaint["department"] == MARKET
    told = (await desk(MARKET, "export-evidence", use=use)).result
    assert set(told["messages"]) == {"request", "answer"}
    assert (await desk(CIVIL, "export-evidence", use=use)).refused == "TicketUnknown"
    assert limits()["ticket"].days == 10
