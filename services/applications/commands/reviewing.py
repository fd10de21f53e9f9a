"""Between acceptance and decision: opinions step by step, two persons where the law wants two, pauses, extension."""

from datetime import datetime

from identity.actor import Actor
from services.applications import queries
from services.applications.commands import timing
from services.applications.commands.receiving import say, step_after, take
from services.applications.commands.recording import record
from services.applications.errors import NotYourDeed, StepsNotDone
from services.applications.models import Application
from services.applications.rules import (
    Deed,
    next_state,
    require_reason,
    require_second_person,
)
from services.catalogue import queries as catalogue
from services.catalogue.codes import StepRole
from services.catalogue.definition import ItemDefinition, Step
from services.workflow.rules import PauseKind
from storage.database import Session


async def review(
    session: Session, actor: Actor, number: str, *, opinion: str, favourable: bool, at: datetime
) -> Application:
    """Give one's opinion on the current step. Where two persons verify, the second must be another.

    Raises NotYourDeed, StepNotOpen, AlreadySpoke, ReasonMissing (an unfavourable opinion says why).
    """
    application = await take(session, actor, number, Deed.REVIEW)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    step = current_step(item.definition, application)
    if step.role is not StepRole.REVIEWER:
        raise NotYourDeed(Deed.REVIEW, step.role)
    text = opinion if favourable else require_reason(Deed.REFUSE, opinion)
    spoken = {
        str(one.officer_id) for one in await queries.opinions_of(session, application) if one.step == step.key
    }
    require_second_person(step.key, str(actor.person_id), spoken)
    say(session, actor, application, step.key, Deed.REVIEW, text, at)
    done = not step.two_persons or bool(spoken)
    if done:
        application.step = step_after(item.definition, step.key)
    application.claimed_by = application.claimed_by_name = None
    application.updated_at = at
    await record(
        session, actor, application, "step reviewed", at=at, step=step.key, favourable=favourable, done=done
    )
    return application


def current_step(definition: ItemDefinition, application: Application) -> Step:
    """The step the case is at. Raises StepsNotDone when it is at none (not accepted, or decided)."""
    step = definition.step(application.step) if application.step else None
    if step is None:
        raise StepsNotDone(application.step or "")
    return step


async def suspend(
    session: Session, actor: Actor, number: str, *, kind: PauseKind, reason: str, at: datetime
) -> Application:
    """特别程序: hearing, inspection, expert review … stop the clock, in writing (行政许可法 45)."""
    reason = require_reason(Deed.SUSPEND, reason)
    application = await take(session, actor, number, Deed.SUSPEND)
    application.state = next_state(application.state, Deed.SUSPEND)
    application.updated_at = at
    say(session, actor, application, application.step or "", Deed.SUSPEND, reason, at)
    await timing.pause(session, application, kind=kind, reason=reason, at=at)
    await record(session, actor, application, "special procedure begun", at=at, procedure=kind)
    return application


async def resume(session: Session, actor: Actor, number: str, *, result: str, at: datetime) -> Application:
    """The special procedure is over; the clock goes on with the days that were left."""
    application = await take(session, actor, number, Deed.RESUME)
    application.state = next_state(application.state, Deed.RESUME)
    application.updated_at = at
    say(session, actor, application, application.step or "", Deed.RESUME, result, at)
    await timing.resume(session, application, at=at)
    await record(session, actor, application, "special procedure ended", at=at, due=str(application.due_on))
    return application


async def extend(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> Application:
    """延期, once, ten working days, with the reason told to the applicant (行政许可法 42)."""
    reason = require_reason(Deed.EXTEND, reason)
    application = await take(session, actor, number, Deed.EXTEND)
    application.state = next_state(application.state, Deed.EXTEND)
    application.updated_at = at
    say(session, actor, application, application.step or "", Deed.EXTEND, reason, at)
    await timing.extend(session, application, at=at)
    await record(session, actor, application, "limit extended", at=at, due=str(application.due_on))
    return application
