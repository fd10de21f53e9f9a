"""The pages of administrators."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.admin import (
    arriving,
    auditing,
    clients,
    comparing,
    exchanging,
    leaving,
    linking,
    publishing,
    recoveries,
    reviewing,
    running,
    searching,
    staffing,
    stale,
    standing,
)
from portal.admin.editing.doors import EDITING_DOORS
from portal.admin.licence_types.pages import TypePages

ADMIN_DOORS: Sequence[ControllerRouterHandler] = (
    arriving.ArrivingPages,
    running.RunningPages,
    clients.ClientPages,
    staffing.StaffPages,
    stale.StaleAccounts,
    leaving.OwnLeave,
    leaving.LeaveRoom,
    linking.DirectoryRoom,
    recoveries.RecoveryRoom,
    publishing.ItemPages,
    comparing.ComparingPages,
    standing.StandingPages,
    reviewing.ReviewPages,
    exchanging.ExchangePages,
    searching.SearchingPages,
    auditing.AuditPages,
    TypePages,
    *EDITING_DOORS,
)
