"""绩效测评: nine parts with their grounds; a disciplinary decision is the audit administrator's to enter, on the record."""

from datetime import UTC, datetime

import pytest

from portal.cli.demo.departments import MARKET
from services.oversight.scoring.commands import CHAIN
from services.workflow.rules import local_day
from storage import ledger
from tests.journeys.conftest import checked
from tests.journeys.desk import accepted

pytestmark = pytest.mark.anyio
HERE = "/admin/discipline"


async def test_a_month_stands_on_the_parts_that_have_a_source_and_discipline_is_on_the_record(sign_in, held):
    await accepted(held)
    auditor, watching = await sign_in("audit-admin"), await sign_in("supervisor-1")
    assert HERE in checked(await auditor.get("/admin/audit")).text
    checked(await auditor.get(HERE))
    month = f"{local_day(datetime.now(UTC)):%Y-%m}"
    said = {"department": MARKET.code, "month": month, "part": "integrity", "points": "15"}
    page = checked(await auditor.post(HERE, said | {"reference": "短", "reason": "示例理由说明"}))
    assert page.status_code == 422
    assert "请写明，至少四个字" in page.text
    assert "示例理由说明" in page.text
    words = {"reference": "示例〔2026〕1号", "reason": "示例：违反工作纪律"}
    odd = said | words | {"points": "11", "month": "1999-01"}
    assert checked(await auditor.post(HERE, odd)).status_code == 422
    assert (await auditor.post(HERE, said | words)).status_code == 303
    assert "违反工作纪律" in checked(await auditor.follow()).text
    assert (await watching.post(HERE, said | words)).status_code == 403
    async with held.sessions() as session, session.begin():
        entry = (await ledger.entries(session, CHAIN))[-1]
    assert (entry.deed, entry.subject) == ("discipline entered", MARKET.code)
    assert entry.details["points"] == 15
    listed = checked(await watching.get("/supervision/scores")).text
    address = f"/supervision/scores/{MARKET.code}?month={month}"
    assert address in listed
    assert listed.count("<tr") == 2, "whoever did nothing that counts is not ranked"
    assert "没有可以计分的情况，不排名" in listed
    assert (await watching.get("/supervision/scores/nowhere")).status_code == 404
    page = checked(await watching.get(address)).text
    assert "纪律处分扣 15 分" in page
    assert "（−15）" in page
    assert page.count("未计入：没有数据来源") >= 2
    assert "折合系数" in page
    assert "示例〔2026〕1号" in page
