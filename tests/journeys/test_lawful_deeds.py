"""The law's further deeds at the window's pages and at the API: offered where they make sense, done, told in words."""

import pytest
import sqlalchemy as sa
from sqlmodel import col

from services.applications.models import Application, CaseFile, CaseMaterial, Supply
from services.applications.rules import State
from tests.journeys.cases import photo
from tests.journeys.conftest import checked
from tests.journeys.desk import APPROVER, FIRST, SECOND, WINDOW, accepted, benefit, food, state_of, to_decide
from tests.journeys.machine import machine, submitted

pytestmark = pytest.mark.anyio

LATER = "health-certificates"


def case_of(number):
    return f"/window/cases/{number}"


async def without(held, number, code):
    """The case as if that material had not been handed in."""
    async with held.sessions() as session, session.begin():
        case = await session.scalar(sa.select(Application).where(col(Application.number) == number))
        mine = (col(CaseFile.application_id) == case.id, col(CaseFile.material_code) == code)
        await session.execute(sa.delete(CaseFile).where(*mine))
        row = (col(CaseMaterial.application_id) == case.id, col(CaseMaterial.code) == code)
        await session.execute(sa.update(CaseMaterial).where(*row).values(supply=Supply.NEEDED))


async def test_accepted_with_materials_to_follow_and_they_follow(sign_in, held):
    number = await food(held)
    await without(held, number, LATER)
    clerk, owner = await sign_in(WINDOW), await sign_in("person-a")
    page = checked(await clerk.get(case_of(number)))
    for deed in ("correct-on-the-spot", "accept-to-follow", "refer", "tell-not-needed"):
        assert f'action="{case_of(number)}/{deed}"' in page.text
    for deed in ("revoke", "archive", "send-back", "call-hearing", "terminate"):
        assert f'action="{case_of(number)}/{deed}"' not in page.text
    unsigned = await clerk.post(
        f"{case_of(number)}/accept-to-follow", {"follow_code": LATER, "follow_days": "5"}
    )
    assert unsigned.status_code == 422
    assert "容缺受理承诺" in checked(unsigned).text
    blank = await clerk.post(
        f"{case_of(number)}/refer", {"refer_authority": "", "refer_reason": "不归本局管"}
    )
    assert blank.status_code == 422
    assert "不归本局管" in checked(blank).text
    wrong = {"spot_question": "seats", "spot_answer": "很多"}
    assert (await clerk.post(f"{case_of(number)}/correct-on-the-spot", wrong)).status_code in {409, 422}
    signed = {"follow_code": LATER, "follow_days": "5", "follow_signed": "yes"}
    assert (await clerk.post(f"{case_of(number)}/accept-to-follow", signed)).status_code == 303
    assert "已容缺受理" in checked(await clerk.follow()).text
    await _hands_in_later(owner, number)


async def _hands_in_later(owner, number):
    seen = await owner.get(f"/applications/{number}")
    assert seen.status_code == 200, seen.text[:300]
    assert f"/applications/{number}/to-follow" in checked(seen).text
    checked(await owner.get(f"/applications/{number}/to-follow"))
    nothing = await owner.post(f"/applications/{number}/to-follow/{LATER}")
    assert nothing.status_code == 422
    checked(nothing)
    files = {f"file-{LATER}": ("证明.jpg", photo(), "image/jpeg")}
    sent = await owner.post(f"/applications/{number}/to-follow/{LATER}", files=files)
    assert sent.status_code == 303
    assert "已补交" in checked(await owner.follow()).text
    assert (await owner.post(f"/applications/{number}/to-follow/layout-plan", files=files)).status_code in {
        404,
        422,
    }


