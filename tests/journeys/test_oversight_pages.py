"""Supervisors and officers over measures, warnings and rules, through HTTP in the sample city."""

import io
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.cli.demo.departments import MARKET
from services.oversight import commands
from services.oversight.measures import following
from services.oversight.measures.commands import quarter_of
from services.oversight.measures.kinds import MeasureKind
from services.oversight.measures.models import Measure
from services.oversight.mining import commands as mining
from services.oversight.warnings import commands as warnings
from services.workflow.rules import local_day
from storage import ledger
from tests.integration.oversight.builders import DAY, application
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio
NUMBERS = {
    MeasureKind.WORKLOAD: {"acts": 40, "minutes": 900, "peer": 300, "peers": 5, "flag": "overloaded"},
    MeasureKind.INTIMACY: {"k": 18, "n": 20, "expected": 3.1, "lift": 5.8, "chance": 1e-9},
    MeasureKind.DURATION: {"n": 60, "value": 8, "peer": 60, "size": -2.1, "chance": 2e-5},
    MeasureKind.REFUSALS: {"n": 60, "value": 0.3, "peer": 0.05, "size": 6, "chance": 0.002},
    MeasureKind.WAIVERS: {"n": 40, "value": 0.5, "peer": 0.1, "size": 5, "chance": 0.001},
    MeasureKind.OVERDUE: {"cases": 2, "minutes": 90, "share": 0.5, "nodes": {"review": 60, "accept": 30}},
}


async def officer_of(held, name):
    async with held.sessions() as session:
        row = await session.execute(sa.text("SELECT id FROM person WHERE name = :name"), {"name": name})
        return UUID(str(row.scalar_one()))


async def measures(held, officer, name, party):
    now, today = datetime.now(UTC), local_day(datetime.now(UTC))
    async with held.sessions() as session, session.begin():
        session.add_all(
            Measure(
                quarter=quarter_of(today), until=today, department_code=MARKET.code, officer=officer,
                officer_name=name, kind=kind, numbers=numbers, flagged=kind is MeasureKind.INTIMACY,
                about=str(party) if kind is MeasureKind.INTIMACY else "",
                node="accept" if kind is MeasureKind.INTIMACY else "",
                shown_from=today + 3 * DAY, counted_at=now,
            )
            for kind, numbers in NUMBERS.items()
        )  # fmt: skip


async def test_an_officer_sees_and_explains_a_flag_before_supervisors_do(sign_in, held):
    name = "示例卯"
    officer, party = await officer_of(held, name), UUID(int=77)
    async with held.sessions() as session, session.begin():
        session.add(application(department_code=MARKET.code, filed_by=party, filed_by_name="示例代办"))
    await measures(held, officer, name, party)
    supervisor = await sign_in("supervisor-1")
    for kind in MeasureKind:
        page = checked(await supervisor.get(f"/supervision/measures?kind={kind.value}"))
        assert (name in page.text) is (kind in NUMBERS and kind is not MeasureKind.INTIMACY)
    profile = checked(await supervisor.get(f"/supervision/officers/{officer}"))
    assert "是中位数的 3.00 倍" in profile.text
    assert "亲密度</th>" not in profile.text
    acts = re.search(rf"/supervision/officers/{officer}/[0-9a-f-]+", profile.text)[0]
    assert checked(await supervisor.get(acts)).status_code == 200
    assert (await supervisor.get(f"/supervision/officers/{UUID(int=5)}")).status_code == 404
    auditor = await sign_in("audit-admin")
    assert "查看工作画像" in checked(await auditor.get(f"/admin/audit?subject={officer}")).text

    own = await sign_in("market-approver")
    page = checked(await own.get("/window/profile"))
    assert "的 20 件办件中有 18 件由本人办理" in page.text
    assert "示例代办" not in page.text, "a person is masked"
    assert (
        "示例监察" in page.text.split("谁看过我的画像")[-1] or "<td" in page.text.split("谁看过我的画像")[-1]
    )
    address = re.search(r'action="(/window/profile/[0-9a-f-]+)"', page.text)[1]
    assert (await own.post(address, {"answer": "好"})).status_code == 422
    await own.post(address, {"answer": "只有我负责这家代办机构的窗口。"})
    again = checked(await own.get("/window/profile"))
    assert "等待您说明的提示" not in again.text
    assert checked(await own.get(address)).status_code == 200
    listed = checked(await supervisor.get("/supervision/measures?kind=intimacy"))
    assert "只有我负责这家代办机构的窗口" in listed.text


async def test_a_warning_goes_to_and_fro_until_it_ends(sign_in, held):
    now, today = datetime.now(UTC), local_day(datetime.now(UTC))
    officer = await officer_of(held, "示例卯")
    case = application(
        department_code=MARKET.code, due_on=today - 9 * DAY, yellow_on=today - 10 * DAY,
        claimed_by=officer, claimed_by_name="示例卯",
    )  # fmt: skip
    async with held.sessions() as session, session.begin():
        session.add(case)
        await session.flush()
        await commands.raise_cards(session, at=now)
        await warnings.raise_due(session, at=now)
    supervisor, own = await sign_in("supervisor-1"), await sign_in("market-approver")
    listed = checked(await own.get("/window/warnings"))
    address = re.search(r'href="(/window/warnings/[0-9a-f-]+)"', listed.text)[1]
    assert "办理超期" in listed.text
    assert (await own.post(f"{address}/reply", {"text": ""})).status_code == 422
    await own.post(f"{address}/reply", {"text": "等待外部检测报告。"})
    theirs = address.replace("/window/", "/supervision/")
    shown = checked(await supervisor.get(theirs))
    assert "等待外部检测报告" in shown.text
    assert "作出处治" in shown.text
    await supervisor.post(f"{theirs}/dispose", {"text": "约谈并限期办结。"})
    assert (await supervisor.post(f"{theirs}/retract", {"text": "又要撤销它。"})).status_code == 422
    await own.post(f"{address}/appeal", {"text": "检测期间不应计时。"})
    refused = await supervisor.post(f"{theirs}/decide", {"text": "申诉不成立。", "holds": "false"})
    assert refused.status_code == 422
    assert "以外的监察人员" in checked(refused).text
    assert (await supervisor.post(f"{theirs}/nonsense", {"text": "没有这一步。"})).status_code == 422
    assert case.number in checked(await supervisor.get("/supervision/warnings")).text
    assert checked(await supervisor.get("/supervision/warnings?ended=yes&before=nonsense")).status_code == 200
    assert (await own.get(theirs)).status_code == 403
    await supervisor.post(f"/supervision/cases/{case.number}/privilege", {"privilege": "救灾物资审批。"})
    assert "准许优先办理" in checked(await supervisor.get(f"/supervision/cases/{case.number}")).text


