"""The pages of people and firms, in the order in which one meets them."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.citizen import (
    acting_for,
    finding,
    resuming,
    signing_in,
    signing_up,
)

CITIZEN_DOORS: Sequence[ControllerRouterHandler] = (
    finding.FindingPages,
    signing_in.SigningInPages,
    signing_up.SigningUpPages,
    resuming.ResumingPages,
    acting_for.ActingForPages,
)
