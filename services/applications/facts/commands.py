"""What the applicant says of a register's answer: it is right, it is wrong, or own papers instead.

The case goes on in every one of these: what is disputed or replaced is handed in, and the register is asked no more.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries
from services.applications.commands.recording import record
from services.applications.errors import MaterialUnknown, NotInDraft, ReasonMissing
from services.applications.facts.models import FactWord, Word
from services.applications.models import Application, Fact, Gathering, Supply
from services.applications.rules import CHANGEABLE, State
from storage.database import Session

ENDED = frozenset(State) - {
    *(State.DRAFT, State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.SUSPENDED),
    *(State.GRANTED, State.REFUSED),
}
"""States after which nothing of what a register said is needed any more."""


async def say(
    session: Session, actor: Actor, number: str, resource: str, word: Word, *, words: str = "", at: datetime
) -> Fact:
    """The applicant's word on what `resource` said; the fact it is about.

    Raises ApplicationNotFound, NotInDraft, MaterialUnknown (no such fact, or the register said nothing),
    ReasonMissing (a dispute without what is wrong).
    """
    application = await queries.get(session, actor, number, lock=True)
    if application.state not in CHANGEABLE:
        raise NotInDraft(application.state)
    facts = {fact.resource: fact for fact in await queries.facts_of(session, application)}
    fact = facts.get(resource)
    if fact is None or fact.outcome is not Gathering.HIT:
        raise MaterialUnknown(resource)
    if word is Word.DISPUTED and not words.strip():
        raise ReasonMissing(DEEDS[word])
    told = {"word": word, "words": words.strip(), "ticket": "", "by": actor.person_id, "at": at}
    statement = insert(FactWord).values(application_id=application.id, resource=resource, **told)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["application_id", "resource"], set_=told)
    )
    if word is not Word.ACCEPTED:
        await _ask_for_papers(session, application, resource, at)
    await record(session, actor, application, DEEDS[word], at=at, resource=resource, request=fact.request)
    return fact


DEEDS = {
    Word.ACCEPTED: "register accepted",
    Word.DISPUTED: "register disputed",
    Word.REPLACED: "register replaced",
}


async def _ask_for_papers(session: Session, application: Application, resource: str, at: datetime) -> None:
    for material in await queries.materials_of(session, application):
        if material.supply is Supply.OBTAINED and (material.origin or {}).get("register") == resource:
            material.supply, material.origin, material.changed_at = Supply.NEEDED, None, at
    prefix = f"hub:{resource}."
    kept = {
        key: origin
        for key, origin in application.origins.items()
        if not str(origin.get("fact", "")).startswith(prefix)
    }
    if kept != application.origins:
        application.origins, application.updated_at = kept, at
        application.revision += 1


async def note_ticket(session: Session, actor: Actor, number: str, resource: str, ticket: str) -> None:
    """The hub took the dispute under this number."""
    application = await queries.get(session, actor, number, lock=True)
    await session.execute(
        sa.update(FactWord)
        .where(col(FactWord.application_id) == application.id, col(FactWord.resource) == resource)
        .values(ticket=ticket)
    )


async def forget(session: Session, numbers: list[str]) -> int:
    """Nothing of a register outlives its case: the values of ended cases go, what was asked when stays. How many."""
    ended = sa.select(col(Application.id)).where(
        col(Application.number).in_(numbers), col(Application.state).in_(ENDED)
    )
    query = sa.select(Fact).where(col(Fact.application_id).in_(ended))
    facts = [fact for fact in await session.scalars(query) if fact.values]
    for fact in facts:
        fact.values = {}
    return len(facts)
