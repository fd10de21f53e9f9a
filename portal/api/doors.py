"""Every route of the API."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.api import (
    applying,
    benefits,
    bundles,
    delivery_reports,
    following,
    items,
    ledger,
    licences,
    mandates,
    open_list,
    oversight,
    received_elsewhere,
    sessions,
    tables,
    versions,
    window,
)


class Applications(applying.Applying, following.Following, tables.Tables, versions.Versions):
    """One controller for one address: two would both answer OPTIONS there, and Litestar refuses that."""


class Items(items.Items, open_list.OpenList):
    """The same for items."""


class BundleApplications(bundles.BundleApplications, tables.BundleTables):
    """The same for bundles."""


API_DOORS: Sequence[ControllerRouterHandler] = (
    sessions.Sessions,
    sessions.Parties,
    mandates.MandateCalls,
    Items,
    Applications,
    bundles.Bundles,
    BundleApplications,
    benefits.Benefits,
    received_elsewhere.ReceivedElsewhere,
    window.Window,
    licences.Licences,
    licences.verify,
    oversight.Oversight,
    ledger.Ledger,
    delivery_reports.DeliveryReports,
)
