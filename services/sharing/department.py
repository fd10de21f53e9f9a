"""A department's own side of the exchange: the register is asked here, and only what its form allows leaves.

It believes the hubs whose keys were handed over, takes each question once, and keeps a journal of digests: what was
asked when and how it ended, never whom it was about nor what the register said.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from identity.tokens import Signer, Verifiers
from services.sharing import rules, signing
from services.sharing.adapters.department import as_ask
from services.sharing.errors import MessageRefused
from services.sharing.messages import DepartmentAnswer, DepartmentQuestion, Derivation, Request, digest
from services.sharing.rules import CLOCK_TOLERANCE, Form, Outcome, Reason
from services.sharing.sources import Found, Sources


@dataclass
class Department:
    """One department's side: its key, its registers, its journal, and what it has taken already."""

    key: Signer
    sources: Sources
    journal: Path | None = None
    seen: dict[str, datetime] = field(default_factory=dict)


async def answer(side: Department, compact: str, hubs: Verifiers, *, at: datetime) -> str:
    """One signed question in, one signed answer out, for a hub among `hubs`.

    Raises MessageRefused: "unverified", "malformed", "clock", "replayed", "form", "no-contract" (not our register).
    """
    question = signing.read(compact, hubs, DepartmentQuestion)
    _once(side, question, at)
    if question.resource not in side.sources.by_resource:
        raise MessageRefused(Reason.NO_CONTRACT)
    found = await side.sources.ask(*_question(question), use=question.use, digest=question.request)
    reply = signing.sign(_told(question, compact, found, at), side.key)
    _note(side, question, compact, reply, found, at)
    return reply


def _once(side: Department, question: DepartmentQuestion, at: datetime) -> None:
    if not rules.within_clock(question.at, at):
        raise MessageRefused(Reason.CLOCK)
    for nonce in [nonce for nonce, until in side.seen.items() if until < at]:
        del side.seen[nonce]
    if question.nonce in side.seen:
        raise MessageRefused(Reason.REPLAYED)
    side.seen[question.nonce] = at + 2 * CLOCK_TOLERANCE + timedelta(seconds=1)


def _question(question: DepartmentQuestion) -> tuple[Request, dict[str, str], Form, dict[str, Derivation]]:
    try:
        form = Form(question.form)
    except ValueError:
        raise MessageRefused(Reason.FORM) from None
    claims = set(question.fields) if form is Form.VERIFY else set()
    derived = set(question.fields) if form is Form.DERIVED else set()
    if set(question.expected) != claims or question.derived.keys() != derived:
        raise MessageRefused(Reason.FORM)
    request = Request(
        consumer=question.hub,
        contract="",
        case_number=question.case_number,
        item=question.item,
        resource=question.resource,
        fields=question.fields,
        subject=question.subject,
        applicant="",
        operator="",
        purpose=question.purpose,
        at=question.at,
        nonce=question.nonce,
        expected=question.expected,
    )
    return request, question.types, form, question.derived


def _told(question: DepartmentQuestion, compact: str, found: Found, at: datetime) -> DepartmentAnswer:
    return DepartmentAnswer(
        question=digest(compact),
        outcome=found.outcome,
        reason=found.trouble,
        values=found.values,
        missing=list(found.missing),
        register_at=found.as_of if found.outcome is Outcome.HIT else None,
        at=at,
    )


def _note(
    side: Department, question: DepartmentQuestion, compact: str, reply: str, found: Found, at: datetime
) -> None:
    """One line a question, in the department's own journal."""
    if side.journal is None:
        return
    line = msgspec.to_builtins(
        as_ask(question)
        | {"at": at, "question": digest(compact), "reply": digest(reply), "outcome": found.outcome}
    )
    with side.journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
