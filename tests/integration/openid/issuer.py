"""Another issuer in a test: a small application of its own that answers as the standard says, or wrongly on request."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from identity import tokens
from identity.openid.relying import Counterpart
from identity.tokens import Signer

ISSUER = "https://national.example"
CLIENT = "yiwang-sample"


@dataclass
class Issuer(httpx.AsyncBaseTransport):
    """What it says by default fits; `said`, `token` and `person` change single things in its answers."""

    key: Signer = field(default_factory=tokens.new_signer)
    signing: Signer | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] | None = None
    whole: str | None = None
    token_status: int = 200
    nonce: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        answers = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": lambda: tokens.jwks(tokens.verifiers(self.key)),
            "/token": lambda: self._tokens(dict(parse_qsl(body.decode()))),
            "/userinfo": lambda: {"sub": "remote-1"} | self.person,
        }
        found = answers[request.url.path]()
        status = self.token_status if request.url.path == "/token" else 200
        return httpx.Response(status, content=json.dumps(found).encode(), request=request)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks",
        } | self.metadata

    def _tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        self.asked.append(asked)
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.whole or self.id_token()}

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "remote-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "sid": "remote-session",
        } | self.said
        kept = {name: value for name, value in claims.items() if value is not None}
        return tokens.sign_claims(kept, self.signing or self.key, "JWT")


def counterpart(issuer: Issuer, **changes: Any) -> Counterpart:
    said: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": CLIENT,
        "secret": "s",
        "address": "http://portal.example/sign-in/elsewhere/return",
        "name": {"zh": "示例平台", "en": "Sample platform"},
        "transport": issuer,
    }
    return Counterpart(**(said | changes))
