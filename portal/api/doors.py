"""Every route of the API."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.api import applying, bundles, following, items, ledger, licences, oversight, sessions, window


class Applications(applying.Applying, following.Following):
    """One controller for one address: two would both answer OPTIONS there, and Litestar refuses that."""


API_DOORS: Sequence[ControllerRouterHandler] = (
    sessions.Sessions,
    sessions.Parties,
    items.Items,
    Applications,
    bundles.Bundles,
    bundles.BundleApplications,
    window.Window,
    licences.Licences,
    licences.verify,
    oversight.Oversight,
    ledger.Ledger,
)
