"""Asking for papers in English beside the Chinese: said when handing in, for the whole case."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor
from services.applications.bilingual.models import EnglishAsked
from services.applications.bundling import reading
from services.applications.bundling.queries import is_bundle
from storage import ledger
from storage.database import Session

DEED = "papers in English asked for"


async def ask(session: Session, actor: Actor, number: str, *, at: datetime) -> None:
    """All papers of the case, of a bundle and all its parts, are made in both languages from now on.

    Asked twice changes nothing. The caller has made sure that the case is the actor's to hand in. Raises
    ApplicationNotFound for a bundle that is not theirs.
    """
    numbers = [number, *await _parts(session, actor, number)]
    rows = [{"number": one, "asked_at": at} for one in numbers]
    new = insert(EnglishAsked).values(rows).on_conflict_do_nothing().returning(col(EnglishAsked.number))
    for one in sorted(await session.scalars(new)):
        await ledger.append(
            session,
            chain=one,
            deed=DEED,
            subject=one,
            actor=str(actor.person_id),
            at=at,
            details={"by": actor.name},
        )


async def _parts(session: Session, actor: Actor, number: str) -> Sequence[str]:
    if not is_bundle(number):
        return ()
    whole = await reading.whole(session, actor, number)
    return [member.application.number for member in whole.members]
