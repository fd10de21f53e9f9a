"""The pages of the item editor."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.admin.editing import conditioning, filling, ordering, overview, previewing

EDITING_DOORS: Sequence[ControllerRouterHandler] = (
    overview.BeginningPages,
    filling.FillingPages,
    ordering.OrderingPages,
    conditioning.ConditionPages,
    previewing.PreviewPages,
)
