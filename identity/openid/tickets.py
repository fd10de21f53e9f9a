"""Ways back: what a browser carries between two steps, sealed, so that nothing of it is kept here or believed from it."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from identity.openid.errors import TicketRefused
from storage.cipher import ring
from storage.errors import SecretUnreadable


def seal(kind: str, said: Mapping[str, Any], *, at: datetime, lasting: timedelta) -> str:
    """`said` as a text for an address or a cookie, good for one `kind` of step until `at + lasting`."""
    content = {"until": (at + lasting).timestamp()} | dict(said)
    return base64.urlsafe_b64encode(ring().seal(json.dumps(content), f"openid.{kind}")).rstrip(b"=").decode()


def unseal(kind: str, ticket: str | None, *, at: datetime) -> dict[str, Any]:
    """What was sealed. Raises TicketRefused for anything altered, of another kind, or too old."""
    try:
        sealed = base64.urlsafe_b64decode(f"{ticket or ''}{'=' * (-len(ticket or '') % 4)}".encode("ascii"))
        content: dict[str, Any] = json.loads(ring().open(sealed, f"openid.{kind}"))
    except (binascii.Error, ValueError, SecretUnreadable):
        raise TicketRefused from None
    if at >= datetime.fromtimestamp(content.pop("until"), UTC):
        raise TicketRefused
    return content
