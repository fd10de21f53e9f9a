"""Clients that are not ours sign in through the portal: Apache's mod_auth_openidc and Authlib; and a second Yiwang."""

import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwk, jwt
from playwright.sync_api import Browser, Page

from portal.cli.demo import people
from portal.cli.demo.departments import CENTRE
from tests.browser import apache
from tests.browser.conftest import Visit
from tests.browser.visiting import PHONE, Visitor, visiting
from tests.support.city import CSRF
from tests.support.demonstration import Demonstration, free_ports, start, stop

CITIZEN = people.PEOPLE[0]
SOON = 30.0


def register(visit: Visit, name: str, redirect: str, **more: str) -> tuple[str, str]:
    """Register a system by the administrator's page; its id and its secret."""
    admin = visit("system-admin")
    admin.go("/admin/clients/new")
    page = admin.page
    page.get_by_label("系统名称").fill(name)
    page.get_by_label("主管部门").select_option(CENTRE.code)
    page.locator("textarea[name=purpose]").fill("示例：办理公租房申请")
    for label in ("姓名", "实名等级", "身份证号码"):
        page.get_by_label(label, exact=True).check()
    page.get_by_label("密钥（服务器上的系统）").check()
    page.locator("textarea[name=redirect_uris]").fill(redirect)
    for field, value in more.items():
        page.locator(f"[name={field}]").fill(value)
    assert admin.faults() == []
    admin.picture("openid-register")
    admin.press("登记")
    assert admin.faults() == []
    return page.locator("dd code").first.inner_text(), page.locator("#secret").inner_text()


def sign_in(page: Page) -> None:
    """On the portal's sign-in page, wherever the other system sent us from."""
    page.get_by_label("账号", exact=True).fill(CITIZEN.phone)
    page.get_by_label("密码", exact=True).fill(people.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).first.click()


@contextmanager
def person(browser: Browser, demo: Demonstration, **options: Any) -> Iterator[Visitor]:
    """A browser that may visit other hosts: what it reports about that is not wrong here."""
    with visiting(browser, demo.url, **options) as visitor:
        yield visitor
        assert [one for one in visitor.wrong if not one.startswith("asks another host")] == []


@pytest.mark.skipif(apache.missing() is not None, reason=str(apache.missing()))
def test_apache_signs_people_in_and_hears_when_they_sign_out(
    browser: Browser, demo: Demonstration, visit: Visit
) -> None:
    port = free_ports(1)
    callback = f"http://localhost:{port}/inside/callback"
    more = {
        "leaving_uris": f"http://localhost:{port}/",
        "logout_uri": f"http://127.0.0.1:{port}/inside/callback?logout=backchannel",
        "sector": "housing.example",
    }
    client, secret = register(visit, "示例住房系统", callback, **more)
    with (
        tempfile.TemporaryDirectory(prefix="yiwang-apache-", dir="/tmp") as folder,
        apache.serving(Path(folder), port, issuer=demo.url, client=client, secret=secret) as url,
        person(browser, demo) as visitor,
    ):
        page = visitor.page
        page.goto(f"{url}/inside/")
        assert urlsplit(page.url).path == "/sign-in"
        sign_in(page)
        page.get_by_role("heading", name="“示例住房系统”想用您的账号登录").wait_for()
        assert visitor.faults() == []
        visitor.picture("openid-consent")
        page.set_viewport_size(PHONE)
        assert visitor.faults() == []
        visitor.picture("openid-consent-phone")
        page.get_by_role("button", name="同意并登录").click()
        page.get_by_role("heading", name="inside").wait_for()
        shown = page.goto(f"{url}/inside/")
        assert shown is not None
        assert len(shown.headers["x-subject"]) == 64
        assert shown.headers["x-acr"] == "urn:yiwang:assurance:1"
        _told_of_sign_out(visitor, url)
        _signs_out_from_there(visitor, url, port)


def _told_of_sign_out(visitor: Visitor, url: str) -> None:
    """Signing out at the portal ends the session at Apache: the back-channel."""
    page = visitor.page
    visitor.go("/openid/logout")
    page.get_by_role("button", name="退出登录").last.click()
    page.get_by_role("heading", name="已退出登录").wait_for()
    deadline = time.monotonic() + SOON
    while urlsplit(page.url).path != "/sign-in":
        assert time.monotonic() < deadline, "Apache was not told"
        time.sleep(0.5)
        page.goto(f"{url}/inside/")


def _signs_out_from_there(visitor: Visitor, url: str, port: int) -> None:
    """Signing out at Apache signs out here and comes back: RP-initiated logout. Consent is remembered."""
    page = visitor.page
    sign_in(page)
    page.get_by_role("heading", name="inside").wait_for()
    page.goto(f"{url}/inside/callback?logout=http%3A%2F%2Flocalhost%3A{port}%2F")
    page.get_by_role("heading", name="outside").wait_for()
    visitor.go("/my")
    assert visitor.path == "/sign-in"


