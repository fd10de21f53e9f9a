"""Refusals and failures of the hub as RFC 9457 problems: one table from reason to status."""

from collections.abc import Mapping
from traceback import format_tb
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandler
from sqlalchemy.exc import SQLAlchemyError

from services.sharing.errors import ContractUnknown, MessageRefused, ResourceUnknown
from services.sharing.rules import Reason

MEDIA_TYPE = "application/problem+json"
REFUSED = 403

STATUS: Mapping[str, int] = {
    Reason.MALFORMED: 400,
    Reason.UNVERIFIED: 401,
    Reason.CLOCK: 401,
    Reason.REPLAYED: 409,
    Reason.SUBJECT: 422,
    Reason.RATE: 429,
    Reason.VOLUME: 429,
}
"""Every other reason is a plain 403: understood, and not allowed."""

AnyRequest = Request[Any, Any, Any]


def problem(status: int, reason: str, **more: str) -> Response[bytes]:
    content = {
        "type": f"urn:yiwang:hub:{reason}",
        "title": reason,
        "status": status,
        "reason": reason,
        **more,
    }
    return Response(msgspec.json.encode(content), status_code=status, media_type=MEDIA_TYPE)


def refusal(reason: str, **more: str) -> Response[bytes]:
    """A refusal of the hub's rules, under the status of its reason."""
    return problem(STATUS.get(reason, REFUSED), reason, **more)


def _message_refused(_: AnyRequest, exc: MessageRefused) -> Response[bytes]:
    return refusal(exc.why)


def _unknown(_: AnyRequest, exc: Exception) -> Response[bytes]:
    return problem(404, "unknown")


def _http(_: AnyRequest, exc: HTTPException) -> Response[bytes]:
    return problem(exc.status_code, f"http-{exc.status_code}")


def _database(_: AnyRequest, exc: Exception) -> Response[bytes]:
    _log(exc)
    return problem(503, "database")


def _failure(_: AnyRequest, exc: Exception) -> Response[bytes]:
    _log(exc)
    return problem(500, "failure")


def _log(exc: Exception) -> None:
    # Where it happened, never the text: messages of the database driver quote the values of a statement.
    where = "".join(format_tb(exc.__traceback__))
    structlog.get_logger("hub").error("hub call failed", error=type(exc).__name__, where=where)


HANDLERS: dict[int | type[Exception], "ExceptionHandler[Any]"] = {
    MessageRefused: _message_refused,
    ContractUnknown: _unknown,
    ResourceUnknown: _unknown,
    HTTPException: _http,
    SQLAlchemyError: _database,
    OSError: _database,
    Exception: _failure,
}
