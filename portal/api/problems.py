"""Errors as a machine reads them: RFC 9457 problems, one spelling for refusals, web errors and failures."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from portal.request import Request

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
PLAIN = (str, int, bool, type(None))


def wanted(request: Request) -> bool:
    """Whether the caller is a machine at the API."""
    return request.url.path.startswith(PREFIX)


def problem(status: int, kind: str, /, *, detail: str = "", **more: Any) -> Response[bytes]:
    """A problem document. `kind` is stable and names it; `more` are its own members."""
    content = more | {"type": f"urn:yiwang:{kind}", "title": kind, "status": status}
    if detail:
        content["detail"] = detail
    return Response(msgspec.json.encode(content), status_code=status, media_type=MEDIA_TYPE)


def refusal(refused: Exception, status: int) -> Response[bytes]:
    """A domain refusal: its class names the problem, its data are the members, lists of mistakes included."""
    members = {name: _plain(value) for name, value in vars(refused).items() if _tellable(name, value)}
    return problem(status, _kind(type(refused).__name__), **members)


def http(exc: HTTPException) -> Response[bytes]:
    """An error of the web; a request that does not fit the schema says where."""
    kind = HTTPStatus(exc.status_code).phrase.lower().replace(" ", "-").replace("'", "")
    if isinstance(exc, ValidationException) and isinstance(exc.extra, list):
        return problem(exc.status_code, "request-not-understood", errors=exc.extra)
    response = problem(exc.status_code, kind, detail=exc.detail if exc.status_code < 500 else "")
    response.headers.update(exc.headers or {})
    return response


def _kind(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _tellable(name: str, value: object) -> bool:
    return not name.startswith("_") and isinstance(value, (*PLAIN, tuple, list, frozenset))


def _plain(value: object) -> Any:
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, (tuple, list, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return msgspec.to_builtins(value)
