"""Walking a case through its pages, and what officers do with it meanwhile."""

import io
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from PIL import Image

from portal.resources import Resources
from services.applications.commands import deciding, receiving, reviewing
from tests.journeys.conftest import checked
from tests.support.city import Browser, officer, work

NUMBER = re.compile(r"/applications/([0-9A-Z]+)")
KEY = re.compile(r'name="key" value="([^"]+)"')

SENIOR = {
    "holder": {
        "holder_name": "示例乙",
        "born_on-year": "1955",
        "born_on-month": "3",
        "born_on-day": "15",
        "residence": "示例省示例市北区示例街道二号",
    },
    "contact": {"holder_phone": "19900000002", "has_contact": "no"},
}
FOOD = {
    "firm": {
        "firm_name": "示例餐饮有限公司",
        "legal_representative": "示例甲",
        "premises": "示例省示例市湖区示例路1号",
    },
    "handler": {"handler": "legal-representative", "handler_phone": "19900000001"},
    "business-kind": {"business_kind": "catering", "projects": ["hot-dishes", "drinks"]},
    "kitchen": {"seats": "40", "open_kitchen": "yes"},
    "premises-use": {
        "area": "86.5",
        "opens_on-year": f"{datetime.now(UTC).year + 1}",
        "opens_on-month": "1",
        "opens_on-day": "8",
    },
    "online": {"sells_online": "no"},
    "safety-manager": {"manager_name": "示例甲", "manager_phone": "19900000001", "handlers": "6"},
}
"""What somebody types, page by page."""


def photo(size: tuple[int, int] = (600, 800), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 210, 220)).save(out, kind)
    return out.getvalue()


async def begin(browser: Browser, code: str) -> str:
    """Start an application and stand before its task list; its number."""
    checked(await browser.get(f"/apply/{code}"))
    await browser.post(f"/apply/{code}")
    assert browser.last is not None
    assert browser.last.status_code == 303, browser.last.text
    number = NUMBER.search(browser.last.headers["location"])
    assert number is not None
    checked(await browser.follow())
    return number[1]


async def fill(browser: Browser, number: str, pages: dict[str, dict[str, Any]]) -> None:
    """Fill these pages, each through its own form."""
    for key, typed in pages.items():
        address = f"/applications/{number}/pages/{key}"
        page = checked(await browser.get(address))
        assert page.status_code == 200, page.text
        answer = await browser.post(address, {**typed, "next": "yes"})
        assert answer.status_code == 303, (key, answer.text)


async def upload(browser: Browser, number: str, code: str, name: str, content: bytes) -> httpx.Response:
    return await browser.post(
        f"/applications/{number}/materials/{code}",
        files={"file": (name, content, "application/octet-stream")},
    )


async def commit(browser: Browser, number: str, code: str) -> None:
    checked(await browser.get(f"/applications/{number}/materials/{code}"))
    answer = await browser.post(f"/applications/{number}/materials/{code}/commitment", {"agreed": "yes"})
    assert answer.status_code == 303, answer.text


async def hand_in(
    browser: Browser, number: str, *, deed: str = "submission", more: Mapping[str, str] | None = None
) -> httpx.Response:
    """Check, declare and hand in; the page that confirms it."""
    page = checked(await browser.get(f"/applications/{number}/check"))
    key = KEY.search(page.text)
    assert key is not None, page.text
    form = {"key": key[1], "declared": "yes", "delivery": "electronic"} | dict(more or {})
    answer = await browser.post(f"/applications/{number}/{deed}", form)
    assert answer.status_code == 303, answer.text
    return checked(await browser.follow())


async def senior_card(browser: Browser) -> str:
    """A senior card applied for, from the start page to the receipt."""
    number = await begin(browser, "senior-card")
    await fill(browser, number, SENIOR)
    assert (await upload(browser, number, "photo", "照片.jpg", photo())).status_code == 303
    await hand_in(browser, number)
    return number


async def food_licence(browser: Browser) -> str:
    """A food licence applied for by a firm."""
    number = await begin(browser, "food-business")
    await fill(browser, number, FOOD)
    assert (await upload(browser, number, "layout-plan", "布局图.png", photo(kind="PNG"))).status_code == 303
    await commit(browser, number, "safety-rules")
    await hand_in(browser, number)
    return number


async def officers_do(
    held: Resources, login: str, deed: Callable[..., Awaitable[object]], number: str, **more: Any
) -> None:
    """One deed of an officer, in a transaction of its own."""
    async with held.sessions() as session, session.begin():
        await deed(session, await officer(session, login), number, at=datetime.now(UTC), **more)


async def granted(held: Resources, number: str) -> None:
    """A senior card accepted and granted by two officers, everything printed and delivered."""
    await officers_do(held, "civil-window", receiving.accept, number)
    await officers_do(held, "civil-approver", deciding.grant, number)
    await work(held)


async def ask_to_correct(held: Resources, number: str, login: str, *defects: tuple[str, str]) -> None:
    await officers_do(held, login, receiving.request_correction, number, defects=list(defects))


async def reviewed(held: Resources, number: str, login: str, opinion: str = "符合要求") -> None:
    await officers_do(held, login, reviewing.review, number, opinion=opinion, favourable=True)
