"""A hearing step by step, each a deed of the case (行政许可法 36, 46–48); free of charge."""

import hashlib
from datetime import datetime
from uuid import UUID

from identity.actor import Actor
from identity.mandates.rules import require_power
from licensing.sheets import chinese_date
from services.applications import queries as cases
from services.applications.commands import papers, timing
from services.applications.commands.receiving import say, take
from services.applications.commands.recording import record
from services.applications.errors import ApplicationNotFound, HearingNotOpen
from services.applications.hearing import queries, rules
from services.applications.hearing.models import Hearing
from services.applications.hearing.rules import APPLICANT, Standing
from services.applications.models import Application
from services.applications.rules import Deed, next_state, require_reason
from services.workflow import calendar
from services.workflow.rules import ZONE, PauseKind, local_day, working_days_between
from storage.database import Session


async def offer(
    session: Session, actor: Actor, number: str, *, to: str = "", interest: str, at: datetime
) -> Application:
    """听证告知: the applicant, or the third party named by `to`, is told of the right and of the major `interest`.

    Raises ReasonMissing, HearingOpen while another hearing is under way.
    """
    interest = require_reason(Deed.OFFER_HEARING, interest)
    application = await take(session, actor, number, Deed.OFFER_HEARING)
    had = await queries.of(session, application)
    rules.require_over(number, [one.days for one in had], local_day(at))
    hearing = Hearing(
        application_id=application.id,
        ordinal=len(had) + 1,
        offered_to=to.strip() or APPLICANT,
        interest=interest,
        offered_at=at,
        ask_by=rules.ask_by(local_day(at)),
    )
    session.add(hearing)
    told = {
        "to": hearing.offered_to,
        "interest": interest,
        "ask_by": chinese_date(hearing.ask_by.isoformat()),
    }
    await papers.request_again(session, application, papers.Paper.HEARING_RIGHT, at=at, told=told)
    say(session, actor, application, application.step or "", Deed.OFFER_HEARING, interest, at)
    third = hearing.offered_to != APPLICANT
    await record(
        session, actor, application, "hearing offered", at=at, until=str(hearing.ask_by), third_party=third
    )
    return application


async def ask(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """要求听证, written down by the officer who was asked. Raises HearingNotOpen where the five days are over."""
    application = await take(session, actor, number, Deed.ASK_FOR_HEARING)
    hearing = await _latest(session, application, Standing.OFFERED, Deed.ASK_FOR_HEARING, at)
    hearing.asked_at = application.updated_at = at
    await record(session, actor, application, "hearing asked for", at=at)
    return application


async def ask_oneself(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """要求听证 by the applicant, within five days of being told (47); a second asking changes nothing.

    Raises StepNotOpen, HearingNotOpen where the right was told to somebody else or the five days are over, PowerMissing.
    """
    application = await cases.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    require_power(actor, application.applicant_id, application.item_code)
    next_state(application.state, Deed.ASK_FOR_HEARING)
    mine = await queries.offered_to_applicant(session, application)
    if mine is not None and rules.standing(mine.days, local_day(at)) is Standing.ASKED:
        return application
    hearing = await _latest(session, application, Standing.OFFERED, Deed.ASK_FOR_HEARING, at)
    if mine is None or hearing.id != mine.id:
        raise HearingNotOpen(Deed.ASK_FOR_HEARING)
    hearing.asked_at = application.updated_at = at
    await record(session, actor, application, "hearing asked for", at=at, by_applicant=True)
    return application


async def call(
    session: Session,
    actor: Actor,
    number: str,
    *,
    sits_at: datetime,
    place: str,
    chair: UUID,
    open_to_public: bool = True,
    at: datetime,
) -> Application:
    """听证通知: time, place and chair, seven working days before; the clock stops until it is closed (45).

    Raises HearingNotOpen, HearingDateWrong, ChairNotFree, ReasonMissing without a place.
    """
    application = await take(session, actor, number, Deed.CALL_HEARING)
    hearing = await _latest(session, application, Standing.ASKED, Deed.CALL_HEARING, at)
    days = await calendar.load(session)
    rules.require_day(local_day(sits_at), local_day(hearing.asked_at or at), local_day(at), days)
    reviewed = await queries.reviewers_of(session, application)
    chair_name = await queries.name_of(session, chair)
    rules.require_chair(str(chair), chair_name, reviewed)
    hearing.called_at, hearing.sits_at, hearing.place = at, sits_at, rules.require_place(place)
    hearing.chair_id, hearing.chair_name, hearing.open_to_public = chair, chair_name, open_to_public
    application.state = next_state(application.state, Deed.CALL_HEARING)
    application.updated_at = at
    needed = working_days_between(local_day(at), local_day(sits_at), days)
    await timing.pause(
        session, application, kind=PauseKind.HEARING, reason=hearing.interest, days=needed, at=at
    )
    await papers.request_again(session, application, papers.Paper.HEARING_CALL, at=at, told=_told(hearing))
    await record(
        session, actor, application, "hearing called", at=at, sits=sits_at.isoformat(), chair=chair_name
    )
    return application


def _told(hearing: Hearing) -> dict[str, str]:
    when = (hearing.sits_at or hearing.offered_at).astimezone(ZONE)
    return {
        "when": f"{chinese_date(when.date().isoformat())}{when:%H:%M}",
        "place": hearing.place or "",
        "chair": hearing.chair_name or "",
        "public": "yes" if hearing.open_to_public else "",
    }


async def close(session: Session, actor: Actor, number: str, *, minutes: str, at: datetime) -> Application:
    """听证结束: the signed minutes are kept, the clock goes on, and the decision must follow them (48).

    Raises ReasonMissing without minutes, HearingNotOpen before its hour.
    """
    minutes = require_reason(Deed.CLOSE_HEARING, minutes)
    application = await take(session, actor, number, Deed.CLOSE_HEARING)
    hearing = await _latest(session, application, Standing.CALLED, Deed.CLOSE_HEARING, at)
    if hearing.sits_at is None or at < hearing.sits_at:
        raise HearingNotOpen(Deed.CLOSE_HEARING)
    hearing.minutes, hearing.closed_at = minutes, at
    application.state = next_state(application.state, Deed.CLOSE_HEARING)
    application.updated_at = at
    await timing.resume(session, application, at=at)
    say(session, actor, application, application.step or "", Deed.CLOSE_HEARING, minutes, at)
    digest = hashlib.sha256(minutes.encode()).hexdigest()
    due = str(application.due_on)
    await record(session, actor, application, "hearing closed", at=at, minutes=digest, due=due)
    return application


async def _latest(
    session: Session, application: Application, wanted: Standing, deed: Deed, at: datetime
) -> Hearing:
    found = await queries.of(session, application)
    latest = found[-1] if found else None
    rules.require_standing(rules.standing(latest.days, local_day(at)) if latest else None, wanted, deed)
    if latest is None:
        raise HearingNotOpen(deed)
    return latest
