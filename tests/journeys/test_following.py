"""After handing in: where it stands, who did what and when, the papers, withdrawing, rating, and looking it up unsigned."""

import re

import pytest

from services.applications.commands import deciding, receiving
from tests.journeys.cases import begin, granted, officers_do, senior_card
from tests.journeys.conftest import checked
from tests.support.city import work

pytestmark = pytest.mark.anyio

CODE = re.compile(r"查询码</dt>\s*<dd[^>]*>([A-Z0-9]{10})<")
PAPER = re.compile(r"/applications/[0-9A-Z]+/documents/[0-9a-f-]{36}")


async def query_code(browser, number):
    return CODE.search((await browser.get(f"/applications/{number}/submitted")).text)[1]


async def test_the_timeline_says_what_happened_who_did_it_and_what_comes_next(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await officers_do(held, "civil-window", receiving.accept, number)
    case = checked(await person.get(f"/applications/{number}"))
    assert "办理中" in case.text
    assert "您本人" in case.text
    assert "示例酉" in case.text or "示例" in case.text
    assert "承诺的最后期限" in case.text
    assert "法定的最后期限" in case.text
    assert "送达结果" in case.text
    assert "绿灯" in case.text


async def test_the_papers_can_be_downloaded_once_they_are_sealed(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    assert "正在制作" in checked(await person.get(f"/applications/{number}")).text
    await work(held)
    page = checked(await person.get(f"/applications/{number}"))
    paper = await person.get(PAPER.search(page.text)[0])
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert paper.content.startswith(b"%PDF-")


async def test_a_granted_case_ends_with_its_licence_and_a_rating(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await granted(held, number)
    case = checked(await person.get(f"/applications/{number}"))
    assert "已办结" in case.text
    assert "查看和下载证照" in case.text
    checked(await person.get(f"/applications/{number}/rating"))
    unchosen = await person.post(f"/applications/{number}/rating", {"text": "很快"})
    assert unchosen.status_code == 422
    assert "很快" in checked(unchosen).text
    assert (
        await person.post(f"/applications/{number}/rating", {"grade": "1", "text": "很快"})
    ).status_code == 303
    assert "评价。" in checked(await person.follow()).text
    again = await person.post(f"/applications/{number}/rating", {"grade": "5"})
    assert again.status_code == 409
    assert "您已经评价过了" in checked(again).text


async def test_a_refused_case_tells_its_reason(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await officers_do(held, "civil-window", receiving.accept, number)
    await officers_do(held, "civil-approver", deciding.refuse, number, reason="年龄不符合规定条件")
    await work(held)
    case = checked(await person.get(f"/applications/{number}"))
    assert "年龄不符合规定条件" in case.text
    assert "不予决定书" in case.text


async def test_an_application_is_withdrawn_after_a_question(sign_in):
    person = await sign_in("person-b")
    number = await senior_card(person)
    page = checked(await person.get(f"/applications/{number}/withdrawal"))
    assert "撤回这次申请？" in page.text
    assert (
        await person.post(f"/applications/{number}/withdrawal", {"reason": "不需要了"})
    ).status_code == 303
    assert "已撤回" in checked(await person.follow()).text
    again = await person.post(f"/applications/{number}/withdrawal")
    assert again.status_code == 409


async def test_the_case_is_nobody_elses(sign_in, stranger):
    person = await sign_in("person-b")
    number = await senior_card(person)
    page = checked(await person.get(f"/applications/{number}/submitted"))
    other = await sign_in("person-c")
    for path in ("", "/check", "/submitted", "/pages/holder", "/materials/photo", "/withdrawal", "/rating"):
        answer = await other.get(f"/applications/{number}{path}")
        assert answer.status_code == 404, path
    assert (await other.post(f"/applications/{number}/withdrawal")).status_code == 404
    assert number not in checked(await other.get("/my")).text
    nobody = stranger()
    turned_away = await nobody.get(f"/applications/{number}")
    assert turned_away.status_code == 303
    assert turned_away.headers["location"].startswith("/sign-in?next=")
    clerk = await sign_in("civil-window")
    assert (await clerk.get(f"/applications/{number}")).status_code == 403
    assert "示例乙" in page.text


async def test_number_and_query_code_tell_the_state_and_nothing_of_the_person(sign_in, stranger):
    person = await sign_in("person-b")
    number = await senior_card(person)
    code = await query_code(person, number)
    anyone = stranger()
    found = checked(await anyone.get(f"/progress?number={number}&code={code.lower()}"))
    assert found.status_code == 200
    assert "等待受理" in found.text
    assert "示例乙" not in found.text
    for wrong in (f"number={number}&code=AAAAAAAAAA", f"number=nothing&code={code}", "number=%00&code=%00"):
        answer = await anyone.get(f"/progress?{wrong}")
        assert answer.status_code in {404, 422}
        assert "等待受理" not in checked(answer).text


async def test_a_draft_has_no_progress_to_tell(sign_in, stranger, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    answer = await stranger().get(f"/progress?number={number}&code=AAAAAAAAAA")
    assert answer.status_code == 404


async def test_uses_of_ones_data_name_who_what_why_and_the_case(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    page = checked(await person.get("/my/data-uses"))
    assert "人口基础信息库" in page.text
    assert "办理老年人优待证" in page.text
    assert f"/applications/{number}" in page.text
    assert "520103195503151126" not in page.text
    for account in ("person-c", "person-d"):
        other = await sign_in(account)
        assert number not in checked(await other.get("/my/data-uses")).text


async def test_with_the_hub_away_the_uses_say_so(sign_in_without_hub):
    person = await sign_in_without_hub("person-b")
    page = await person.get("/my/data-uses")
    assert page.status_code == 503
    assert "数据共享平台暂时连不上" in checked(page).text


async def test_a_sign_in_elsewhere_can_be_ended(sign_in):
    here = await sign_in("person-b")
    elsewhere = await sign_in("person-b")
    page = checked(await here.get("/my/settings"))
    ends = re.findall(r'action="(/my/settings/sign-ins/[0-9a-f-]{36}/end)"', page.text)
    assert len(ends) == 2
    own = page.text.index("现在这台")
    other = next(one for one in ends if abs(page.text.index(one) - own) > 400) if len(ends) > 1 else ends[0]
    assert (await here.post(other)).headers["location"] == "/my/settings"
    assert (await elsewhere.get("/my")).status_code == 303
    assert (await here.get("/my")).status_code == 200
    foreign = await here.post("/my/settings/sign-ins/00000000-0000-0000-0000-000000000000/end")
    assert foreign.status_code == 404
