"""Received here, decided there: begun at one window, its paper sent on and signed for at the other."""

from datetime import datetime

from identity.actor import Actor, Role
from services.applications import queries as cases
from services.applications.commands.recording import record
from services.applications.elsewhere import queries, rules
from services.applications.elsewhere.models import ReceivedElsewhere
from services.applications.errors import ApplicationNotFound, NotYourDeed, StepNotOpen
from services.applications.models import Application
from services.catalogue.definition import Department
from storage.database import Session


async def begin(
    session: Session, clerk: Actor, application: Application, place: Department, *, at: datetime
) -> None:
    """Write down at whose window a draft was begun; whoever receives it there never decides it (接办分离)."""
    session.add(
        ReceivedElsewhere(
            application_id=application.id,
            department_code=place.code,
            department_name=place.name.zh,
            clerk_id=clerk.person_id,
            clerk_name=clerk.name,
            begun_at=at,
        )
    )
    await session.flush()


async def send_papers(
    session: Session, actor: Actor, number: str, *, sheets: int, carrier: str = "", at: datetime
) -> Application:
    """纸质材料转交: how many sheets go to the deciding authority, and how. Once.

    Raises ApplicationNotFound for what was not received at this officer's window, NotYourDeed, StepNotOpen.
    """
    if not actor.has(Role.WINDOW):
        raise NotYourDeed(rules.SEND, Role.WINDOW)
    application, place = await queries.get(session, actor, number, lock=True)
    if place.sent_at is not None or not 1 <= sheets <= rules.MOST_SHEETS:
        raise StepNotOpen(application.state, rules.SEND)
    place.sheets, place.carrier = sheets, carrier.strip() or None
    place.sent_at, place.sent_by_name = at, actor.name
    await record(
        session, actor, application, "papers sent on", at=at, sheets=sheets, place=place.department_name
    )
    return application


async def sign_for_papers(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """The paper has come to the authority that decides. Once. Raises ApplicationNotFound, NotYourDeed, StepNotOpen."""
    if not actor.has(Role.WINDOW):
        raise NotYourDeed(rules.SIGN_FOR, Role.WINDOW)
    application = await cases.get(session, actor, number, lock=True)
    place = await queries.of(session, application)
    if place is None:
        raise ApplicationNotFound(number)
    if place.sent_at is None or place.arrived_at is not None:
        raise StepNotOpen(application.state, rules.SIGN_FOR)
    place.arrived_at, place.arrived_by_name = at, actor.name
    await record(session, actor, application, "papers arrived", at=at, sheets=place.sheets)
    return application
