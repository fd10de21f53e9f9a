"""An officer goes on leave: who stands in works at their desk, both names are told, and four eyes stay four."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from identity import queries as queries_of
from identity.absences import day_of
from portal.cli.demo import people
from services.applications import queries
from services.applications.commands import receiving
from services.applications.errors import AcceptorMayNotDecide
from services.applications.rules import require_separation
from storage import ledger
from tests.journeys.conftest import checked
from tests.journeys.desk import FIRST, SECOND, WINDOW, accepted, do, food, recorded

pytestmark = pytest.mark.anyio
ENDING = re.compile(r'action="((?:/staff|/admin)/leave/[0-9a-f-]{36}/end)"')
ONE, TWO = "centre-window-1", "centre-window-2"


def days(first=0, last=2):
    today = day_of(datetime.now(UTC))
    return {
        f"{name}-{part}": str(getattr(today + timedelta(ahead), part))
        for name, ahead in (("first_day", first), ("last_day", last))
        for part in ("year", "month", "day")
    }


def substitute(page, login):
    name = people.staff(login).name
    return re.search(rf'<option value="([0-9a-f-]{{36}})"[^>]*>{name}', page.text)[1]


async def go_on_leave(browser, other, role, **changes):
    page = checked(await browser.get("/staff/leave"))
    typed = {"substitute": substitute(page, other), "roles": role, **days(), **changes}
    return checked(await browser.post("/staff/leave", typed))


async def entry(held, number, deed):
    async with held.sessions() as session, session.begin():
        return [one for one in await ledger.entries(session, number) if one.deed == deed][-1]


async def test_a_substitute_goes_on_with_what_an_absent_colleague_claimed(sign_in, held):
    number, other = await accepted(held), await accepted(held)
    for claimed in (number, other):
        await do(held, FIRST, receiving.claim, claimed)
    absent, colleague = await sign_in(FIRST), await sign_in(SECOND)
    opinion = {"review_opinion": "现场符合要求", "favourable": "yes"}
    assert (await colleague.post(f"/window/cases/{number}/review", opinion)).status_code == 409
    assert (await go_on_leave(absent, SECOND, "reviewer")).status_code == 303
    page = checked(await colleague.get(f"/window/cases/{number}"))
    assert f"您正在代理 {people.staff(FIRST).name}" in page.text
    assert (await colleague.post(f"/window/cases/{number}/review", opinion)).status_code == 303
    names = people.staff(SECOND).name, people.staff(FIRST).name
    page = checked(await colleague.get(f"/window/cases/{number}"))
    assert f"{names[0]}（代 {names[1]}）" in page.text
    found = await entry(held, number, "step reviewed")
    assert (found.details["by"], found.details["instead_of"]) == names
    assert found.on_behalf_of is not None
    assert found.actor != found.on_behalf_of
    # The second person is still another: who stood in does not speak twice, the absent officer may.
    assert (await colleague.post(f"/window/cases/{number}/review", opinion)).status_code == 409
    assert (await absent.post(f"/window/cases/{number}/review", opinion)).status_code == 303
    await colleague.post(f"/window/cases/{other}/claim", {})
    assert ("application claimed", names[1]) in [
        (deed, details.get("instead_of")) for deed, details in await recorded(held, other)
    ]
    assert (await absent.post(f"/window/cases/{other}/review", opinion)).status_code == 409
    applicant = await sign_in("person-a", firm="firm-restaurant")
    assert f"{names[0]}（代 {names[1]}）" in checked(await applicant.get(f"/applications/{number}")).text
    supervisor = await sign_in("supervisor-1")
    assert (
        f"{names[0]}（代 {names[1]}）" in checked(await supervisor.get(f"/supervision/cases/{number}")).text
    )
    assert "您被指定为请假同事的代理人" in checked(await colleague.get("/staff/leave")).text


async def test_what_was_received_in_two_names_is_decided_by_neither(sign_in, held):
    number, later = await food(held), await food(held)
    for claimed in (number, later):
        await do(held, ONE, receiving.claim, claimed)
    absent, colleague = await sign_in(ONE), await sign_in(TWO)
    await go_on_leave(absent, TWO, "window")
    assert (await colleague.post(f"/window/cases/{number}/accept", {})).status_code == 303
    async with held.sessions() as session, session.begin():
        case = await queries.by_number(session, number)
        accepted_by, received = case.accepted_by, case.received_by
    found = await entry(held, number, "application accepted")
    assert str(accepted_by) == found.actor
    assert set(received) == {found.actor, found.on_behalf_of}
    for officer in received:
        with pytest.raises(AcceptorMayNotDecide):
            require_separation(number, officer, received)
    # Back early: the desk is theirs alone again, at the very next request.
    page = checked(await absent.get("/staff/leave"))
    await absent.post(ENDING.search(page.text)[1], {})
    assert (await colleague.post(f"/window/cases/{later}/accept", {})).status_code == 409
    assert "您正在代理" not in checked(await colleague.get("/window")).text
    assert (await absent.post(f"/window/cases/{later}/accept", {})).status_code == 303


async def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(sign_in):
    officer = await sign_in(FIRST)
    page = await go_on_leave(officer, SECOND, "reviewer", **{"last_day-month": "13", "first_day-day": ""})
    assert page.status_code == 422
    assert "要填写完整的年、月、日" in page.text
    assert "不是真实的日期" in page.text
    assert 'value="13"' in page.text
    page = await go_on_leave(officer, SECOND, "security-admin")
    assert (page.status_code, "这个岗位不能由别人代理" in page.text) == (422, True)
    page = await go_on_leave(officer, SECOND, "reviewer", **days(3, 1))
    assert (page.status_code, "结束的日子不能早于开始的日子" in page.text) == (422, True)
    page = checked(await officer.post("/staff/leave", {"last_day-year": "2026"}))
    assert (page.status_code, page.text.count("要填写完整的年、月、日") > 2) == (422, True)
    assert "请选择谁来代理" in page.text
    alone = await sign_in(WINDOW)
    assert "没有可以代理您的同事" in checked(await alone.get("/staff/leave")).text


async def test_the_security_administrator_enters_and_ends_leave_for_others(sign_in):
    chief = await sign_in("security-admin")
    assert "管理员的岗位不能由别人代理" in checked(await chief.get("/staff/leave")).text
    page = checked(await chief.get("/admin/leave?person=nobody"))
    one = substitute(page, FIRST)
    page = checked(await chief.get(f"/admin/leave?person={one}"))
    typed = {"substitute": substitute(page, SECOND), "roles": "reviewer", **days()}
    # The person is chosen above, the substitute below: the last list of the page is the colleagues'.
    answer = checked(await chief.post(f"/admin/leave/{one}", typed))
    assert answer.status_code == 303
    page = checked(await chief.get("/admin/leave"))
    assert people.staff(SECOND).name in page.text
    colleague = await sign_in(SECOND)
    assert "您正在代理" in checked(await colleague.get("/window")).text
    assert (await chief.post(ENDING.search(page.text)[1], {})).status_code == 303
    assert "现在没有人请假" in checked(await chief.get("/admin/leave")).text
    citizen = await sign_in("person-a")
    assert (await citizen.get("/staff/leave")).status_code == 403
    assert (await colleague.get("/admin/leave")).status_code == 403


async def test_a_stale_account_is_suspended_and_one_in_use_is_not(sign_in, held):
    officer, chief = await sign_in(FIRST), await sign_in("security-admin")
    async with held.sessions() as session, session.begin():
        known = [await queries_of.person_id(session, people.staff(one).id_number) for one in (FIRST, SECOND)]
        old = "UPDATE account SET changed_at = now() - interval '100 days' WHERE person_id = ANY (:known)"
        await session.execute(sa.text(old), {"known": known})
        unused = "DELETE FROM web_session WHERE person_id = :second"
        await session.execute(sa.text(unused), {"second": known[1]})
    await go_on_leave(officer, SECOND, "reviewer")
    page = checked(await chief.get("/admin/stale-accounts"))
    assert people.staff(SECOND).name in page.text
    assert people.staff(FIRST).name not in page.text
    for one in known:
        assert (await chief.post(f"/admin/stale-accounts/{one}/suspend")).status_code == 303
    assert (await officer.get("/staff/leave")).status_code == 200
    assert "没有长期未用的账号" in checked(await chief.get("/admin/stale-accounts")).text
    async with held.sessions() as session, session.begin():
        chains = [await ledger.entries(session, f"account:{one}") for one in known]
    told = [
        [one.deed for one in chain if one.deed in {"dismissed", "suspended as stale"}] for chain in chains
    ]
    assert told == [[], ["dismissed", "suspended as stale"]]
    # A substitute who left stands in no more, and nobody is taken for stale because they are away.
    assert "没有可以代理您的同事" in checked(await officer.get("/staff/leave")).text
