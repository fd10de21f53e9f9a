"""Every route of the portal, by audience."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.citizen import finding

DOORS: Sequence[ControllerRouterHandler] = (finding.FindingPages,)
