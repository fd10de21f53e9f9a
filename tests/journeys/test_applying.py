"""A person or firm applies: nothing asked that the state knows, nothing lost that was typed, handed in once."""

import re

import pytest

from tests.journeys.cases import FOOD, SENIOR, begin, commit, fill, food_licence, hand_in, photo, upload
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio

FIELD = re.compile(r'class="govuk-input[^>]* name="([^"]+)"[^>]* value="([^"]*)"')
DRAFTS = re.compile(r"接着填 .*? 的草稿")


async def test_a_senior_card_from_the_start_page_to_the_receipt(sign_in):
    person = await sign_in("person-b")
    start = checked(await person.get("/apply/senior-card"))
    assert "近期免冠照片" in start.text
    number = await begin(person, "senior-card")
    assert "来自人口基础信息库，不用您提供" in person.last.text
    page = checked(await person.get(f"/applications/{number}/pages/holder"))
    assert 'value="示例乙"' in page.text
    assert "来自人口基础信息库" in page.text
    await fill(person, number, SENIOR)
    tasks = checked(await person.get(f"/applications/{number}"))
    assert "还有 1 项没有完成" in tasks.text
    assert (await upload(person, number, "photo", "照片.jpg", photo())).status_code == 303
    material = checked(await person.follow())
    assert "照片.jpg" in material.text
    done = await hand_in(person, number)
    assert "申请已经提交" in done.text
    assert "查询码" in done.text
    assert "data:image/svg+xml" in done.text
    case = checked(await person.get(f"/applications/{number}"))
    assert "等待受理" in case.text
    assert "提交申请" in case.text


async def test_nothing_is_handed_in_for_the_unemployment_benefit(sign_in):
    person = await sign_in("person-d")
    assert "什么都不用准备" in checked(await person.get("/apply/unemployment-benefit")).text
    number = await begin(person, "unemployment-benefit")
    for key in ("person", "last-work"):
        page = checked(await person.get(f"/applications/{number}/pages/{key}"))
        prefilled = dict(FIELD.findall(page.text))
        assert all(prefilled.values()), prefilled
        await fill(person, number, {key: prefilled})
    await fill(
        person,
        number,
        {
            "seeking": {"registers": "yes"},
            "payment": {"bank": "示例银行示例支行", "bank_card": "6217000000000001234"},
        },
    )
    assert "申请已经提交" in (await hand_in(person, number)).text


async def test_a_firm_applies_with_a_commitment_and_a_plan(sign_in):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await food_licence(owner)
    case = checked(await owner.get(f"/applications/{number}"))
    assert "示例餐饮有限公司" in case.text


async def test_an_item_for_firms_says_so_to_a_person_and_offers_their_firm(sign_in):
    owner = await sign_in("person-a")
    page = checked(await owner.get("/apply/food-business"))
    assert "这个事项由企业和其他组织申请" in page.text
    assert "示例餐饮有限公司" in page.text
    refused = await owner.post("/apply/food-business")
    assert refused.status_code == 422
    assert "申请人不对" in checked(refused).text