async def test_a_rule_is_tried_and_set_with_a_reason(sign_in, held):
    supervisor = await sign_in("supervisor-1")
    assert "受理后过快作出决定" in checked(await supervisor.get("/supervision/rules")).text
    page = checked(await supervisor.get("/supervision/rules/X1?trial=yes&minutes=5"))
    assert "没有真的亮牌" in page.text
    wrong = await supervisor.get("/supervision/rules/X1?trial=yes&minutes=many")
    assert wrong.status_code == 422
    assert "请填写 0 到 100000 的整数" in checked(wrong).text
    assert (await supervisor.get("/supervision/rules/Z9")).status_code == 404
    assert (
        await supervisor.post("/supervision/rules/X1", {"minutes": "5", "reason": "短"})
    ).status_code == 422
    set_anew = await supervisor.post(
        "/supervision/rules/X1", {"minutes": "5", "reason": "五分钟以内都要看。", "live": "true"}
    )
    assert set_anew.status_code in {303, 403}
    if set_anew.status_code == 303:
        assert "五分钟以内都要看" in checked(await supervisor.get("/supervision/rules/X1")).text


LOG = (
    "<log><trace><event><string key='concept:name' value='A &amp; &lt;B&gt;'/></event>"
    "<event><string key='concept:name' value='check'/><date key='time:timestamp' value='2026-11-16T09:00:00Z'/></event>"
    "<event><string key='concept:name' value='check'/><date key='time:timestamp' value='2026-11-18T09:00:00Z'/></event>"
    "</trace></log>"
)


async def test_a_foreign_log_and_our_own_items_are_looked_at_with_the_same_page(sign_in, held):
    now = datetime.now(UTC)
    case = application(department_code=MARKET.code, submitted_at=now, item_code="food-business")
    summary = mining.discover(io.BytesIO(LOG.encode())).summary()
    deeds = ("application submitted", "application claimed", "application accepted", "application granted")
    async with held.sessions() as session, session.begin():
        session.add(case)
        await session.flush()
        for deed in deeds:
            await ledger.append(
                session, chain=case.number, deed=deed, subject=case.number, actor=str(UUID(int=3)), at=now
            )
        await following.read_cases(session, [case.number])
        for name in ("foreign.xes", "again.xes"):
            await mining.keep(session, name, "0" * 64, summary, at=now, actor="system:oversight")
    supervisor = await sign_in("supervisor-1")
    listed = checked(await supervisor.get("/supervision/processes"))
    assert "again.xes" in listed.text
    assert "foreign.xes" not in listed.text, "the same file again replaces it"
    foreign = checked(
        await supervisor.get(re.search(r"/supervision/processes/logs/[0-9a-f-]+", listed.text)[0])
    )
    assert "A &amp; &lt;B&gt;" in foreign.text
    assert "2.0 天" in foreign.text
    own = checked(await supervisor.get("/supervision/processes/items/food-business"))
    assert "作出准予决定" in own.text
    assert "缺少的环节" in own.text, "the review was left out"
    assert (await supervisor.get("/supervision/processes/items/nothing")).status_code == 404
    assert (await supervisor.get(f"/supervision/processes/logs/{UUID(int=5)}")).status_code == 404


async def test_indicators_name_what_they_are_made_of_and_speeds_are_for_everybody(sign_in, stranger, held):
    at = datetime.now(UTC)
    done = {
        "submitted_at": at,
        "accepted_at": at,
        "decided_at": at,
        "state": "delivered",
        "outcome": "granted",
    }
    cases = [
        application(department_code=MARKET.code, item_code="food-business", on_time=True, **done)
        for _ in range(5)
    ]
    async with held.sessions() as session, session.begin():
        session.add_all(cases)
        await session.flush()
        for case in cases:
            await ledger.append(
                session,
                chain=case.number,
                deed="application granted",
                subject=case.number,
                actor=str(UUID(int=3)),
                at=at,
            )
        await following.read_cases(session, [case.number for case in cases])
    supervisor = await sign_in("supervisor-1")
    page = checked(await supervisor.get("/supervision/indicators"))
    assert "100.0%" in page.text
    assert page.text.count("/supervision/indicators/") == 26
    one = checked(await supervisor.get(f"/supervision/indicators/on-time?department={MARKET.code}"))
    assert "按事项" in one.text
    assert "100.0%" in one.text
    for nonsense in ("first=never&last=9999-99-99&department=nowhere", "first=0001-01-01&last=2099-01-01"):
        assert checked(await supervisor.get(f"/supervision/indicators?{nonsense}")).status_code == 200
    assert (await supervisor.get("/supervision/indicators/nothing")).status_code == 404
    public = checked(await stranger().get("/performance"))
    assert "样本不足" in public.text
