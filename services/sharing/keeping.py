"""What the keeper of cases (the portal) tells the hub of them, so that no data is asked for in the name of none.

The hub holds no case: its number, whose it is in keyed hashes, who works on it, and whether it is open.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.tokens import Signer
from services.sharing import queries, rules, signing, using
from services.sharing.errors import MessageRefused
from services.sharing.messages import CaseNotice, CasesAnswer, CasesQuestion, digest
from services.sharing.models import CASE, Case, PartyKey
from services.sharing.rules import Reason
from storage import ledger
from storage.database import Session

SETTLES = timedelta(seconds=30)
"""A case told of just now is asked about in a moment: a look that is under way is not closed from under it."""
LOCKED = using.KNOWN_CASE.with_for_update()


async def take_notice(session: Session, compact: str, *, key: Signer, at: datetime) -> str:
    """Take in a signed CaseNotice; the signed CasesAnswer.

    Raises MessageRefused: "unverified", "malformed", or Reason.CLOCK, REPLAYED, NOT_ENTRUSTED, NO_CASE.
    """
    signer = await queries.party_key(session, signing.signer_of(compact), at)
    notice = signing.read(compact, queries.verifiers_of(signer), CaseNotice)
    party = await _keeper(session, signer, notice, at)
    if not notice.case_number.strip():
        raise MessageRefused(Reason.NO_CASE)
    await _note(session, party, notice, at)
    return signing.sign(CasesAnswer(request=digest(compact), at=at), key)


async def believed_open(session: Session, compact: str, *, key: Signer, at: datetime) -> str:
    """The numbers a keeper's cases stand under here as open, signed; those asked about longest ago come first."""
    signer = await queries.party_key(session, signing.signer_of(compact), at)
    question = signing.read(compact, queries.verifiers_of(signer), CasesQuestion)
    party = await _keeper(session, signer, question, at)
    query = (
        sa.select(Case)
        .where(col(Case.keeper) == party, col(Case.closed_at).is_(None), col(Case.told_at) <= at - SETTLES)
        .order_by(col(Case.asked_at), col(Case.number))
        .limit(question.limit)
        .with_for_update(skip_locked=True)
    )
    found = (await session.scalars(query)).all()
    for one in found:
        one.asked_at = at
    return signing.sign(
        CasesAnswer(request=digest(compact), at=at, numbers=[one.number for one in found]), key
    )


async def _keeper(
    session: Session, signer: PartyKey | None, message: CaseNotice | CasesQuestion, at: datetime
) -> str:
    if not rules.within_clock(message.at, at):
        raise MessageRefused(Reason.CLOCK)
    if signer is None or not signer.keeps_cases or message.consumer not in signer.speaks_for:
        raise MessageRefused(Reason.NOT_ENTRUSTED)
    if not await using.first_time(session, signer.party, message.nonce, 0, at):
        raise MessageRefused(Reason.REPLAYED)
    return signer.party


async def _note(session: Session, party: str, notice: CaseNotice, at: datetime) -> None:
    before = (await session.execute(LOCKED, {"number": notice.case_number})).mappings().first()
    if before is not None and before["keeper"] != party:
        raise MessageRefused(Reason.NOT_ENTRUSTED)
    # A notice that was overtaken on its way opens nothing again.
    if before is not None and before["closed_at"] is not None and notice.at <= before["told_at"]:
        return
    told: dict[str, object] = {
        "keeper": party,
        "consumer": notice.consumer,
        "item_code": notice.item,
        "applicant": notice.applicant,
        "subjects": sorted({one for subject in notice.subjects if (one := queries.subject_index(subject))}),
        "operators": sorted(set(notice.operators)),
        "told_at": notice.at,
        "closed_at": None if notice.open else at,
    }
    row = {"number": notice.case_number, "opened_at": at, "asked_at": at, **told}
    written = insert(CASE).values(**row)
    await session.execute(written.on_conflict_do_update(index_elements=["number"], set_=told))
    await _enter(session, dict(before) if before else None, notice, at)


async def _enter(
    session: Session, before: Mapping[str, object] | None, notice: CaseNotice, at: datetime
) -> None:
    """What changes whether data may be asked for stands in the case's chain; being told the same again does not."""
    was_open = before is not None and before["closed_at"] is None
    if was_open == notice.open and before is not None:
        return
    await ledger.append(
        session,
        chain=f"hub:{notice.case_number}",
        deed="case opened" if notice.open else "case closed",
        subject=notice.case_number,
        actor="system:hub",
        at=at,
        details={"consumer": notice.consumer, "item": notice.item},
    )