async def test_a_draft_is_offered_instead_of_doubled(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    page = checked(await person.get("/apply/senior-card"))
    assert "您有没办完的草稿" in page.text
    assert f"/applications/{number}" in page.text
    assert DRAFTS.search(page.text)


async def test_an_unfinished_page_is_kept_and_shown_again(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/contact"
    await person.get(address)
    kept = await person.post(address, {"holder_phone": "123", "later": "yes"})
    assert kept.headers["location"] == f"/applications/{number}"
    assert "有误，请检查" in checked(await person.follow()).text
    again = checked(await person.get(address))
    assert 'value="123"' in again.text
    assert "手机号码是 11 位" in again.text


async def test_an_answer_that_opens_questions_brings_them_on_the_same_page(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/contact"
    await person.get(address)
    more = await person.post(address, {"holder_phone": "19900000002", "has_contact": "yes", "next": "yes"})
    assert more.headers["location"].startswith(f"{address}?more=1")
    page = checked(await person.follow())
    assert "紧急联系人姓名" in page.text
    assert "还需要填写下面新出现的内容" in page.text
    typed = {"holder_phone": "19900000002", "has_contact": "yes", "next": "yes"}
    missing = await person.post(address, typed | {"contact_name": "", "contact_phone": ""})
    assert missing.status_code == 422
    assert "请填写紧急联系人姓名" in checked(missing).text
    whole = await person.post(address, typed | {"contact_name": "示例友", "contact_phone": "19900000009"})
    assert whole.status_code == 303


async def test_prefilled_answers_can_be_declined(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/holder"
    await person.get(address)
    await person.post(address, {"decline": "yes"})
    page = checked(await person.follow())
    assert 'value="示例乙"' not in page.text
    assert "来自人口基础信息库，" not in page.text


async def test_the_material_of_an_agent_is_asked_only_of_agents(sign_in):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await begin(owner, "food-business")
    assert "授权委托书" not in checked(await owner.get(f"/applications/{number}")).text
    await fill(owner, number, {"handler": {"handler": "agent", "handler_phone": "19900000001"}})
    assert "授权委托书" in checked(await owner.get(f"/applications/{number}")).text


async def test_ones_own_document_replaces_the_registers_and_goes_again(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/materials/identity"
    page = checked(await person.get(address))
    assert "改用自己的文件" in page.text
    await upload(person, number, "identity", "证件.png", photo(kind="PNG"))
    own = checked(await person.follow())
    assert "已上传" in own.text
    file = re.search(rf"/applications/{number}/files/[0-9a-f-]+", own.text)[0]
    content = await person.get(file)
    assert content.headers["content-type"] == "image/png"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.content.startswith(b"\x89PNG")
    await person.get(address)
    await person.post(f"{file}/removal")
    assert "这份材料免交" in checked(await person.follow()).text


async def test_what_is_missing_is_listed_with_its_place_and_nothing_is_handed_in(sign_in):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await begin(owner, "food-business")
    page = checked(await owner.get(f"/applications/{number}/check"))
    assert "请签署承诺书或者上传食品安全管理制度" in page.text
    assert f"/applications/{number}/pages/business-kind#business_kind" in page.text
    form = {"key": "k" * 32, "declared": "yes", "delivery": "electronic"}
    refused = await owner.post(f"/applications/{number}/submission", form)
    assert refused.status_code == 422
    assert "提交前还要完成" in checked(refused).text
    assert "填写申请" in checked(await owner.get(f"/applications/{number}")).text


async def test_without_the_declaration_nothing_is_handed_in(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, SENIOR)
    await upload(person, number, "photo", "照片.jpg", photo())
    await person.get(f"/applications/{number}/check")
    refused = await person.post(
        f"/applications/{number}/submission", {"key": "k" * 32, "delivery": "counter"}
    )
    assert refused.status_code == 422
    page = checked(refused)
    assert "请确认填写的内容真实，再提交" in page.text
    assert 'value="kkkk' in page.text


async def test_changing_an_answer_from_the_check_page_comes_back_to_it(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/contact"
    page = checked(await person.get(f"{address}?to=check"))
    assert 'name="to" value="check"' in page.text
    back = await person.post(address, SENIOR["contact"] | {"to": "check", "next": "yes"})
    assert back.headers["location"] == f"/applications/{number}/check"


async def test_with_the_hub_away_everything_is_asked_and_can_be_handed_in(sign_in_without_hub):
    owner = await sign_in_without_hub("person-a", firm="firm-restaurant")
    number = await begin(owner, "food-business")
    tasks = checked(await owner.get(f"/applications/{number}"))
    assert "暂时没有回应" in tasks.text
    assert "请补交" in tasks.text
    await fill(owner, number, FOOD)
    for code in ("business-licence", "handler-identity", "layout-plan"):
        assert (await upload(owner, number, code, f"{code}.jpg", photo())).status_code == 303
    await commit(owner, number, "safety-rules")
    assert "申请已经提交" in (await hand_in(owner, number)).text


async def test_a_draft_can_be_thrown_away(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    checked(await person.get(f"/applications/{number}/discard"))
    assert (await person.post(f"/applications/{number}/discard")).headers["location"] == "/my"
    assert (await person.get(f"/applications/{number}")).status_code == 404


async def test_the_pages_speak_english(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    for path in ("", "/pages/holder", "/materials/photo", "/check"):
        page = await person.get(f"/applications/{number}{path}?lang=en")
        assert '<html lang="en"' in page.text
        assert "Senior" in page.text
