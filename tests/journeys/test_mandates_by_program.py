"""Mandates by program: the same rules, the same fresh sign-in, and the end of one is the end at the next call."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from identity import queries
from identity.mandates.models import Mandate, MandateRequest
from identity.models import WebSession
from portal.cli.demo import people
from storage import ledger
from tests.journeys.machine import FIRM, machine

pytestmark = pytest.mark.anyio


def other(key, **more):
    one = people.person(key)
    return {"name": one.name, "id_number": one.id_number, **more}


async def for_parent(child, **more):
    return await child.post("/mandates", other("person-b", way="for-parent", days=365) | more)


async def person_id(held, key):
    async with held.sessions() as session:
        return await queries.person_id(session, people.person(key).id_number)


async def test_a_mandate_is_asked_agreed_used_and_refused_once_it_is_withdrawn(stranger, held):
    child, parent = await machine(stranger, "person-j"), await machine(stranger, "person-b")
    answer = await for_parent(child)
    assert (answer.status_code, answer.json()["standing"]) == (201, "waiting"), answer.text
    request = answer.json()["request"]
    [waiting] = (await parent.get("/mandates")).json()["waiting"]
    assert (waiting["id"], waiting["asker"], waiting["asker_acts"]) == (request, "示例壬", True)
    assert people.person("person-b").id_number not in (await child.get("/mandates")).text
    assert (await child.post(f"/mandates/{request}/confirmation")).status_code == 404, "not one's own"
    given = (await parent.post(f"/mandates/{request}/confirmation")).json()["mandate"]
    [acting] = (await child.get("/mandates")).json()["acting"]
    assert (acting["id"], acting["principal"], acting["ground"]) == (given, "示例乙", "account")
    mother = acting["principal_id"]
    body = {"item_code": "senior-card", "on_behalf_of": mother}
    number = (await child.post("/applications", body)).json()["number"]
    for reader in (child, parent):
        drafted = (await reader.get(f"/applications/{number}")).json()["timeline"][0]
        assert (drafted["by"], drafted["on_behalf_of"], drafted["details"]) == ("示例壬", "示例乙", None)
    async with held.sessions() as session:
        [entry] = [one for one in await ledger.entries(session, number) if one.deed == "application drafted"]
    assert (entry.details["by"], entry.details["for"]) == ("示例壬", "示例乙")
    assert (entry.actor, entry.on_behalf_of) == (str(await person_id(held, "person-j")), mother)
    assert (await parent.post(f"/mandates/{given}/withdrawal")).status_code == 204
    assert (await child.get(f"/applications/{number}")).status_code == 404
    assert (await child.patch(number, {})).status_code == 404
    assert (await child.post("/applications", body)).status_code == 404
    assert (await child.get(f"/applications?on_behalf_of={mother}")).status_code == 404
    assert (await parent.post(f"/mandates/{given}/withdrawal")).status_code == 404, "it is over"
    [ended] = (await child.get("/mandates")).json()["ended"]
    assert ended["ending"] == "withdrawn"


async def test_a_request_is_declined_or_taken_back_and_then_settled(stranger):
    child, parent = await machine(stranger, "person-j"), await machine(stranger, "person-b")
    first = (await for_parent(child)).json()["request"]
    assert (await for_parent(child)).json()["request"] == first, "asked again, the same request"
    assert (await parent.post(f"/mandates/{first}/withdrawal")).status_code == 404, "only who asked"
    assert (await child.post(f"/mandates/{first}/withdrawal")).status_code == 204
    second = (await for_parent(child)).json()["request"]
    assert (await parent.post(f"/mandates/{second}/refusal")).status_code == 204
    for one in (first, second):
        assert (await parent.post(f"/mandates/{one}/confirmation")).status_code == 409
    assert (await child.get("/mandates")).json()["asked"] == []


async def test_a_mother_the_register_names_acts_at_once_and_a_child_has_no_account(stranger, held):
    mother = await machine(stranger, "person-j")
    answer = await mother.post("/mandates", other("person-k", way="guardian"))
    assert (answer.status_code, answer.json()["standing"]) == (201, "in-force")
    client = stranger().client
    child = people.person("person-k")
    body = {"account": child.id_number, "password": people.PASSWORD}
    assert (await client.post("/api/v1/sessions", json=body)).status_code == 401
    father = await machine(stranger, "person-d")
    answer = await father.post("/mandates", other("person-k", way="guardian"))
    assert (answer.status_code, answer.json()["standing"]) == (201, "at-the-window")


REFUSED = {
    "oneself": (other("person-j", way="for-parent", days=30), 422, "oneself-named"),
    "a child without guardian": (other("person-k", way="for-parent", days=30), 422, "child-needs-guardian"),
    "grown up": (other("person-b", way="guardian"), 422, "not-a-child"),
    "no period": (other("person-b", way="for-parent"), 422, "period-wrong"),
    "unknown item": (other("person-b", way="for-parent", days=30, items=["none"]), 422, "scope-wrong"),
    "no item": (other("person-b", way="for-parent", days=30, items=[]), 422, "scope-wrong"),
    "a firm of others": (other("person-b", way="agent", days=30, firm=FIRM), 404, "party-not-yours"),
    "no firm": (other("person-b", way="agent", days=30), 403, "not-administrator"),
    "bad number": (other("person-b", way="guardian") | {"id_number": "1"}, 422, "number-wrong"),
    "no name": (other("person-b", way="guardian") | {"name": " "}, 400, "request-not-understood"),
    "unknown way": (other("person-b", way="friend"), 400, "request-not-understood"),
    "too long": (other("person-b", way="for-parent", days=4000), 400, "request-not-understood"),
}


async def test_what_the_pages_refuse_the_api_refuses(stranger, held):
    child = await machine(stranger, "person-j")
    for what, (body, status, title) in REFUSED.items():
        answer = await child.post("/mandates", body)
        assert (answer.status_code, answer.json()["title"]) == (status, title), (what, answer.text)
    async with held.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(MandateRequest)) == 0


async def test_asking_and_agreeing_need_a_fresh_sign_in_and_ending_does_not(stranger, held):
    child, parent = await machine(stranger, "person-j"), await machine(stranger, "person-b")
    request = (await for_parent(child)).json()["request"]
    given = (await parent.post(f"/mandates/{request}/confirmation")).json()["mandate"]
    again = (await for_parent(child)).json()["request"]
    async with held.sessions() as session, session.begin():
        await session.execute(sa.update(WebSession).values(proved_at=datetime.now(UTC) - timedelta(hours=1)))
    for answer in (await for_parent(child), await parent.post(f"/mandates/{again}/confirmation")):
        assert answer.status_code == 401
        assert "insufficient_user_authentication" in answer.headers["www-authenticate"]
    assert (await child.post(f"/mandates/{given}/withdrawal")).status_code == 204
    async with held.sessions() as session:
        assert (await session.get(Mandate, given)).withdrawn_by == str(await person_id(held, "person-j"))


async def test_mandates_are_for_people(stranger):
    clerk, nobody = await machine(stranger, "civil-window"), await machine(stranger)
    assert (await clerk.get("/mandates")).status_code == 403
    assert (await nobody.get("/mandates")).status_code == 401
