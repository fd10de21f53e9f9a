"""Who may not: other departments, other posts, other desks, and whoever received the case (接办分离)."""

import pytest
import sqlalchemy as sa
from sqlmodel import col

from identity.models import StaffMember
from services.applications.commands import receiving, reviewing
from services.applications.rules import State
from tests.journeys.conftest import checked
from tests.journeys.desk import (
    APPROVER,
    FIRST,
    SECOND,
    WINDOW,
    accepted,
    do,
    files_of,
    food,
    papers_of,
    state_of,
    to_decide,
)
from tests.support.city import officer

pytestmark = pytest.mark.anyio

DEEDS = [
    "claim",
    "accept",
    "request-correction",
    "refuse-acceptance",
    "review",
    "suspend",
    "resume",
    "extend",
    "grant",
    "refuse",
    "deliver",
]
TYPED = {
    "refuse_acceptance_reason": "不属于职权",
    "review_opinion": "符合要求",
    "favourable": "yes",
    "suspend_kind": "testing",
    "suspend_days": "3",
    "suspend_reason": "送检三天",
    "resume_result": "合格",
    "extend_reason": "还需要时间",
    "refuse_reason": "不符合条件",
    "target": "question:seats",
    "note-question-seats": "请改正",
}
"""Everything any deed wants: only the officer is wrong."""


def case_of(number):
    return f"/window/cases/{number}"


async def test_a_case_of_another_department_is_not_there(sign_in, held):
    number = await food(held)
    clerk = await sign_in("civil-window")
    file = (await files_of(held, number))["layout-plan"]
    paper = (await papers_of(held, number))["receipt"]
    for address in ("", f"/files/{file}", f"/documents/{paper}", "/licence"):
        assert (await clerk.get(case_of(number) + address)).status_code == 404, address
    for deed in [*DEEDS, "unmasking"]:
        typed = TYPED | {"question": "manager_phone", "need": "contact"}
        assert (await clerk.post(f"{case_of(number)}/{deed}", typed)).status_code == 404, deed
    assert number not in checked(await clerk.get("/window?tray=all")).text
    assert await state_of(held, number) is State.SUBMITTED


async def test_a_file_of_one_case_is_not_reached_through_another(sign_in, held):
    one, other = await food(held), await food(held)
    clerk = await sign_in(WINDOW)
    file = (await files_of(held, one))["layout-plan"]
    assert (await clerk.get(f"{case_of(other)}/files/{file}")).status_code == 404


async def test_citizens_supervisors_and_strangers_have_no_desk(sign_in, stranger, held):
    number = await food(held)
    for who in ("person-a", "supervisor-1", "system-admin"):
        browser = await sign_in(who)
        for address in ("/window", case_of(number)):
            assert (await browser.get(address)).status_code == 403, (who, address)
        assert (await browser.post("/window/next")).status_code == 403
    answer = await stranger().get(case_of(number))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("login", "deeds"),
    [
        (WINDOW, ["review", "suspend", "extend", "grant", "refuse"]),
        (FIRST, ["extend", "grant", "refuse"]),
        (APPROVER, ["review"]),
    ],
)
async def test_a_deed_of_another_post_is_neither_offered_nor_done(sign_in, held, login, deeds):
    number = await accepted(held)
    browser = await sign_in(login)
    page = checked(await browser.get(case_of(number)))
    for deed in deeds:
        assert f'action="{case_of(number)}/{deed}"' not in page.text
        assert (await browser.post(f"{case_of(number)}/{deed}", TYPED)).status_code in {403, 409}, deed
    assert await state_of(held, number) is State.ACCEPTED


async def test_who_received_a_case_cannot_decide_it_and_is_told_why(sign_in, held):
    number = await to_decide(held)
    async with held.sessions() as session, session.begin():
        clerk = await officer(session, WINDOW)
        both = ["window", "approver"]
        await session.execute(
            sa.update(StaffMember).where(col(StaffMember.person_id) == clerk.person_id).values(roles=both)
        )
    browser = await sign_in(WINDOW)
    page = checked(await browser.get(case_of(number)))
    assert "接办分离" in page.text
    assert f'action="{case_of(number)}/grant"' not in page.text
    for deed, typed in (("grant", {"grant_opinion": "我来批"}), ("refuse", TYPED)):
        answer = await browser.post(f"{case_of(number)}/{deed}", typed)
        assert answer.status_code == 409
        assert "您受理过这一件" in checked(answer).text
    assert "我来批" in (await browser.post(f"{case_of(number)}/grant", {"grant_opinion": "我来批"})).text
    assert (await browser.post("/window/next")).headers["location"] == "/window?nothing=left"
    assert await state_of(held, number) is State.ACCEPTED


async def test_a_case_on_another_desk_says_on_whose(sign_in, held):
    number = await food(held)
    await do(held, WINDOW, receiving.claim, number)
    other = await sign_in("centre-window-1")
    page = checked(await other.get(case_of(number)))
    assert "示例子 正在办理这一件" in page.text
    answer = await other.post(f"{case_of(number)}/accept", {"accept_opinion": "我先写的意见"})
    assert answer.status_code == 409
    assert "示例子 正在办理这一件" in checked(answer).text
    assert "我先写的意见" in answer.text
    assert await state_of(held, number) is State.SUBMITTED


async def test_one_person_is_not_two(sign_in, held):
    number = await accepted(held)
    await do(held, FIRST, reviewing.review, number, opinion="第一份意见", favourable=True)
    first = await sign_in(FIRST)
    answer = await first.post(
        f"{case_of(number)}/review", {"favourable": "yes", "review_opinion": "第二份意见"}
    )
    assert answer.status_code == 409
    assert "行政许可法第三十四条" in checked(answer).text
    assert "第二份意见" in answer.text
    second = await sign_in(SECOND)
    assert "您是第二人" in checked(await second.get(case_of(number))).text


async def test_nothing_is_decided_before_every_step_is_done(sign_in, held):
    number = await accepted(held)
    approver = await sign_in(APPROVER)
    assert "现在是“现场核查”环节" in checked(await approver.get(case_of(number))).text
    answer = await approver.post(f"{case_of(number)}/grant", {"grant_opinion": "先批了"})
    assert answer.status_code == 409
    assert await state_of(held, number) is State.ACCEPTED
