"""Deeds that open somebody's doors are done only by whoever showed lately who they are (docs/decisions/0006)."""

from collections.abc import Iterator

import pytest
from litestar import Controller
from litestar.handlers import HTTPRouteHandler

from portal.doors import DOORS
from tests.architecture.routes import says_when

ASKED_AGAIN = (
    "security:password",
    "security:change-password",
    "security:end-sign-in",
    "security:end-others",
    "passkeys:show",
    "passkeys:keep",
    "passkeys:remove",
    "authenticator:show",
    "authenticator:enrol",
    "authenticator:remove",
    "contacts:show",
    "contacts:send",
    "contacts:confirm",
    "elsewhere:linked",
    "systems:unlink",
    "home:end-sign-in",
    "mandates:choose",
    "mandates:ask",
    "mandates:confirm",
    "askForMandate",
    "confirmMandate",
    "firms:claim",
    "own-data:json",
    "own-data:pdf",
    "own-data:ask-closing",
    "own-data:close",
    "window:unmask",
    "window:open-account",
    "window:guardianship",
    "admin:ask-recovery",
    "admin:agree-recovery",
    "admin:close-recovery",
    "admin:suspend-stale",
    "admin:enter-leave",
    "admin:end-leave",
    "admin:client-register",
    "admin:client-secret",
    "admin:client-state",
)
AT_ONCE = ("mandates:withdraw", "mandates:decline", "mandates:cancel", "withdrawMandate", "declineMandate")


def handlers() -> Iterator[tuple[str, bool]]:
    """The name of every handler of a controller (an operation's id at the API), and whether it asks again."""
    for door in DOORS:
        if isinstance(door, type) and issubclass(door, Controller):
            outer = door.__dict__.get("guards") or ()
            for name in dir(door):
                handler = getattr(door, name)
                if isinstance(handler, HTTPRouteHandler):
                    asks = any(says_when(one) for one in (*outer, *(handler.guards or ())))
                    yield handler.name or str(handler.operation_id), asks


@pytest.fixture(scope="module")
def asks() -> dict[str, bool]:
    return dict(handlers())


def test_sensitive_deeds_ask_again_who_is_there(asks: dict[str, bool]) -> None:
    assert [name for name in ASKED_AGAIN if not asks.get(name)] == []


def test_what_only_protects_is_never_held_up(asks: dict[str, bool]) -> None:
    assert [name for name in AT_ONCE if asks[name]] == []
