"""What officers have on their desks: views, scans, ticks that write, phrases, colleagues, batches, the hand-out desk."""

import re

import pytest
import sqlalchemy as sa

from portal.cli.demo import people
from services.applications.commands import receiving
from services.applications.rules import Delivery, State
from tests.journeys.conftest import checked
from tests.journeys.desk import WINDOW, accepted, benefit, do, files_of, food, recorded, state_of
from tests.support.city import work

pytestmark = pytest.mark.anyio

ROW = re.compile(r'href="/window/cases/([0-9A-Z]+)" data-row')
OTHER = "centre-window-1"
APPLICANT = {
    "collector_name": "示例丁",
    "collector_number": people.person("person-d").id_number,
    "shown": "yes",
}


def case_of(number):
    return f"/window/cases/{number}"


async def test_a_list_is_kept_as_a_view_of_ones_own_and_a_scan_opens_its_case(sign_in, held):
    late, fresh = await food(held, days_ago=20), await food(held)
    clerk = await sign_in(WINDOW)
    page = checked(await clerk.get("/window", params={"light": "red", "until": "2027-01-01"}))
    assert ROW.findall(page.text) == [late]
    kept = {"name": "快到期的 餐饮", "tray": "intake", "light": "red", "until": "2027-01-01"}
    await clerk.post("/window/views", kept)
    page = checked(await clerk.follow())
    assert "快到期的 餐饮" in page.text
    link = re.search(
        r'<a class="govuk-link" href="(/window\?[^"]+)" aria-current="page">快到期的 餐饮', page.text
    )
    assert ROW.findall((await clerk.get(link[1].replace("&amp;", "&"))).text) == [late]
    removal = re.search(r'action="(/window/views/[0-9a-f-]+/removal)"', page.text)[1]
    another = await sign_in(OTHER)
    assert "快到期的" not in (await another.get("/window")).text
    assert (await another.post(removal)).status_code == 404
    await clerk.post(removal)
    assert "快到期的" not in checked(await clerk.follow()).text
    # Dates that bound nothing, and a day that is none.
    assert ROW.findall((await clerk.get("/window?since=2026-13-45")).text) == [late, fresh]
    assert ROW.findall((await clerk.get("/window?since=2099-01-01")).text) == []
    answer = await clerk.get(f"/window/cases?number=http://portal.example/progress?number={fresh}")
    assert answer.headers["location"] == case_of(fresh)
    await clerk.get("/window/cases?number=11520100")
    assert "没有编号为“11520100”的办件" in checked(await clerk.follow()).text


async def test_a_page_of_the_list_asks_the_database_a_bounded_number_of_times(sign_in, held):
    await food(held)
    clerk = await sign_in(OTHER)
    await clerk.get("/window")
    one = await _statements(held, clerk, "/window?tray=all")
    for _ in range(3):
        await food(held)
    await benefit(held)
    assert await _statements(held, clerk, "/window?tray=all") <= one + 1 <= 20


async def _statements(held, clerk, address) -> int:
    """How many statements one page of the list takes."""
    asked = []

    def count(_connection, _cursor, statement, *_more):
        asked.append(statement)

    engine = held.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        assert ROW.findall(checked(await clerk.get(address)).text)
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    return len([one for one in asked if not one.startswith(("SAVEPOINT", "RELEASE"))])


