"""How a case ends for the applicant: delivered, withdrawn, rated."""

from datetime import datetime

from identity.actor import Actor, PartyKind
from licensing import queries as licensing
from licensing.sheets import chinese_date
from services.applications import queries
from services.applications.bundling.queries import let_follow
from services.applications.commands import papers, timing
from services.applications.commands.receiving import take
from services.applications.commands.recording import clear_desk, record
from services.applications.errors import AlreadyRated, ApplicationNotFound, ResultNotReady, StepNotOpen
from services.applications.models import Application, Rating
from services.applications.rules import Deed, Delivery, Outcome, State, next_state
from services.workflow.rules import local_day
from storage.database import Session


async def deliver(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """送达 at the counter, with a receipt to be signed (送达回证). Raises ResultNotReady while the decision or the licence is still being made."""
    application = await take(session, actor, number, Deed.DELIVER)
    if not await result_ready(session, application):
        raise ResultNotReady(number)
    await _delivered(session, actor, application, at)
    told = {"by": actor.name, "on": chinese_date(local_day(at).isoformat())}
    await papers.request(session, application, papers.Paper.DELIVERY, at=at, told=told)
    return application


async def deliver_electronically(session: Session, number: str, *, at: datetime) -> bool:
    """电子送达, by the portal itself, as soon as everything is ready and the applicant chose it.

    Says whether the case is delivered now; a second call changes nothing.
    """
    application = await queries.by_number(session, number, lock=True)
    if application.state is State.DELIVERED:
        return True
    if (
        application.state not in {State.GRANTED, State.REFUSED}
        or application.delivery is not Delivery.ELECTRONIC
    ):
        return False
    if not await result_ready(session, application):
        return False
    await _delivered(session, None, application, at)
    return True


async def result_ready(session: Session, application: Application) -> bool:
    """Whether the decision is printed and the licence, if one is due, is valid."""
    documents = await queries.documents_of(session, application)
    if any(document.digest is None for document in documents):
        return False
    licence = await licensing.of_application(session, application.number)
    return licence is None or licence.issued_at is not None


async def _delivered(
    session: Session, actor: Actor | None, application: Application, at: datetime
) -> Application:
    was = application.state
    application.state = next_state(was, Deed.DELIVER)
    await timing.close(session, application, was, at=at)
    application.updated_at = at
    await record(session, actor, application, "result delivered", at=at, manner=application.delivery)
    clear_desk(application)
    return application


async def withdraw(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> Application:
    """撤回, at any time before the decision; what was done stays in the record."""
    application = await queries.get(session, actor, number, lock=True)
    _require_applicant(actor, application)
    was = application.state
    application.state = next_state(was, Deed.WITHDRAW)
    application.outcome = Outcome.WITHDRAWN
    application.reason = reason.strip() or None
    application.updated_at = at
    application.claimed_by = application.claimed_by_name = None
    await timing.close(session, application, was, at=at)
    await record(session, actor, application, "application withdrawn", at=at)
    await let_follow(session, application)
    return application


async def rate(session: Session, actor: Actor, number: str, *, grade: int, text: str, at: datetime) -> Rating:
    """好差评: one for a finished case, grades 1 to 5, words optional. Raises AlreadyRated, StepNotOpen."""
    application = await queries.get(session, actor, number, lock=True)
    _require_applicant(actor, application)
    if application.state not in {State.DELIVERED, State.NOT_ACCEPTED}:
        raise StepNotOpen(application.state, "rate")
    if await queries.rating_of(session, application):
        raise AlreadyRated(number)
    rating = Rating(
        application_id=application.id, grade=grade, text=text.strip() or None, by=actor.person_id, at=at
    )
    session.add(rating)
    await record(session, actor, application, "application rated", at=at, grade=grade)
    return rating


def _require_applicant(actor: Actor, application: Application) -> None:
    own = application.applicant_kind is PartyKind.PERSON and application.applicant_id == actor.person_id
    if not own and application.applicant_id not in actor.parties:
        raise ApplicationNotFound(application.number)
