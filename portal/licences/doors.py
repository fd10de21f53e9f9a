"""The doors of licences at work, for portal/doors.py."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.licences import importing, keeping, publishing, searching, sharing, showing, waiting

LICENCE_DOORS: Sequence[ControllerRouterHandler] = (
    publishing.PublishedStatus,
    showing.ShowingPages,
    sharing.SharingPages,
    sharing.SharedPages,
    waiting.WaitingPages,
    importing.ImportPages,
    searching.DepartmentLicences,
    keeping.KeptLicence,
)
