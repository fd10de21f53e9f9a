"""A program fills in and hands in, by the rules of the pages: prefilled, judged at once, done once."""

import asyncio
from uuid import uuid4

import pytest

from portal.cli.demo import people
from tests.journeys.conftest import portal_on
from tests.journeys.machine import BENEFIT, FIRM, FOOD, machine, started, submitted
from tests.support.city import work
from tests.unit.applications.test_documents_in import pdf

pytestmark = pytest.mark.anyio


@pytest.fixture
async def owner(stranger):
    return await machine(stranger, "person-a")


def supplies(draft):
    return {one["code"]: one["supply"] for one in draft["materials"]}


async def test_a_draft_comes_prefilled_and_says_from_where(owner):
    draft = await started(owner, on_behalf_of=FIRM)
    assert draft["form"]["answers"]["legal_representative"] == "示例甲"
    origin = draft["form"]["origins"]["legal_representative"]
    assert origin["fact"] == "hub:business-register.legal_representative"
    assert origin["request"]
    assert draft["form"]["schema"]["$schema"].endswith("2020-12/schema")
    assert {one["source"] for one in draft["materials"]} == {"hub", "upload", "commitment"}
    assert supplies(draft)["business-licence"] == "obtained"
    assert {"kind": "question", "key": "seats", "why": "missing"} not in draft["missing"]
    assert {"kind": "question", "key": "handler", "why": "missing"} in draft["missing"]


async def test_without_the_hub_the_materials_are_asked_for_and_the_case_goes_on(held_without_hub):
    async with portal_on(held_without_hub) as opened:
        owner = await machine(opened, "person-d")
        draft = await started(owner, "unemployment-benefit")
        assert set(supplies(draft).values()) == {"needed"}
        by_hand = {
            "applicant_name": "示例丁",
            "last_employer": "示例制造有限公司",
            "ended_on": "2026-09-30",
            "ended_reason": "劳动合同期满终止",
            "paid_months": 60,
            "bank": "示例银行示例支行",
        }
        await owner.patch(draft["number"], BENEFIT | by_hand)
        for code in supplies(draft):
            assert (await owner.upload(draft["number"], code, pdf())).status_code == 200
        answer = await owner.post(f"/applications/{draft['number']}/submission", key="k1")
        assert (answer.status_code, answer.json()["state"]) == (201, "submitted")


async def test_nothing_is_handed_in_for_unemployment_benefit(stranger):
    person = await machine(stranger, "person-d")
    draft = await started(person, "unemployment-benefit")
    assert set(supplies(draft).values()) == {"obtained"}
    after = (await person.patch(draft["number"], BENEFIT)).json()
    assert after["missing"] == []
    answer = await person.post(f"/applications/{draft['number']}/submission", {}, key="k1")
    assert answer.status_code == 201


