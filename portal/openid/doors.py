"""The doors of OpenID Connect: as a provider for departments' systems, and as a relying party."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.openid import authorizing, directory, elsewhere, exchanging, leaving, publishing, systems

OPENID_DOORS: Sequence[ControllerRouterHandler] = (
    publishing.PublishedPages,
    authorizing.AuthorizationPages,
    exchanging.ExchangePages,
    leaving.LeavingPages,
    elsewhere.ElsewherePages,
    directory.DirectoryPages,
    systems.SystemPages,
)
