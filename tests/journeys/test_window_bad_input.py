"""What goes wrong at the window is told where it is, keeps what was typed, and leaves nothing half-done."""

import re

import pytest

from services.applications.rules import State
from tests.journeys.conftest import checked
from tests.journeys.desk import APPROVER, FIRST, WINDOW, accepted, food, recorded, state_of, to_decide

pytestmark = pytest.mark.anyio


def case_of(number):
    return f"/window/cases/{number}"


@pytest.mark.parametrize("reason", ["", "   ", "不行"])
async def test_a_refusal_to_accept_without_a_reason(sign_in, held, reason):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    answer = await clerk.post(f"{case_of(number)}/refuse-acceptance", {"refuse_acceptance_reason": reason})
    assert answer.status_code == 422
    page = checked(answer).text
    assert "<title>错误" in page
    assert 'href="#refuse_acceptance_reason"' in page
    assert reason.strip() in page
    assert await state_of(held, number) is State.SUBMITTED


async def test_an_unfavourable_opinion_says_why(sign_in, held):
    number = await accepted(held)
    reviewer = await sign_in(FIRST)
    answer = await reviewer.post(f"{case_of(number)}/review", {"favourable": "no", "review_opinion": "差"})
    assert answer.status_code == 422
    assert 'href="#review_opinion"' in checked(answer).text
    answer = await reviewer.post(f"{case_of(number)}/review", {"review_opinion": "写好的意见"})
    assert answer.status_code == 422
    assert 'href="#favourable"' in checked(answer).text
    assert "写好的意见" in answer.text
    assert "step reviewed" not in [deed for deed, _ in await recorded(held, number)]


async def test_ticks_and_notes_of_a_correction_belong_together(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    address = f"{case_of(number)}/request-correction"
    mixed = {
        "target": ["question:seats", "question:area"],
        "note-question-seats": "座位数不对",
        "note-material-layout-plan": "图纸看不清",
    }
    answer = await clerk.post(address, mixed)
    assert answer.status_code == 422
    page = checked(answer).text
    assert 'href="#note-question-area"' in page
    assert 'href="#note-material-layout-plan"' in page
    assert "座位数不对" in page
    assert "图纸看不清" in page
    assert len(re.findall(r'name="target"[^>]* checked', page)) == 2
    assert await state_of(held, number) is State.SUBMITTED


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "请至少勾选一项"),
        ({"target": "question:no-such", "note-question-no-such": "改"}, "勾选的内容不在这个事项里"),
    ],
)
async def test_a_correction_notice_names_something_of_the_item(sign_in, held, typed, said):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    answer = await clerk.post(f"{case_of(number)}/request-correction", typed)
    assert answer.status_code == 422
    assert said in checked(answer).text
    assert await state_of(held, number) is State.SUBMITTED


@pytest.mark.parametrize(
    ("opinion", "status"),
    [("长" * 1001, 422), ("有\x00空字符", 422), ("姓名䶮𬎆，照录", 303), ("<b>一</b>", 303)],
)
async def test_an_opinion_as_it_may_be_typed(sign_in, held, opinion, status):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    answer = await clerk.post(f"{case_of(number)}/accept", {"accept_opinion": opinion})
    assert answer.status_code == status
    page = answer if status == 422 else await clerk.follow()
    shown = opinion.replace("\x00", "").replace("<", "&lt;").replace(">", "&gt;")
    assert shown in checked(page).text
    assert await state_of(held, number) is (State.SUBMITTED if status == 422 else State.ACCEPTED)


async def test_ten_megabytes_of_opinion_are_refused_at_the_door(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    answer = await clerk.post(f"{case_of(number)}/accept", {"accept_opinion": "长" * 3_500_000})
    assert answer.status_code == 413
    assert await state_of(held, number) is State.SUBMITTED


@pytest.mark.parametrize(("kind", "status"), [("correction", 409), ("holiday", 422), ("", 422)])
async def test_only_what_the_law_names_stops_the_clock(sign_in, held, kind, status):
    number = await accepted(held)
    reviewer = await sign_in(FIRST)
    typed = {"suspend_kind": kind, "suspend_days": "3", "suspend_reason": "需要三个工作日"}
    answer = await reviewer.post(f"{case_of(number)}/suspend", typed)
    assert answer.status_code == status
    assert "需要三个工作日" in checked(answer).text
    assert await state_of(held, number) is State.ACCEPTED
    assert "special procedure begun" not in [deed for deed, _ in await recorded(held, number)]


async def test_the_same_decision_sent_twice_is_made_once(sign_in, held):
    number = await to_decide(held)
    approver = await sign_in(APPROVER)
    assert (await approver.post(f"{case_of(number)}/grant")).status_code == 303
    again = await approver.post(f"{case_of(number)}/refuse", {"refuse_reason": "改主意了吧"})
    assert again.status_code == 409
    assert "办件的状态已经变化" in checked(again).text
    deeds = [deed for deed, _ in await recorded(held, number)]
    assert deeds.count("application granted") == 1
    assert "application refused" not in deeds


async def test_numbers_are_not_shown_without_saying_which_and_what_for(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    await clerk.post(f"{case_of(number)}/claim")
    for typed in ({}, {"question": "manager_phone"}, {"question": "manager_phone", "need": "curiosity"}):
        answer = await clerk.post(f"{case_of(number)}/unmasking", typed)
        assert answer.status_code == 422
        assert "请勾选要查看的内容" in checked(answer).text
    for other in ("seats", "no-such-question"):
        answer = await clerk.post(f"{case_of(number)}/unmasking", {"question": other, "need": "contact"})
        assert answer.status_code == 422
    assert "number unmasked" not in [deed for deed, _ in await recorded(held, number)]


@pytest.mark.parametrize(
    "address",
    [
        "/window?tray=nowhere&light=purple&item=%00&q=%00&after=%00",
        "/window?after=2026-02-31~1",
        "/window?after=~",
        "/window?after=2026-11-21~%F0%9F%92%A9",
        "/window?q=" + "%25" * 200,
        "/window?q=_%25'--",
    ],
)
async def test_a_mistyped_list_is_still_a_list(sign_in, held, address):
    await food(held)
    clerk = await sign_in(WINDOW)
    assert checked(await clerk.get(address)).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["no-such-number", "%00", "䶮", "1" * 300, "11520100MADEM001193520131001000202611210001'--"],
)
async def test_a_number_that_is_none_is_not_found(sign_in, held, address):
    clerk = await sign_in(WINDOW)
    assert (await clerk.get(f"/window/cases/{address}")).status_code == 404
    assert (await clerk.post(f"/window/cases/{address}/claim")).status_code == 404


async def test_a_deed_nobody_knows_and_a_file_that_is_none(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    for deed in ("destroy", "submit", "withdraw", "correct"):
        assert (await clerk.post(f"{case_of(number)}/{deed}")).status_code == 404
    assert (await clerk.get(f"{case_of(number)}/files/not-a-number")).status_code == 404
    nobody = "00000000-0000-0000-0000-000000000000"
    assert (await clerk.get(f"{case_of(number)}/files/{nobody}")).status_code == 404
    assert (await clerk.get(f"{case_of(number)}/documents/{nobody}")).status_code == 404


async def test_a_form_from_elsewhere_is_not_taken(sign_in, held):
    number = await food(held)
    clerk = await sign_in(WINDOW)
    answer = await clerk.client.post(f"{case_of(number)}/accept", data={"accept_opinion": "好"})
    assert answer.status_code == 403
    assert await state_of(held, number) is State.SUBMITTED
