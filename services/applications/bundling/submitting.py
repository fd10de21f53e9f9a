"""The applicant hands a bundle in, once: every part becomes a case, or nothing does."""

from datetime import date, datetime

from identity.actor import Actor
from identity.mandates.rules import require_power
from services.applications.arriving.queries import require_arrived
from services.applications.bundling import reading
from services.applications.bundling.filling import spread
from services.applications.bundling.merging import Member, Whole, front
from services.applications.bundling.models import Standing
from services.applications.bundling.recording import record
from services.applications.commands import submitting
from services.applications.errors import (
    AnswersWrong,
    ApplicationNotFound,
    Incomplete,
    Missing,
    StepNotOpen,
)
from services.applications.rules import INTAKE_DAYS, Deed, Delivery, State
from services.catalogue import queries as catalogue
from services.workflow import calendar
from services.workflow.rules import Calendar, due_on, local_day
from storage import queue
from storage.database import Session

PRINT = "applications.print_bundle_receipt"


async def submit(
    session: Session,
    actor: Actor,
    number: str,
    *,
    key: str,
    at: datetime,
    delivery: Delivery = Delivery.ELECTRONIC,
) -> Whole:
    """Hand every part in, in the caller's one transaction; the same `key` again does nothing.

    Parts that wait for another's result are held until it exists (`releasing`). Raises AnswersWrong, Incomplete
    (with everything that is missing, under the keys of the one form), StepNotOpen, catalogue.ItemWithdrawn.
    """
    whole = await reading.whole(session, actor, number, lock=True)
    bundle = whole.bundle
    if bundle.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    if bundle.submitted_at is not None:
        if bundle.submission_key == key:
            return whole
        raise StepNotOpen(State.SUBMITTED, Deed.SUBMIT)
    for member in whole.members:
        require_power(actor, bundle.applicant_id, member.item)
        await catalogue.require_open(session, member.item)
    await require_arrived(session, number, at=at)
    require_complete(whole, at)
    await spread(session, whole, front(whole), at=at)
    for member in whole.members:
        await _hand_over(session, actor, whole, member, key=key, delivery=delivery, at=at)
    bundle.submission_key, bundle.delivery = key, delivery
    bundle.submitted_at = bundle.updated_at = at
    bundle.promised_on = promised_on(whole, local_day(at), await calendar.load(session))
    cases = {member.item: member.application.number for member in whole.members}
    await record(session, actor, bundle, "bundle submitted", at=at, cases=cases, due=str(bundle.promised_on))
    await queue.enqueue(session, PRINT, number=number, lock=number)
    return await reading.of(session, bundle)


def require_complete(whole: Whole, at: datetime) -> None:
    """Raises AnswersWrong, else Incomplete, under the keys of the one form."""
    today = local_day(at)
    checked = whole.checked(today)
    if wrong := [mistake for mistake in checked.mistakes if mistake.code != "missing"]:
        raise AnswersWrong(wrong)
    missing = [Missing("question", mistake.key, "missing") for mistake in checked.mistakes]
    missing += whole.lacking(today)
    if missing:
        raise Incomplete(missing)


async def _hand_over(
    session: Session,
    actor: Actor,
    whole: Whole,
    member: Member,
    *,
    key: str,
    delivery: Delivery,
    at: datetime,
) -> None:
    """A part goes to its authority, or waits for the part it follows."""
    part, case = member.branch.part, member.application
    if whole.follows(member):
        part.standing = Standing.HELD
        case.delivery = delivery
        return
    await submitting.require_complete(session, case, at)
    await submitting.hand_over(
        session, actor, case, member.definition, key=key, delivery=delivery, at=at, bundle=whole.bundle.number
    )
    part.standing = Standing.HANDED_IN


def promised_on(whole: Whole, day: date, days: Calendar) -> date:
    """The day by which everything is decided if every authority keeps its limits: the longest way through the parts.

    For each part five working days to accept it (行政许可法 32), then what its item promises, after those it follows.
    """

    def decided(member: Member) -> date:
        part = whole.definition.part(member.item)
        before = [decided(one) for item in (part.after if part else ()) if (one := whole.member(item))]
        accepted = due_on(max(before, default=day), INTAKE_DAYS, days).on
        limits = member.definition.promised_limit.days, member.definition.statutory_limit.days
        return due_on(accepted, min(limits), days).on

    return max(decided(member) for member in whole.members)
