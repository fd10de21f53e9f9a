"""What anyone needs to check a licence without asking us about it: status lists, the keys that sign them, the roots."""

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from identity import keys, tokens
from licensing import status
from portal.resources import Resources
from storage.database import Session

FRESH = f"public, max-age={int(status.LIVES.total_seconds())}"
HEADERS = {"cache-control": FRESH, "access-control-allow-origin": "*"}


class PublishedStatus(Controller):
    path = "/licences"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/status", name="licences:status-lists")
    async def lists(
        self, session: NamedDependency[Session], resources: NamedDependency[Resources]
    ) -> Response[dict[str, Any]]:
        """Where the lists are (Token Status List 11.1: aggregation)."""
        found = [
            status.address(resources.settings.public_url, number)
            for number in range(await status.count(session))
        ]
        return Response({"status_lists": found}, headers=HEADERS)

    @get("/status/{number:int}", name="licences:status-list")
    async def one(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        number: FromPath[int],
    ) -> Response[bytes]:
        """One list, signed now: a revocation is in it at once, and with everybody within its `ttl`."""
        if not 0 <= number < await status.count(session):
            raise NotFoundException
        key = (await keys.load(session, status.KEYS, at=now)).signer
        uri = status.address(resources.settings.public_url, number)
        token = status.signed(await status.values(session, number, at=now), key, uri=uri, at=now)
        return Response(token.encode(), media_type=status.MEDIA, headers=HEADERS)

    @get("/keys", name="licences:keys")
    async def published_keys(
        self, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[dict[str, Any]]:
        """The keys of status lists and of codes shown without a network (RFC 7517)."""
        known = await keys.load(session, status.KEYS, at=now)
        return Response(dict(tokens.jwks(known.verifiers)), headers=HEADERS)

    @get("/seals/root.pem", name="licences:roots")
    async def roots(self, resources: NamedDependency[Resources]) -> Response[bytes]:
        """The certificates behind the seals."""
        content = b"".join(root.public_bytes(Encoding.PEM) for root in resources.roots)
        return Response(content, media_type="application/x-pem-file", headers=HEADERS)
