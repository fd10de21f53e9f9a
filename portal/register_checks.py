"""What the registers say of who somebody is, asked through the hub: is it true, never what it is.

Every question names a contract's purpose, the account it is asked for, and who asks; the hub keeps it on record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from identity import real_names
from identity.mandates import controlling, queries
from identity.mandates.rules import REGISTER_FRESH, Proof
from identity.queries import organisation_by_id, profile
from licensing.importing.tasks import HAND_OVER
from services.sharing.client import HubClient
from services.sharing.errors import ExchangeError, HubUnavailable
from services.sharing.messages import Answer, Subject
from services.sharing.rules import Outcome
from storage import queue
from storage.database import Sessions

PERSON_CHECK, CHILD_CHECK, FIRM_CHECK = "real-name", "guardianship", "legal-person"
"""What the contracts call these purposes in place of an item's code."""
AT_ONCE = 200
GOOD_STANDING = "存续"
PURPOSES = {PERSON_CHECK: "核验实名信息", CHILD_CHECK: "核验监护关系", FIRM_CHECK: "核验法定代表人"}

REGISTERS: Mapping[Proof, tuple[str, str]] = {
    Proof.PHONE: ("mobile-numbers", "phone"),
    Proof.SOCIAL_CARD: ("social-security-cards", "card_number"),
    Proof.FUND_ACCOUNT: ("fund-accounts", "account_number"),
    Proof.DRIVING_FILE: ("driving-files", "file_number"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Which claims the registers confirmed; `silent` are the registers that did not answer."""

    named_right: bool
    confirmed: frozenset[Proof]
    evidence: dict[str, Any]
    silent: tuple[str, ...]


async def check_person(
    hub: HubClient,
    *,
    person_id: UUID,
    name: str,
    id_number: str,
    proofs: Mapping[Proof, str],
    at: datetime,
) -> Checked:
    """Ask the population register for the name, and for each proof the register that keeps it."""
    subject, silent, requests = Subject(id_number=id_number), [], {}
    confirmed: set[str] = set()
    claims = {"population": ("name", name)} | {
        REGISTERS[proof][0]: (REGISTERS[proof][1], value) for proof, value in proofs.items()
    }
    for resource, (field, value) in claims.items():
        try:
            answer = await _verify(hub, PERSON_CHECK, resource, subject, {field: value}, person_id, at)
        except ExchangeError:
            silent.append(resource)
            continue
        requests[resource] = answer.request
        if answer.outcome == Outcome.HIT and answer.values.get(field) is True:
            confirmed.add(resource)
    return Checked(
        named_right="population" in confirmed,
        confirmed=frozenset(proof for proof in proofs if REGISTERS[proof][0] in confirmed),
        evidence={"requests": requests, "silent": list(silent)},
        silent=tuple(silent),
    )


async def check_parent(
    hub: HubClient, *, guardian: UUID, guardian_number: str, name: str, id_number: str, at: datetime
) -> dict[str, Any] | None:
    """The evidence that this child exists and the register names the guardian as mother or father; None otherwise."""
    subject = Subject(id_number=id_number)
    claimed = {"mother_id": guardian_number, "father_id": guardian_number}
    try:
        known = await _verify(hub, CHILD_CHECK, "population", subject, {"name": name}, guardian, at)
        if known.outcome != Outcome.HIT or known.values.get("name") is not True:
            return None
        birth = await _verify(hub, CHILD_CHECK, "births", subject, claimed, guardian, at)
    except ExchangeError:
        return None
    if birth.outcome != Outcome.HIT or True not in birth.values.values():
        return None
    return {"requests": {"population": known.request, "births": birth.request}}


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm as the register knows it, once it names the asker as its legal representative."""

    name: str
    evidence: dict[str, Any]


async def check_representative(
    hub: HubClient, *, person_id: UUID, id_number: str, credit_code: str, at: datetime
) -> Firm | None:
    """The firm, if the register has it in good standing and names this person as its legal representative.

    Raises ExchangeError when it cannot be asked.
    """
    subject = Subject(credit_code=credit_code)
    answer = await _represents(hub, subject, id_number, person_id, at)
    if answer is None:
        return None
    told = await hub.fetch(
        item=FIRM_CHECK,
        resource="business-register",
        fields=("name", "status"),
        subject=subject,
        case_number=_number(person_id, FIRM_CHECK),
        applicant=str(person_id),
        operator=str(person_id),
        purpose=PURPOSES[FIRM_CHECK],
        at=at,
    )
    if told.outcome != Outcome.HIT or told.values.get("status") != GOOD_STANDING:
        return None
    requests = {"representative": answer.request, "firm": told.request}
    return Firm(str(told.values.get("name", "")), {"requests": requests})


async def still_represents(
    sessions: Sessions, hub: HubClient, mandate_id: UUID, *, at: datetime, believed: bool = True
) -> bool:
    """Whether a legal representative's mandate stands, asking the register unless it was asked lately.

    A register that does not answer changes nothing: the daily check asks again. `believed`: what it said within
    half a day is taken.
    """
    async with sessions() as session, session.begin():
        row = await queries.mandate(session, mandate_id)
        if row is None or row.withdrawn_at is not None or row.for_organisation is None:
            return False
        if believed and row.checked_at and at - row.checked_at < REGISTER_FRESH:
            return True
        person_id = row.person_id
        number = (await profile(session, person_id)).id_number
        code = (await organisation_by_id(session, row.for_organisation)).credit_code
    try:
        holds = await _represents(hub, Subject(credit_code=code), number, person_id, at) is not None
    except ExchangeError:
        return True
    async with sessions() as session, session.begin():
        return await controlling.note_representative(session, mandate_id, holds=holds, at=at)


async def check_representatives(*, sessions: Sessions, hub: HubClient, at: datetime) -> int:
    """The daily task: ask the register about every legal representative it was not asked about for half a day.

    How many mandates ended.
    """
    async with sessions() as session, session.begin():
        due = await queries.representatives(session, before=at - REGISTER_FRESH, limit=AT_ONCE)
        ids = [row.id for row in due]
    return sum([not await still_represents(sessions, hub, one, at=at) for one in ids])


async def conclude_person(
    sessions: Sessions,
    hub: HubClient,
    person_id: UUID,
    proofs: Mapping[Proof, str],
    *,
    at: datetime,
) -> tuple[bool, Checked]:
    """One attempt of a person at being verified: counted, asked, concluded. Raises TooManyChecks."""
    async with sessions() as session, session.begin():
        check = await real_names.begin_check(session, person_id, at=at)
        own = await profile(session, person_id)
    checked = await check_person(
        hub, person_id=person_id, name=own.name, id_number=own.id_number, proofs=proofs, at=at
    )
    async with sessions() as session, session.begin():
        passed = await real_names.conclude_check(
            session,
            check,
            named_right=checked.named_right,
            confirmed=checked.confirmed,
            evidence=checked.evidence,
            at=at,
        )
        if passed:
            await queue.enqueue(session, HAND_OVER, queueing_lock=HAND_OVER)
    return passed, checked


async def _represents(
    hub: HubClient, subject: Subject, id_number: str, person_id: UUID, at: datetime
) -> Answer | None:
    claim = {"legal_representative_id": id_number}
    answer = await _verify(hub, FIRM_CHECK, "business-register", subject, claim, person_id, at)
    fits = answer.outcome == Outcome.HIT and answer.values.get("legal_representative_id") is True
    if answer.outcome == Outcome.FAILED:
        raise HubUnavailable("register")
    return answer if fits else None


def _number(person_id: UUID, purpose: str) -> str:
    """An account has no case number: what the hub knows a check of it by."""
    return f"account:{person_id}:{purpose}"[:64]


async def _verify(
    hub: HubClient,
    purpose: str,
    resource: str,
    subject: Subject,
    claims: Mapping[str, str],
    person_id: UUID,
    at: datetime,
) -> Answer:
    number = _number(person_id, purpose)
    await hub.announce(
        case_number=number,
        item=purpose,
        applicant=str(person_id),
        subjects=[subject],
        operators=[str(person_id)],
        at=at,
    )
    answer = await hub.fetch(
        item=purpose,
        resource=resource,
        fields=tuple(claims),
        subject=subject,
        case_number=number,
        applicant=str(person_id),
        operator=str(person_id),
        purpose=PURPOSES[purpose],
        at=at,
        expected=claims,
    )
    if answer.outcome == Outcome.FAILED:
        raise HubUnavailable("register")
    return answer
