"""Officers, holders, verifiers and supervisors at the API: every deed, what it refuses, and who sees nothing."""

import asyncio
from datetime import UTC, datetime

import pytest

from portal.cli.demo import people
from services.applications.rules import APPLICANTS_DEEDS, PORTALS_DEEDS, Deed
from storage import checkpoints, sequencing
from storage.ledger_bundle import verify_bundle
from storage.signed_notes import parse_verifier
from tests.journeys.machine import FIRM, granted, machine, started, submitted
from tests.support.city import work

pytestmark = pytest.mark.anyio

OWNER = people.person("person-a").name
DEFECTS = [{"target": "question:seats", "note": "座位数与图纸不符"}]


@pytest.fixture
async def owner(stranger):
    return await machine(stranger, "person-a")


@pytest.fixture
async def clerk(stranger):
    return await machine(stranger, "market-window")


@pytest.fixture
async def supervisor(stranger):
    return await machine(stranger, "supervisor-1")


async def test_a_case_goes_through_every_hand(stranger, held, owner, clerk):
    number = await submitted(owner)
    listed = (await clerk.get("/window/cases", params={"state": "submitted", "item": "food-business"})).json()
    assert number in [one["number"] for one in listed["applications"]]
    assert (await clerk.deed(number, "claim")).json()["claimed_by_name"] == "示例子"
    mine = (await clerk.get("/window/cases", params={"mine": "true"})).json()["applications"]
    assert [one["number"] for one in mine] == [number]
    told = (await clerk.deed(number, "request-correction", defects=DEFECTS)).json()
    assert told["corrections"][0]["defects"] == DEFECTS

    refused = await owner.patch(number, {"handlers": 9})
    assert (refused.status_code, refused.json()["title"]) == (409, "not-asked-to-correct")
    path, body = f"/applications/{number}/corrections", {"answers": {"seats": 36}}
    first, second = [await owner.post(path, body, key="k2") for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["answers"]["seats"] == 36
    assert [one["deed"] for one in second.json()["timeline"]].count("application corrected") == 1

    accepted = (await clerk.deed(number, "accept", opinion="材料齐全")).json()
    assert (accepted["state"], accepted["limit_days"]) == ("accepted", 8)
    decided = await clerk.deed(number, "grant")
    assert (decided.status_code, decided.json()["title"]) == (403, "not-your-deed")
    reviewer = await machine(stranger, "market-reviewer-1")
    assert (await reviewer.deed(number, "review", favourable=True)).status_code == 200
    again = await reviewer.deed(number, "review", favourable=True)
    assert (again.status_code, again.json()["title"]) == (409, "already-spoke")


async def test_every_deed_has_its_own_words_and_takes_no_others(stranger, owner, clerk):
    number = await submitted(owner)
    for deed, body in (
        ("claim", {"reason": "x"}),
        ("review", {}),
        ("refuse", {}),
        ("suspend", {"procedure": "holiday", "reason": "示例理由", "days": 3}),
        ("suspend", {"procedure": "testing", "reason": "示例理由"}),
        ("request-correction", {"defects": [{"target": "question:seats"}]}),
        ("accept", {"opinion": 1}),
    ):
        assert (await clerk.deed(number, deed, **body)).status_code == 400, deed
    assert (await clerk.deed(number, "request-correction", defects=[])).json()[
        "title"
    ] == "nothing-to-correct"
    strange = [{"target": "question:colour", "note": "示例"}]
    told = await clerk.deed(number, "request-correction", defects=strange)
    assert told.json() | {"status": 422, "target": "question:colour"} == told.json()
    assert (await clerk.deed(number, "refuse-acceptance", reason="")).json()["title"] == "reason-missing"
    assert (await clerk.deed(number, "burn")).status_code == 404
    assert (await clerk.deed(number, "submit")).status_code == 404


async def test_pauses_extension_and_refusal(stranger, held, owner, clerk):
    number = await submitted(owner)
    await clerk.deed(number, "accept")
    reviewer, approver = [await machine(stranger, f"market-{post}") for post in ("reviewer-1", "approver")]
    paused = await reviewer.deed(number, "suspend", procedure="expert-review", reason="需要专家评审", days=15)
    assert (paused.json()["state"], paused.json()["light"]) == ("suspended", "paused")
    assert (await reviewer.deed(number, "resume", result="评审完成")).json()["state"] == "accepted"
    extended = (await approver.deed(number, "extend", reason="情况复杂，需要延长")).json()
    assert extended["limit_days"] == 18
    early = await approver.deed(number, "refuse", reason="示例：条件不符合")
    assert (early.status_code, early.json()["title"]) == (409, "steps-not-done")


async def test_the_law_of_the_case_covers_every_deed_of_an_officer():
    from portal.api.fee_deeds import DEEDS as FEES
    from portal.api.window import DEEDS  # the table itself, read aloud

    assert set(DEEDS) - set(FEES) == set(Deed) - APPLICANTS_DEEDS - PORTALS_DEEDS


async def test_the_queue_comes_page_by_page(owner, clerk):
    numbers = {await submitted(owner) for _ in range(3)}
    seen, after = [], None
    while True:
        params = {"limit": 1} | ({"after": after} if after else {})
        page = (await clerk.get("/window/cases", params=params)).json()
        seen += [one["number"] for one in page["applications"]]
        after = page["next"]
        if after is None:
            break
    assert numbers <= set(seen)
    assert len(seen) == len(set(seen))
    for wrong in ("x", "Ω", "MjAyNg", "MjAyNi0xMS0yMiA"):
        assert (await clerk.get("/window/cases", params={"after": wrong})).status_code in {200, 400}
    for params in ({"light": "blue"}, {"state": "lost"}, {"item": "\x00"}, {"limit": 1000}):
        assert (await clerk.get("/window/cases", params=params)).status_code == 400


async def test_a_case_is_not_found_by_anyone_it_does_not_concern(stranger, held, owner):
    number = await submitted(owner)
    await work(held)
    seen = (await owner.get(f"/applications/{number}")).json()
    file = next(one["files"][0] for one in seen["materials"] if one["files"])
    reads = [
        f"/applications/{number}",
        f"/applications/{number}/documents/{seen['documents'][0]['id']}",
        f"/applications/{number}/files/{file['id']}",
        f"/ledger/cases/{number}",
    ]
    other, elsewhere = [await machine(stranger, who) for who in ("person-c", "civil-window")]
    for reader in (other, elsewhere):
        for path in reads:
            assert (await reader.get(path)).status_code == 404, path
    for path, body in (
        (f"/applications/{number}/withdrawal", {}),
        (f"/applications/{number}/rating", {"grade": 1}),
        (f"/applications/{number}/corrections", {}),
        (f"/applications/{number}/submission", {}),
    ):
        assert (await other.post(path, body, key="k")).status_code == 404, path
    assert (await other.patch(number, {"seats": 1})).status_code == 404
    assert (await elsewhere.deed(number, "claim")).status_code == 404
    nobody = await machine(stranger)
    assert [(await nobody.get(path)).status_code for path in reads] == [401] * 4
    draft = (await started(owner, on_behalf_of=FIRM))["number"]
    clerk = await machine(stranger, "market-window")
    assert (await clerk.get(f"/applications/{draft}")).status_code == 404


@pytest.mark.parametrize("number", ["1", "%00", "示例", "..%2f", "a" * 400])
async def test_a_number_that_is_none_is_not_found(owner, clerk, number):
    for who in (owner, clerk):
        assert (await who.get(f"/applications/{number}")).status_code == 404
        assert (await who.get(f"/ledger/cases/{number}")).status_code == 404
    assert (await clerk.deed(number, "claim")).status_code == 404


async def test_officers_see_sensitive_answers_masked_and_applicants_see_no_officers(owner, clerk):
    number = await submitted(owner)
    seen = (await clerk.get(f"/applications/{number}")).json()
    assert seen["answers"]["manager_phone"] == "199****0002"
    assert seen["query_code"] is None
    own = (await owner.get(f"/applications/{number}")).json()
    assert own["answers"]["manager_phone"] == "19900000002"
    assert (own["opinions"], own["claimed_by_name"]) == (None, None)
    assert {one["by"] for one in own["timeline"]} == {None, OWNER}


async def test_a_licence_is_listed_downloaded_presented_and_verified(stranger, held, owner):
    number = await granted(held, stranger, owner)
    case = (await owner.get(f"/applications/{number}")).json()
    assert case["state"] == "delivered"
    identifier = case["licence"]
    assert await listed(owner, None) == []
    assert await listed(owner, FIRM) == [identifier]
    whole = (await owner.get(f"/licences/{identifier}")).json()
    assert (whole["state"], whole["holder_name"]) == ("valid", "示例餐饮有限公司")
    document = await owner.get(f"/licences/{identifier}/document")
    assert document.headers["content-type"] == "application/pdf"

    nobody = await machine(stranger)
    told = await verified(nobody, document.content)
    assert (told["valid"], told["finding"], told["licence"]["identifier"]) == (True, "sound", identifier)
    changed = bytearray(document.content)
    changed[len(changed) // 2] ^= 1
    assert (await verified(nobody, bytes(changed)))["valid"] is False
    assert (await verified(nobody, b"MZ"))["finding"] == "unreadable"
    by_code = await nobody.post("/verifications", {"identifier": identifier, "code": whole["check_code"]})
    assert by_code.json()["valid"] is True

    shown = await owner.post(f"/licences/{identifier}/presentations?on_behalf_of={FIRM}")
    pair = {"identifier": identifier, "code": shown.json()["code"]}
    assert (await nobody.post("/verifications", pair)).json()["valid"] is True
    assert (await nobody.post("/verifications", pair)).json()["title"] == "code-refused"
    other = await machine(stranger, "person-c")
    for path in ("", "/document"):
        assert (await other.get(f"/licences/{identifier}{path}")).status_code == 404
    assert (await other.post(f"/licences/{identifier}/presentations")).status_code == 404


async def listed(owner, party):
    params = {"on_behalf_of": party} if party else {}
    return [one["identifier"] for one in (await owner.get("/licences", params=params)).json()]


async def verified(nobody, content):
    answer = await nobody.call("POST", "/verifications", files={"file": ("licence.pdf", content)})
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"identifier": "1.2", "code": "22222222"}, 404),
        ({"identifier": "1.2\x00", "code": "2"}, 400),
        ({"identifier": "x" * 201, "code": "2"}, 400),
        ({"identifier": "1.2", "code": "222222222222"}, 404),
    ],
)
async def test_what_cannot_be_verified(stranger, body, status):
    assert (await (await machine(stranger)).post("/verifications", body)).status_code == status


