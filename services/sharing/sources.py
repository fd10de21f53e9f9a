"""Asking a source: bounded in time, retried a little, left alone when it keeps failing.

A source is a department's own system behind an adapter. What leaves `Source.rows` is checked and put into the
contract's form here, on the adapter's side, before anything else sees it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from services.sharing.breaker import BreakerState
from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong, ValueWrong
from services.sharing.messages import Derivation, Request, Value
from services.sharing.presenting import Row, conclude, present, shape
from services.sharing.rules import Form, Outcome, drawn_on

SHANGHAI = ZoneInfo("Asia/Shanghai")


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
class Ask:
    """One granted question as a source is asked it. `use` and `digest` name the record and the signed request."""

    request: Request
    types: Mapping[str, str]
    form: Form
    derived: Mapping[str, Derivation]
    use: str = ""
    digest: str = ""


@runtime_checkable
class FarSide(Protocol):
    """A source that puts its answer into the contract's form on its own side: a department's side, another hub.

    `found` raises SourceDown, SourceSlow or SourceWrong like `rows`.
    """

    name: str
    resource: str

    async def found(self, ask: Ask) -> "Found": ...

    async def check(self) -> None: ...

    async def close(self) -> None: ...


AnySource = Source | FarSide


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds and tries: `each` for one try, `total` for all with their pauses of up to `pause` · 2ⁿ."""

    tries: int = 3
    each: float = 1.2
    total: float = 2.5
    pause: float = 0.05


@dataclass(frozen=True, slots=True)
class Found:
    """What a source said, ready to leave: `trouble` is the recorded word when the outcome is FAILED.

    `missing` are the fields it leaves empty; `question` and `reply` the signed messages of a far side.
    """

    outcome: Outcome
    values: dict[str, Value] = field(default_factory=dict)
    trouble: str = ""
    as_of: datetime | None = None
    missing: tuple[str, ...] = ()
    question: str | None = None
    reply: str | None = None


class Sources:
    """The sources of one hub process by the resource they serve, each with its breaker.

    `chance` gives numbers in [0, 1) for the jitter, `monotonic` seconds that only grow.
    """

    def __init__(
        self,
        sources: Sequence[AnySource],
        *,
        chance: Callable[[], float],
        monotonic: Callable[[], float],
        patience: Patience = Patience(),
    ) -> None:
        self.by_resource: Mapping[str, AnySource] = {source.resource: source for source in sources}
        self.breakers = {source.resource: BreakerState() for source in sources}
        self.chance = chance
        self.monotonic = monotonic
        self.patience = patience

    async def ask(
        self,
        request: Request,
        types: Mapping[str, str],
        form: Form,
        derived: Mapping[str, Derivation] = MappingProxyType({}),
        *,
        use: str = "",
        digest: str = "",
    ) -> Found:
        """Ask the request's resource about its subject. Trouble is an outcome here, never an exception."""
        ask = Ask(request, types, form, derived, use, digest)
        try:
            return await self._answered(ask)
        except SourceTrouble as exc:
            return Found(Outcome.FAILED, trouble=exc.kind)
        except ValueWrong:
            return Found(Outcome.FAILED, trouble=SourceWrong.kind)

    async def _answered(self, ask: Ask) -> Found:
        source = self.by_resource.get(ask.request.resource)
        if source is None:
            raise SourceDown(ask.request.resource, "not configured")
        breaker = self.breakers[ask.request.resource]
        if not breaker.admit(self.monotonic()):
            raise SourceDown(source.name, "breaker open")
        answered = True
        try:
            return await self._patiently(source, ask)
        except ValueWrong:
            raise  # it answered; what it said is another matter
        except BaseException:
            answered = False
            raise
        finally:
            breaker.note(success=answered, now=self.monotonic())

    async def _patiently(self, source: AnySource, ask: Ask) -> Found:
        deadline = self.monotonic() + self.patience.total
        trouble: SourceTrouble = SourceSlow(source.name)
        for attempt in range(self.patience.tries):
            if attempt:
                await asyncio.sleep(self.patience.pause * 2**attempt * self.chance())
            left = deadline - self.monotonic()
            if left <= 0:
                break
            try:
                return await _within(source, ask, min(left, self.patience.each))
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


async def _within(source: AnySource, ask: Ask, seconds: float) -> Found:
    try:
        async with asyncio.timeout(seconds):
            if isinstance(source, FarSide):
                return await source.found(ask)
            fields = sorted(drawn(ask))
            rows = await source.rows(ask.request.subject.number, fields)
    except TimeoutError:
        raise SourceSlow(source.name, "time limit") from None
    return told(rows, ask, fields)


def drawn(ask: Ask) -> set[str]:
    """The fields a register has to be asked for, to answer."""
    return drawn_on(ask.request.fields, {name: one.field for name, one in ask.derived.items()})


def told(rows: Sequence[Row], ask: Ask, fields: Sequence[str]) -> Found:
    """What may leave of a register's lines: one about the very subject, of the right types, in the form. ValueWrong."""
    request = ask.request
    outcome = conclude(rows, request.subject.number)
    if outcome is not Outcome.HIT:
        return Found(outcome)
    values = {name: shape(rows[0].values.get(name), ask.types[name], name) for name in fields}
    asked = {name: ask.derived[name] for name in request.fields if name in ask.derived}
    day = request.at.astimezone(SHANGHAI).date()
    said = present(values, ask.types, ask.form, request.expected, derived=asked, on=day)
    missing = tuple(name for name in request.fields if name not in said)
    return Found(outcome, said, as_of=rows[0].as_of, missing=missing)


async def _state(source: AnySource, seconds: float) -> tuple[str, str]:
    try:
        async with asyncio.timeout(seconds):
            await source.check()
    except SourceTrouble as exc:
        return source.name, exc.kind
    except TimeoutError:
        return source.name, SourceSlow.kind
    return source.name, "up"
