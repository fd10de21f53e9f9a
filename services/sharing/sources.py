"""Asking a source: bounded in time, retried a little, left alone when it keeps failing.

A source is a department's own system behind an adapter. What leaves `Source.rows` is checked and put into the
contract's form here, on the adapter's side, before anything else sees it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.sharing.breaker import BreakerState
from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong, ValueWrong
from services.sharing.messages import Request, Value
from services.sharing.presenting import Row, conclude, present, shape
from services.sharing.rules import Form, Outcome


class Source(Protocol):
    """A register that can be asked about one subject.

    `rows` gives every line it has on `subject` with at least `fields`, or raises SourceDown, SourceSlow or
    SourceWrong; `check` raises the same when the source would not answer now.
    """

    name: str
    resource: str

    async def rows(self, subject: str, fields: Sequence[str]) -> list[Row]: ...

    async def check(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds and tries: `each` for one try, `total` for all with their pauses of up to `pause` · 2ⁿ."""

    tries: int = 3
    each: float = 1.2
    total: float = 2.5
    pause: float = 0.05


@dataclass(frozen=True, slots=True)
class Found:
    """What a source said, ready to leave: `trouble` is the recorded word when the outcome is FAILED."""

    outcome: Outcome
    values: dict[str, Value] = field(default_factory=dict)
    trouble: str = ""
    as_of: datetime | None = None


class Sources:
    """The sources of one hub process by the resource they serve, each with its breaker.

    `chance` gives numbers in [0, 1) for the jitter, `monotonic` seconds that only grow.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        chance: Callable[[], float],
        monotonic: Callable[[], float],
        patience: Patience = Patience(),
    ) -> None:
        self.by_resource: Mapping[str, Source] = {source.resource: source for source in sources}
        self.breakers = {source.resource: BreakerState() for source in sources}
        self.chance = chance
        self.monotonic = monotonic
        self.patience = patience

    async def ask(self, request: Request, types: Mapping[str, str], form: Form) -> Found:
        """Ask the request's resource about its subject. Trouble is an outcome here, never an exception."""
        try:
            rows = await self._rows(request)
            outcome = conclude(rows, request.subject.number)
            if outcome is not Outcome.HIT:
                return Found(outcome)
            values = {name: shape(rows[0].values.get(name), types[name], name) for name in request.fields}
        except SourceTrouble as exc:
            return Found(Outcome.FAILED, trouble=exc.kind)
        except ValueWrong:
            return Found(Outcome.FAILED, trouble=SourceWrong.kind)
        return Found(outcome, present(values, types, form, request.expected), as_of=rows[0].as_of)

    async def _rows(self, request: Request) -> list[Row]:
        source = self.by_resource.get(request.resource)
        if source is None:
            raise SourceDown(request.resource, "not configured")
        breaker = self.breakers[request.resource]
        if not breaker.admit(self.monotonic()):
            raise SourceDown(source.name, "breaker open")
        success = False
        try:
            rows = await self._patiently(source, request)
            success = True
            return rows
        finally:
            breaker.note(success=success, now=self.monotonic())

    async def _patiently(self, source: Source, request: Request) -> list[Row]:
        deadline = self.monotonic() + self.patience.total
        trouble: SourceTrouble = SourceSlow(source.name)
        for attempt in range(self.patience.tries):
            if attempt:
                await asyncio.sleep(self.patience.pause * 2**attempt * self.chance())
            left = deadline - self.monotonic()
            if left <= 0:
                break
            try:
                return await _within(source, request, min(left, self.patience.each))
            except SourceTrouble as exc:
                trouble = exc
        raise trouble

    async def states(self) -> dict[str, str]:
        """Each source by name: "up", or why it would not answer now ("down", "slow", "wrong")."""
        sources = self.by_resource.values()
        return dict(await asyncio.gather(*(_state(source, self.patience.each) for source in sources)))

    async def close(self) -> None:
        for source in self.by_resource.values():
            await source.close()


async def _within(source: Source, request: Request, seconds: float) -> list[Row]:
    try:
        async with asyncio.timeout(seconds):
            return await source.rows(request.subject.number, request.fields)
    except TimeoutError:
        raise SourceSlow(source.name, "time limit") from None


async def _state(source: Source, seconds: float) -> tuple[str, str]:
    try:
        async with asyncio.timeout(seconds):
            await source.check()
    except SourceTrouble as exc:
        return source.name, exc.kind
    except TimeoutError:
        return source.name, SourceSlow.kind
    return source.name, "up"
