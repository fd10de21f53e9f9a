"""收费: what a case was charged is recorded with its receipt, told to its applicant, and held against the rules."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.applications.charging import commands as charging
from services.applications.charging.errors import FeeNotYours, FeeSettled, PaymentUnknown, ReceiptUsed
from services.applications.commands import deciding, drafting, receiving, reviewing, submitting
from services.oversight.checks import commands as checks
from services.oversight.models import Card
from services.workflow.rules import local_day
from tests.integration.applications.test_whole_case import begin, hand_in_everything, people
from tests.journeys.conftest import checked
from tests.journeys.desk import WINDOW, accepted, do, recorded, to_decide
from tests.journeys.machine import machine
from tests.support.city import actor_for, officer

pytestmark = pytest.mark.anyio
RECEIPT = "5200112345"
DWELLING = {
    "owner": "示例甲",
    "owner_phone": "19900000001",
    "held": "sole",
    "registration_kind": "first",
    "location": "示例省示例市南区示例大道 9 号",
    "unit_number": "520102001001GB00001F00010001",
    "use": "dwelling",
    "area": "90.5",
}


def fees_of(number):
    return f"/window/cases/{number}/fees"


async def rules_broken(held, number):
    """The rules that oversight finds broken in a case."""
    async with held.sessions() as session, session.begin():
        await checks.hold(session, [number], at=datetime.now(UTC))
        return set(await session.scalars(sa.select(Card.rule).where(Card.application_number == number)))


async def property_case(held):
    """A dwelling to be registered, reviewed and ready to be decided."""
    owner = await people(held, "person-a")
    case = await begin(held, owner, "property-registration")
    await case.do(drafting.save_answers, owner, definition=case.item.definition, typed=DWELLING)
    await hand_in_everything(case, owner)
    await case.do(submitting.submit, owner, key="once")
    await do(held, "land-window", receiving.accept, case.number)
    await do(held, "land-reviewer-1", reviewing.review, case.number, opinion="符合要求", favourable=True)
    return case.number


async def test_a_payment_is_recorded_once_told_to_the_applicant_and_given_back_with_a_reason(sign_in, held):
    number = await accepted(held)
    clerk = await sign_in(WINDOW)
    page = checked(await clerk.get(fees_of(number)))
    assert "不收费" in page.text
    assert "这一件不应收费" in page.text
    today = local_day(datetime.now(UTC))
    wrong = {"amount": "八十", "receipt": "12", "paid_on": "2019-01-01"}
    page = checked(await clerk.post(fees_of(number), wrong))
    assert page.status_code == 422
    assert "请填写金额，例如 80 或者 80.50" in page.text
    assert 'value="八十"' in page.text
    page = checked(await clerk.post(fees_of(number), wrong | {"amount": "80"}))
    assert "8 至 20 位数字" in page.text
    page = checked(await clerk.post(fees_of(number), wrong | {"amount": "80", "receipt": RECEIPT}))
    assert "不早于提交申请的那一天" in page.text
    good = {"amount": "80.50", "receipt": "52001 12345", "paid_on": today.isoformat()}
    for _press in range(2):
        assert (await clerk.post(fees_of(number), good)).status_code == 303
    page = checked(await clerk.follow())
    assert page.text.count(f">{RECEIPT}<") == 1
    assert "80.50 元" in page.text
    page = checked(await clerk.post(fees_of(number), good | {"amount": "90"}))
    assert "已经登记在另一笔收费上" in page.text
    deeds = [deed for deed, _details in await recorded(held, number)]
    assert deeds.count("fee taken") == 1

    owner = await sign_in("person-a", firm="firm-restaurant")
    page = checked(await owner.get(f"/applications/{number}"))
    assert f"缴款 80.50 元，财政电子票据号码 {RECEIPT}" in page.text
    assert "您可以要求退还并投诉" in page.text

    choice = re.search(r'<option value="([0-9a-f-]{36})"', (await clerk.get(fees_of(number))).text)[1]
    page = checked(await clerk.post(f"{fees_of(number)}/refund", {"payment": choice, "refund_reason": "误"}))
    assert "请写明退费的理由" in page.text
    back = {"payment": choice, "refund_reason": "误收，事项不收费"}
    for _press in range(2):
        assert (await clerk.post(f"{fees_of(number)}/refund", back)).status_code == 303
    assert "误收，事项不收费" in checked(await owner.get(f"/applications/{number}")).text
    told = [(deed, details) for deed, details in await recorded(held, number) if deed.startswith("fee")]
    assert [deed for deed, _details in told] == ["fee taken", "fee refunded"]
    assert (told[0][1]["amount"], told[0][1]["due"], told[0][1]["receipt"]) == (8050, 0, RECEIPT)
    page = checked(await clerk.post(f"{fees_of(number)}/waiver", {"ground": "没有收费"}))
    assert "没有要减免的费用" in page.text
    reviewer = await sign_in("market-reviewer-1")
    assert (await reviewer.post(fees_of(number), good | {"receipt": "99999999"})).status_code == 403
    assert "登记收费</button>" not in checked(await reviewer.get(fees_of(number))).text


async def test_a_free_item_that_was_charged_and_a_fee_that_was_not_taken_are_found(sign_in, held):
    free = await to_decide(held)
    today = local_day(datetime.now(UTC))
    await do(held, WINDOW, charging.take_fee, free, amount=100, receipt="88880001", paid_on=today)
    assert await rules_broken(held, free) >= {"M1"}
    unpaid, waived, paid = [await property_case(held) for _turn in range(3)]
    async with held.sessions() as session, session.begin():
        approver, at = await officer(session, "land-approver"), datetime.now(UTC)
        with pytest.raises(PaymentUnknown):
            await charging.refund(session, approver, unpaid, uuid4(), reason="没有这一笔", at=at)
        owner = await actor_for(session, "person-a")
        with pytest.raises(FeeNotYours):
            await charging.waive(session, owner, unpaid, ground="自己减免", at=at)
        await charging.waive(session, approver, waived, ground="依法免收登记费", at=at)
        full = {"amount": 8000, "receipt": "88880002", "paid_on": today, "at": at}
        await charging.take_fee(session, approver, paid, **full)
        with pytest.raises(FeeSettled):
            await charging.waive(session, approver, paid, ground="已经收齐了", at=at)
        with pytest.raises(ReceiptUsed):
            await charging.take_fee(session, approver, unpaid, **full)
    for number in (unpaid, waived, paid):
        await do(held, "land-approver", deciding.grant, number)
    assert dict(await recorded(held, unpaid))["application granted"]["fee"] == 8000
    assert "M2" in await rules_broken(held, unpaid)
    assert not {"M1", "M2"} & (await rules_broken(held, waived) | await rules_broken(held, paid))
    owner = await sign_in("person-a")
    assert "这一件应收 80 元。" in checked(await owner.get(f"/applications/{unpaid}")).text
    assert "已减免，不用缴费：依法免收登记费" in checked(await owner.get(f"/applications/{waived}")).text
    clerk = await sign_in("land-window")
    assert "应收未收 80 元" in checked(await clerk.get(f"/window/cases/{unpaid}")).text


async def test_a_departments_system_records_what_was_paid(stranger, held):
    number, day = await property_case(held), local_day(datetime.now(UTC)).isoformat()
    clerk, owner = await machine(stranger, "land-window"), await machine(stranger, "person-a")
    before = (await clerk.get(f"/applications/{number}")).json()["charges"]
    assert before == {"due": 8000, "lacking": 8000, "payments": [], "waived": None}
    paid = {"amount": 3000, "receipt": "8888 0009", "paid_on": day}
    for _twice in range(2):
        charges = (await clerk.deed(number, "take-fee", **paid)).json()["charges"]
        assert (charges["lacking"], [one["receipt"] for one in charges["payments"]]) == (5000, ["88880009"])
    used = await clerk.deed(number, "take-fee", **paid | {"amount": 10})
    assert (used.status_code, used.json()["title"]) == (409, "receipt-used")
    other = paid | {"receipt": "88880010"}
    wrong = [paid | {"receipt": "12"}, other | {"paid_on": "2019-01-01"}, other | {"amount": 0}]
    assert {(await clerk.deed(number, "take-fee", **one)).status_code for one in wrong} <= {400, 422}
    payment = charges["payments"][0]["id"]
    back = await clerk.deed(number, "refund-fee", payment=payment, reason="金额登记有误")
    assert back.json()["charges"]["payments"][0]["refund_reason"] == "金额登记有误"
    assert (await clerk.deed(number, "waive-fee", ground="免")).status_code == 422
    waived = (await clerk.deed(number, "waive-fee", ground="依法免收登记费")).json()["charges"]
    assert (waived["lacking"], waived["waived"]) == (0, "依法免收登记费")
    assert (await owner.get(f"/applications/{number}")).json()["charges"] == waived
    assert (await owner.deed(number, "waive-fee", ground="自己减免")).status_code == 403
