"""The window's routes, for portal/doors.py."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.window import correcting, doing, identity, looking, queueing

WINDOW_DOORS: Sequence[ControllerRouterHandler] = (
    queueing.QueuePages,
    identity.IdentityPages,
    looking.CasePages,
    doing.DeedPages,
    correcting.CorrectionQueue,
)