async def test_a_finished_case_is_rated_once(stranger, held, owner):
    number = await granted(held, stranger, owner)
    path = f"/applications/{number}/rating"
    assert (await owner.post(path, {"grade": 6})).status_code == 400
    assert (await owner.post(path, {"grade": 2, "text": "还可以"})).json()["grade"] == 2
    assert (await owner.post(path, {"grade": 1})).json()["title"] == "already-rated"
    assert (await owner.get(f"/applications/{number}")).json()["rating"]["text"] == "还可以"


async def test_the_supervisor_sees_the_board_orders_and_is_seen_looking(stranger, owner, supervisor):
    number = await submitted(owner)
    board = (await supervisor.get("/oversight/board")).json()
    row = next(one for one in board["departments"] if one["department"] == "11520100MADEM00119")
    assert row["lights"]["green"] >= 1
    assert board["flow"]["received"] >= 1
    assert (await supervisor.get("/oversight/cards", params={"kind": "red"})).json()["cards"] == []
    order = {"application_number": number, "text": "请尽快受理（示例）", "due_on": "2099-01-05"}
    given = await supervisor.post("/oversight/orders", order)
    assert given.status_code == 201, given.text
    assert given.json()["number"] in [
        one["number"] for one in (await supervisor.get("/oversight/orders")).json()["orders"]
    ]
    early = await supervisor.post("/oversight/orders", order | {"due_on": "2026-01-05"})
    assert (early.status_code, early.json()["title"]) == (422, "due-too-soon")
    assert (await supervisor.get(f"/applications/{number}")).status_code == 200
    auditor = await machine(stranger, "audit-admin")
    assert (await auditor.get("/oversight/board")).status_code == 403


async def test_evidence_proves_itself_offline_and_the_checkpoint_is_public(stranger, held, owner, clerk):
    number = await submitted(owner)
    nobody = await machine(stranger)
    signer = await asyncio.to_thread(checkpoints.log_key, held.settings.keys, held.settings.public_url)
    async with held.sessions() as session, session.begin():
        await sequencing.sequence(session, signer, at=datetime.now(UTC))
    key = parse_verifier((await nobody.get("/ledger/key")).text.strip())
    note = (await nobody.get("/ledger/checkpoint")).text
    assert key is not None
    assert checkpoints.read_checkpoint(note, key) is not None
    bundle = (await owner.get(f"/ledger/cases/{number}")).content
    verdict = verify_bundle(bundle, key=key)
    assert verdict.whole
    assert verdict.proven_to == verdict.entries > 2
    forged = bundle.replace(b"application submitted", b"application withdrawn")
    assert not verify_bundle(forged, key=key).whole
    assert (await clerk.get(f"/ledger/cases/{number}")).status_code == 200
