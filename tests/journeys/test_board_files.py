"""Lists as files: what was filtered and nothing else, for whoever asked and nobody else; told in the ledger."""

import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from identity.actor import PartyKind
from portal.cli.demo.departments import CIVIL, MARKET
from portal.jobs import jobs
from portal.supervision import reporting
from services.applications.rules import State
from services.oversight.boarding import commands as boarding
from services.oversight.exports import commands, tasks
from services.oversight.exports.models import Export
from services.oversight.indicators import commands as indicators
from services.oversight.models import Card
from services.oversight.reports import tasks as reports
from services.oversight.reports.models import Report
from services.oversight.reports.rules import due
from services.oversight.rules import CardKind
from services.workflow.rules import local_day
from storage.errors import ObjectNotFound
from tests.integration.oversight.builders import DAY, application
from tests.journeys.conftest import checked
from tests.support.city import work

pytestmark = pytest.mark.anyio


async def test_a_list_is_exported_as_it_is_filtered_for_its_asker_alone(sign_in, held, monkeypatch):
    monkeypatch.setattr(tasks, "PAGE", 2)
    today = local_day(datetime.now(UTC))
    red = {"due_on": today - 9 * DAY, "yellow_on": today - 10 * DAY}
    cases = [application(department_code=MARKET.code, **red) for _ in range(5)]
    cases[0].applicant_kind, cases[0].applicant_name = PartyKind.ORGANISATION, "=1+1示例公司"
    others = [application(department_code=CIVIL.code, **red), application(department_code=MARKET.code)]
    async with held.sessions() as session, session.begin():
        session.add_all([*cases, *others])
    browser = await sign_in("supervisor-1")
    page = checked(await browser.get(f"/supervision/cases?light=red&department={MARKET.code}"))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    await browser.post("/supervision/exports", {key: hidden[key] for key in hidden if key != "_csrf_token"})
    assert "排队" in checked(await browser.follow()).text
    assert tasks.EXPORT in await work(held)
    listed = checked(await browser.get("/supervision/exports"))
    address = re.search(r'href="(/supervision/exports/[0-9a-f-]+/file)"', listed.text)[1]
    file = await browser.get(address)
    assert file.headers["content-disposition"].startswith('attachment; filename="cases-')
    rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))
    assert sorted(row[0] for row in rows[1:]) == sorted(case.number for case in cases)
    assert {row[4] for row in rows[1:]} == {"红灯"}
    assert "=1+1示例公司" in {row[7] for row in rows[1:]}, "a text, not a formula"
    assert "示例甲" not in {row[7] for row in rows[1:]}, "a person is masked"

    assert (await browser.get(f"/supervision/exports/{uuid4()}/file")).status_code == 404
    async with held.sessions() as session:
        export = (await session.scalars(sa.select(Export))).one()
    auditor = await sign_in("audit-admin")
    record = checked(await auditor.get(f"/admin/audit?subject=export:{export.id}"))
    assert "下载了导出的清单" in record.text
    assert (await auditor.get(address)).status_code == 403

    for _ in range(commands.WAITING):
        await browser.post("/supervision/exports", {"light": "green"})
    assert (await browser.post("/supervision/exports", {"light": "green"})).status_code == 429
    async with held.sessions() as session, session.begin():
        await session.execute(sa.update(Export).values(asked_at=datetime.now(UTC) - timedelta(days=8)))
        digest = await session.scalar(sa.select(Export.digest).where(Export.digest.is_not(None)))
    await {job.name: job.run for job in jobs(held)}[tasks.FORGET]()
    assert "您还没有导出过清单" in checked(await browser.get("/supervision/exports")).text
    with pytest.raises(ObjectNotFound):
        await held.objects.get(digest)


async def exported(browser, held, path, button):
    """Press the export button of a page as it is filtered; the workbook that a worker wrote."""
    page = checked(await browser.get(path))
    form = page.text[page.text.rindex("<form", 0, page.text.index(button)) : page.text.index(button)]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    await browser.post("/supervision/exports", {key: fields[key] for key in fields if key != "_csrf_token"})
    await work(held)
    listed = checked(await browser.get("/supervision/exports"))
    file = await browser.get(re.search(r'href="(/supervision/exports/[0-9a-f-]+/file)"', listed.text)[1])
    book = load_workbook(io.BytesIO(file.content))
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    return file.headers["content-disposition"], sheets, listed.text


