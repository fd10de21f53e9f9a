"""The window's routes, for portal/doors.py."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.window import doing, looking, queueing

WINDOW_DOORS: Sequence[ControllerRouterHandler] = (
    queueing.QueuePages,
    looking.CasePages,
    doing.DeedPages,
)
