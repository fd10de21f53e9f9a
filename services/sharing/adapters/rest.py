"""A department's HTTP service: one question about one subject, its JSON answer read through a mapping."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

import msgspec

from services.sharing.adapters.wire import Wire
from services.sharing.errors import SourceWrong
from services.sharing.presenting import Row

OK, NOT_FOUND = 200, 404


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
        if status == NOT_FOUND:
            return []
        if status != OK:
            raise self._wire.trouble(status)
        try:
            answer = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError) as exc:
            raise SourceWrong(self.name, "json") from exc
        lines = answer if isinstance(answer, list) else [answer]
        return [self._row(line, fields) for line in lines]

    async def check(self) -> None:
        status, _ = await self._wire.ask("GET", self._health)
        if status != OK:
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
