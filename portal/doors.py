"""Every route of the portal, by audience."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.admin.doors import ADMIN_DOORS
from portal.api.doors import API_DOORS
from portal.citizen.doors import CITIZEN_DOORS
from portal.exchange.doors import EXCHANGE_DOORS
from portal.licences.doors import LICENCE_DOORS
from portal.openid.doors import OPENID_DOORS
from portal.supervision.doors import SUPERVISION_DOORS
from portal.window.doors import WINDOW_DOORS

DOORS: Sequence[ControllerRouterHandler] = (
    *CITIZEN_DOORS,
    *WINDOW_DOORS,
    *SUPERVISION_DOORS,
    *ADMIN_DOORS,
    *EXCHANGE_DOORS,
    *API_DOORS,
    *OPENID_DOORS,
    *LICENCE_DOORS,
)
