"""Taking in a request: who signed it, has it come before, does its contract allow it. Then it is recorded.

Runs in the caller's transaction, before any source is asked.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from identity.tokens import Signer
from services.sharing import queries, recording, rules, signing
from services.sharing.errors import MessageRefused
from services.sharing.messages import Request, body_digest
from services.sharing.models import NONCE, Contract, PartyKey, Resource, Use
from services.sharing.recording import Answered, Opened
from services.sharing.rules import CLOCK_TOLERANCE, Call, Counts, Reason, Refused
from storage.database import Session

SHANGHAI = ZoneInfo("Asia/Shanghai")

REMEMBER = insert(NONCE).on_conflict_do_nothing().returning(NONCE.c.attempt)
COUNTS = sa.text(
    "SELECT period, used FROM hub_tally WHERE contract = :contract"
    " AND ((period = 'minute' AND starts_at = :minute) OR (period = 'day' AND starts_at = :day))"
)
COUNT = sa.text(
    "INSERT INTO hub_tally AS tally (contract, period, starts_at, used)"
    " VALUES (:contract, 'minute', :minute, 1), (:contract, 'day', :day, 1)"
    " ON CONFLICT (contract, period, starts_at) DO UPDATE SET used = tally.used + 1"
)


async def take_in(session: Session, compact: str, *, key: Signer, at: datetime) -> Opened | Answered:
    """Verify, judge and record one signed request. `key` signs a refusal; a refusal is an answer, never an error."""
    signer: PartyKey | None = None
    try:
        signer = await queries.party_key(session, signing.signer_of(compact), at)
        request = signing.read(compact, queries.verifiers_of(signer), Request)
    except MessageRefused as exc:
        party = signer.party if signer and exc.why == Reason.MALFORMED else ""
        return await recording.turn_away(session, compact, party, Reason(exc.why), key=key, at=at)
    party, speaks_for = (signer.party, frozenset(signer.speaks_for)) if signer else ("", frozenset())
    seen = not await first_time(session, party, request.nonce, request.attempt, at)
    # Locks the contract: two attempts of one call at the same moment must see one another.
    found = await queries.under(session, request.contract)
    earlier = await _earlier(session, request, speaks_for)
    if earlier is not None and not seen and _asks_again(earlier, request, at):
        return await _once_more(session, earlier, request)
    call = Call(request, speaks_for, seen or earlier is not None, at)
    return await _judge(session, compact, call, found, key)


async def first_time(session: Session, party: str, nonce: str, attempt: int, at: datetime) -> bool:
    """Remember that `party` used `nonce`; whether it is the first time, also when two come at once."""
    expires_at = at + 2 * CLOCK_TOLERANCE
    values = {"party": party, "nonce": nonce, "attempt": attempt, "expires_at": expires_at}
    return (await session.execute(REMEMBER, values)).one_or_none() is not None


async def _earlier(session: Session, request: Request, speaks_for: frozenset[str]) -> Use | None:
    if request.consumer not in speaks_for:
        return None
    return await queries.granted_use(session, request.consumer, request.nonce)


def _asks_again(earlier: Use, request: Request, at: datetime) -> bool:
    """A later attempt, freshly signed, of the very same question: not a replay."""
    same = earlier.body_digest == body_digest(request)
    return same and request.attempt > 1 and rules.within_clock(request.at, at)


async def _once_more(session: Session, earlier: Use, request: Request) -> Opened | Answered:
    """The caller heard nothing: the answer that was given, or the question again if none ever was."""
    if earlier.outcome is not None:
        return recording.answered(earlier)
    resource = await queries.resource(session, earlier.resource)
    types = dict(resource.offer.fields)
    form = rules.Form(earlier.form)
    return Opened(earlier.id, request, earlier.request_digest, resource.provider, types, form)


async def _judge(
    session: Session, compact: str, call: Call, found: tuple[Contract, Resource] | None, key: Signer
) -> Opened | Answered:
    if found is None:
        verdict = rules.judge(call, None, None, Counts())
    else:
        counts = await _counts(session, found[0].number, call.now)
        verdict = rules.judge(call, found[0].terms, found[1].offer, counts)
    if found is None or isinstance(verdict, Refused):
        reason = verdict.reason if isinstance(verdict, Refused) else Reason.NO_CONTRACT
        provider = found[1].provider if found else ""
        return await recording.refuse(
            session, compact, call.request, reason, provider=provider, key=key, at=call.now
        )
    await _count(session, found[0].number, call.now)
    return await recording.grant(session, compact, call.request, *found, at=call.now)


def _periods(at: datetime) -> dict[str, datetime]:
    """The minute and the day (in Shanghai) that `at` falls into, by where they start."""
    minute = at.astimezone(SHANGHAI).replace(second=0, microsecond=0)
    return {"minute": minute, "day": minute.replace(hour=0, minute=0)}


async def _counts(session: Session, contract: str, at: datetime) -> Counts:
    rows = await session.execute(COUNTS, {"contract": contract, **_periods(at)})
    return Counts(**{period: used for period, used in rows})


async def _count(session: Session, contract: str, at: datetime) -> None:
    await session.execute(COUNT, {"contract": contract, **_periods(at)})
