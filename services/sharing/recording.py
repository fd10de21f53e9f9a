"""Writing uses down (用数记录): granted, refused, ended. Every row has its ledger entry in the same transaction.

A use of a case stands in the chain `hub:<case number>`; messages that could not be believed stand in
`hub:unverified`, and nothing they say is written down as a fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from identity.tokens import Signer
from services.sharing import queries, signing
from services.sharing.messages import Answer, Derivation, Request, body_digest, digest
from services.sharing.models import EVIDENCE, TALLY, USE, Contract, Resource, Use
from services.sharing.rules import Form, Judgment, Outcome, Reason
from storage import cipher, ledger
from storage.database import Session
from storage.lanes import Run

HUB = "system:hub"

RECORD = sa.insert(USE)
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
GRANTED = [
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
    .values({name: sa.bindparam(f"use_{name}") for name in GRANTED})
    .returning(USE.c.id)
    .cte("used")
)
GRANT = sa.select(ENTRY).add_cte(_COUNTED, _USED)
END = """
WITH ended AS (
    UPDATE hub_use SET outcome = %(outcome)s, trouble = %(trouble)s, took_ms = %(took_ms)s,
        answer_digest = %(answer_digest)s, answer_jws = %(answer_jws)s, closed_at = %(closed_at)s,
        missing = %(missing)s, question_jws = %(question_jws)s, reply_jws = %(reply_jws)s
    WHERE id = %(use)s AND outcome IS NULL RETURNING id
)
SELECT ledger_append(%(entry)s) FROM ended
"""
SEALED = {"request_jws", "answer_jws", "question_jws", "reply_jws"}


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
    row = granted_row(use, compact, request, at) | {"provider": resource.provider, "form": contract.form}
    entry = granted_entry(use, request, request_digest, at)
    told = {f"use_{name}": row[name] for name in GRANTED}
    await session.execute(GRANT, {**told, **periods, "counted": contract.number, "entry": entry})
    return opened(use, request, request_digest, contract, resource)


def opened(
    use: UUID, request: Request, request_digest: str, contract: Contract, resource: Resource
) -> Opened:
    """A granted use with what its source needs to answer in the contract's form."""
    return as_opened(
        use,
        request,
        request_digest,
        provider=resource.provider,
        types=dict(resource.offer.fields),
        form=contract.form,
        derived=contract.derived,
    )


def as_opened(
    use: UUID,
    request: Request,
    request_digest: str,
    *,
    provider: str,
    types: dict[str, str],
    form: str,
    derived: Mapping[str, Any],
) -> Opened:
    """The same from plain values; `derived` as a contract keeps it."""
    follows = {name: msgspec.convert(told, Derivation) for name, told in derived.items()}
    return Opened(use, request, request_digest, provider, types, Form(form), follows)


def granted_row(use: UUID, compact: str, request: Request, at: datetime) -> dict[str, object]:
    """The columns GRANTED of a use, but for the provider's name and the form."""
    judged = {"judgment": Judgment.GRANTED, "reason": "", "trouble": ""}
    return _row(use, compact, request, at) | judged


def granted_entry(use: UUID, request: Request, request_digest: str, at: datetime) -> str:
    """The ledger's entry of a granted use."""
    return ledger.body_of(**_entry(use, request, "data use granted", at, {"request": request_digest}))


def plain(name: str, value: object) -> object:
    """A column of a use as the driver takes it: lists as JSON, words of an enumeration as text, evidence sealed."""
    if name in SEALED and isinstance(value, str):
        return cipher.ring().seal(value, EVIDENCE)
    if isinstance(value, list):
        return msgspec.json.encode(value).decode()
    return str(value) if isinstance(value, StrEnum) else value


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
    run: Run,
    opened: Opened,
    answer: Answer,
    *,
    key: Signer,
    took_ms: int,
    evidence: Evidence = Evidence(),
) -> Answered | None:
    """Record how a granted use ended and hand out its signed answer; None where it has ended before."""
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
    told = {name: plain(name, value) for name, value in ended.items()}
    if await run(END, told | {"use": opened.use, "entry": entry}) is None:
        return None
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
