"""A department's HTTP service: one question about one subject, its JSON answer read through a mapping."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong
from services.sharing.presenting import Row

LARGEST = 262_144

# At INFO httpx writes every address it asks, and an address may hold somebody's number.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Wire:
    """One partner's HTTP service with bounds: seconds for a whole call, bytes for an answer, no proxy, no redirect."""

    def __init__(
        self, name: str, url: str, *, timeout: float, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._name = name
        self._timeout = timeout
        # trust_env off: a proxy of the environment must never see a citizen's number.
        self._client = httpx.AsyncClient(
            base_url=url,
            headers=headers,
            timeout=httpx.Timeout(timeout),
            follow_redirects=False,
            trust_env=False,
        )

    async def ask(self, method: str, path: str, **content: Any) -> tuple[int, bytes]:
        """Status and body. httpx limits each read, not their sum: a dripping answer is cut off here."""
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(method, path, **content) as response,
            ):
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise SourceWrong(self._name, "size")
                return response.status_code, body
        except (TimeoutError, httpx.TimeoutException) as exc:
            raise SourceSlow(self._name, type(exc).__name__) from exc
        except httpx.DecodingError as exc:
            raise SourceWrong(self._name, "encoding") from exc
        except (httpx.HTTPError, RuntimeError) as exc:
            # RuntimeError: the client was closed under a call, because the hub is stopping.
            raise SourceDown(self._name, type(exc).__name__) from exc

    def trouble(self, status: int) -> SourceTrouble:
        """What an answer other than the one hoped for means."""
        kind = SourceDown if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS else SourceWrong
        return kind(self._name, f"status {status}")

    async def close(self) -> None:
        await self._client.aclose()


class RESTSource:
    """A GET with `{subject}` in `path`, or, with `parameter`, a POST of {parameter: subject}: a person's number
    belongs into a body, not into an address.

    `mapping` and `subject_path` are dotted paths into the answer («legal.name»).
    404 means that the register holds nobody of this number; anything else but 200 is trouble.
    """

    def __init__(
        self,
        *,
        name: str,
        resource: str,
        url: str,
        path: str,
        subject_path: str,
        mapping: Mapping[str, str],
        parameter: str | None = None,
        health: str = "/health",
        headers: Mapping[str, str] = MappingProxyType({}),
        as_of_path: str | None = None,
        timeout: float = 1.0,
    ) -> None:
        self.name = name
        self.resource = resource
        self._path = path
        self._parameter = parameter
        self._subject = subject_path
        self._mapping = mapping
        self._as_of = as_of_path
        self._health = health
        self._wire = Wire(name, url, timeout=timeout, headers={"accept": "application/json", **headers})

    async def rows(self, subject: str, fields: Sequence[str]) -> list[Row]:
        if self._parameter:
            status, body = await self._wire.ask("POST", self._path, json={self._parameter: subject})
        else:
            status, body = await self._wire.ask(
                "GET", self._path.replace("{subject}", quote(subject, safe=""))
            )
        if status == httpx.codes.NOT_FOUND:
            return []
        if status != httpx.codes.OK:
            raise self._wire.trouble(status)
        try:
            answer = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError) as exc:
            raise SourceWrong(self.name, "json") from exc
        lines = answer if isinstance(answer, list) else [answer]
        return [self._row(line, fields) for line in lines]

    async def check(self) -> None:
        status, _ = await self._wire.ask("GET", self._health)
        if status != httpx.codes.OK:
            raise self._wire.trouble(status)

    async def close(self) -> None:
        await self._wire.close()

    def _row(self, line: object, fields: Sequence[str]) -> Row:
        subject = _at(line, self._subject)
        unmapped = [field for field in fields if field not in self._mapping]
        if not isinstance(line, dict) or not isinstance(subject, str) or unmapped:
            raise SourceWrong(self.name, "shape")
        return Row(
            subject=subject.strip().upper(),
            values={field: _at(line, self._mapping[field]) for field in fields},
            as_of=_moment(_at(line, self._as_of)) if self._as_of else None,
        )


def _at(value: object, path: str) -> object:
    """What stands at a dotted path; None where the path leads nowhere."""
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
