"""Passkeys on pages: what a page needs to ask the browser for one, and why it cannot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identity.means import passkeys
from identity.means.passkeys import RelyingParty
from portal.authentication import settings_of
from portal.request import Request


@dataclass(frozen=True, slots=True)
class Asking:
    """`options` for the browser; none where this portal keeps no passkeys, or not at this address (`elsewhere`)."""

    options: dict[str, Any] | None = None
    elsewhere: str | None = None


def party_of(request: Request) -> RelyingParty | None:
    return settings_of(request.app.state).relying_party


def asking(request: Request, purpose: str, bound: str, now: datetime) -> Asking:
    """What a page needs to ask for a signature."""
    party = party_of(request)
    if party is None:
        return Asking()
    if not at_home(request, party):
        return Asking(elsewhere=party.origins[0])
    return Asking(passkeys.ask(party, purpose, bound, at=now))


def at_home(request: Request, party: RelyingParty) -> bool:
    """Whether the browser is at an address that passkeys of this portal belong to."""
    return request.url.hostname == party.id