async def test_the_board_and_its_cards_are_exported_as_they_are_filtered(sign_in, held, monkeypatch):
    monkeypatch.setattr(tasks, "PAGE", 2)
    at, today = datetime.now(UTC), local_day(datetime.now(UTC))
    late = {"due_on": today - 9 * DAY, "yellow_on": today - 10 * DAY, "submitted_at": at}
    mine = [application(department_code=MARKET.code, **late) for _ in range(3)]
    other = application(department_code=CIVIL.code, **late)
    async with held.sessions() as session, session.begin():
        session.add_all([*mine, other])
        await session.flush()
        for case in (*mine, other):
            for kind, rule in ((CardKind.RED, "T0R"), (CardKind.YELLOW, "T0Y")):
                session.add(
                    Card(
                        application_number=case.number,
                        department_code=case.department_code,
                        kind=kind,
                        rule=rule,
                        rule_version=1,
                        inputs={"due_on": str(case.due_on)},
                        raised_at=at,
                    )
                )
        await session.flush()
        await boarding.rebuild(session, at=at)
        await boarding.take_up(session, {case.number for case in (*mine, other)}, at=at)
    browser = await sign_in("supervisor-1")
    asked = f"department={MARKET.code}&since={today}&until={today}"
    name, sheets, listed = await exported(browser, held, f"/supervision?{asked}", "导出看板表格")
    assert name.startswith('attachment; filename="board-')
    assert "监察看板" in listed
    heads, *rows = sheets["在办办件"]
    assert heads[2:] == ("红灯", "黄灯", "绿灯", "暂停计时", "合计")
    assert [row[2:] for row in rows][-1] == (3, 0, 0, 0, 3)
    assert {row[0] for row in rows[:-1]} == {MARKET.short}
    shares = {row[:2]: row[4:] for row in sheets["指标"][1:]}
    assert shares["网办率", "合计"] == shares["网办率", MARKET.short] == ("样本不足", 3, 3)
    counts = {row[0]: row[3] for row in sheets["今天和亮牌"][1:]}
    assert (counts["收件"], counts["红牌"], counts["黄牌"]) == (3, 3, 3)

    name, sheets, listed = await exported(
        browser, held, f"/supervision/cards?kind=red&department={MARKET.code}", "导出这些亮牌"
    )
    assert name.startswith('attachment; filename="cards-')
    rows = sheets["亮牌"][1:]
    assert sorted(row[2] for row in rows) == sorted(case.number for case in mine)
    assert {(row[0], row[1], row[3], row[4].date()) for row in rows} == {
        ("红牌", "受理超期", MARKET.short, mine[0].due_on)
    }


async def test_reports_are_made_once_and_each_supervisor_sees_their_departments(sign_in, held):
    at = datetime.now(UTC)
    (covered, *_more) = due(local_day(at))
    noon = datetime.combine(covered.last, datetime.min.time(), UTC) + timedelta(hours=4)
    moments = {"submitted_at": noon, "accepted_at": noon, "decided_at": noon, "closed_at": noon}
    cases = [
        application(department_code=MARKET.code, on_time=n > 1, state=State.DELIVERED, **moments)
        for n in range(6)
    ]
    async with held.sessions() as session, session.begin():
        session.add_all([*cases, application(department_code=CIVIL.code, **moments)])
        await session.flush()
        await indicators.keep(session, covered.first - 40 * DAY, covered.last)
        await boarding.rebuild(session, at=at)
    reading = reporting.reader(keeper="示例政务服务中心", sample=True)
    for _ in range(2):
        await reports.make_as_of(at, sessions=held.sessions, objects=held.objects, reading=reading)
    async with held.sessions() as session:
        made = list(await session.scalars(sa.select(Report).where(Report.kind == covered.kind)))
    assert sorted(one.department_code for one in made) == sorted(["", MARKET.code, CIVIL.code])
    browser = await sign_in("supervisor-1")
    listed = checked(await browser.get("/supervision/reports?kind=ten-days"))
    assert listed.text.count("监察旬报</a>") == 3
    mine = next(one for one in made if one.department_code == MARKET.code)
    page = checked(await browser.get(f"/supervision/reports/{mine.id}"))
    assert "66.7%" in page.text
    pdf = await browser.get(f"/supervision/reports/{mine.id}/pdf")
    assert pdf.content.startswith(b"%PDF-")
    book = load_workbook(io.BytesIO((await browser.get(f"/supervision/reports/{mine.id}/xlsx")).content))
    rows = list(book["指标"].iter_rows(values_only=True))
    assert rows[1] == ("按时办结率", "66.7%", "没有办件", 4, 6)
    assert (await browser.get(f"/supervision/reports/{mine.id}/doc")).status_code == 404
    shares = checked(
        await browser.get(f"/supervision?since={covered.first}&until={covered.last}&department={MARKET.code}")
    )
    assert "66.7%" in shares.text, "the board's own numbers"
    async with held.sessions() as session, session.begin():
        scope = sa.text("UPDATE staff_member SET departments = ARRAY[:scope] WHERE 'supervisor' = ANY(roles)")
        await session.execute(scope, {"scope": CIVIL.code})
    assert checked(await browser.get("/supervision/reports?kind=ten-days")).text.count("监察旬报</a>") == 1
    for other in made:
        wanted = 200 if other.department_code == CIVIL.code else 404
        assert (await browser.get(f"/supervision/reports/{other.id}")).status_code == wanted
        assert (await browser.get(f"/supervision/reports/{other.id}/pdf")).status_code == wanted
