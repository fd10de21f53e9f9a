"""The pages of people and firms, in the order in which one meets them."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.citizen import (
    acting_for,
    checking,
    closing,
    data_uses,
    filling,
    finding,
    following,
    home,
    licences,
    materials,
    progress,
    resuming,
    signing_in,
    signing_up,
    starting,
    verifying,
)

CITIZEN_DOORS: Sequence[ControllerRouterHandler] = (
    finding.FindingPages,
    signing_in.SigningInPages,
    signing_up.SigningUpPages,
    resuming.ResumingPages,
    acting_for.ActingForPages,
    starting.StartingPages,
    following.FollowingPages,
    filling.FillingPages,
    materials.MaterialPages,
    checking.CheckingPages,
    closing.ClosingPages,
    home.HomePages,
    licences.LicencePages,
    data_uses.DataUsePages,
    progress.ProgressPages,
    verifying.VerifyingPages,
)
