"""Writing uses down (用数记录): granted, refused, ended. Every row has its ledger entry in the same transaction.

A use of a case stands in the chain `hub:<case number>`; messages that could not be believed stand in
`hub:unverified`, and nothing they say is written down as a fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from identity.tokens import Signer
from services.sharing import queries, signing
from services.sharing.messages import Answer, Request, body_digest, digest
from services.sharing.models import USE, Contract, Resource, Use
from services.sharing.rules import Form, Judgment, Outcome, Reason
from storage import ledger
from storage.database import Session

HUB = "system:hub"

RECORD = sa.insert(USE)
_ENDED = ("outcome", "trouble", "took_ms", "answer_digest", "answer_jws", "closed_at")
END = (
    sa.update(USE)
    .where(USE.c.id == sa.bindparam("use"), USE.c.outcome.is_(None))
    .values({name: sa.bindparam(name) for name in _ENDED})
    .returning(USE.c.id)
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A use that was granted: what to ask of which source, and in which form its answer may leave."""

    use: UUID
    request: Request
    request_digest: str
    provider: str
    types: dict[str, str]
    form: Form


@dataclass(frozen=True, slots=True)
class Answered:
    """Nothing to ask: the signed answer stands (just given, given before, or a refusal)."""

    compact: str
    outcome: Outcome
    reason: str = ""


async def grant(
    session: Session, compact: str, request: Request, contract: Contract, resource: Resource, *, at: datetime
) -> Opened:
    """Record the intent: from here on the source may be asked."""
    use, request_digest = uuid4(), digest(compact)
    row = _row(use, compact, request, at)
    row |= {
        "judgment": Judgment.GRANTED,
        "reason": "",
        "trouble": "",
        "provider": resource.provider,
        "form": contract.form,
    }
    await session.execute(RECORD, row)
    await _enter(session, use, request, "data use granted", at, {"request": request_digest})
    return Opened(use, request, request_digest, resource.provider, dict(resource.offer.fields), contract.form)


async def refuse(
    session: Session,
    compact: str,
    request: Request,
    reason: Reason,
    *,
    provider: str,
    key: Signer,
    at: datetime,
) -> Answered:
    """Record a readable call that may not be answered, with its signed refusal."""
    use = uuid4()
    row = _row(use, compact, request, at) | {"provider": provider}
    refused = await _write_refusal(session, row, reason, key, at)
    await _enter(session, use, request, "data use refused", at, {"reason": reason})
    return refused


async def turn_away(
    session: Session, compact: str, party: str, reason: Reason, *, key: Signer, at: datetime
) -> Answered:
    """Record a message that cannot be believed or read."""
    use, request_digest = uuid4(), digest(compact)
    unsaid = ("nonce", "contract", "resource", "case_number", "item_code", "applicant", "operator", "purpose")
    row: dict[str, object] = dict.fromkeys(unsaid, "")
    row |= {"id": use, "provider": "", "consumer": party, "fields": [], "at": at}
    row |= {"request_digest": request_digest, "request_jws": compact}
    refused = await _write_refusal(session, row, reason, key, at)
    await ledger.append(
        session,
        chain="hub:unverified",
        deed="data use refused",
        subject=str(use),
        actor=HUB,
        at=at,
        details={"reason": reason, "request": request_digest},
    )
    return refused


async def close(session: Session, opened: Opened, answer: Answer, *, key: Signer, took_ms: int) -> Answered:
    """Record how a granted use ended and hand out its signed answer; ending it twice gives the first answer again."""
    compact = signing.sign(answer, key)
    ended = {
        "use": opened.use,
        "outcome": Outcome(answer.outcome),
        "trouble": answer.reason,
        "took_ms": took_ms,
        "answer_digest": digest(compact),
        "answer_jws": compact,
        "closed_at": answer.at,
    }
    if (await session.execute(END, ended)).one_or_none() is None:
        return answered(await queries.use(session, opened.use))
    details = {"outcome": answer.outcome, "answer": digest(compact)}
    await _enter(session, opened.use, opened.request, "data use answered", answer.at, details)
    return Answered(compact, Outcome(answer.outcome), answer.reason)


def answered(use: Use) -> Answered:
    """The end of a use that has ended."""
    return Answered(use.answer_jws or "", use.outcome or Outcome.FAILED, use.trouble or use.reason)


def _row(use: UUID, compact: str, request: Request, at: datetime) -> dict[str, object]:
    return {
        "id": use,
        "nonce": request.nonce,
        "contract": request.contract,
        "consumer": request.consumer,
        "resource": request.resource,
        "fields": request.fields,
        "case_number": request.case_number,
        "item_code": request.item,
        "subject_key": request.subject.key,
        "subject_index": queries.subject_index(request.subject),
        "applicant": request.applicant,
        "operator": request.operator,
        "purpose": request.purpose,
        "body_digest": body_digest(request),
        "request_digest": digest(compact),
        "request_jws": compact,
        "at": at,
    }


async def _write_refusal(
    session: Session, row: dict[str, object], reason: Reason, key: Signer, at: datetime
) -> Answered:
    answer = Answer(
        request=str(row["request_digest"]),
        use=str(row["id"]),
        outcome=Outcome.REFUSED,
        provider=str(row["provider"]),
        resource=str(row["resource"]),
        at=at,
        reason=reason,
    )
    compact = signing.sign(answer, key)
    ended = {"outcome": Outcome.REFUSED, "answer_jws": compact, "answer_digest": digest(compact)}
    judged = {"judgment": Judgment.REFUSED, "reason": reason, "closed_at": at, "took_ms": 0}
    await session.execute(RECORD, row | ended | judged)
    return Answered(compact, Outcome.REFUSED, reason)


async def _enter(
    session: Session, use: UUID, request: Request, deed: str, at: datetime, details: Mapping[str, object]
) -> None:
    known: dict[str, object] = {"contract": request.contract, "consumer": request.consumer}
    known |= {"item": request.item, "resource": request.resource, "fields": request.fields}
    await ledger.append(
        session,
        chain=f"hub:{request.case_number.strip() or 'none'}",
        deed=deed,
        subject=str(use),
        actor=request.operator or HUB,
        at=at,
        details={**known, **details},
    )
