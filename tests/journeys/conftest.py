"""People in front of the portal: each `Browser` drives the real application through HTTP, in the sample city."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

import httpx
import pytest
from litestar import Litestar

from portal.app import create_app, csrf_secret, furnish
from portal.cli.demo import people
from portal.resources import Resources
from tests.support.city import HOST, Browser, today_code
from tests.support.pages import complaints

PARTY = re.compile(r'value="([0-9a-f-]{36})"[^>]*>\s*<label[^>]*>\s*([^<]+?)\s*<')

Opening = Callable[[], Browser]
"""A new browser that nobody is signed in with."""


class SigningIn(Protocol):
    """`signed_in("person-a", firm="firm-restaurant")` or `signed_in("market-window")`."""

    async def __call__(self, who: str, *, firm: str | None = None) -> Browser: ...


def checked(page: httpx.Response) -> httpx.Response:
    """The page, once nothing about its markup, language and forms is wrong."""
    if page.headers.get("content-type", "").startswith("text/html"):
        assert complaints(page.text) == [], str(page.url)
    return page


_idle: dict[str, list[Litestar]] = {}
"""Applications nobody uses just now, by their settings: making one takes longer than most tests."""


@contextmanager
def application(held: Resources) -> Iterator[Litestar]:
    """An application with these settings, furnished with these resources."""
    idle = _idle.setdefault(f"{held.settings.model_dump_json()} {csrf_secret(held.settings)}", [])
    app = idle.pop() if idle else create_app(held.settings, opened=held)
    furnish(app, held.settings, held)
    yield app
    idle.append(app)


@asynccontextmanager
async def portal_on(held: Resources) -> AsyncIterator[Opening]:
    """The application on these resources, and browsers to open it with."""
    with application(held) as app:
        clients: list[httpx.AsyncClient] = []

        def opened() -> Browser:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=HOST)
            clients.append(client)
            return Browser(client)

        yield opened
        for client in clients:
            await client.aclose()


def entrance(opened: Opening) -> SigningIn:
    """Signing in through the pages: a citizen by key, for a firm if told so; staff by login, with their code."""

    async def signed_in(who: str, *, firm: str | None = None) -> Browser:
        citizens = {one.key: one.id_number for one in people.PEOPLE}
        browser = opened()
        await browser.get("/sign-in")
        await browser.post("/sign-in", {"account": citizens.get(who, who), "password": people.PASSWORD})
        await browser.follow()
        if who not in citizens:
            await browser.post("/sign-in/code", {"code": today_code(who)})
            await browser.follow()
        if firm is not None:
            await act_for(browser, people.firm(firm).name)
        return browser

    return signed_in


async def act_for(browser: Browser, name: str) -> None:
    """Choose a party by its name on the page where one does so."""
    page = await browser.get("/acting-for")
    chosen = next(value for value, label in PARTY.findall(page.text) if label == name)
    await browser.post("/acting-for", {"party": chosen})
    await browser.follow()


@pytest.fixture
async def stranger(held: Resources) -> AsyncIterator[Opening]:
    """Browsers of people who are not signed in."""
    async with portal_on(held) as opened:
        yield opened


@pytest.fixture
def sign_in(stranger: Opening) -> SigningIn:
    """Browsers of people who are."""
    return entrance(stranger)


@pytest.fixture
async def sign_in_without_hub(held_without_hub: Resources) -> AsyncIterator[SigningIn]:
    """The same while the sharing hub refuses every connection."""
    async with portal_on(held_without_hub) as opened:
        yield entrance(opened)


@pytest.fixture
async def sign_in_for_real(held_for_real: Resources) -> AsyncIterator[SigningIn]:
    async with portal_on(held_for_real) as opened:
        yield entrance(opened)
