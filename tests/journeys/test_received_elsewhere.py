"""收受分离: received at another city's window, decided by the authority; the paper follows and is signed for."""

import re

import pytest

from portal.cli.demo import people
from services.applications import queries
from services.workflow import queries as clocks
from services.workflow.rules import local_day
from tests.journeys.conftest import checked
from tests.journeys.desk import recorded
from tests.journeys.machine import machine
from tests.support.city import officer, work
from tests.support.sample_answers import ANSWERS
from tests.unit.applications.test_window_rules import drawing

pytestmark = pytest.mark.anyio

OWNER = people.person("person-d")
THERE = {"name": OWNER.name, "id_number": OWNER.id_number, "item": "unemployment-benefit", "seen": "yes"}
SAID = ANSWERS["unemployment-benefit"] | {"applicant_name": OWNER.name}
NUMBER = re.compile(r"/window/assisted/([0-9A-Z]+)")
KEY = re.compile(r'name="key" value="([^"]+)"')
HERE = "/window/received-for-others"


async def received(clerk):
    """A benefit applied for at the neighbouring city's window; its number."""
    assert "失业金申领" in checked(await clerk.get("/window/assisted")).text
    answer = await clerk.post("/window/assisted", THERE)
    assert answer.status_code == 303, answer.text
    number = NUMBER.search(answer.headers["location"])[1]
    page = checked(await clerk.follow())
    here = f"/window/assisted/{number}"
    assert (await clerk.post(f"{here}/answers", SAID)).status_code == 303
    signed = {"key": KEY.search(page.text)[1], "consent": "screen", "drawn": drawing(line=True)}
    answer = await clerk.post(f"{here}/submission", signed | {"delivery": "electronic"})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(HERE)
    return number


async def test_another_city_receives_and_this_one_decides(sign_in, held, stranger):
    clerk = await sign_in("neighbour-window")
    foreign = await clerk.post("/window/assisted", THERE | {"item": "senior-card"})
    assert foreign.status_code == 404
    number = await received(clerk)
    page = checked(await clerk.follow()).text
    assert "已代收" in page
    assert number[:6] in page
    # What it received it neither sees, accepts nor decides.
    assert (await clerk.get(f"/window/cases/{number}")).status_code == 404
    assert (await clerk.post(f"/window/cases/{number}/accept", {})).status_code == 404
    async with held.sessions() as session, session.begin():
        helper = await officer(session, "neighbour-window")
        case = await queries.by_number(session, number)
        (clock,) = await clocks.clocks_of(session, number)
        assert clock.started_on == local_day(case.submitted_at)
        assert str(helper.person_id) in case.received_by
        (receipt,) = await queries.documents_of(session, case)
        assert receipt.told["received_at"] == "示例邻市政务服务中心"
    assert (await clerk.get(f"{HERE}/{number}/receipt.pdf")).status_code == 409
    await work(held)
    paper = await clerk.get(f"{HERE}/{number}/receipt.pdf")
    assert paper.content.startswith(b"%PDF-")
    entries = dict(await recorded(held, number))
    assert entries["application submitted"]["received_at"] == "示例邻市政务服务中心"
    owner = await sign_in("person-d")
    assert "由示例邻市政务服务中心代收" in checked(await owner.get(f"/applications/{number}")).text
    await _the_paper_follows(sign_in, stranger, clerk, number)


async def _the_paper_follows(sign_in, stranger, clerk, number):
    decider = await sign_in("insurance-window")
    page = checked(await decider.get(f"/window/cases/{number}")).text
    assert "由示例邻市政务服务中心代收" in page
    assert "纸质材料已收到" not in page
    assert (await decider.post(f"/window/cases/{number}/papers-arrival")).status_code == 409
    wrong = checked(await clerk.post(f"{HERE}/{number}/papers", {"sheets": "很多", "carrier": "机要交换"}))
    assert wrong.status_code == 422
    assert "请填写张数" in wrong.text
    assert "机要交换" in wrong.text
    sent = {"sheets": "3", "carrier": "机要交换"}
    assert (await clerk.post(f"{HERE}/{number}/papers", sent)).status_code == 303
    assert "纸质材料 3 张" in checked(await clerk.follow()).text
    assert (await clerk.post(f"{HERE}/{number}/papers", sent)).status_code == 409
    assert "纸质材料已收到" in checked(await decider.get(f"/window/cases/{number}")).text
    program = await machine(stranger, "centre-window-1")
    signed = await program.post(f"/window/received-for-others/{number}/papers-arrival")
    assert (signed.status_code, signed.json()["sheets"]) == (200, 3)
    assert signed.json()["arrived_at"] is not None
    assert (await program.get("/window/received-for-others")).json()["applications"] == []
    assert (await decider.post(f"/window/cases/{number}/accept", {})).status_code == 303
    assert "对方签收" in checked(await clerk.get(HERE)).text
