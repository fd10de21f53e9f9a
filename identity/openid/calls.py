"""The only door of this package to other systems: short, without redirects, and never more than was asked for."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx

from identity.openid.errors import CounterpartUnusable

Transport: TypeAlias = httpx.AsyncBaseTransport
"""What carries a request; another than the network's only in tests."""

SECONDS = httpx.Timeout(5.0, connect=3.0)
LARGEST = 256 * 1024


async def get_json(
    address: str, *, bearer: str | None = None, transport: Transport | None = None
) -> dict[str, Any]:
    """A JSON object. Raises CounterpartUnusable."""
    headers = {"accept": "application/json"} | ({"authorization": f"Bearer {bearer}"} if bearer else {})
    status, body = await _call("GET", address, transport, headers=headers)
    if status != 200:
        raise CounterpartUnusable(f"answered {status}")
    return _object(body)


async def post_form(
    address: str,
    fields: Mapping[str, str],
    *,
    basic: tuple[str, str] | None = None,
    transport: Transport | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object (empty where there is none) of a posted form. Raises CounterpartUnusable."""
    status, body = await _call("POST", address, transport, data=dict(fields), auth=basic)
    try:
        return status, _object(body)
    except CounterpartUnusable:
        return status, {}


async def _call(method: str, address: str, transport: Transport | None, **options: Any) -> tuple[int, bytes]:
    try:
        async with (
            httpx.AsyncClient(timeout=SECONDS, transport=transport, trust_env=False) as client,
            client.stream(method, address, **options) as answer,
        ):
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise CounterpartUnusable("answers without end")
            return answer.status_code, body
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        raise CounterpartUnusable(type(failed).__name__) from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise CounterpartUnusable("answers no JSON") from None
    if not isinstance(found, dict):
        raise CounterpartUnusable("answers no JSON object")
    return found
