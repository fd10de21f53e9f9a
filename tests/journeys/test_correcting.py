"""补正: everything told at once, shown at its place, only that editable, and handed in again."""

import pytest

from tests.journeys.cases import (
    SENIOR,
    ask_to_correct,
    begin,
    commit,
    fill,
    food_licence,
    hand_in,
    photo,
    senior_card,
    upload,
)
from tests.journeys.conftest import checked
from tests.journeys.machine import FIRM, machine, started
from tests.journeys.test_every_item import ITEMS, apply_by_program
from tests.support.city import work

pytestmark = pytest.mark.anyio


async def test_the_defects_stand_at_their_places_and_only_they_can_be_changed(sign_in, held):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await food_licence(owner)
    await ask_to_correct(
        held,
        number,
        "market-window",
        ("question:seats", "座位数与图纸不符"),
        ("material:layout-plan", "图纸看不清"),
    )
    home = checked(await owner.get("/my"))
    assert "需要您处理" in home.text
    tasks = checked(await owner.get(f"/applications/{number}"))
    assert "请补正 2 处" in tasks.text
    assert "座位数与图纸不符" in tasks.text
    assert f"/applications/{number}/pages/kitchen#seats" in tasks.text
    assert f'href="/applications/{number}/pages/firm"' not in tasks.text

    page = checked(await owner.get(f"/applications/{number}/pages/kitchen"))
    assert "窗口要求补正：" in page.text
    assert 'name="seats"' in page.text
    assert 'name="open_kitchen"' not in page.text
    plan = checked(await owner.get(f"/applications/{number}/materials/layout-plan"))
    assert "图纸看不清" in plan.text


async def test_a_corrected_case_is_handed_in_again(sign_in, held):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await food_licence(owner)
    await ask_to_correct(held, number, "market-window", ("question:seats", "座位数与图纸不符"))
    await work(held)
    await fill(owner, number, {"kitchen": {"seats": "36"}})
    done = await hand_in(owner, number, deed="correction")
    assert "补正内容已经提交" in done.text
    case = checked(await owner.get(f"/applications/{number}"))
    assert "等待受理" in case.text
    assert "补正后再次提交" in case.text
    assert "一次性补正告知书" in case.text


async def test_what_the_notice_did_not_name_stays_as_it_was(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await ask_to_correct(held, number, "civil-window", ("material:photo", "照片太暗"))
    address = f"/applications/{number}/pages/contact"
    page = checked(await person.get(address))
    assert "上面的内容不需要补正，不能改动" in page.text
    await person.post(address, {"holder_phone": "19900000077", "next": "yes"})
    assert "19900000077" not in checked(await person.get(f"/applications/{number}/check")).text
    refused = await upload(person, number, "identity", "证件.jpg", photo())
    assert refused.status_code == 409
    assert "这一项不需要补正" in checked(refused).text


async def test_a_photo_is_replaced_in_a_correction(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await ask_to_correct(held, number, "civil-window", ("material:photo", "照片太暗"))
    page = checked(await person.get(f"/applications/{number}/materials/photo"))
    assert "已经到了上限 1 个" in page.text
    removal = page.text.partition('/removal"')[0].rpartition('action="')[2] + "/removal"
    assert (await person.post(removal)).status_code == 303
    incomplete = checked(await person.get(f"/applications/{number}/check"))
    assert "请上传近期免冠照片" in incomplete.text
    assert (await upload(person, number, "photo", "亮一点.jpg", photo())).status_code == 303
    assert "补正内容已经提交" in (await hand_in(person, number, deed="correction")).text


async def test_a_case_that_was_handed_in_cannot_be_changed(sign_in):
    person = await sign_in("person-b")
    number = await senior_card(person)
    for path in ("/pages/contact", "/materials/photo"):
        answer = await person.get(f"/applications/{number}{path}")
        assert answer.status_code == 409
        assert "已经提交，不能再改" in checked(answer).text
    changed = await person.post(f"/applications/{number}/pages/contact", SENIOR["contact"])
    assert changed.status_code == 409
    assert (await person.get(f"/applications/{number}/check")).headers[
        "location"
    ] == f"/applications/{number}"


async def test_a_draft_has_no_correction_to_hand_in(sign_in):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await begin(owner, "food-business")
    await commit(owner, number, "safety-rules")
    form = {"key": "k" * 32, "declared": "yes"}
    refused = await owner.post(f"/applications/{number}/correction", form)
    assert refused.status_code == 409
    assert "这一步现在不能办" in checked(refused).text


async def test_one_row_of_a_group_is_corrected_and_the_others_stay(sign_in, stranger, held):
    owner = await machine(stranger, "person-a")
    item = ITEMS["hr-service"]
    draft = await started(owner, "hr-service", on_behalf_of=FIRM)
    materials = {one.code: one for one in item.materials}
    address = f"/applications/{draft['number']}"
    number = (await apply_by_program(owner, address, draft, item.form, materials))["number"]
    before = (await owner.get(f"/applications/{number}/draft")).json()["form"]["answers"]["staff"]
    clerk = await sign_in("centre-window-1")
    desk = checked(await clerk.get(f"/window/cases/{number}"))
    assert 'value="question:staff-2"' in desk.text
    paper = await clerk.get(f"/window/cases/{number}/form.pdf")
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["content-disposition"].startswith("inline")
    elsewhere = await sign_in("civil-window")
    assert (await elsewhere.get(f"/window/cases/{number}/form.pdf")).status_code == 404
    deed = {"target": "question:staff-2", "note-question-staff-2": "身份证号与人口库不符"}
    assert (await clerk.post(f"/window/cases/{number}/request-correction", deed)).status_code == 303
    assert "第 2 项" in checked(await clerk.get(f"/window/cases/{number}")).text

    person = await sign_in("person-a", firm="firm-restaurant")
    key = next(one.key for one in item.form.pages() if item.form.question("staff") in one.questions)
    address = f"/applications/{number}/pages/{key}"
    tasks = checked(await person.get(f"/applications/{number}"))
    assert f'href="{address}/staff/2"' in tasks.text
    listed = checked(await person.get(address))
    assert listed.text.count('name="edit"') == 1
    assert "更改或移除" not in listed.text
    assert 'name="add"' not in listed.text
    row = checked(await person.get(f"{address}/staff/2"))
    assert "身份证号与人口库不符" in row.text
    assert "/removal" not in row.text
    assert (await person.get(f"{address}/staff/1")).status_code == 409
    await person.get(f"{address}/staff/2")
    assert (await person.post(f"{address}/staff/2/removal", {})).status_code == 409
    await person.get(f"{address}/staff/2")
    saved = await person.post(f"{address}/staff/2", {"staff-2-staff_name": "示例丑", "next": "yes"})
    assert saved.status_code in {303, 422}
    seen = (await owner.get(f"/applications/{number}/draft")).json()["form"]["answers"]["staff"]
    assert (seen[0]["staff_name"], seen[1]["staff_name"]) == (before[0]["staff_name"], "示例丑")
    refused = await owner.patch(number, {"staff": [seen[0] | {"staff_name": "示例寅"}, *seen[1:]]})
    assert (refused.status_code, refused.json()["title"]) == (409, "not-asked-to-correct")
    right = [seen[0], seen[1] | {"staff_name": "示例卯"}, *seen[2:]]
    assert (await owner.patch(number, {"staff": right})).status_code == 200