async def test_ticks_write_the_opinion_and_what_is_wrong_goes_into_the_one_notice(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    page = checked(await clerk.get(case_of(number)))
    ticks = re.findall(r'name="met" type="checkbox" value="([^"]+)"', page.text)
    assert "material:layout-plan|complete" in ticks
    answer = await clerk.post(f"{case_of(number)}/checks", {"met": ticks})
    assert answer.headers["location"] == f"{case_of(number)}#deeds"
    page = checked(await clerk.get(case_of(number)))
    assert "材料齐全，符合法定形式。</textarea>" in page.text
    wrong = {"met": ticks[:2], "wrong-material-layout-plan": "请标明洗消间"}
    answer = await clerk.post(f"{case_of(number)}/checks", wrong)
    assert answer.headers["location"] == f"{case_of(number)}#deed-request-correction"
    page = checked(await clerk.get(case_of(number)))
    noted = re.search(r'name="note-material-layout-plan" type="text" value="([^"]*)"', page.text)
    assert noted[1] == "请标明洗消间"
    assert re.search(r'value="material:layout-plan" checked', page.text)
    strange = await clerk.post(f"{case_of(number)}/checks", {"met": ["material:layout-plan|nonsense"]})
    assert strange.status_code == 409
    # Another officer's ticks are another's.
    other = checked(await (await sign_in(OTHER)).get(case_of(number)))
    assert "请标明洗消间" not in other.text


async def test_phrases_are_ones_own_or_the_departments_and_take_their_fields_from_the_case(sign_in, held):
    number = await food(held)
    clerk, approver = await sign_in(WINDOW), await sign_in("market-approver")
    said = {"phrase_deed": "accept", "phrase_text": "经查，{申请人}的材料齐全。"}
    assert (await clerk.post("/window/phrases", said)).status_code == 303
    office = {"phrase_deed": "accept", "phrase_text": "同意受理{事项}。", "office": "yes"}
    refused = checked(await clerk.post("/window/phrases", office))
    assert refused.status_code == 422
    assert "同意受理{事项}。" in refused.text
    assert (await approver.post("/window/phrases", office)).status_code == 303
    unknown = {"phrase_deed": "grant", "phrase_text": "{身份证号}"}
    assert "没有“身份证号”这个字段" in checked(await clerk.post("/window/phrases", unknown)).text
    assert (await clerk.post("/window/phrases", {"phrase_text": "。"})).status_code == 422
    page = checked(await clerk.get("/window/phrases"))
    assert "同意受理{事项}。" in page.text
    assert page.text.count("/removal") == 1
    page = checked(await clerk.get(case_of(number)))
    assert "经查，示例餐饮有限公司的材料齐全。" in page.text
    chosen = re.search(r'href="(/window/cases/[^"]+\?phrase=[^"#]+)#deed-accept"', page.text)[1]
    page = checked(await clerk.get(chosen))
    assert "经查，示例餐饮有限公司的材料齐全。</textarea>" in page.text
    removal = re.search(
        r'action="(/window/phrases/[0-9a-f-]+/removal)"', (await clerk.get("/window/phrases")).text
    )[1]
    assert (await approver.post(removal)).status_code == 404
    await clerk.post(removal)
    assert "经查，" not in checked(await clerk.follow()).text


async def test_a_case_is_handed_to_a_colleague_with_the_reason_or_put_back(sign_in, held):
    number = await food(held)
    clerk = await sign_in("centre-window-1")
    assert (await clerk.post(f"{case_of(number)}/put-back")).status_code == 409
    await clerk.post(f"{case_of(number)}/claim")
    page = checked(await clerk.follow())
    people = dict(re.findall(r'<option value="([0-9a-f-]{36})">([^<]+)<', page.text))
    assert people
    colleague = next(iter(people))
    blank = checked(await clerk.post(f"{case_of(number)}/hand-over", {"hand_over_reason": "短"}))
    assert blank.status_code == 422
    assert 'href="#colleague"' in blank.text
    short = {"colleague": colleague, "hand_over_reason": "忙"}
    assert "请写明理由" in checked(await clerk.post(f"{case_of(number)}/hand-over", short)).text
    stranger = {"colleague": "00000000-0000-4000-8000-000000000000", "hand_over_reason": "下周出差"}
    assert "这位同事不能接手" in checked(await clerk.post(f"{case_of(number)}/hand-over", stranger)).text
    answer = await clerk.post(
        f"{case_of(number)}/hand-over", {"colleague": colleague, "hand_over_reason": "下周出差"}
    )
    assert answer.headers["location"] == f"{case_of(number)}?done=hand-over"
    page = checked(await clerk.follow())
    assert f"由{people[colleague]}办理" in page.text
    assert "下周出差" in page.text
    assert (await recorded(held, number))[-1][1]["to"] == people[colleague]
    assert (await clerk.post(f"{case_of(number)}/accept")).status_code == 409
    second = await food(held)
    await clerk.post(f"{case_of(second)}/claim")
    await clerk.post(f"{case_of(second)}/put-back")
    assert "已退回，等待领取" in checked(await clerk.follow()).text
    assert [deed for deed, _ in await recorded(held, second)][-1] == "case put back"


async def test_ticked_cases_are_accepted_printed_and_handed_over_each_with_its_result(sign_in, held):
    first, second = await food(held), await food(held)
    taken = await food(held)
    await do(held, OTHER, receiving.claim, taken)
    await work(held)
    clerk = await sign_in(WINDOW)
    nothing = await clerk.post("/window/batch", {"deed": "accept"})
    assert nothing.headers["location"] == "/window?unknown=none"
    assert "请先勾选办件" in checked(await clerk.follow()).text
    prints = checked(
        await clerk.post("/window/batch", {"deed": "print", "number": [first, second, "NOBODY"]})
    )
    assert "共 3 件，办成 2 件" in prints.text
    address = re.search(r'href="(/window/batch/papers\?[^"]+)"', prints.text)[1].replace("&amp;", "&")
    papers = await clerk.get(address)
    assert papers.content.startswith(b"%PDF-")
    page = checked(await clerk.post("/window/batch", {"deed": "accept", "number": [first, taken, second]}))
    assert page.text.count("没有办成") == 1
    assert "正在办理这一件" in page.text
    assert [await state_of(held, one) for one in (first, second)] == [State.ACCEPTED] * 2
    assert await state_of(held, taken) is State.SUBMITTED
    centre = await sign_in(OTHER)
    asked = checked(await centre.post("/window/batch", {"deed": "hand-over", "number": [taken]}))
    colleague = re.search(r'<option value="([0-9a-f-]{36})">', asked.text)[1]
    given = {"deed": "hand-over", "number": [taken], "colleague": colleague}
    assert (await centre.post("/window/batch", given)).status_code == 422
    done = checked(await centre.post("/window/batch", given | {"hand_over_reason": "换班交接"}))
    assert "共 1 件，办成 1 件" in done.text


async def test_an_earlier_case_of_the_same_applicant_stands_beside_the_present_one(sign_in, held):
    earlier, number = await food(held, days_ago=3, seats="12"), await food(held)
    strange = await benefit(held)
    clerk = await sign_in(OTHER)
    assert f"{case_of(number)}/beside/{earlier}" in checked(await clerk.get(case_of(number))).text
    page = checked(await clerk.get(f"{case_of(number)}/beside/{earlier}"))
    assert page.text.count("不同</strong>") == 1
    assert (await clerk.get(f"{case_of(number)}/beside/{strange}")).status_code == 404
    images = await files_of(held, number)
    assert (
        f'/files/{images["layout-plan"]}" target="viewer" data-file data-kind="image"'
        in (await clerk.get(case_of(number))).text
    )


async def test_a_result_is_fetched_by_number_or_code_and_who_fetched_it_is_on_the_record(sign_in, held):
    number = await benefit(held, Delivery.COUNTER)
    clerk, approver = await sign_in("insurance-window"), await sign_in("insurance-approver")
    await clerk.post(f"{case_of(number)}/accept")
    await approver.post(f"{case_of(number)}/grant")
    assert "还不能领取" in checked(await clerk.get("/window/hand-out", params={"number": number})).text
    await work(held)
    async with held.sessions() as session, session.begin():
        code = await session.scalar(
            sa.text("SELECT query_code FROM application WHERE number = :n"), {"n": number}
        )
    assert (await clerk.get("/window/hand-out", params={"number": "ABCDEFGH23"})).status_code == 404
    page = checked(await clerk.get("/window/hand-out", params={"number": code}))
    assert "交付并登记" in page.text
    unseen = checked(await clerk.post(f"/window/hand-out/{number}", APPLICANT | {"shown": ""}))
    assert unseen.status_code == 422
    assert "示例丁" in unseen.text
    agent = APPLICANT | {"collector_name": "示例戊"}
    answer = await clerk.post(f"/window/hand-out/{number}", agent)
    assert answer.status_code == 303, answer.text
    page = checked(await clerk.follow())
    assert "示例戊已在窗口领取" in page.text
    assert "（代领）" in page.text
    assert await state_of(held, number) is State.DELIVERED
    details = dict(await recorded(held, number))["result collected"]
    assert details["agent"] is True
    assert "示例戊" not in str(details)
    assert (await clerk.post(f"/window/hand-out/{number}", agent)).status_code == 409
    assert (await clerk.get("/window/hand-out", params={"number": number})).status_code == 404


async def test_pages_of_the_desk_are_whole_in_english_too(sign_in, held):
    number = await accepted(held)
    clerk = await sign_in("centre-window-1")
    for address in (
        "/window?light=red",
        "/window/phrases",
        "/window/hand-out",
        "/window/assisted",
        case_of(number),
    ):
        page = checked(
            await clerk.get(address, params={"lang": "en"} | dict([("light", "red")] * ("?" in address)))
        )
        assert 'lang="en"' in page.text
