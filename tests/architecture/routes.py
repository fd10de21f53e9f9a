"""The routes of the portal and of the hub with who may enter, read from the applications themselves."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import ASGIRoute, HTTPRoute
from pydantic import SecretStr

from portal.app import create_app
from portal.hub.app import create_hub
from portal.settings import Settings

LIST = Path(__file__).with_name("routes.txt")
HEAD = """\
# Who may enter where: method, address, access. Written by `python -m tests.architecture.routes`, read by people.
# `public`: anyone · `signed in`: any account · `citizen`: people and firms · `staff`: any post · else the posts named.
# Whose case it is, is not decided here but in the query (`visible_to`). The hub's lines stand at the end.
"""
PARAMETER = re.compile(r"\{(\w+):\w+\}")


def route_map() -> dict[str, str]:
    """`GET /items/{code}` → access; empty where a route has neither guard nor `opt["public"]`."""
    portal = create_app(Settings(csrf_secret=SecretStr("for-the-list-of-routes")))
    nothing = cast(Any, None)
    hub = create_hub(nothing, key=nothing, keys=nothing, sources=nothing, clock=nothing)
    return dict(sorted(routes_of(portal))) | {f"hub:{key}": value for key, value in sorted(routes_of(hub))}


def routes_of(app: Litestar) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        address = PARAMETER.sub(r"{\1}", route.path)
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(set(handler.http_methods) - {"OPTIONS"}):
                    yield f"{method} {address}", access_of(handler)
        elif isinstance(route, ASGIRoute):
            yield f"ANY {address}", access_of(route.route_handler)


def access_of(handler: HTTPRouteHandler | BaseRouteHandler) -> str:
    """What the guards of a handler ask for. Guards are stronger than `public` on an outer layer."""
    guards = [named(guard) for guard in handler.resolve_guards() if not says_when(guard)]
    if guards:
        return ", ".join(guards)
    return "public" if handler.opt.get("public") else ""


def says_when(guard: Any) -> bool:
    """A guard made by `fresh(…)` asks how long ago somebody showed who they are, not who they are."""
    return "fresh" in inspect.getclosurevars(getattr(guard, "func", guard)).nonlocals


def named(guard: Any) -> str:
    """`signed_in` → «signed in»; a guard made by `roles(…)` → the posts it admits."""
    guard = getattr(guard, "func", guard)
    wanted = inspect.getclosurevars(guard).nonlocals.get("wanted")
    if wanted is not None:
        return ", ".join(sorted(str(role.value) for role in wanted))
    return str(guard.__name__).replace("_", " ")


def listed(text: str) -> dict[str, str]:
    """The list as it was written: `METHOD address   access`, `#` begins a comment."""
    lines = (line.split("#")[0].split(maxsplit=2) for line in text.splitlines())
    return {f"{parts[0]} {parts[1]}": parts[2].strip() for parts in lines if len(parts) == 3}


def written(routes: dict[str, str]) -> str:
    width = max(len(route) for route in routes) + 2
    return HEAD + "".join(f"{route:{width}}{access or '?'}\n" for route, access in routes.items())


if __name__ == "__main__":
    LIST.write_text(written(route_map()), "utf-8")
