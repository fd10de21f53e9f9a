"""The board keeps itself up: streams that say «look again», and nothing left of those that went."""

import asyncio
from contextlib import aclosing
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from portal.cli.demo.departments import CIVIL, MARKET
from portal.supervision import live
from services.oversight.boarding import commands
from services.oversight.boarding.models import BoardPlace
from tests.integration.oversight.builders import DAY, application
from tests.journeys.conftest import application as portal_application
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio


async def bump(sessions):
    async with sessions() as session, session.begin():
        await session.execute(sa.update(BoardPlace).values(turn=BoardPlace.turn + 1))


async def test_two_hundred_boards_come_and_go_and_nothing_is_left(held_for_real, monkeypatch):
    held = held_for_real
    monkeypatch.setattr(live, "EVERY", 0.01)
    before, watch = asyncio.all_tasks(), live.Watch(held.sessions)
    boards = [watch.events(uuid4()) for _ in range(200)]
    first = [(await anext(one)).id for one in boards]
    assert len(set(first)) == 1
    assert (watch.seats.total(), len(asyncio.all_tasks() - before)) == (200, 1), "one look for all of them"
    told = [asyncio.create_task(anext(one)) for one in boards]
    await asyncio.sleep(0)
    await bump(held.sessions)
    assert {(await one).id for one in told} == {first[0] + 1}
    for one in boards:
        await one.aclose()
    await asyncio.sleep(0)
    assert (watch.seats, watch.looking) == ({}, None)
    assert asyncio.all_tasks() == before


async def test_a_stream_ends_with_the_process_and_too_many_are_sent_away(held, monkeypatch):
    watch, person = live.Watch(held.sessions), UUID(int=1)
    monkeypatch.setattr(live, "QUIET", 0.01)
    monkeypatch.setattr(live, "SEATS_EACH", 2)
    async with aclosing(watch.events(person)) as one, aclosing(watch.events(person)) as other:
        assert (await anext(one)).event == "board"
        assert (await anext(one)).comment == "quiet"
        assert not watch.full(person)
        await anext(other)
        assert watch.full(person)
        assert not watch.full(UUID(int=2))
        watch.end()
        assert [event async for event in other] == []
        assert watch.full(UUID(int=2))
    monkeypatch.setattr(live, "LONGEST", 0.0)
    late = live.Watch(held.sessions)
    assert len([event async for event in late.events(person)]) == 1, (
        "the browser comes back and is asked anew"
    )


async def test_the_stream_is_for_supervisors_and_outlives_no_visitor(sign_in, held):
    browser = await sign_in("supervisor-1")
    cookies = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
    sent, gone = [], asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if message.get("body"):
            gone.set()

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/supervision/events", "raw_path": b"/supervision/events", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"portal.example"), (b"cookie", cookies.encode())], "client": ("127.0.0.1", 1),
        "server": ("portal.example", 80),
    }  # fmt: skip
    with portal_application(held) as app:
        await asyncio.wait_for(app(scope | {"app": app, "state": {}}, receive, send), 10)
        watch = live.watch_of(app.state)
        assert (watch.seats, watch.looking) == ({}, None)
    assert sent[0]["status"] == 200
    assert b"event: board" in b"".join(message.get("body", b"") for message in sent)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in headers
    other = await sign_in("market-window")
    assert (await other.get("/supervision/events")).status_code == 403


async def test_the_board_is_narrowed_and_each_supervisor_sees_their_departments(sign_in, held):
    async with held.sessions() as session, session.begin():
        from_market = [
            application(department_code=MARKET.code, due_on=None, yellow_on=None) for _ in range(3)
        ]
        others = [application(department_code=CIVIL.code, item_code="old-age-card") for _ in range(2)]
        session.add_all([*from_market, *others])
        await session.flush()
        now = from_market[0].created_at + 10 * DAY
        await commands.rebuild(session, at=now)
    browser = await sign_in("supervisor-1")
    whole = checked(await browser.get("/supervision"))
    assert 'data-live="/supervision/events"' in whole.text
    assert f"/supervision/cases?department={MARKET.code}&amp;item=food-licence" in whole.text
    narrow = checked(await browser.get(f"/supervision?department={CIVIL.code}&since=2026-01-01&until=x"))
    assert "item=old-age-card" in narrow.text
    assert "item=food-licence" not in narrow.text
    wall = checked(await browser.get("/supervision?wall=yes"))
    assert "portal-wall" in wall.text
    assert checked(await browser.get("/supervision?item=nonsense&department=%00")).status_code == 200
    for address in (
        "key=spared&part=good",
        "key=nonsense",
        "key=on-time&part=bad&after=~",
        "key=carded&item=x",
    ):
        assert checked(await browser.get(f"/supervision/cases?{address}")).status_code == 200
    async with held.sessions() as session, session.begin():
        scope = sa.text("UPDATE staff_member SET departments = ARRAY[:scope] WHERE 'supervisor' = ANY(roles)")
        await session.execute(scope, {"scope": MARKET.code})
    for address in ("/supervision", "/supervision?wall=yes", f"/supervision?department={CIVIL.code}"):
        page = checked(await browser.get(address))
        assert "item=old-age-card" not in page.text, address
    assert others[0].number not in checked(await browser.get("/supervision/cases?item=old-age-card")).text
