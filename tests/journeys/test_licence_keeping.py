"""A department's own licences: existing ones taken in from a table, then suspended, restored, replaced and revoked."""

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa
from sqlmodel import col

from identity.means.rules import Channel
from licensing.importing import table
from portal.cli.demo import people
from services.notices.models import Dispatch, Message
from services.notices.rules import Stage, Why
from tests.journeys.conftest import checked
from tests.journeys.test_messages import tell
from tests.support.city import work
from tests.support.licences import MARKET

pytestmark = pytest.mark.anyio
HERE = "/window/licences"
FIRM = people.firm("firm-restaurant")
IDENTIFIER = re.compile(r'/window/licences/(1\.2\.156[0-9A-Z.]+)"')
ROW = {
    table.NUMBER: "旧证第1号",
    table.HOLDER: FIRM.name,
    table.CODE: FIRM.credit_code,
    table.ISSUED: "2025-03-04",
    table.UNTIL: "2030-03-03",
    "法定代表人（负责人）": "示例甲",
    "经营场所": "示例市云岩区示例路1号",
    "主体业态": "餐饮服务经营者",
    "经营项目": "热食类食品制售",
}
HAPPENED = ("已被暂扣", "已经恢复", "有了新版本", "已被撤销或者注销")
DAY = {"year": "2030", "month": "3", "day": "1"}


def why(deed, **more):
    told = {"reason": "示例理由", "basis": "示例条款"} | more
    return {f"{deed}-{part}": text for part, text in told.items()}


async def imported(approver, held):
    """The identifier of a licence taken in from the table the page hands out."""
    page = checked(await approver.get(f"{HERE}/import?kind=food-business-licence"))
    assert "下载食品经营许可证的空白表" in page.text
    blank = await approver.get(f"{HERE}/import/blank.xlsx?kind=food-business-licence")
    book = openpyxl.load_workbook(io.BytesIO(blank.content))
    names = [cell.value for cell in book.active[1]]
    for row in (ROW, ROW | {table.NUMBER: "旧证第2号", table.HOLDER: "别的公司"}):
        book.active.append([row.get(name) for name in names])
    content = io.BytesIO()
    book.save(content)
    wish = {"type": "food-business-licence", "department": MARKET.code, "trust": "B"}
    file = {"file": ("清单.xlsx", content.getvalue(), "application/octet-stream")}
    missing = await approver.post(f"{HERE}/import", wish, files={"other": ("x", b"x", "text/plain")})
    assert (missing.status_code, 'href="#file"' in checked(missing).text) == (422, True)
    broken = {"file": ("清单.xlsx", b"no table", "application/octet-stream")}
    assert "这不是 .xlsx 表格" in checked(await approver.post(f"{HERE}/import", wish, files=broken)).text
    started = await approver.post(f"{HERE}/import", wish, files=file)
    assert started.status_code == 303
    progress = checked(await approver.get(started.headers["location"]))
    assert "已处理 0 行，共 2 行" in progress.text
    await work(held)
    progress = checked(await approver.get(started.headers["location"]))
    assert "已处理 2 行，共 2 行" in progress.text
    assert "和登记的名称不一致" in progress.text
    page = checked(await approver.get(f"{HERE}?q=旧证"))
    return IDENTIFIER.search(page.text)[1]


async def test_an_existing_licence_is_taken_in_and_lives_on(sign_in, held):
    approver = await sign_in("market-approver")
    identifier = await imported(approver, held)
    address = f"{HERE}/{identifier}"
    page = checked(await approver.get(address))
    assert "照纸质证照录入" in page.text
    assert "原有证照录入" in page.text
    unfounded = await approver.post(f"{address}/suspend", why("suspend", basis=""))
    assert unfounded.status_code == 422
    assert "示例理由" in checked(unfounded).text
    assert (await approver.post(f"{address}/no-such-deed", why("suspend"))).status_code == 404
    await approver.post(f"{address}/suspend", why("suspend"))
    assert "暂扣" in checked(await approver.get(address)).text
    await approver.post(f"{address}/restore", why("restore"))
    late = why("renew") | {f"renew-applied-{part}": at for part, at in DAY.items()}
    assert 'href="#renew-applied"' in checked(await approver.post(f"{address}/renew", late)).text
    unfit = why("change", holder=FIRM.name, premises="")
    assert "#change-premises" in checked(await approver.post(f"{address}/change", unfit)).text
    for _ in range(2):  # pressed twice
        replaced = await approver.post(f"{address}/replace", why("replace"))
        assert replaced.status_code == 303
    await work(held)
    newer = replaced.headers["location"]
    assert newer != address
    assert "由新版本接替" in checked(await approver.get(address)).text
    await approver.post(f"{newer}/revoke", why("revoke"))
    gone = checked(await approver.get(newer))
    assert "撤销" in gone.text
    assert f'action="{newer}/suspend"' not in gone.text
    holder = await sign_in("person-a", firm="firm-restaurant")
    own = checked(await holder.get(newer.replace("/window", "/my")))
    assert "照纸质证照录入" in own.text
    assert "查看它的办件" not in own.text
    assert "示例条款" in own.text
    assert "notices.tell" in await tell(held)
    told = checked(await holder.get("/my/messages")).text
    assert [told.count(f"食品经营许可证：{said}") for said in HAPPENED] == [1] * len(HAPPENED)
    assert f'href="{newer.replace("/window", "/my")}"' in told
    assert f'href="{newer.replace("/window", "/my")}"' in checked(await holder.get("/my")).text
    assert ROW[table.NUMBER] not in told
    async with held.sessions() as session, session.begin():
        rows = list(await session.scalars(sa.select(Message).where(col(Message.licence).is_not(None))))
        assert {one.application_number for one in rows} == {""}
        sent = await session.scalars(sa.select(Dispatch).where(col(Dispatch.channel) == Channel.SMS))
        for one in sent:
            one.stage, one.why = Stage.UNDELIVERED, Why.REFUSED
    assert checked(await approver.get(newer)).text.count("对方拒收") == 2
    clerk = await sign_in("market-window")
    assert "处理这个证照" not in checked(await clerk.get(address)).text
    assert (await clerk.post(f"{newer}/cancel", why("cancel"))).status_code == 403
    assert (await clerk.get(f"{HERE}/import")).status_code == 403
