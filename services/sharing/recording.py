"""Writing uses down (用数记录): granted, refused, ended. Every row has its ledger entry in the same transaction.

A use of a case stands in the chain `hub:<case number>`; messages that could not be believed stand in
`hub:unverified`, and nothing they say is written down as a fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from identity.tokens import Signer
from services.sharing import queries, signing
from services.sharing.messages import Answer, Derivation, Request, body_digest, digest
from services.sharing.models import TALLY, USE, Contract, Resource, Use
from services.sharing.rules import Form, Judgment, Outcome, Reason
from storage import ledger
from storage.database import Session

HUB = "system:hub"

RECORD = sa.insert(USE)
_ENDED = (
    *("outcome", "trouble", "took_ms", "answer_digest", "answer_jws", "closed_at"),
    *("missing", "question_jws", "reply_jws"),
)
ENTRY = sa.func.ledger_append(sa.bindparam("entry"))


# What is done for every exchange goes in one statement each: rows and their ledger entry together.
def _counting(period: str) -> sa.Select[Any]:
    return sa.select(
        sa.bindparam("counted", type_=TALLY.c.contract.type),
        sa.literal(period, type_=TALLY.c.period.type),
        sa.bindparam(period, type_=TALLY.c.starts_at.type),
        sa.literal(1),
    )


_COUNTED = (
    insert(TALLY)
    .from_select(
        ["contract", "period", "starts_at", "used"], sa.union_all(_counting("minute"), _counting("day"))
    )
    .on_conflict_do_update(
        index_elements=["contract", "period", "starts_at"], set_={"used": TALLY.c.used + 1}
    )
    .returning(TALLY.c.used)
    .cte("counted")
)
_GRANTED = [
    "id",
    "nonce",
    "contract",
    "consumer",
    "provider",
    "resource",
    "fields",
    "form",
    "case_number",
    "item_code",
    "subject_key",
    "subject_index",
    "applicant",
    "operator",
    "purpose",
    "judgment",
    "reason",
    "trouble",
    "body_digest",
    "request_digest",
    "request_jws",
    "at",
    "missing",
]
_USED = (
    sa.insert(USE)
    .values({name: sa.bindparam(f"use_{name}") for name in _GRANTED})
    .returning(USE.c.id)
    .cte("used")
)
GRANT = sa.select(ENTRY).add_cte(_COUNTED, _USED)
_ENDING = (
    sa.update(USE)
    .where(USE.c.id == sa.bindparam("use"), USE.c.outcome.is_(None))
    .values({name: sa.bindparam(f"end_{name}") for name in _ENDED})
    .returning(USE.c.id)
    .cte("ending")
)
END = sa.select(_ENDING.c.id, ENTRY)


@dataclass(frozen=True, slots=True)
class Opened:
    """A use that was granted: what to ask of which source, and in which form its answer may leave."""

    use: UUID
    request: Request
    request_digest: str
    provider: str
    types: dict[str, str]
    form: Form
    derived: dict[str, Derivation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept beside the answer: fields the register leaves empty, and what went to and came from its side."""

    missing: tuple[str, ...] = ()
    question: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Nothing to ask: the signed answer stands (just given, given before, or a refusal)."""

    compact: str
    outcome: Outcome
    reason: str = ""


async def grant(
    session: Session,
    compact: str,
    request: Request,
    contract: Contract,
    resource: Resource,
    *,
    periods: Mapping[str, datetime],
    at: datetime,
) -> Opened:
    """Count and record the intent: from here on the source may be asked."""
    use, request_digest = uuid4(), digest(compact)
    row = _row(use, compact, request, at)
    row |= {
        "judgment": Judgment.GRANTED,
        "reason": "",
        "trouble": "",
        "provider": resource.provider,
        "form": contract.form,
    }
    entry = ledger.body_of(**_entry(use, request, "data use granted", at, {"request": request_digest}))
    told = {f"use_{name}": row[name] for name in _GRANTED}
    await session.execute(GRANT, {**told, **periods, "counted": contract.number, "entry": entry})
    return opened(use, request, request_digest, contract, resource)


def opened(
    use: UUID, request: Request, request_digest: str, contract: Contract, resource: Resource
) -> Opened:
    """A granted use with what its source needs to answer in the contract's form."""
    derived = {name: msgspec.convert(told, Derivation) for name, told in contract.derived.items()}
    types = dict(resource.offer.fields)
    form = Form(contract.form)
    return Opened(use, request, request_digest, resource.provider, types, form, derived)


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
    row |= {"id": use, "provider": "", "consumer": party, "fields": [], "missing": [], "at": at}
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


async def close(
    session: Session,
    opened: Opened,
    answer: Answer,
    *,
    key: Signer,
    took_ms: int,
    evidence: Evidence = Evidence(),
) -> Answered:
    """Record how a granted use ended and hand out its signed answer; ending it twice gives the first answer again."""
    compact = signing.sign(answer, key)
    ended = {
        "outcome": Outcome(answer.outcome),
        "trouble": answer.reason,
        "took_ms": took_ms,
        "answer_digest": digest(compact),
        "answer_jws": compact,
        "closed_at": answer.at,
        "missing": list(evidence.missing),
        "question_jws": evidence.question,
        "reply_jws": evidence.reply,
    }
    details = {"outcome": answer.outcome, "answer": digest(compact)}
    if evidence.reply:
        details["reply"] = digest(evidence.reply)
    entry = ledger.body_of(**_entry(opened.use, opened.request, "data use answered", answer.at, details))
    told = {f"end_{name}": value for name, value in ended.items()} | {"use": opened.use, "entry": entry}
    if (await session.execute(END, told)).one_or_none() is None:
        return answered(await queries.use(session, opened.use))
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
        "missing": [],
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
    await ledger.append(session, **_entry(use, request, deed, at, details))


def _entry(
    use: UUID, request: Request, deed: str, at: datetime, details: Mapping[str, object]
) -> dict[str, Any]:
    known: dict[str, object] = {"contract": request.contract, "consumer": request.consumer}
    known |= {"item": request.item, "resource": request.resource, "fields": request.fields}
    return {
        "chain": f"hub:{request.case_number.strip() or 'none'}",
        "deed": deed,
        "subject": str(use),
        "actor": request.operator or HUB,
        "at": at,
        "details": {**known, **details},
    }
