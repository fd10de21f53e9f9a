"""窗口领取: a result is handed to somebody who shows who they are, and the case is delivered by it (送达回证)."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from identity import numbers
from identity.actor import Actor, PartyKind
from services.applications import queries
from services.applications.commands import closing
from services.applications.commands.recording import record
from services.applications.errors import ApplicationNotFound
from services.applications.models import Application
from services.applications.window.errors import CollectorMissing
from services.applications.window.models import Collection
from services.applications.window.trays import Tray, lies_in
from storage.database import Session

CODE_LENGTH = 10


async def waiting(session: Session, actor: Actor, sought: str) -> Application:
    """The case whose result is to be handed out, by its number or the query code on its receipt.

    Raises ApplicationNotFound, the same whether there is none, it is another department's, or nothing is to be fetched.
    """
    text = "".join(sought.split()).upper()
    if not text.isprintable() or not text.isascii() or not text:
        raise ApplicationNotFound(sought)
    column = col(Application.query_code) if len(text) == CODE_LENGTH else col(Application.number)
    query = queries.visible_to(actor).where(column == text, lies_in(Tray.DELIVERY))
    found = list(await session.scalars(query.limit(2)))
    if len(found) != 1:
        raise ApplicationNotFound(sought)
    return found[0]


async def hand_out(
    session: Session, actor: Actor, number: str, *, name: str, id_number: str, at: datetime
) -> Application:
    """Record who collected and deliver the case; somebody else than the applicant is marked as an agent (代领).

    Raises CollectorMissing, numbers.NumberWrong, and what `closing.deliver` raises.
    """
    collector = " ".join(name.split())
    if not collector:
        raise CollectorMissing
    known = numbers.id_number(id_number)
    application = await closing.deliver(session, actor, number, at=at)
    itself = application.applicant_kind is PartyKind.PERSON and application.applicant_name == collector
    await record(session, actor, application, "result collected", at=at, agent=not itself)
    session.add(
        Collection(
            application_id=application.id,
            collector_name=collector,
            collector_number=known,
            for_another=not itself,
            officer_id=actor.person_id,
            officer_name=actor.name,
            at=at,
        )
    )
    await session.flush()
    return application


async def collected(session: Session, application: Application) -> Collection | None:
    """Who collected the result, if somebody did."""
    found: Collection | None = await session.scalar(
        sa.select(Collection).where(col(Collection.application_id) == application.id)
    )
    return found
