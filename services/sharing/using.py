"""Taking in a request: who signed it, has it come before, does its contract allow it. Then it is recorded.

Runs in the caller's transaction, before any source is asked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from identity.tokens import Signer
from services.sharing import queries, recording, rules, signing
from services.sharing.errors import MessageRefused
from services.sharing.messages import Request, body_digest
from services.sharing.models import CASE, NONCE, TALLY, USE, Contract, PartyKey, Resource, Use
from services.sharing.recording import Answered, Opened
from services.sharing.rules import CLOCK_TOLERANCE, Call, Counts, Judgment, KnownCase, Reason, Refused
from storage.database import Session

SHANGHAI = ZoneInfo("Asia/Shanghai")

REMEMBER = insert(NONCE).on_conflict_do_nothing().returning(NONCE.c.attempt)
KNOWN_CASE = sa.select(CASE).where(CASE.c.number == sa.bindparam("number"))


def _used(period: str) -> sa.ScalarSelect[int]:
    tally = sa.select(TALLY.c.used).where(
        TALLY.c.contract == sa.bindparam("contract"),
        TALLY.c.period == period,
        TALLY.c.starts_at == sa.bindparam(period),
    )
    return tally.scalar_subquery()


# One statement after the contract is locked, so that it sees what the attempt before it did: the case, how often the
# contract was used, and whether this very call was granted before.
BEFORE = sa.select(
    sa.func.coalesce(_used("minute"), 0).label("minute"),
    sa.func.coalesce(_used("day"), 0).label("day"),
    sa.select(USE.c.id)
    .where(
        USE.c.consumer == sa.bindparam("consumer"),
        USE.c.nonce == sa.bindparam("nonce"),
        USE.c.judgment == Judgment.GRANTED,
    )
    .scalar_subquery()
    .label("use"),
    *CASE.c,
).select_from(sa.select(sa.literal(1)).subquery().outerjoin(CASE, CASE.c.number == sa.bindparam("number")))


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
    before = await _before(session, request, at)
    own = before["use"] is not None and request.consumer in speaks_for
    earlier = await queries.use(session, before["use"]) if own else None
    if earlier is not None and not seen and _asks_again(earlier, request, at):
        return await _once_more(session, earlier, request)
    call = Call(request, speaks_for, seen or earlier is not None, at)
    return await _judge(session, compact, call, found, before, key)


async def first_time(session: Session, party: str, nonce: str, attempt: int, at: datetime) -> bool:
    """Remember that `party` used `nonce`; whether it is the first time, also when two come at once."""
    expires_at = at + 2 * CLOCK_TOLERANCE
    values = {"party": party, "nonce": nonce, "attempt": attempt, "expires_at": expires_at}
    return (await session.execute(REMEMBER, values)).one_or_none() is not None


async def _before(session: Session, request: Request, at: datetime) -> Mapping[str, Any]:
    asked = {
        "contract": request.contract,
        "consumer": request.consumer,
        "nonce": request.nonce,
        "number": request.case_number,
        **periods(at),
    }
    return dict((await session.execute(BEFORE, asked)).mappings().one())


def _asks_again(earlier: Use, request: Request, at: datetime) -> bool:
    """A later attempt, freshly signed, of the very same question: not a replay."""
    same = earlier.body_digest == body_digest(request)
    return same and request.attempt > 1 and rules.within_clock(request.at, at)


async def _once_more(session: Session, earlier: Use, request: Request) -> Opened | Answered:
    """The caller heard nothing: the answer that was given, or the question again if none ever was."""
    if earlier.outcome is not None:
        return recording.answered(earlier)
    resource = await queries.resource(session, earlier.resource)
    contract = await queries.contract(session, earlier.contract)
    return recording.opened(earlier.id, request, earlier.request_digest, contract, resource)


async def _judge(
    session: Session,
    compact: str,
    call: Call,
    found: tuple[Contract, Resource] | None,
    before: Mapping[str, Any],
    key: Signer,
) -> Opened | Answered:
    if found is None:
        verdict = rules.judge(call, None, None, Counts(), None)
    else:
        counts = Counts(before["minute"], before["day"])
        verdict = rules.judge(call, found[0].terms, found[1].offer, counts, known_case(call.request, before))
    if found is None or isinstance(verdict, Refused):
        reason = verdict.reason if isinstance(verdict, Refused) else Reason.NO_CONTRACT
        provider = found[1].provider if found else ""
        return await recording.refuse(
            session, compact, call.request, reason, provider=provider, key=key, at=call.now
        )
    return await recording.grant(
        session, compact, call.request, *found, periods=periods(call.now), at=call.now
    )


def known_case(request: Request, row: Mapping[str, Any]) -> KnownCase | None:
    """What is known of the case a call names (a row of `hub_case`), judged for the call's subject."""
    if row["keeper"] is None:
        return None
    return KnownCase(
        consumer=row["consumer"],
        item=row["item_code"],
        applicant=row["applicant"],
        operators=frozenset(row["operators"]),
        about=not set(queries.subject_indexes(request.subject)).isdisjoint(row["subjects"]),
        open=row["closed_at"] is None,
    )


def periods(at: datetime) -> dict[str, datetime]:
    """The minute and the day (in Shanghai) that `at` falls into, by where they start."""
    minute = at.astimezone(SHANGHAI).replace(second=0, microsecond=0)
    return {"minute": minute, "day": minute.replace(hour=0, minute=0)}
