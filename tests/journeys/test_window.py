"""Officers at the window: from the queue to the delivered result, each through pages."""

import re
from datetime import UTC, datetime

import pytest

from services.applications import desk as worklist
from services.applications.commands import deciding, receiving, reviewing
from services.applications.rules import Delivery, State
from services.workflow.rules import PauseKind
from tests.journeys.conftest import checked
from tests.journeys.desk import (
    APPROVER,
    FIRST,
    SECOND,
    WINDOW,
    accepted,
    benefit,
    corrected,
    do,
    files_of,
    food,
    papers_of,
    recorded,
    state_of,
    to_decide,
)
from tests.support.city import officer, work

pytestmark = pytest.mark.anyio

ROW = re.compile(r'href="/window/cases/([0-9A-Z]+)" data-row')


def case_of(number):
    return f"/window/cases/{number}"


async def done(browser, number, deed, data=None):
    """A deed that is done: sent back to the case, whose page says so."""
    answer = await browser.post(f"{case_of(number)}/{deed}", data)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{case_of(number)}?done={deed}"
    return checked(await browser.follow())


async def test_a_food_licence_from_the_queue_to_the_delivered_licence(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    queue = checked(await clerk.get("/window"))
    assert ROW.findall(queue.text) == [number]
    assert "绿灯" in queue.text
    assert "示例餐饮有限公司" in queue.text
    page = checked(await clerk.get(case_of(number)))
    assert "来自市场主体登记库" in page.text
    assert "行政许可法第三十二条" in page.text
    assert "已领取" in (await done(clerk, number, "claim")).text
    defects = {
        "target": ["question:seats", "material:layout-plan"],
        "note-question-seats": "座位数与图纸不符",
        "note-material-layout-plan": "请标明洗消间",
    }
    page = await done(clerk, number, "request-correction", defects)
    assert "座位数与图纸不符" in page.text
    await corrected(held, number, seats="36")
    page = await done(clerk, number, "accept", {"accept_opinion": "材料齐全"})
    assert "已受理" in page.text
    assert "法定到期" in page.text

    first, second = await sign_in(FIRST), await sign_in(SECOND)
    page = checked(await first.get(case_of(number)))
    assert "您是第一人" in page.text
    favourable = {"favourable": "yes", "review_opinion": "布局与图纸一致"}
    await done(first, number, "review", favourable)
    assert "您在这一环节已经出具过意见" in checked(await first.get(case_of(number))).text
    assert "您是第二人" in checked(await second.get(case_of(number))).text
    await done(second, number, "review", favourable)
    await done(first, number, "review", favourable)

    approver = await sign_in(APPROVER)
    page = checked(await approver.get(case_of(number)))
    assert page.text.count("布局与图纸一致") == 3
    assert "已准予" in (await done(approver, number, "grant", {"grant_opinion": "同意"})).text
    assert await state_of(held, number) is State.GRANTED
    await work(held)
    assert await state_of(held, number) is State.DELIVERED
    page = checked(await approver.get(case_of(number)))
    assert f"{case_of(number)}/licence" in page.text
    assert "这一件已经办结" in page.text


async def test_every_page_is_whole_in_english_too(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    for address in ("/window", "/window?tray=done", case_of(number)):
        page = checked(await clerk.get(f"{address}{'&' if '?' in address else '?'}lang=en"))
        assert 'lang="en"' in page.text


async def test_the_next_case_is_the_one_due_first_and_then_there_is_none(sign_in, held):
    late, fresh = await food(held, days_ago=20), await food(held)
    clerk = await sign_in(WINDOW)
    assert ROW.findall(checked(await clerk.get("/window")).text) == [late, fresh]
    await clerk.post("/window/next")
    page = checked(await clerk.follow())
    assert str(clerk.last.url).endswith(f"{late}?done=claim")
    assert "办理" in page.text
    # «办好并取下一件»: the deed is done, and the next case is on the desk.
    answer = await clerk.post(f"{case_of(late)}/accept", {"then": "next"})
    assert answer.headers["location"] == f"{case_of(fresh)}?done=claim"
    checked(await clerk.follow())
    await clerk.post("/window/next")
    assert "没有可以领取的办件了" in checked(await clerk.follow()).text
    assert ROW.findall(checked(await clerk.get("/window?tray=mine")).text) == [fresh]


async def test_nobody_is_given_a_case_that_another_person_must_do(sign_in, held):
    number = await accepted(held)
    await do(held, FIRST, reviewing.review, number, opinion="符合", favourable=True)
    first, second = await sign_in(FIRST), await sign_in(SECOND)
    answer = await first.post("/window/next")
    assert answer.headers["location"] == "/window?nothing=left"
    answer = await second.post("/window/next")
    assert answer.headers["location"].startswith(case_of(number))


async def test_the_queue_is_searched_and_filtered(sign_in, held):
    late, fresh = await food(held, days_ago=20), await food(held)
    benefit_number = await benefit(held)
    clerk = await sign_in("centre-window-1")

    async def found(**asked):
        return ROW.findall(checked(await clerk.get("/window", params=asked)).text)

    assert await found() == [late, *sorted([fresh, benefit_number])]
    assert await found(q="示例餐饮") == [late, fresh]
    assert await found(q=fresh[:-2]) == [fresh]
    assert await found(q="餐饮") == []
    assert await found(item="unemployment-benefit") == [benefit_number]
    assert await found(light="red") == [late]
    assert late not in await found(light="green")
    assert await found(tray="decision") == []
    assert "没有符合筛选条件的办件" in (await clerk.get("/window", params={"q": "没有的人"})).text
    assert "这一类现在没有办件" in (await clerk.get("/window", params={"tray": "decision"})).text


async def test_the_list_goes_on_page_by_page(sign_in, held, monkeypatch):
    numbers = [await food(held, days_ago=days) for days in (9, 7, 5)]
    monkeypatch.setattr(worklist, "PAGE", 2)
    clerk = await sign_in(WINDOW)
    first = checked(await clerk.get("/window"))
    assert ROW.findall(first.text) == numbers[:2]
    onward = re.search(r'href="(/window\?[^"]*after=[^"]*)"', first.text)
    second = checked(await clerk.get(onward[1].replace("&amp;", "&")))
    assert ROW.findall(second.text) == numbers[2:]
    assert 'rel="next"' not in second.text


async def test_every_case_lies_in_exactly_one_tray(held):
    waiting, inspected, decidable, granted = (
        await food(held),
        await accepted(held),
        await to_decide(held),
        await to_decide(held),
    )
    corrections, refused, suspended = await food(held), await food(held), await accepted(held)
    await do(held, APPROVER, deciding.grant, granted)
    await do(held, WINDOW, receiving.request_correction, corrections, defects=[("question:seats", "改")])
    await do(held, WINDOW, receiving.refuse_acceptance, refused, reason="不属于本机关职权")
    await do(held, FIRST, reviewing.suspend, suspended, kind=PauseKind.TESTING, reason="送检三天", days=3)
    found = {}
    async with held.sessions() as session, session.begin():
        actor = await officer(session, "centre-window-1")
        for tray in worklist.Tray:
            wanted = worklist.Wanted(today=datetime.now(UTC).date(), tray=tray)
            for case in await worklist.queue(session, actor, wanted):
                assert case.number not in found
                found[case.number] = tray
        counts = await worklist.counts(session, actor)
    assert found == {
        waiting: "intake",
        corrections: "correction",
        inspected: "review",
        suspended: "review",
        decidable: "decision",
        granted: "delivery",
        refused: "done",
    }
    assert counts == {"intake": 1, "correction": 1, "review": 2, "decision": 1, "delivery": 1, "mine": 0}


async def test_files_and_papers_are_shown_inside_the_page_and_never_run(sign_in, held):
    number = await food(held)
    await work(held)
    clerk = await sign_in(WINDOW)
    plan = (await files_of(held, number))["layout-plan"]
    receipt = (await papers_of(held, number))["receipt"]
    page = checked(await clerk.get(case_of(number)))
    assert f"{case_of(number)}/files/{plan}" in page.text
    picture = await clerk.get(f"{case_of(number)}/files/{plan}")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["content-disposition"].startswith("inline")
    policy = picture.headers["content-security-policy"]
    assert policy.endswith("; sandbox allow-same-origin")
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    paper = await clerk.get(f"{case_of(number)}/documents/{receipt}")
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["content-type"] == "application/pdf"


async def test_a_paper_that_is_not_printed_yet_is_not_there_yet(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    receipt = (await papers_of(held, number))["receipt"]
    assert (await clerk.get(f"{case_of(number)}/documents/{receipt}")).status_code == 409
    assert (await clerk.get(f"{case_of(number)}/licence")).status_code == 404


async def test_numbers_are_hidden_until_somebody_says_what_for(sign_in, held):
    number = await benefit(held)
    clerk = await sign_in("insurance-window")
    page = checked(await clerk.get(case_of(number)))
    assert "****0018" in page.text
    assert "6222020000000000018" not in page.text
    asked = {"question": "bank_card", "need": "payment"}
    refused = await clerk.post(f"{case_of(number)}/unmasking", asked)
    assert refused.status_code == 409
    assert "请先领取这一件" in checked(refused).text
    await done(clerk, number, "claim")
    whole = checked(await clerk.post(f"{case_of(number)}/unmasking", asked))
    assert whole.status_code == 200
    assert "6222020000000000018" in whole.text
    assert "6222020000000000018" not in (await clerk.get(case_of(number))).text
    deed, details = (await recorded(held, number))[-1]
    assert (deed, details["questions"], details["need"]) == ("number unmasked", ["bank_card"], "payment")
    assert "6222020000000000018" not in str(details)


async def test_an_answer_unlike_the_register_stands_beside_what_the_register_says(sign_in, held):
    number = await food(held, legal_representative="示例丙")
    clerk = await sign_in(WINDOW)
    page = checked(await clerk.get(case_of(number)))
    assert "登记为：示例甲" in page.text


async def test_a_special_procedure_stops_the_clock_and_an_extension_is_given_once(sign_in, held):
    number = await accepted(held)
    approver = await sign_in(APPROVER)
    page = await done(
        approver,
        number,
        "suspend",
        {"suspend_kind": "testing", "suspend_days": "3", "suspend_reason": "送检，需要三个工作日"},
    )
    assert "暂停计时" in page.text
    assert await state_of(held, number) is State.SUSPENDED
    page = await done(approver, number, "resume", {"resume_result": "检测合格"})
    assert "检测合格" in page.text
    page = await done(approver, number, "extend", {"extend_reason": "现场核查尚需时间"})
    assert "期限只能延长一次" in page.text
    again = await approver.post(f"{case_of(number)}/extend", {"extend_reason": "还要时间"})
    assert again.status_code == 409
    assert "还要时间" in checked(again).text


async def test_a_refusal_shows_the_remedies_it_will_print_and_keeps_its_reasons(sign_in, held):
    number = await to_decide(held)
    approver = await sign_in(APPROVER)
    page = checked(await approver.get(case_of(number)))
    assert "六十日内向本级人民政府申请行政复议" in page.text
    page = await done(approver, number, "refuse", {"refuse_reason": "经营场所与污染源距离不足"})
    assert "经营场所与污染源距离不足" in page.text
    assert await state_of(held, number) is State.REFUSED


async def test_an_unfavourable_opinion_is_seen_by_who_decides(sign_in, held):
    number = await accepted(held)
    await do(held, FIRST, reviewing.review, number, opinion="生熟没有分开", favourable=False)
    for login in (SECOND, FIRST):
        await do(held, login, reviewing.review, number, opinion="已整改", favourable=True)
    approver = await sign_in(APPROVER)
    page = checked(await approver.get(case_of(number)))
    assert "有审查意见认为不符合条件" in page.text
    assert "生熟没有分开" in page.text


async def test_what_is_collected_at_the_counter_is_handed_out_when_it_is_ready(sign_in, held):
    number = await benefit(held, Delivery.COUNTER)
    clerk, approver = await sign_in("insurance-window"), await sign_in("insurance-approver")
    await done(clerk, number, "accept")
    await done(approver, number, "grant")
    page = checked(await clerk.get(case_of(number)))
    assert "决定书或者证照还在制作" in page.text
    assert (await clerk.post(f"{case_of(number)}/deliver")).status_code == 409
    await work(held)
    assert "已送达" in (await done(clerk, number, "deliver")).text
    assert await state_of(held, number) is State.DELIVERED


async def test_refusing_to_accept_closes_the_case_with_its_reason(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    page = await done(
        clerk, number, "refuse-acceptance", {"refuse_acceptance_reason": "不属于本机关职权，请向示例县申请"}
    )
    assert "不属于本机关职权，请向示例县申请" in page.text
    assert await state_of(held, number) is State.NOT_ACCEPTED
    assert number in ROW.findall((await clerk.get("/window?tray=done")).text)
