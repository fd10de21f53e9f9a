"""The portal's way to the hub: signed out, verified in, never longer than its time limit.

Whatever goes wrong ends in one of three ways a caller can act on: HubUnavailable (ask the applicant),
ExchangeRefused (the contract does not allow it), AnswerForged (believe nothing).
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

import httpx
import msgspec
from msgspec import Struct

from identity.tokens import Signer, Verifiers
from services.sharing import signing
from services.sharing.breaker import BreakerState
from services.sharing.errors import AnswerForged, ExchangeRefused, HubUnavailable, MessageRefused
from services.sharing.messages import (
    MEDIA_TYPE,
    Answer,
    CaseNotice,
    CasesAnswer,
    CasesQuestion,
    Request,
    StewardAnswer,
    StewardRequest,
    Subject,
    UsesAnswer,
    UseSeen,
    UsesRequest,
    digest,
)
from services.sharing.published import ContractSeen, HealthSeen, ResourceSeen
from services.sharing.rules import CLOCK_TOLERANCE, Form, Outcome

# At INFO httpx writes every address it asks: of a hub that is only noise.
logging.getLogger("httpx").setLevel(logging.WARNING)

LARGEST = 1_000_000
CONTRACTS_KEPT = 60.0
LOST = "connection"
_random = secrets.SystemRandom()

NOTHING: Mapping[str, Any] = MappingProxyType({})

Read = TypeVar("Read")
Signed = TypeVar("Signed", Answer, UsesAnswer, CasesAnswer, StewardAnswer)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: `connect` for one connection, `total` for a whole call with `tries` and their jittered pauses."""

    connect: float = 1.0
    total: float = 4.0
    tries: int = 3
    pause: float = 0.1


class Problem(msgspec.Struct, frozen=True):
    """What the hub says when it gives no answer (RFC 9457); a refusal of a call brings its signed answer along."""

    reason: str = ""
    answer: str = ""


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0]


def _problem(response: httpx.Response) -> Problem:
    try:
        return msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return Problem()


def _refused(response: httpx.Response) -> ExchangeRefused | HubUnavailable:
    reason = _problem(response).reason
    return ExchangeRefused(reason) if reason else HubUnavailable(f"status-{response.status_code}")


