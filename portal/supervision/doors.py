"""The pages of supervisors."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.supervision import answering, carding, looking, ordering, proving, watching

SUPERVISION_DOORS: Sequence[ControllerRouterHandler] = (
    watching.WatchingPages,
    looking.LookingPages,
    carding.CardPages,
    ordering.OrderPages,
    answering.AnsweringPages,
    proving.LedgerPages,
)
