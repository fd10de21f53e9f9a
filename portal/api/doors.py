"""Every route of the API."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.api import applying, following, items, ledger, licences, oversight, sessions, window

API_DOORS: Sequence[ControllerRouterHandler] = (
    sessions.Sessions,
    sessions.Parties,
    items.Items,
    applying.Applying,
    following.Following,
    window.Window,
    licences.Licences,
    licences.verify,
    oversight.Oversight,
    ledger.Ledger,
)
