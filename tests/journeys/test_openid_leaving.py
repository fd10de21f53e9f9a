"""Signing out: at a system's wish, and told to every system the sign-in was used for."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from identity import tokens
from identity.openid import signed, tasks
from identity.openid.errors import LogoutUndelivered
from tests.journeys.conftest import checked
from tests.journeys.openid_systems import LEFT, claims, field, onward, registered, signed_in
from tests.journeys.test_openid import system  # noqa: F401  the same sample system
from tests.support.city import HOST, work
from tests.support.demonstration import free_ports

pytestmark = pytest.mark.anyio


def leaving(**said):
    return httpx.Request("GET", f"{HOST}/openid/logout", params=said).url.raw_path.decode()


async def test_a_system_that_proves_the_session_signs_out_at_once(system, sign_in):  # noqa: F811
    """RP-Initiated Logout 1.0, 2, 3."""
    browser = await sign_in("person-a")
    found = await signed_in(browser, system)
    answer = await browser.get(
        leaving(id_token_hint=found["id_token"], post_logout_redirect_uri=LEFT, state="bye")
    )
    assert answer.headers["location"] == f"{LEFT}?state=bye"
    assert (await browser.get("/my")).status_code == 303
    assert (await system.userinfo(found["access_token"])).status_code == 401


async def test_whoever_proves_nothing_only_asks(system, sign_in):  # noqa: F811
    """RP-Initiated Logout 1.0, 2: the person is asked; 6: nobody is signed out by a mere link."""
    browser, other = await sign_in("person-a"), await sign_in("person-b")
    theirs = (await signed_in(other, system))["id_token"]
    for said in (
        {},
        {"client_id": system.client_id, "post_logout_redirect_uri": LEFT},
        {"id_token_hint": theirs, "post_logout_redirect_uri": LEFT},
        {"id_token_hint": "a.b.c"},
    ):
        page = checked(await browser.get(leaving(**said)))
        assert page.status_code == 200, said
        assert (await browser.get("/my")).status_code == 200, said
    page = checked(
        await browser.get(leaving(client_id=system.client_id, post_logout_redirect_uri=LEFT, state="s"))
    )
    await browser.post("/openid/logout/confirm", {"ticket": field(page, "ticket")})
    answer = await onward(browser, checked(await browser.follow()))
    assert answer.headers["location"] == f"{LEFT}?state=s"
    assert (await browser.get("/my")).status_code == 303


async def test_an_address_that_is_not_registered_is_never_gone_to(system, sign_in):  # noqa: F811
    """RP-Initiated Logout 1.0, 3."""
    browser = await sign_in("person-a")
    hint = (await signed_in(browser, system))["id_token"]
    answer = await browser.get(
        leaving(id_token_hint=hint, post_logout_redirect_uri="https://attacker.example/")
    )
    assert answer.headers["location"] == "/openid/left"
    assert checked(await browser.follow()).status_code == 200
    again = await browser.get(leaving(post_logout_redirect_uri=LEFT))
    assert again.headers["location"] == "/openid/left"


async def test_a_wish_may_be_posted(system, sign_in):  # noqa: F811
    browser = await sign_in("person-a")
    hint = (await signed_in(browser, system))["id_token"]
    answer = await browser.client.post("/openid/logout", data={"id_token_hint": hint})
    assert answer.status_code == 303
    assert (await browser.get(answer.headers["location"])).headers["location"] == "/openid/left"


async def test_an_old_hint_is_a_hint(system, sign_in, held):  # noqa: F811
    """RP-Initiated Logout 1.0, 4: also a token that has run out."""
    browser = await sign_in("person-a")
    found = await signed_in(browser, system)
    async with held.sessions() as session, session.begin():
        signing = await signed.signing_keys(session, "ES256", at=datetime.now(UTC))
    old = tokens.sign_claims(claims(found["id_token"]) | {"exp": 1}, signing.signer, "JWT")
    assert (await browser.get(leaving(id_token_hint=old))).status_code == 303


@asynccontextmanager
async def listening(statuses):
    """A system's back-channel address: a real server that answers with these statuses, one after another."""
    heard, port = [], free_ports(1)

    async def take(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        heard.append(httpx.QueryParams((await reader.readexactly(length)).decode()))
        status = statuses.pop(0)
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(take, "127.0.0.1", port)
    async with server:
        yield f"http://127.0.0.1:{port}/bye", heard


async def test_every_system_of_a_sign_in_is_told_when_it_ends(held, sign_in, stranger):
    """Back-Channel Logout 1.0, 2.4 to 2.6."""
    async with listening([200, 204]) as (address, heard):
        first = await registered(held, stranger().client, logout_uri=address)
        second = await registered(held, stranger().client, logout_uri=address, sector="second.example")
        silent = await registered(held, stranger().client)
        browser = await sign_in("person-a")
        found = {one.client_id: await signed_in(browser, one) for one in (first, second, silent)}
        await browser.get("/my")
        await browser.post("/sign-out")
        assert (await work(held)).count(tasks.TELL_LOGOUT) == 2
    assert len(heard) == 2
    jwks = (await stranger().client.get("/openid/jwks")).json()
    for one in heard:
        token = one["logout_token"]
        said = claims(token)
        sub, sid = signed.read_logout(
            token, signed.foreign_keys(jwks), issuer=HOST, client_id=said["aud"], at=datetime.now(UTC)
        )
        own = claims(found[said["aud"]]["id_token"])
        assert (sub, sid) == (own["sub"], own["sid"])
        assert "nonce" not in said
    assert {claims(one["logout_token"])["aud"] for one in heard} == {first.client_id, second.client_id}


@pytest.mark.parametrize("statuses", [[503], [400], [302]])
async def test_news_that_was_not_taken_is_told_again(held, sign_in, stranger, statuses):
    """The job fails, so the queue tries it again."""
    async with listening(statuses) as (address, _heard):
        one = await registered(held, stranger().client, logout_uri=address)
        browser = await sign_in("person-a")
        await signed_in(browser, one)
        await browser.get("/my")
        await browser.post("/sign-out")
        with pytest.raises(LogoutUndelivered):
            await work(held)


async def test_a_system_that_is_away_is_told_later(held, sign_in, stranger):
    one = await registered(held, stranger().client, logout_uri=f"http://127.0.0.1:{free_ports(1)}/bye")
    browser = await sign_in("person-a")
    await signed_in(browser, one)
    await browser.get("/my")
    await browser.post("/sign-out")
    with pytest.raises(LogoutUndelivered):
        await work(held)


async def test_a_session_ended_elsewhere_is_news_too(held, sign_in, stranger):
    """Whoever ends it, by whatever page: the database itself writes the job."""
    async with listening([200]) as (address, heard):
        one = await registered(held, stranger().client, logout_uri=address)
        browser = await sign_in("person-a")
        found = await signed_in(browser, one)
        await browser.get("/openid/again", params={"ticket": "x"})
        answer = await browser.get(leaving(id_token_hint=found["id_token"]))
        assert answer.status_code == 303
        await work(held)
    assert len(heard) == 1