@contextmanager
def callback(port: int) -> Iterator[list[str]]:
    """A system's own address, where the browser comes back to."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"http://localhost:{port}{self.path}")
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>back</title><h1>back</h1>")

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def authlib_client(*said: Any, **more: Any) -> Any:
    """Authlib's client. Its import says that another httpx is to come, and sets the filter that shows it, too."""
    import authlib.deprecate  # type: ignore[import-untyped]  # noqa: F401

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
    return OAuth2Client(*said, **more)


def test_authlib_signs_people_in(browser: Browser, demo: Demonstration, visit: Visit) -> None:
    port = free_ports(1)
    address = f"http://localhost:{port}/callback"
    client_id, secret = register(visit, "示例交通系统", address, sector="traffic.example")
    known = httpx.get(f"{demo.url}/.well-known/openid-configuration").json()
    with (
        callback(port) as seen,
        person(browser, demo) as visitor,
        authlib_client(
            client_id,
            secret,
            scope="openid profile id_number",
            redirect_uri=address,
            code_challenge_method="S256",
        ) as client,
    ):
        verifier = "authlib-" + "v" * 43
        url, state = client.create_authorization_url(
            known["authorization_endpoint"], code_verifier=verifier, nonce="n-1"
        )
        visitor.page.goto(url)
        sign_in(visitor.page)
        visitor.page.get_by_role("button", name="同意并登录").click()
        visitor.page.get_by_role("heading", name="back").wait_for()
        back = next(one for one in seen if "code=" in one)
        token = client.fetch_token(
            known["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
        keys = jwk.KeySet.import_key_set(httpx.get(known["jwks_uri"]).json())
        claims = dict(jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims)
        checked = CodeIDToken(
            claims,
            {"alg": "ES256"},
            {"iss": {"value": demo.url}, "aud": {"value": client_id}},
            {"nonce": "n-1", "client_id": client_id, "access_token": token["access_token"]},
        )
        checked.validate()
        person_there = client.get(known["userinfo_endpoint"]).json()
        assert (person_there["sub"], person_there["name"]) == (claims["sub"], CITIZEN.name)
        assert person_there["id_number"] == CITIZEN.id_number
        fresh = client.refresh_token(known["token_endpoint"], refresh_token=token["refresh_token"])
        assert fresh["access_token"] != token["access_token"]


def test_a_second_yiwang_signs_people_in_with_their_account_here(
    demo: Demonstration, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_ports(3)
    there = f"http://127.0.0.1:{port}"
    client, secret = register(
        visit,
        "示例另一座城市",
        f"{there}/sign-in/elsewhere/return",
        logout_uri=f"{there}/sign-in/elsewhere/logout",
        sector="second.example",
    )
    for name, value in (("ISSUER", demo.url), ("CLIENT_ID", client), ("CLIENT_SECRET", secret)):
        monkeypatch.setenv(f"YIWANG_OIDC_{name}", value)
    with tempfile.TemporaryDirectory(
        prefix="yiwang-second-", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:
        second = start(Path(folder) / "data")
        try:
            assert second.url == there
            # Two jars: a browser keeps cookies by host and not by port, and both stand on one host here.
            with (
                httpx.Client(base_url=demo.url) as here,
                httpx.Client(base_url=there) as away,
            ):
                enter(here)
                _signed_in_over_there(here, away)
                _signed_out_from_here(here, away)
        finally:
            stop(second)


def enter(here: httpx.Client) -> None:
    """Sign in at the issuer, with a session of this test's own: it is ended at the end."""
    page = here.get("/sign-in")
    found = CSRF.search(page.text)
    assert found is not None
    said = {"_csrf_token": found[1], "account": CITIZEN.phone, "password": people.PASSWORD}
    assert here.post("/sign-in", data=said).status_code == 303


def _signed_in_over_there(here: httpx.Client, away: httpx.Client) -> None:
    out = away.get("/sign-in/elsewhere")
    assert out.status_code == 303, out.text[:500]
    page = here.get(out.headers["location"])
    assert "示例另一座城市" in page.text
    ticket = page.text.split('name="ticket" value="')[1].split('"')[0]
    found = CSRF.search(page.text)
    assert found is not None
    said = {"_csrf_token": found[1], "ticket": ticket, "answer": "yes"}
    led = here.get(here.post("/openid/consent", data=said).headers["location"])
    back = here.get(led.headers["refresh"].removeprefix("0;url="))
    assert urlsplit(back.headers["location"]).path == "/sign-in/elsewhere/return"
    entered = away.get(back.headers["location"])
    assert (entered.status_code, entered.headers["location"]) == (303, "/my"), entered.text[:500]
    assert CITIZEN.name in away.get("/my").text


def _signed_out_from_here(here: httpx.Client, away: httpx.Client) -> None:
    """Signing out here ends the session there: the news goes from worker to web over HTTP."""
    page = here.get("/openid/logout")
    found = CSRF.search(page.text)
    assert found is not None
    here.post("/openid/logout/confirm", data={"_csrf_token": found[1]})
    deadline = time.monotonic() + SOON
    while away.get("/my").status_code == 200:
        assert time.monotonic() < deadline, "the second portal was not told"
        time.sleep(0.5)
