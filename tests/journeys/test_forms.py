"""Rows of a group, one's own situation, forms on paper, and a newer version while a draft is open."""

import re
from datetime import UTC, datetime

import msgspec
import pytest

from identity.actor import Role
from services.catalogue import commands
from services.catalogue import queries as catalogue
from services.catalogue.codes import QuestionType
from services.catalogue.definition import Pair
from services.catalogue.form import Page, Question, Section
from tests.journeys.cases import SENIOR, begin, fill, hand_in, photo, upload
from tests.journeys.conftest import checked
from tests.journeys.machine import machine, started
from tests.support.city import officer

pytestmark = pytest.mark.anyio

KIND = {"company-kind": {"company_kind": "limited"}}
PERSON = {
    "holder_kind": "person",
    "holder_name": "示例子",
    "holder_id": "520101199001010011",
    "holder_share": "60",
    "holder_pays_in": "money",
}
FIRM = {
    "holder_kind": "firm",
    "holder_name": "示例投资有限公司",
    "holder_code": "91520100MA00000156",
    "holder_share": "40",
    "holder_pays_in": "things",
}


def row(number, answers):
    return {f"shareholders-{number}-{key}": text for key, text in answers.items()}


async def shareholder(person, number, place, answers, **more):
    address = f"/applications/{number}/pages/shareholders/shareholders/{place}"
    assert checked(await person.get(address)).status_code == 200
    first = await person.post(address, row(place, answers) | (more or {"next": "yes"}))
    if "#more" in first.headers.get("location", ""):
        return await person.post(address, row(place, answers) | (more or {"next": "yes"}))
    return first


async def test_shareholders_are_added_changed_and_removed_one_by_one(sign_in):
    person = await sign_in("person-a")
    number = await begin(person, "enterprise-registration")
    await fill(person, number, KIND)
    address = f"/applications/{number}/pages/shareholders"
    assert "还没有添加" in checked(await person.get(address)).text
    refused = await person.post(address, {"next": "yes"})
    assert refused.status_code == 422
    assert "请填写全部股东" in refused.text

    added = await person.post(address, {"add": "shareholders"})
    assert added.headers["location"] == f"{address}/shareholders/1"
    wrong = await person.post(f"{address}/shareholders/1", row(1, PERSON | {"holder_share": "many"}))
    assert wrong.status_code in {303, 422}
    wrong = await person.post(f"{address}/shareholders/1", row(1, PERSON | {"holder_share": "many"}))
    assert wrong.status_code == 422
    assert "出资比例（%）请填写数字" in checked(wrong).text
    assert 'value="many"' in wrong.text
    assert (await shareholder(person, number, 1, PERSON)).headers["location"] == f"{address}#shareholders"
    another = await shareholder(person, number, 2, FIRM, another="yes")
    assert another.headers["location"] == f"{address}/shareholders/3"
    await shareholder(person, number, 3, PERSON | {"holder_name": "示例丑"})

    page = checked(await person.get(address))
    assert "示例投资有限公司" in page.text
    removed = await person.post(f"{address}/shareholders/2/removal", {})
    assert removed.status_code == 303
    page = checked(await person.get(address))
    assert "示例投资有限公司" not in page.text
    assert "示例丑" in page.text
    assert (await person.post(address, {"next": "yes"})).status_code == 303
    check = checked(await person.get(f"/applications/{number}/check"))
    assert "1. 股东（合伙人）是：自然人；姓名或者名称：示例子" in check.text
    paper = await person.get(f"/applications/{number}/form.pdf")
    assert paper.content.startswith(b"%PDF")


async def test_a_row_that_does_not_exist_is_not_found(sign_in):
    person = await sign_in("person-a")
    number = await begin(person, "enterprise-registration")
    await fill(person, number, KIND)
    page = f"/applications/{number}/pages/shareholders"
    for address in (f"{page}/shareholders/7", f"{page}/nobody/1", f"{page}/shareholders/1000"):
        assert (await person.get(address)).status_code == 404


