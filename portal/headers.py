"""What every answer tells the browser besides its content, and where browsers report breaches of it."""

import json
from typing import Any

import structlog
from litestar import Request, post
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import Message, Scope

__all__ = ["CONTENT_SECURITY_POLICY", "csp_reports", "secure"]

STATIC_PATH = "/static/"
YEAR = 365 * 24 * 3600
LARGEST_REPORT = 16 * 1024

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "report-uri /csp-reports",
    )
)

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

log = structlog.get_logger(__name__)


async def secure(message: Message, scope: Scope) -> None:
    """Hook for `Litestar(before_send=[…])`: security and caching headers on every answer, errors included.

    A header that a handler set itself stays.
    """
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault("strict-transport-security", f"max-age={YEAR}; includeSubDomains")
    headers.setdefault("cache-control", caching(scope, message["status"]))


def caching(scope: Scope, status: int) -> str:
    """Hashed assets stay for ever; what a signed-in person sees is never kept; the rest is asked for anew."""
    if scope["path"].startswith(STATIC_PATH) and status in {200, 206, 304}:
        return f"public, max-age={YEAR}, immutable"
    if scope.get("user") is not None:
        return "no-store"
    return "private, no-cache"


@post(
    "/csp-reports",
    status_code=204,
    opt={"public": True, "exclude_from_csrf": True},
    include_in_schema=False,
    request_max_body_size=LARGEST_REPORT,
)
async def csp_reports(request: Request[Any, Any, Any]) -> None:
    """Take a browser's report of a breach of the policy: one log line, nothing stored.

    Addresses are cut at their query, since it may hold what a person searched for.
    """
    try:
        body = json.loads(await request.body())
    except ValueError:
        return
    for report in body if isinstance(body, list) else [body]:
        if isinstance(report, dict):
            log.warning("csp breach", **_told(report))


def _told(report: dict[str, Any]) -> dict[str, str]:
    inner = report.get("csp-report") or report.get("body") or {}
    names = {
        "directive": ("effective-directive", "violated-directive", "effectiveDirective"),
        "blocked": ("blocked-uri", "blockedURL"),
        "page": ("document-uri", "documentURL"),
    }
    if not isinstance(inner, dict):
        return {}
    return {
        told: _clean(next((inner[key] for key in keys if key in inner), "")) for told, keys in names.items()
    }


def _clean(value: object) -> str:
    """No query, no control characters, at most 200 characters: a report is a stranger's text."""
    text = str(value).split("?", 1)[0].split("#", 1)[0]
    return "".join(character for character in text if character.isprintable())[:200]
