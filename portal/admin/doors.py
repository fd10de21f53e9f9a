"""The pages of administrators."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.admin import arriving, auditing, publishing, running, staffing

ADMIN_DOORS: Sequence[ControllerRouterHandler] = (
    arriving.ArrivingPages,
    running.RunningPages,
    staffing.StaffPages,
    publishing.ItemPages,
    auditing.AuditPages,
)