async def test_wrong_answers_are_told_all_at_once_and_none_is_kept(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    wrong = {"seats": "many", "opens_on": "2027-02-30", "manager_name": "a\x00b", "area": 1}
    answer = await owner.patch(number, {"business_kind": "catering"} | wrong)
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (422, "answers-wrong")
    assert {one["key"]: one["code"] for one in problem["mistakes"]} == {
        "seats": "not-a-number",
        "opens_on": "not-a-date",
        "manager_name": "control-characters",
    }
    kept = (await owner.get(f"/applications/{number}/draft")).json()["form"]["answers"]
    assert kept.keys().isdisjoint({*wrong, "business_kind"})


async def test_a_question_the_form_does_not_have_is_a_mistake(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    answer = await owner.patch(number, {"colour": "blue"})
    assert answer.json()["mistakes"] == [{"key": "colour", "code": "not-a-question", "data": {}}]


@pytest.mark.parametrize("name", ["䶮𬎆", "阿卜杜·热合曼", "示例㛃"])
async def test_rare_characters_are_welcome(owner, name):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    answer = await owner.patch(number, {"manager_name": name})
    assert answer.json()["form"]["answers"]["manager_name"] == name


async def test_a_name_of_ten_megabytes_is_too_large(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    assert (await owner.patch(number, {"manager_name": "名" * 3_500_000})).status_code == 413


async def test_of_two_who_change_a_draft_the_second_is_told(owner):
    draft = await started(owner, on_behalf_of=FIRM)
    first = await owner.patch(draft["number"], {"handlers": 5}, revision=draft["revision"])
    assert first.status_code == 200
    second = await owner.patch(draft["number"], {"handlers": 7}, revision=draft["revision"])
    assert (second.status_code, second.json()["title"]) == (409, "changed-meanwhile")


async def test_files_replace_those_handed_in_before(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    for contents in ((pdf(), pdf()), (pdf(),)):
        draft = (await owner.upload(number, "layout-plan", *contents)).json()
        files = next(one["files"] for one in draft["materials"] if one["code"] == "layout-plan")
        assert len(files) == len(contents)
    got = await owner.get(f"/applications/{number}/files/{files[0]['id']}")
    assert got.content.startswith(b"%PDF-")
    assert got.headers["content-disposition"] == "attachment"
    assert (await owner.call("DELETE", f"/applications/{number}/materials/layout-plan")).status_code == 204
    assert supplies((await owner.get(f"/applications/{number}/draft")).json())["layout-plan"] == "needed"


@pytest.mark.parametrize(
    ("code", "content", "status", "kind"),
    [
        ("layout-plan", b"MZ\x90\x00" + b"\x00" * 200, 422, "file-not-allowed"),
        ("layout-plan", b"", 422, "file-empty"),
        ("layout-plan", b"%PDF-1.4 broken", 422, "file-unreadable"),
        ("layout-plan", b"%PDF-" + b"0" * (11 * 1024 * 1024), 413, "file-too-large"),
        ("no-such-material", b"%PDF-", 404, "material-unknown"),
    ],
)
async def test_a_file_that_is_not_what_it_should_be(owner, code, content, status, kind):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    answer = await owner.upload(number, code, content)
    assert (answer.status_code, answer.json()["title"]) == (status, kind)


async def test_a_commitment_is_signed_once_and_only_where_there_is_one(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    path = f"/applications/{number}/materials"
    for _ in range(2):
        answer = await owner.call("PUT", f"{path}/safety-rules", json={"commitment": True})
        assert supplies(answer.json())["safety-rules"] == "committed"
    seen = (await owner.get(f"/applications/{number}")).json()
    assert [one["deed"] for one in seen["timeline"]].count("commitment signed") == 1
    for code, body, status in (
        ("layout-plan", {"commitment": True}, 422),
        ("safety-rules", {"commitment": False}, 400),
        ("safety-rules", {}, 400),
    ):
        assert (await owner.call("PUT", f"{path}/{code}", json=body)).status_code == status


async def test_an_incomplete_case_says_everything_that_is_missing(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    answer = await owner.post(f"/applications/{number}/submission", key="k1")
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (422, "incomplete")
    missing = {(one["kind"], one["key"]) for one in problem["missing"]}
    assert {("question", "handler"), ("material", "layout-plan"), ("material", "safety-rules")} <= missing


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 65, "é"])
async def test_handing_in_needs_a_key_of_visible_characters(owner, key):
    headers = {} if key is None else {"idempotency-key": key.encode()}
    answer = await owner.call("POST", "/applications/1/submission", headers=headers)
    assert answer.status_code == 400


async def test_sent_twice_it_is_done_once(owner):
    number = await submitted(owner)
    seen = (await owner.get(f"/applications/{number}")).json()
    answer = await owner.post(f"/applications/{number}/submission", {}, key=str(uuid4()))
    assert (answer.status_code, answer.json()["title"]) == (409, "step-not-open")
    assert [one["deed"] for one in seen["timeline"]].count("application submitted") == 1
    assert seen["query_code"]


async def test_sent_twice_at_once_it_is_done_once(held_for_real):
    async with portal_on(held_for_real) as opened:
        person = await machine(opened, "person-d")
        number = (await started(person, "unemployment-benefit"))["number"]
        await person.patch(number, BENEFIT)
        path = f"/applications/{number}/submission"
        answers = await asyncio.gather(*(person.post(path, {}, key="same") for _ in range(4)))
        assert [one.status_code for one in answers] == [201] * 4
        assert len({one.json()["submitted_at"] for one in answers}) == 1
        seen = (await person.get(f"/applications/{number}")).json()
        assert [one["deed"] for one in seen["timeline"]].count("application submitted") == 1


async def test_an_item_is_for_those_it_is_for(owner):
    answer = await owner.post("/applications", {"item_code": "food-business"})
    assert (answer.status_code, answer.json()["title"]) == (422, "wrong-applicant")
    other = {"item_code": "food-business", "on_behalf_of": people.firm("firm-tea").credit_code}
    assert (await owner.post("/applications", other)).status_code == 404
    assert (await owner.post("/applications", {"item_code": "no-such-item"})).status_code == 404


async def test_a_draft_is_thrown_away_and_a_case_is_withdrawn(owner):
    draft = (await started(owner, on_behalf_of=FIRM))["number"]
    assert (await owner.call("DELETE", f"/applications/{draft}")).status_code == 204
    assert (await owner.get(f"/applications/{draft}")).status_code == 404
    number = await submitted(owner)
    assert (await owner.call("DELETE", f"/applications/{number}")).status_code == 409
    answer = await owner.post(f"/applications/{number}/withdrawal", {"reason": "不办了"})
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert (await owner.post(f"/applications/{number}/withdrawal", {})).status_code == 409


async def test_the_list_is_that_of_the_party_acted_for(owner):
    number = await submitted(owner)
    own = (await owner.get("/applications")).json()["applications"]
    firms = (await owner.get("/applications", params={"on_behalf_of": FIRM})).json()["applications"]
    assert number not in [one["number"] for one in own]
    assert firms[0]["number"] == number
    assert firms[0]["light"] == "green"


async def test_papers_are_downloaded_as_soon_as_they_are_made(owner, held):
    number = await submitted(owner)
    receipt = (await owner.get(f"/applications/{number}")).json()["documents"][0]
    path = f"/applications/{number}/documents/{receipt['id']}"
    assert (receipt["kind"], receipt["ready"]) == ("receipt", False)
    assert (await owner.get(path)).json()["title"] == "result-not-ready"
    await work(held)
    answer = await owner.get(path)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert (await owner.get(f"/applications/{number}/documents/{uuid4()}")).status_code == 404


async def test_answers_of_the_wrong_kind_of_json(owner):
    number = (await started(owner, on_behalf_of=FIRM))["number"]
    for body in ({}, {"answers": 1}, {"answers": {}, "more": 1}, {"answers": {}, "revision": "x"}):
        assert (await owner.call("PATCH", f"/applications/{number}", json=body)).status_code == 400
    deep = {"seats": {"a": {"b": []}}, "projects": [["hot-dishes"]], "firm_name": {"x": 1}}
    assert (await owner.patch(number, deep)).status_code == 422
    assert FOOD["seats"] == 40