async def test_a_case_is_heard_sent_back_and_ended(sign_in, held):
    number = await accepted(held)
    first, second, approver = await sign_in(FIRST), await sign_in(SECOND), await sign_in(APPROVER)
    page = checked(await first.get(case_of(number)))
    assert f'action="{case_of(number)}/send-back"' not in page.text
    offered = await first.post(f"{case_of(number)}/offer-hearing", {"hearing_interest": "影响相邻权"})
    assert offered.status_code == 303
    assert (await first.post(f"{case_of(number)}/ask-for-hearing")).status_code == 303
    page = checked(await first.get(case_of(number)))
    assert 'name="hearing_chair"' in page.text
    call = {
        "hearing_date": "2026-01-05",
        "hearing_time": "9点",
        "hearing_place": "三楼听证室",
        "hearing_chair": "x",
    }
    badly = await first.post(f"{case_of(number)}/call-hearing", call)
    assert badly.status_code == 422
    checked(badly)
    reviewed = {"favourable": "yes", "review_opinion": "符合要求"}
    for officer in (first, second):
        assert (await officer.post(f"{case_of(number)}/review", reviewed)).status_code == 303
    assert (
        await first.post(f"{case_of(number)}/send-back", {"send_back_reason": "照片不清楚"})
    ).status_code == 303
    assert "退回上一环节" in checked(await first.get(case_of(number))).text
    ending = {"terminate_ground": "not-corrected", "terminate_reason": "申请人不补"}
    answer = await approver.post(f"{case_of(number)}/terminate", ending)
    assert answer.status_code == 409
    assert "这种情形不适用" in checked(answer).text
    gone = ending | {"terminate_ground": "applicant-gone"}
    assert (await approver.post(f"{case_of(number)}/terminate", gone)).status_code == 303
    assert "已终止办理" in checked(await approver.follow()).text
    assert await state_of(held, number) is State.TERMINATED
    owner = await sign_in("person-a")
    assert "已经终止办理" in checked(await owner.get(f"/applications/{number}")).text


async def test_nothing_is_needed_and_the_case_is_archived(sign_in, held):
    number = await benefit(held)
    clerk = await sign_in("insurance-window")
    told = await clerk.post(f"{case_of(number)}/tell-not-needed", {"not_needed_reason": "无需申领"})
    assert told.status_code == 303
    assert f'action="{case_of(number)}/archive"' in checked(await clerk.get(case_of(number))).text
    assert (await clerk.post(f"{case_of(number)}/archive")).status_code == 303
    assert f'action="{case_of(number)}/archive"' not in checked(await clerk.get(case_of(number))).text


async def test_machines_do_the_same_deeds(stranger):
    owner, clerk = await machine(stranger, "person-a"), await machine(stranger, WINDOW)
    number = await submitted(owner)
    spot = await clerk.deed(number, "correct-on-the-spot", answers={"seats": 38}, witness="电话确认")
    assert (spot.status_code, spot.json()["answers"]["seats"]) == (200, 38)
    refused = await clerk.deed(number, "refer", authority=" ", reason="不归本局管")
    assert (refused.status_code, refused.json()["title"]) == (409, "authority-missing")
    referred = await clerk.deed(number, "refer", authority="示例县市场监督管理局", reason="不归本局管")
    assert referred.json()["state"] == "not-accepted"
    assert (await clerk.deed(number, "archive")).status_code == 200
    assert (await clerk.deed(number, "archive")).json()["title"] == "already-archived"


async def test_what_was_granted_on_a_commitment_is_listed_until_it_is_verified(sign_in, held):
    number = await to_decide(held)
    approver, reviewer = await sign_in(APPROVER), await sign_in(FIRST)
    assert "现在没有要核查的承诺" in checked(await reviewer.get("/window/verifications")).text
    assert (await approver.post(f"{case_of(number)}/grant")).status_code == 303
    assert f"{case_of(number)}#deeds" in checked(await reviewer.get("/window/verifications")).text
    found = {"verify_code": "safety-rules", "verify_holds": "no", "verify_finding": " "}
    assert (await reviewer.post(f"{case_of(number)}/verify-commitment", found)).status_code == 422
    found |= {"verify_finding": "现场没有张挂制度"}
    assert (await reviewer.post(f"{case_of(number)}/verify-commitment", found)).status_code == 303
    assert "核查结论已记录" in checked(await reviewer.follow()).text
