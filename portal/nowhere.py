"""Addresses nobody routed, and methods an address does not have: refused behind the same middleware as any other.

The framework refuses them before its middleware is run: the page would not know who reads it, nor in which language.
Here they lead to one route of their own, which says what the framework would have said.
"""

from functools import partial
from typing import Any, cast

from litestar import Litestar, asgi
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import Receive, Scope, Send

HERE = "/-"
WHY = "why"


@asgi(HERE, opt={"public": True, "exclude_from_csrf": True}, copy_scope=False)
async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses: 404, or 405 with the methods there are."""
    why: Any = scope["path_params"].get(WHY) or NotFoundException()
    raise why


def lead(app: Litestar) -> Litestar:
    """Have what no route of `app` answers led to `nowhere`, which must be one of them."""
    router = app.asgi_router
    router.handle_routing = cast(Any, partial(_routed, router.handle_routing))
    return app


def _routed(routing: Any, path: str, method: str | None) -> Any:
    """What answers: (stack of middleware, handler, path, parameters, template)."""
    try:
        return routing(path=path, method=method)
    except (NotFoundException, MethodNotAllowedException) as why:
        stack, handler, _path, _parameters, template = routing(path=HERE, method=method)
        return stack, handler, path, {WHY: why}, template