class HubClient:
    """One portal's connection to one hub. `consumer` is who asks unless a call names another it speaks for.

    `hub_keys` are the hub's keys as they were handed over; a key the hub sends along is never believed.
    """

    def __init__(
        self,
        base_url: str,
        *,
        consumer: str,
        key: Signer,
        hub_keys: Verifiers,
        timeouts: Timeouts = Timeouts(),
        chance: Callable[[], float] = _random.random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.consumer = consumer
        self._key = key
        self._hub_keys = hub_keys
        self._timeouts = timeouts
        self._chance = chance
        self._breaker = BreakerState()
        self._contracts: dict[tuple[str, str], tuple[float, list[ContractSeen]]] = {}
        # trust_env off: a proxy of the environment must never see a citizen's data.
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeouts.total, connect=timeouts.connect),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    async def fetch(
        self,
        *,
        item: str,
        resource: str,
        fields: Sequence[str],
        subject: Subject,
        case_number: str,
        applicant: str,
        operator: str,
        purpose: str,
        at: datetime,
        contract: str | None = None,
        consumer: str | None = None,
        expected: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask `resource` for `fields` of `subject`, for one case of `item`.

        Without `contract` the hub's contracts are searched for one that covers item, resource and fields.
        The answer's outcome is hit, miss, mismatch or failed; only a hit has values, and only those the register
        knows. Raises HubUnavailable, ExchangeRefused(reason) or AnswerForged(why).
        """
        who = consumer or self.consumer
        async with self._limit():
            number = contract or await self._covering(who, item, resource, fields, verifying=bool(expected))
            request = Request(
                consumer=who,
                contract=number,
                case_number=case_number,
                item=item,
                resource=resource,
                fields=list(fields),
                subject=subject,
                applicant=applicant,
                operator=operator,
                purpose=purpose,
                at=at,
                nonce=secrets.token_hex(16),
                expected=dict(expected or {}),
            )
            return await self._exchange(request)

    async def uses_of(
        self,
        subject: Subject,
        *,
        operator: str,
        at: datetime,
        before: datetime | None = None,
        limit: int = 50,
    ) -> list[UseSeen]:
        """Who used the data of `subject`, the latest first. Raises as `fetch` does."""
        request = UsesRequest(
            consumer=self.consumer,
            subject=subject,
            operator=operator,
            at=at,
            nonce=secrets.token_hex(16),
            before=before,
            limit=limit,
        )
        return (await self._told("/uses", request, UsesAnswer, at)).uses

    async def announce(
        self,
        *,
        case_number: str,
        item: str,
        applicant: str,
        subjects: Sequence[Subject],
        operators: Sequence[str],
        at: datetime,
        consumer: str | None = None,
        open: bool = True,
    ) -> None:
        """Tell the hub of a case before data is asked for in its name, or (`open` False) that it is closed.

        Raises HubUnavailable, ExchangeRefused(reason) or AnswerForged(why).
        """
        notice = CaseNotice(
            consumer=consumer or self.consumer,
            case_number=case_number,
            item=item,
            applicant=applicant,
            subjects=list(subjects),
            operators=list(operators),
            at=at,
            nonce=secrets.token_hex(16),
            open=open,
        )
        await self._told("/cases", notice, CasesAnswer, at)

    async def cases_open(self, *, at: datetime, limit: int = 200) -> list[str]:
        """Numbers of this portal's cases that the hub believes open, those asked about longest ago first."""
        question = CasesQuestion(consumer=self.consumer, at=at, nonce=secrets.token_hex(16), limit=limit)
        return (await self._told("/cases/open", question, CasesAnswer, at)).numbers

    async def steward(
        self, deed: str, *, consumer: str, operator: str, at: datetime, content: Mapping[str, Any] = NOTHING
    ) -> StewardAnswer:
        """What a department's steward asks of the hub or does there (services.sharing.contracts.deeds).

        Raises HubUnavailable, ExchangeRefused(reason), AnswerForged(why).
        """
        request = StewardRequest(
            consumer=consumer,
            deed=deed,
            operator=operator,
            at=at,
            nonce=secrets.token_hex(16),
            content=dict(content),
        )
        return await self._told("/steward", request, StewardAnswer, at)

    async def _told(self, path: str, message: Struct, kind: type[Signed], at: datetime) -> Signed:
        compact = signing.sign(message, self._key)
        async with self._limit():
            response = await self._send(path, compact)
        if response.status_code != httpx.codes.OK:
            raise _refused(response)
        return self._believed(response.text, kind, {digest(compact)}, at)

    async def contracts(self, *, consumer: str | None = None, item: str) -> list[ContractSeen]:
        """The contracts in force for a consumer and item; remembered for a minute. Raises HubUnavailable."""
        who = consumer or self.consumer
        kept = self._contracts.get((who, item))
        if kept and monotonic() - kept[0] < CONTRACTS_KEPT:
            return kept[1]
        async with self._limit():
            response = await self._trying(
                lambda _: self._guarded("GET", "/contracts", params={"consumer": who, "item": item})
            )
        if response.status_code != httpx.codes.OK:
            raise _refused(response)
        try:
            found = msgspec.json.decode(response.content, type=list[ContractSeen])
        except msgspec.DecodeError as exc:
            raise HubUnavailable("contracts") from exc
        self._contracts[who, item] = monotonic(), found
        return found

    async def directory(self) -> list[ResourceSeen]:
        """Every resource as the hub publishes it. Raises HubUnavailable."""
        return await self._read("/directory", list[ResourceSeen])

    async def health(self) -> HealthSeen:
        """The state of each source and what it serves. Raises HubUnavailable."""
        return await self._read("/health/ready", HealthSeen)

    async def _read(self, path: str, kind: type[Read]) -> Read:
        async with self._limit():
            response = await self._trying(lambda _: self._guarded("GET", path))
        if response.status_code != httpx.codes.OK:
            raise _refused(response)
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.DecodeError as exc:
            raise HubUnavailable(path) from exc

    async def close(self) -> None:
        await self._http.aclose()

    @asynccontextmanager
    async def _limit(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeouts.total):
                yield
        except TimeoutError:
            raise HubUnavailable("slow") from None

    async def _covering(
        self, consumer: str, item: str, resource: str, fields: Sequence[str], *, verifying: bool
    ) -> str:
        known = await self.contracts(consumer=consumer, item=item)
        found = (
            one.number
            for one in known
            if one.resource == resource
            and set(fields) <= set(one.fields)
            and (one.form == Form.VERIFY) == verifying
        )
        # The hub refuses and records a call without a contract: nothing is decided, or hidden, on this side.
        return next(found, "")

    async def _exchange(self, request: Request) -> Answer:
        sent: set[str] = set()

        async def send(attempt: int) -> httpx.Response:
            compact = signing.sign(msgspec.structs.replace(request, attempt=attempt), self._key)
            sent.add(digest(compact))
            return await self._send("/exchange", compact)

        return self._answer(await self._trying(send), sent, request.at)

    async def _trying(self, send: Callable[[int], Awaitable[httpx.Response]]) -> httpx.Response:
        """`send(attempt)` until something comes back; only a lost connection is a reason to send again."""
        for attempt in range(1, self._timeouts.tries + 1):
            if attempt > 1:
                await asyncio.sleep(self._timeouts.pause * 2**attempt * self._chance())
            try:
                return await send(attempt)
            except HubUnavailable as exc:
                if exc.why != LOST:
                    raise
        raise HubUnavailable(LOST)

    def _answer(self, response: httpx.Response, sent: set[str], at: datetime) -> Answer:
        compact = response.text if _media_type(response) == MEDIA_TYPE else _problem(response).answer
        if not compact:
            raise _refused(response)
        answer = self._believed(compact, Answer, sent, at)
        if answer.outcome == Outcome.REFUSED:
            self._contracts.clear()  # what was remembered may be why
            raise ExchangeRefused(answer.reason)
        return answer

    def _believed(self, compact: str, kind: type[Signed], sent: set[str], at: datetime) -> Signed:
        try:
            answer = signing.read(compact, self._hub_keys, kind)
        except MessageRefused as exc:
            raise AnswerForged(exc.why) from exc
        if answer.request not in sent:
            raise AnswerForged("other-request")
        if answer.at.tzinfo is None or abs(answer.at - at) > CLOCK_TOLERANCE * 2:
            raise AnswerForged("clock")
        return answer

    async def _send(self, path: str, compact: str) -> httpx.Response:
        return await self._guarded("POST", path, content=compact, headers={"content-type": MEDIA_TYPE})

    async def _guarded(self, method: str, path: str, **what: object) -> httpx.Response:
        if not self._breaker.admit(monotonic()):
            raise HubUnavailable("breaker")
        success = False
        try:
            response = await self._http.request(method, path, **what)  # type: ignore[arg-type]
            success = response.status_code < 500
        except httpx.TimeoutException as exc:
            raise HubUnavailable(LOST if isinstance(exc, httpx.ConnectTimeout) else "slow") from exc
        except httpx.HTTPError as exc:
            raise HubUnavailable(LOST) from exc
        finally:
            self._breaker.note(success=success, now=monotonic())
        if not success or len(response.content) > LARGEST:
            raise HubUnavailable(f"status-{response.status_code}")
        return response
