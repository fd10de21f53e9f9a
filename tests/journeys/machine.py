"""A program at the API: signs in with a password (and code), sends its token, reads JSON."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from portal.cli.demo import people
from portal.resources import Resources
from tests.journeys.conftest import Opening
from tests.support.city import today_code, work
from tests.unit.applications.test_documents_in import pdf

API = "/api/v1"
FIRM = "91520115MADEM0011Q"
FOOD: dict[str, Any] = {
    "handler": "legal-representative",
    "business_kind": "catering",
    "projects": ["hot-dishes", "drinks"],
    "seats": 40,
    "open_kitchen": True,
    "area": 120.5,
    "opens_on": "2027-01-05",
    "sells_online": False,
    "manager_name": "示例乙",
    "manager_phone": "19900000002",
    "handlers": 6,
}
BENEFIT = {"registers": True, "bank_card": "6222020200012345670"}


@dataclass
class Machine:
    """Somebody's program; without a token, nobody's."""

    client: httpx.AsyncClient
    token: str | None = None

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.client.request(
            method, f"{API}{path}", headers=headers | options.pop("headers", {}), **options
        )

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.call("GET", path, **options)

    async def post(self, path: str, json: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {"idempotency-key": key} if key else {}
        return await self.call("POST", path, json=json, headers=headers)

    async def patch(self, number: str, answers: dict[str, Any], **more: Any) -> httpx.Response:
        return await self.call("PATCH", f"/applications/{number}", json={"answers": answers, **more})

    async def upload(self, number: str, code: str, *contents: bytes) -> httpx.Response:
        files = [("file", (f"{code}-{place}.pdf", content)) for place, content in enumerate(contents)]
        return await self.call("PUT", f"/applications/{number}/materials/{code}", files=files)

    async def deed(self, number: str, deed: str, **body: Any) -> httpx.Response:
        return await self.post(f"/window/cases/{number}/{deed}", body)


async def machine(opened: Opening, who: str | None = None) -> Machine:
    """The program of a sample citizen (by key), of a member of staff (by login), or of nobody."""
    client = opened().client
    if who is None:
        return Machine(client)
    citizens = {one.key: one.phone for one in people.PEOPLE}
    body = {"account": citizens.get(who, who), "password": people.PASSWORD}
    if who not in citizens:
        body["code"] = today_code(who)
    answer = await client.post(f"{API}/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return Machine(client, answer.json()["access_token"])


async def started(owner: Machine, item: str = "food-business", **more: Any) -> dict[str, Any]:
    answer = await owner.post("/applications", {"item_code": item, **more})
    assert answer.status_code == 201, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


async def submitted(owner: Machine) -> str:
    """A food case of the restaurant firm, handed in; its number."""
    number = str((await started(owner, on_behalf_of=FIRM))["number"])
    await owner.patch(number, FOOD)
    await owner.upload(number, "layout-plan", pdf())
    await owner.call("PUT", f"/applications/{number}/materials/safety-rules", json={"commitment": True})
    answer = await owner.post(f"/applications/{number}/submission", {}, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    return number


async def granted(held: Resources, opened: Opening, owner: Machine) -> str:
    """A food case through every officer's hands, its licence issued by the worker; its number."""
    number = await submitted(owner)
    clerk, first, second, approver = [
        await machine(opened, login)
        for login in ("market-window", "market-reviewer-1", "market-reviewer-2", "market-approver")
    ]
    assert (await clerk.deed(number, "accept")).status_code == 200
    for reviewer in (first, second, first):
        answer = await reviewer.deed(number, "review", favourable=True, opinion="符合要求")
        assert answer.status_code == 200, answer.text
    answer = await approver.deed(number, "grant", opinion="准予")
    assert answer.status_code == 200, answer.text
    await work(held)
    return number
