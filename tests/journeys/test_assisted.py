"""Somebody comes to the counter: who they are is checked, the clerk fills in beside them, they sign, it is handed in."""

import re

import pytest

from portal.cli.demo import people
from services.applications.rules import State
from tests.journeys.cases import photo
from tests.journeys.conftest import checked
from tests.journeys.desk import recorded, state_of
from tests.support.city import officer
from tests.unit.applications.test_window_rules import drawing

pytestmark = pytest.mark.anyio

NUMBER = re.compile(r"/window/assisted/([0-9A-Z]+)")
KEY = re.compile(r'name="key" value="([^"]+)"')
OLD = people.person("person-b")
THERE = {"name": OLD.name, "id_number": OLD.id_number, "item": "senior-card", "seen": "yes"}
ANSWERS = {
    "holder_name": "示例乙",
    "born_on-year": "1955",
    "born_on-month": "3",
    "born_on-day": "15",
    "residence": "示例省示例市北区示例街道二号",
    "holder_phone": "19900000002",
    "has_contact": "no",
}


async def test_a_clerk_applies_with_somebody_who_signs_and_never_decides_it(sign_in, held):
    clerk = await sign_in("civil-window")
    checked(await clerk.get("/window/assisted"))
    unseen = checked(await clerk.post("/window/assisted", THERE | {"seen": ""}))
    assert unseen.status_code == 422
    assert OLD.id_number in unseen.text
    wrong = checked(await clerk.post("/window/assisted", THERE | {"name": "示例丙"}))
    assert "没有这个号码和姓名的账号" in wrong.text
    foreign = await clerk.post("/window/assisted", THERE | {"item": "food-business"})
    assert foreign.status_code == 404
    firm = THERE | {"credit_code": people.firm("firm-restaurant").credit_code}
    assert "不能代表这个单位" in checked(await clerk.post("/window/assisted", firm)).text
    answer = await clerk.post("/window/assisted", THERE)
    assert answer.status_code == 303, answer.text
    number = NUMBER.search(answer.headers["location"])[1]
    page = checked(await clerk.follow())
    assert f"申请人 {OLD.name}" in page.text
    here = f"/window/assisted/{number}"

    # Nobody else fills it in, and nothing is handed in half-done or unsigned.
    assert (await (await sign_in("centre-window-1")).get(here)).status_code == 404
    missing = checked(await clerk.post(f"{here}/submission", {"key": "k" * 20, "consent": "screen"}))
    assert "申请人还没有签名" in missing.text
    signed = {
        "key": KEY.search(page.text)[1],
        "consent": "screen",
        "drawn": drawing(line=True),
        "delivery": "counter",
    }
    early = checked(await clerk.post(f"{here}/submission", signed))
    assert early.status_code == 422
    assert 'href="#material-photo"' in early.text
    assert await state_of(held, number) is State.DRAFT

    assert (await clerk.post(f"{here}/answers", ANSWERS)).status_code == 303
    assert "示例省示例市北区示例街道二号" in checked(await clerk.follow()).text
    for name, content in (("照片.txt", b"hello"), ("", b"")):
        bad = await clerk.post(f"{here}/materials/photo", files={"file": (name, content, "text/plain")})
        assert bad.status_code == 422
    files = {"file": ("照片.jpg", photo(), "image/jpeg")}
    assert (await clerk.post(f"{here}/materials/photo", files=files)).status_code == 303
    assert "照片.jpg" in checked(await clerk.follow()).text
    assert (await clerk.get(f"{here}/form.pdf")).content.startswith(b"%PDF-")
    assert here in checked(await clerk.get("/window/assisted")).text
    answer = await clerk.post(f"{here}/submission", signed)
    assert answer.status_code == 303, answer.text
    page = checked(await clerk.follow())
    assert "已替申请人提交" in page.text
    assert "窗口申请" in page.text
    assert (await clerk.get(f"/window/cases/{number}/signature")).headers["content-type"] == "image/png"
    assert (await clerk.get(here)).status_code == 404

    entries = {deed: details for deed, details in await recorded(held, number)}
    clerk_name = people.staff("civil-window").name
    for deed in ("application drafted", "signed at the window", "application submitted"):
        assert (entries[deed]["by"], entries[deed]["for"]) == (clerk_name, OLD.name)
    assert entries["signed at the window"]["manner"] == "screen"
    async with held.sessions() as session, session.begin():
        helper = await officer(session, "civil-window")
    assert str(helper.person_id) in await _received_by(held, number)


async def test_a_firms_paper_signature_is_scanned_and_a_draft_nobody_wants_is_deleted(sign_in, held):
    boss, firm = people.person("person-a"), people.firm("firm-restaurant")
    clerk = await sign_in("market-window")
    there = {"name": boss.name, "id_number": boss.id_number, "credit_code": firm.credit_code, "seen": "yes"}
    personal = checked(
        await clerk.post("/window/assisted", there | {"item": "food-business", "credit_code": ""})
    )
    assert "不面向这类申请人" in personal.text
    answer = await clerk.post("/window/assisted", there | {"item": "food-business"})
    assert answer.status_code == 303, answer.text
    number = NUMBER.search(answer.headers["location"])[1]
    here = f"/window/assisted/{number}"
    page = checked(await clerk.follow())
    assert f"申请人 {firm.name}" in page.text
    assert (await clerk.post(f"{here}/materials/safety-rules/commitment")).status_code == 303
    plan = {"file": ("图.png", photo(kind="PNG"), "image/png")}
    await clerk.post(f"{here}/materials/layout-plan", files=plan)
    page = checked(await clerk.follow())
    removal = re.search(rf'action="({here}/files/[0-9a-f-]+/removal)"', page.text)[1]
    assert (await clerk.post(removal)).status_code == 303
    scan = {"scan": ("签名.jpg", photo(), "image/jpeg")}
    paper = {"key": "k" * 20, "consent": "paper"}
    # The scan is fine; what is still missing is told.
    assert 'href="#handler"' in (await clerk.post(f"{here}/submission", paper, files=scan)).text
    assert "请选择签名的方式" in checked(await clerk.post(f"{here}/submission", {"key": "k" * 20})).text
    await clerk.post(f"{here}/removal")
    assert here not in checked(await clerk.follow()).text


async def _received_by(held, number) -> list[str]:
    from services.applications import queries

    async with held.sessions() as session, session.begin():
        return (await queries.by_number(session, number)).received_by
