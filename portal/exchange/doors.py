"""The pages of data stewards and, for contracts and quality, of supervisors."""

from collections.abc import Sequence

from litestar import Router
from litestar.types import ControllerRouterHandler

from portal.exchange import asking, desk, directory, keeping, overview

ROOM = Router(
    "/",
    route_handlers=[
        overview.OverviewPages,
        directory.DirectoryPages,
        asking.AskingPages,
        keeping.ContractPages,
        keeping.TicketPages,
    ],
    exception_handlers=desk.AWAY,
)
EXCHANGE_DOORS: Sequence[ControllerRouterHandler] = (ROOM,)
