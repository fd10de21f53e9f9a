"""Signing in through HTTP: citizens, staff with their code, and everyone who should not get in."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import html5lib
import httpx
import pytest
import sqlalchemy as sa
from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from pydantic import Field

from identity import commands, keys, representing, second_factor, signing_in, tokens
from identity.actor import Actor, Role
from identity.models import KeptForm, WebSession
from identity.rules import Limits
from portal import app as portal_app
from portal import forms, guards
from portal.authentication import DemoPerson, SignInSettings, access_token
from portal.citizen import acting_for, resuming, signing_up
from portal.citizen import signing_in as signing_in_pages
from portal.request import Request
from portal.settings import Settings
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
HOST = "http://portal.example"
CSRF = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')


class Note(forms.Fields):
    text: str = Field(min_length=10)
    kind: list[str] = Field(default_factory=list)


@get("/my", guards=[guards.citizen])
async def mine(actor: NamedDependency[Actor]) -> str:
    return f"{actor.name} for {actor.acting_for.name}"


@get("/my/note", guards=[guards.signed_in])
async def note_page() -> Template:
    return Template(
        "signing/account.html", context={"form": None, "next": None, "kept": False, "demo_people": []}
    )


@post("/my/note", guards=[guards.signed_in])
async def note(request: Request, actor: NamedDependency[Actor]) -> str:
    form = await forms.read(request, Note)
    return f"{actor.acting_for.name}: {form.typed.get('text')} {form.typed.get('kind')} {form.errors}"


@get("/window", guards=[guards.roles(Role.WINDOW)])
async def window(actor: NamedDependency[Actor]) -> str:
    return f"window of {actor.name}"


@get("/staff", guards=[guards.staff])
async def staff_only() -> str:
    return "staff"


@get("/api/v1/me", guards=[guards.signed_in])
async def api(actor: NamedDependency[Actor]) -> str:
    return actor.name


DOORS = (
    mine,
    note_page,
    note,
    window,
    staff_only,
    api,
    signing_in_pages.SigningInPages,
    resuming.ResumingPages,
    signing_up.SigningUpPages,
    acting_for.ActingForPages,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Litestar:
    """One application for all tests here: its templates are compiled once."""
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    return portal_app.create_app(settings, opened=SimpleNamespace(), doors=DOORS)


@pytest.fixture
def app(built, sessions) -> Litestar:
    built.state.resources = SimpleNamespace(sessions=sessions)
    built.state.sign_in = SignInSettings()
    return built


@pytest.fixture
def browser(app):
    """A new browser at every call: cookies of its own."""

    def opened(address: str = "192.0.2.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url=HOST)

    return opened


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
async def jia(sessions, now):
    async with sessions() as session, session.begin():
        return await people.citizen(session, now)


@pytest.fixture
async def clerk(sessions, now):
    async with sessions() as session, session.begin():
        return await people.clerk(session, now)


def parsed(response):
    assert response.headers["content-type"].startswith("text/html"), response.text
    html5lib.HTMLParser(strict=True).parse(response.text)
    return response


async def submit(client, path, page=None, **fields):
    """Post the form of a page as a browser would, with the token of that page."""
    shown = await client.get(page or path)
    return await client.post(
        path,
        data={"_csrf_token": CSRF.search(shown.text)[1]} | fields,
        headers={"referer": HOST + (page or path)},
    )


async def sign_in(client, account="jia", password=people.PASSWORD, **fields):
    return await submit(client, "/sign-in", account=account, password=password, **fields)


async def test_a_citizen_signs_in_and_out(browser, jia):
    async with browser() as client:
        parsed(await client.get("/sign-in"))
        response = await sign_in(client)
        assert (response.status_code, response.headers["location"]) == (303, "/my")
        cookie = next(line for line in response.headers.get_list("set-cookie") if line.startswith("session="))
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Max-Age" not in cookie
        assert (await client.get("/my")).text == "示例甲 for 示例甲"
        assert (await client.get("/sign-in")).headers["location"] == "/my"
        token = client.cookies["session"]
        response = await submit(client, "/sign-out", page="/my/note")
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert "session" not in client.cookies
    async with browser() as client:
        client.cookies.set("session", token, domain="portal.example")
        assert (await client.get("/my")).status_code == 303


@pytest.mark.parametrize(
    ("account", "password"),
    [("jia", "wrong-password"), ("nobody", "wrong-password"), ("520103195503151126", "x")],
)
async def test_wrong_credentials_are_one_sentence_and_the_account_stays(browser, jia, account, password):
    async with browser() as client:
        response = parsed(await sign_in(client, account, password))
        assert response.status_code == 422
        assert response.text.count("账号或密码不对，请检查后再试一次") == 2, "in the summary and at the field"
        assert f'value="{account}"' in response.text
        assert "session" not in client.cookies


async def test_a_password_is_never_given_back(browser, jia):
    async with browser() as client:
        assert "wrong-password" not in (await sign_in(client, "jia", "wrong-password")).text
        assert "wrong-password" not in (await sign_in(client, "", "wrong-password")).text


async def test_after_five_failures_the_page_says_how_long_and_another_network_still_enters(browser, jia):
    async with browser() as client:
        for _ in range(4):
            assert (await sign_in(client, password="wrong-password")).status_code == 422
        response = parsed(await sign_in(client, password="wrong-password"))
        assert response.status_code == 429
        assert "请在 1 分钟后再试" in response.text
        assert (await sign_in(client)).status_code == 429
    async with browser("198.51.100.7") as client:
        assert (await sign_in(client)).headers["location"] == "/my"


async def test_staff_need_the_second_step(browser, clerk, now):
    async with browser() as client:
        first = await sign_in(client, "clerk", next="/staff")
        assert first.headers["location"] == "/sign-in/code?next=%2Fstaff"
        assert "session" not in client.cookies
        assert (await client.get("/window")).status_code == 303
        wrong = parsed(await submit(client, "/sign-in/code", code="000000"))
        assert wrong.status_code == 422
        assert "验证码不对" in wrong.text
        assert "演示环境" not in wrong.text
        code = second_factor.code_at(people.SECRET, datetime.now(UTC))
        granted = await submit(client, "/sign-in/code", code=code, next="/staff")
        assert granted.headers["location"] == "/staff"
        assert "sign-in-step" not in client.cookies
        assert (await client.get("/window")).text == "window of 示例子"
        assert (await client.get("/my")).status_code == 403
    async with browser() as client:
        await sign_in(client, "clerk")
        assert (await submit(client, "/sign-in/code", code=code)).status_code == 422, "a code works once"


async def test_the_second_step_without_the_first_begins_again(browser):
    async with browser() as client:
        assert (await client.get("/sign-in/code?next=/my")).headers["location"] == "/sign-in?next=%2Fmy"
        response = parsed(await submit(client, "/sign-in/code", page="/sign-in", code="123456"))
        assert response.status_code == 422
        assert "请重新输入密码" in response.text


async def test_a_citizen_cannot_enter_staff_rooms(browser, jia):
    async with browser() as client:
        await sign_in(client)
        assert (await client.get("/window")).status_code == 403
        assert (await client.get("/staff")).status_code == 403


async def test_a_guarded_page_sends_to_sign_in_and_back(browser, jia):
    async with browser() as client:
        response = await client.get("/my/note?step=2")
        assert (response.status_code, response.headers["location"]) == (
            303,
            "/sign-in?next=%2Fmy%2Fnote%3Fstep%3D2",
        )
        parsed(await client.get(response.headers["location"]))
        assert (await sign_in(client, next="/my/note?step=2")).headers["location"] == "/my/note?step=2"


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/sign-out",
        "evil",
        "",
    ],
)
async def test_only_places_on_this_site_are_returned_to(browser, jia, place):
    async with browser() as client:
        assert (await sign_in(client, next=place)).headers["location"] == "/my"


async def test_a_planted_token_never_becomes_a_session(browser, jia):
    async with browser() as client:
        client.cookies.set("session", "chosen-by-the-attacker", domain="portal.example")
        await sign_in(client)
        assert client.cookies["session"] != "chosen-by-the-attacker"
    async with browser() as client:
        client.cookies.set("session", "chosen-by-the-attacker", domain="portal.example")
        assert (await client.get("/my")).status_code == 303


async def test_signing_in_anew_ends_the_session_before(browser, jia):
    async with browser() as client:
        await sign_in(client)
        old = client.cookies["session"]
        shown = await client.get("/my/note")
        fields = {"_csrf_token": CSRF.search(shown.text)[1], "account": "jia", "password": people.PASSWORD}
        await client.post("/sign-in", data=fields)
        assert client.cookies["session"] != old
    async with browser() as client:
        client.cookies.set("session", old, domain="portal.example")
        assert (await client.get("/my")).status_code == 303


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/code", "/sign-out", "/sign-up", "/acting-for", "/sign-in/resume"]
)
async def test_every_form_needs_the_token_of_its_page(browser, jia, path):
    async with browser() as client:
        await sign_in(client)
        response = await client.post(path, data={"account": "jia", "password": people.PASSWORD})
        assert response.status_code == 403


async def test_over_tls_the_cookies_belong_to_this_host_alone(app, browser, jia):
    app.state.sign_in = SignInSettings(secure=True)
    async with browser() as client:
        client.base_url = HOST.replace("http", "https")
        response = await sign_in(client)
        cookie = next(line for line in response.headers.get_list("set-cookie") if "__Host-session=" in line)
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert (await client.get("/my")).status_code == 200


async def test_the_session_is_seen_once_a_minute(browser, jia, sessions):
    async def seen():
        async with sessions() as session:
            return await session.scalar(sa.select(WebSession.seen_at))

    async with browser() as client:
        await sign_in(client)
        first = await seen()
        await client.get("/my")
        assert await seen() == first
        async with sessions() as session, session.begin():
            await session.execute(sa.update(WebSession).values(seen_at=first - timedelta(seconds=61)))
        await client.get("/my")
        assert await seen() > first


async def expire(sessions):
    async with sessions() as session, session.begin():
        await session.execute(
            sa.update(WebSession).values(seen_at=WebSession.seen_at - Limits().citizen_idle)
        )


async def test_a_form_survives_a_sign_in_that_ran_out(browser, jia, sessions):
    async with browser() as client:
        await sign_in(client)
        shown = await client.get("/my/note")
        token = CSRF.search(shown.text)[1]
        await expire(sessions)
        typed = {
            "_csrf_token": token,
            "text": "写了很久的说明，䶮 𬎆\r\n第二行",
            "kind": ["a", "b"],
            "password": "secret-word",
        }
        refused = await client.post("/my/note", data=typed, headers={"referer": f"{HOST}/my/note?step=2"})
        assert refused.status_code == 303
        location = refused.headers["location"]
        assert parse_qs(urlsplit(location).query)["next"] == ["/my/note?step=2"]
        page = parsed(await client.get(location))
        assert "您刚才填写的内容还在" in page.text
        back = await sign_in(client, next="/my/note?step=2")
        assert back.headers["location"] == "/sign-in/resume"
        offer = parsed(await client.get("/sign-in/resume"))
        assert "写了很久的说明，䶮 𬎆" in offer.text
        assert "secret-word" not in offer.text
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', offer.text)
        fields = {"_csrf_token": CSRF.search(offer.text)[1]}
        for name, value in hidden:
            fields.setdefault(name, []).append(value) if name != "_csrf_token" else None
        gone_on = await client.post("/sign-in/resume", data=fields)
        assert (gone_on.status_code, gone_on.headers["location"]) == (307, "/my/note")
        assert "kept-form" not in client.cookies
        done = await client.post("/my/note", data=fields)
        assert done.text.startswith("示例甲: 写了很久的说明，䶮 𬎆")
        assert "['a', 'b'] {}" in done.text
        assert (await client.get("/sign-in/resume")).headers["location"] == "/my"
    async with sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(KeptForm)) == 0


async def test_a_kept_form_is_not_shown_to_another_person(browser, jia, sessions, now):
    async with sessions() as session, session.begin():
        await people.citizen(
            session, now, login="second", id_number="520103195503151126", phone="19900000002"
        )
    async with browser() as client:
        await sign_in(client)
        shown = await client.get("/my/note")
        await expire(sessions)
        await client.post("/my/note", data={"_csrf_token": CSRF.search(shown.text)[1], "text": "only mine"})
        response = await sign_in(client, "second")
        assert response.headers["location"] == "/my"
        assert "kept-form" not in client.cookies
        assert (await client.get("/sign-in/resume")).headers["location"] == "/my"


async def test_a_kept_form_goes_on_for_the_firm_it_was_typed_for(browser, jia, sessions, now):
    async with sessions() as session, session.begin():
        firm = await people.firm(session, now, jia)
    async with browser() as client:
        await sign_in(client)
        await submit(client, "/acting-for", party=str(firm))
        shown = await client.get("/my/note")
        await expire(sessions)
        typed = {"_csrf_token": CSRF.search(shown.text)[1], "text": "for the firm"}
        await client.post("/my/note", data=typed)
        assert (await sign_in(client)).headers["location"] == "/sign-in/resume"
        assert (await client.get("/my")).text == "示例甲 for 示例餐饮有限公司"


async def test_a_kept_form_of_a_firm_no_longer_represented_is_dropped(browser, jia, sessions, now):
    async with sessions() as session, session.begin():
        firm = await people.firm(session, now, jia)
    async with browser() as client:
        await sign_in(client)
        await submit(client, "/acting-for", party=str(firm))
        shown = await client.get("/my/note")
        await expire(sessions)
        await client.post(
            "/my/note", data={"_csrf_token": CSRF.search(shown.text)[1], "text": "for the firm"}
        )
        async with sessions() as session, session.begin():
            await representing.withdraw_authority(session, jia, firm, by=people.BY, at=now)
        assert (await sign_in(client)).headers["location"] == "/my"


async def test_nobody_leaves_a_form_behind(browser, jia, sessions):
    async with browser() as client:
        shown = await client.get("/sign-in")
        client.cookies.set("session", "chosen-by-the-client", domain="portal.example")
        typed = {"_csrf_token": CSRF.search(shown.text)[1], "text": "from nobody"}
        response = await client.post("/my/note", data=typed)
        assert response.headers["location"] == "/sign-in?next=%2Fmy%2Fnote"
        assert "kept-form" not in client.cookies


async def test_a_fragment_is_told_to_load_the_sign_in_page(browser):
    async with browser() as client:
        headers = {"hx-request": "true", "hx-current-url": f"{HOST}/my/note"}
        response = await client.get("/my", headers=headers)
        assert response.status_code == 204
        assert response.headers["hx-redirect"] == "/sign-in?next=%2Fmy%2Fnote"


async def test_one_acts_for_a_firm_and_every_page_says_so(browser, jia, sessions, now):
    async with sessions() as session, session.begin():
        firm = await people.firm(session, now, jia)
    async with browser() as client:
        await sign_in(client)
        page = parsed(await client.get("/acting-for"))
        assert "示例餐饮有限公司" in page.text
        assert "您正在代表" not in page.text
        assert (await submit(client, "/acting-for", party=str(firm), next="/my")).headers["location"] == "/my"
        assert (await client.get("/my")).text == "示例甲 for 示例餐饮有限公司"
        assert "您正在代表" in (await client.get("/acting-for")).text
        assert (await submit(client, "/acting-for")).status_code == 422
        assert (await submit(client, "/acting-for", party=str(people_id(9)))).status_code == 404
        await submit(client, "/acting-for", party=str(jia))
        assert (await client.get("/my")).text == "示例甲 for 示例甲"


def people_id(number):
    return f"00000000-0000-0000-0000-{number:012d}"


async def test_a_withdrawn_mandate_is_refused_at_the_next_deed(browser, jia, sessions, now):
    async with sessions() as session, session.begin():
        firm = await people.firm(session, now, jia)
    async with browser() as client:
        await sign_in(client)
        await submit(client, "/acting-for", party=str(firm))
        shown = await client.get("/my/note")
        async with sessions() as session, session.begin():
            await representing.withdraw_authority(session, jia, firm, by=people.BY, at=now)
        typed = {"_csrf_token": CSRF.search(shown.text)[1], "text": "in the name of the firm"}
        refused = await client.post("/my/note", data=typed)
        assert refused.status_code == 404
        assert "您不能代表这个单位" in refused.text
        assert (await client.get("/my")).text == "示例甲 for 示例甲"
    async with sessions() as session:
        assert (await ledger.entries(session, f"account:{jia}"))[-1].deed == "acting ended"


async def test_the_api_takes_a_bearer_token_and_no_cookie(browser, jia, sessions, app, now):
    async with browser() as client:
        await sign_in(client)
        response = await client.get("/api/v1/me")
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        async with sessions() as session, session.begin():
            granted = await signing_in.sign_in(
                session, account="jia", password=people.PASSWORD, origin="192.0.2.9", at=now, limits=Limits()
            )
            compact = await access_token(session, granted, app.state.sign_in, now)
        bearer = {"authorization": f"Bearer {compact}"}
        assert (await client.get("/api/v1/me", headers=bearer)).text == "示例甲"
        client.cookies.clear()
        assert (await client.get("/my", headers=bearer)).status_code == 303, "a token opens the API only"
        for wrong in ("", "Bearer", "Bearer x.y.z", f"Basic {compact}", f"Bearer {compact[:-2]}"):
            assert (await client.get("/api/v1/me", headers={"authorization": wrong})).status_code == 401
        async with sessions() as session, session.begin():
            await session.execute(sa.update(WebSession).values(ended_at=now))
        assert (await client.get("/api/v1/me", headers=bearer)).status_code == 401, (
            "the token ends with its session"
        )


async def test_a_token_signed_before_a_rotation_is_still_read(browser, jia, sessions, app, now):
    async with sessions() as session, session.begin():
        granted = await signing_in.sign_in(
            session, account="jia", password=people.PASSWORD, origin="192.0.2.9", at=now, limits=Limits()
        )
        old = await access_token(session, granted, app.state.sign_in, now)
        await keys.rotate(session, keys.ACCESS, overlap=timedelta(hours=2), by=people.BY, at=now)
        new = await access_token(session, granted, app.state.sign_in, now)
    assert tokens.signer_of(old) != tokens.signer_of(new)
    async with browser() as client:
        for compact in (old, new):
            headers = {"authorization": f"Bearer {compact}"}
            assert (await client.get("/api/v1/me", headers=headers)).text == "示例甲"


async def test_sample_people_are_shown_in_demo_mode_only(browser, app):
    async with browser() as client:
        assert "演示账号" not in (await client.get("/sign-in")).text
        sample = DemoPerson("shili", "shili-password", "示例子", "窗口人员", people.SECRET)
        app.state.sign_in = SignInSettings(demo_people=(sample,))
        page = parsed(await client.get("/sign-in?next=/my")).text
        assert second_factor.code_at(people.SECRET, datetime.now(UTC)) in page
        assert 'href="/sign-in?account=shili&amp;next=%2Fmy"' in page
        assert 'value="shili"' in parsed(await client.get("/sign-in?account=shili")).text


async def test_the_code_of_a_sample_clerk_is_shown_to_who_knows_the_password(browser, clerk, app):
    other = DemoPerson("other", "x", "示例丑", "审查人员", "A" * 32)
    app.state.sign_in = SignInSettings(
        demo_people=(other, DemoPerson("clerk", "x", "示例子", "窗口人员", people.SECRET))
    )
    async with browser() as client:
        await sign_in(client, "clerk")
        page = parsed(await client.get("/sign-in/code")).text
        assert second_factor.code_at(people.SECRET, datetime.now(UTC)) in page
        assert "示例丑" not in page


async def test_pages_speak_english(browser):
    async with browser() as client:
        for path in ("/sign-in", "/sign-up", "/sign-up/done"):
            page = parsed(await client.get(f"{path}?lang=en")).text
            main = page[page.index("<main") : page.index("</main>")]
            assert not re.findall(r"[\u4e00-\u9fff]+", main), path


async def test_bad_input_is_answered_with_a_page(browser, jia):
    async with browser() as client:
        response = parsed(await sign_in(client, "ji\x00a", "x" * 10))
        assert response.status_code == 422
        assert "\x00" not in response.text
        response = parsed(await sign_in(client, "甲" * 30_000, "x"))
        assert response.status_code == 422
        assert (await sign_in(client, "jia", "x" * 2_000_000)).status_code == 413


async def test_an_account_opened_with_a_login_name_in_capitals_is_found(browser, sessions, now):
    async with sessions() as session, session.begin():
        person = await commands.register_person(
            session, name="示例乙", id_number="520103195503151126", by=people.BY, at=now
        )
        await commands.open_account(
            session, person, password=people.PASSWORD, login="Shi.Li", by=people.BY, at=now
        )
    async with browser() as client:
        assert (await sign_in(client, "SHI.LI")).status_code == 303
