"""The pages of data stewards and, for contracts and quality, of supervisors."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.exchange import asking, directory, keeping, overview

EXCHANGE_DOORS: Sequence[ControllerRouterHandler] = (
    overview.OverviewPages,
    directory.DirectoryPages,
    asking.AskingPages,
    keeping.ContractPages,
    keeping.TicketPages,
)