async def test_prefilled_answers_say_where_they_come_from_and_can_be_one_s_own(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/holder"
    page = checked(await person.get(address))
    assert "来自人口基础信息库" in page.text
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日取得", page.text)
    assert "填我自己的" in page.text
    await person.post(address, {"decline": "yes"})
    assert 'value="示例乙"' not in checked(await person.get(address)).text


async def test_a_situation_is_asked_question_by_question_without_signing_in(stranger):
    reader = stranger()
    address = "/items/food-business/situation"
    first = checked(await reader.get(address))
    assert "有没有营业执照" in first.text
    unanswered = checked(await reader.get(f"{address}?asked=registered"))
    assert "请选择有没有营业执照" in unanswered.text
    barred = checked(await reader.get(f"{address}?registered=no"))
    assert "现在不能办" in barred.text
    assert 'href="/items/individual-registration"' in barred.text
    settled = checked(await reader.get(f"{address}?registered=yes&sells=made&kind=catering&who=agent"))
    assert "按您的情况，可以办" in settled.text
    assert "授权委托书" in settled.text
    other = checked(
        await reader.get(f"{address}?registered=yes&sells=made&kind=catering&who=legal-representative")
    )
    assert "授权委托书" not in other.text
    assert (await reader.get("/items/senior-card/situation")).status_code == 404


async def test_the_situation_is_carried_into_the_application(sign_in):
    person = await sign_in("person-d")
    chosen = "why=rent&own_home=no&spouse=no"
    result = checked(await person.get(f"/items/provident-fund-withdrawal/situation?{chosen}"))
    assert f"/apply/provident-fund-withdrawal?{chosen.replace('&', '&amp;')}" in result.text
    assert "由工作人员审查" in result.text
    start = checked(await person.get(f"/apply/provident-fund-withdrawal?{chosen}"))
    assert 'name="why" value="rent"' in start.text
    answer = await person.post(
        "/apply/provident-fund-withdrawal", {"why": "rent", "own_home": "no", "spouse": "no"}
    )
    number = answer.headers["location"].rpartition("/")[2]
    page = checked(await person.get(f"/applications/{number}/pages/reason"))
    assert re.search(r'value="rent"[^>]* checked', page.text)
    assert 'name="monthly_rent"' in page.text


async def test_conditions_are_judged_by_one_s_own_data_before_the_form(sign_in):
    young = await sign_in("person-c")
    judged = checked(await young.get("/items/pension/situation?drawing=no&paid=yes&how=statutory"))
    assert "看来不符合" in judged.text
    number = await begin(await sign_in("person-b"), "senior-card")
    assert number
    assert "符合" in checked(await (await sign_in("person-b")).get(f"/applications/{number}")).text


@pytest.mark.parametrize("paper", ["form.pdf", "form.pdf?example=1", "result.pdf"])
async def test_form_example_and_result_are_there_to_look_at(stranger, paper):
    reader = stranger()
    for code in ("food-business", "unemployment-benefit"):
        answer = await reader.get(f"/items/{code}/{paper}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")


def newer(item):
    """The senior card with one question more, one question gone, and another promise."""
    page = item.form.page("contact")
    gone = item.form.question("holder_phone")
    asked = Question(key="visits_at", type=QuestionType.TEXT, label=Pair("上门服务地址", "Where to visit"))
    questions = tuple(one for one in page.questions if one is not gone)
    contact = msgspec.structs.replace(page, questions=(*questions, asked))
    sections = tuple(
        Section(
            key=section.key,
            title=section.title,
            pages=tuple(contact if one is page else one for one in section.pages),
        )
        for section in item.form.sections
    )
    assert isinstance(contact, Page)
    return msgspec.structs.replace(
        item,
        form=msgspec.structs.replace(item.form, version=item.form.version + 1, sections=sections),
        promised_limit=msgspec.structs.replace(item.promised_limit, days=5),
    )


async def publish_newer(held):
    async with held.sessions() as session, session.begin():
        item = (await catalogue.get(session, "senior-card")).definition
        actor = await officer(session, "catalogue")
        assert Role.CATALOGUE in actor.roles
        await commands.publish(session, newer(item), actor=actor, at=datetime.now(UTC))


async def test_a_draft_goes_on_in_its_own_version(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, SENIOR)
    await publish_newer(held)
    assert "这个事项公布了新版本" in checked(await person.get(f"/applications/{number}")).text
    await upload(person, number, "photo", "照片.jpg", photo())
    assert "申请已经提交" in (await hand_in(person, number)).text


async def test_a_draft_is_offered_the_newer_version_and_loses_nothing(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, SENIOR)
    await upload(person, number, "photo", "照片.jpg", photo())
    await publish_newer(held)
    offered = checked(await person.get(f"/applications/{number}/version"))
    for words in ("新增问题：上门服务地址", "不再询问：", "还要填写：上门服务地址", "承诺时限由"):
        assert words in offered.text, words
    version = re.search(r'name="version" value="(\d+)"', offered.text)[1]
    stale = await person.post(f"/applications/{number}/version", {"version": str(int(version) + 1)})
    assert stale.status_code == 409
    assert (await person.post(f"/applications/{number}/version", {"version": version})).status_code == 303
    tasks = checked(await person.get(f"/applications/{number}"))
    assert "这个事项公布了新版本" not in tasks.text
    assert "19900000002" in tasks.text
    assert "还有 1 项没有完成" in tasks.text
    assert 'value="示例乙"' in checked(await person.get(f"/applications/{number}/pages/holder")).text
    assert "照片.jpg" in checked(await person.get(f"/applications/{number}/materials/photo")).text
    await fill(person, number, {"contact": {"has_contact": "no", "visits_at": "示例路九号"}})
    done = await hand_in(person, number)
    assert "申请已经提交" in done.text
    seen = checked(await person.get(f"/applications/{number}"))
    assert "改用事项的新版本" in seen.text
    assert "19900000002" not in seen.text


async def test_a_program_is_offered_the_newer_version_too(stranger, held):
    owner = await machine(stranger, "person-b")
    number = (await started(owner, "senior-card"))["number"]
    address = f"/applications/{number}/version"
    same = (await owner.get(address)).json()
    assert (same["newest"], same["differences"]) == (same["version"], [])
    await owner.patch(number, {"holder_phone": "19900000002"})
    await publish_newer(held)
    offered = (await owner.get(address)).json()
    assert offered["newest"] > offered["version"]
    assert "promised_limit.days" in {one["path"] for one in offered["differences"]}
    assert "visits_at" in offered["to_answer"]
    assert offered["left"] == ["holder_phone"]
    stale = await owner.post(address, {"version": offered["newest"] + 1})
    assert (stale.status_code, stale.json()["title"]) == (409, "changed-meanwhile")
    moved = await owner.post(address, {"version": offered["newest"]})
    assert (moved.status_code, moved.json()["item_version"]) == (200, offered["newest"])
    other = await machine(stranger, "person-d")
    assert (await other.get(address)).status_code == 404
    assert (await other.post(address, {"version": offered["newest"]})).status_code == 404


async def test_a_stranger_is_not_told_of_the_draft(sign_in, held):
    number = await begin(await sign_in("person-b"), "senior-card")
    await publish_newer(held)
    other = await sign_in("person-d")
    assert (await other.get(f"/applications/{number}/version")).status_code == 404
    assert (await other.post(f"/applications/{number}/version", {"version": "2"})).status_code == 404
