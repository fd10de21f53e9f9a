"""A department's system in a test: registered, and driven step by step as its own code would do it."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from identity import queries
from identity.openid import commands
from identity.openid.commands import Registration
from identity.openid.rules import ClientKind
from portal.cli.demo import people
from portal.cli.demo.departments import CENTRE
from portal.resources import Resources
from tests.support.city import Browser

CALLBACK = "https://housing.example/callback?kept=1"
LEFT = "https://housing.example/left"


@dataclass
class System:
    """A registered client and what it remembers of a request."""

    client_id: str
    secret: str | None
    client: httpx.AsyncClient
    callback: str = CALLBACK
    verifier: str = "v" * 43

    def request(self, **changes: str | None) -> str:
        """An authorization request; a change to None leaves a parameter out."""
        said: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": "openid profile",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        return f"/openid/authorize?{urlencode({k: v for k, v in (said | changes).items() if v is not None})}"

    async def token(self, *, basic: bool = True, **fields: str | None) -> httpx.Response:
        """Post to the token endpoint, by default with the secret in the header."""
        body = {name: value for name, value in fields.items() if value is not None}
        auth = (self.client_id, self.secret) if basic and self.secret else None
        return await self.client.post("/openid/token", data=body, auth=auth)

    async def redeem(self, good: str, /, **changes: Any) -> httpx.Response:
        said = {
            "grant_type": "authorization_code",
            "code": good,
            "redirect_uri": self.callback,
            "code_verifier": self.verifier,
        }
        return await self.token(**(said | changes))

    async def refresh(self, token: str, /, **changes: Any) -> httpx.Response:
        return await self.token(**({"grant_type": "refresh_token", "refresh_token": token} | changes))

    async def userinfo(self, token: str) -> httpx.Response:
        return await self.client.get("/openid/userinfo", headers={"authorization": f"Bearer {token}"})


async def registered(held: Resources, client: httpx.AsyncClient, **changes: Any) -> System:
    """A system of the sample centre."""
    said: dict[str, Any] = {
        "name": {"zh": "示例住房系统", "en": "Sample housing system"},
        "purpose": {"zh": "办理公租房申请", "en": "Applications for public housing"},
        "department_code": CENTRE.code,
        "kind": ClientKind.SECRET,
        "redirect_uris": [CALLBACK],
        "leaving_uris": [LEFT],
        "scopes": ["profile", "real_name", "id_number", "phone", "email"],
    }
    async with held.sessions() as session, session.begin():
        admin = await queries.person_id(session, people.staff("system-admin").id_number)
        assert admin is not None
        row, secret = await commands.register(
            session, Registration(**(said | changes)), by=admin, at=datetime.now(UTC)
        )
        return System(row.id, secret, client, row.redirect_uris[0])


def challenge(verifier: str) -> str:
    return encoded(hashlib.sha256(verifier.encode()).digest())


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def claims(compact: str) -> dict[str, Any]:
    part = compact.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def forged(compact: str, header: dict[str, Any], **changes: Any) -> str:
    """The same claims under another header and no good signature."""
    body = claims(compact) | changes
    return ".".join(
        [encoded(json.dumps(header).encode()), encoded(json.dumps(body).encode()), encoded(b"x" * 64)]
    )


def told(answer: httpx.Response) -> dict[str, str]:
    """The query of the address an answer sends to."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:1500])
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def field(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    return page.text.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


async def agree(browser: Browser, page: httpx.Response, answer: str = "yes") -> httpx.Response:
    """Answer the consent page and go on as the browser would, up to the way out."""
    browser.last = page
    assert page.status_code == 200, page.text[:800]
    await browser.post("/openid/consent", {"ticket": field(page, "ticket"), "answer": answer})
    led = await browser.follow()
    return await onward(browser, led)


async def onward(browser: Browser, led: httpx.Response) -> httpx.Response:
    """What the page that leads on leads to; an address elsewhere is answered as a redirect there."""
    address = led.headers["refresh"].removeprefix("0;url=")
    if address.startswith("/"):
        return await browser.get(address)
    return httpx.Response(303, headers={"location": address})


async def code_for(browser: Browser, system: System, **changes: str | None) -> str:
    """A code, through the consent page if it is asked."""
    answer = await browser.get(system.request(**changes))
    if answer.status_code == 200:
        answer = await agree(browser, answer)
    found = told(answer)
    assert "code" in found, found
    return found["code"]


async def signed_in(browser: Browser, system: System, **changes: str | None) -> dict[str, Any]:
    """The tokens of a whole sign-in."""
    answer = await system.redeem(await code_for(browser, system, **changes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
