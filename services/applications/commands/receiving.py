"""At the window: claim, accept, tell once what to correct, refuse to accept (行政许可法 32)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from identity.actor import Actor
from services.applications import queries
from services.applications.commands import papers, timing
from services.applications.commands.recording import clear_desk, record
from services.applications.commands.submitting import still_missing
from services.applications.errors import ClaimedBySomebody, NothingToCorrect, UnknownTarget
from services.applications.models import Application, Correction, Opinion
from services.applications.rules import (
    REPLY_DAYS,
    ROLES,
    Deed,
    Outcome,
    is_oversight_event,
    next_state,
    require_authority,
    require_reason,
    require_role,
)
from services.catalogue import queries as catalogue
from services.catalogue import rows
from services.catalogue.codes import StepKind
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import DAY, local_day
from storage.database import Session


async def take(session: Session, actor: Actor, number: str, deed: Deed) -> Application:
    """The case, locked, for an officer about to do `deed`.

    Raises ApplicationNotFound, NotYourDeed, StepNotOpen, ClaimedBySomebody (with the officer's name).
    """
    application = await queries.get(session, actor, number, lock=True)
    require_role(deed, actor.roles)
    next_state(application.state, deed)
    if not actor.may_take(application.claimed_by, ROLES[deed]):
        raise ClaimedBySomebody(application.claimed_by_name or "")
    return application


async def claim(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """Take the case onto one's own desk; claiming one's own case again changes nothing.

    A substitute takes over what an absent colleague had claimed, from that colleague's desk onto their own.
    """
    application = await take(session, actor, number, Deed.CLAIM)
    if application.claimed_by != actor.person_id:
        await record(session, actor, application, "application claimed", at=at)
        application.claimed_by, application.claimed_by_name = actor.person_id, actor.name
        application.updated_at = at
    return application


async def accept(
    session: Session, actor: Actor, number: str, *, opinion: str = "", at: datetime
) -> Application:
    """受理: the certificate is made, the decision limit starts, and whoever accepts can never decide."""
    application = await take(session, actor, number, Deed.ACCEPT)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    return await take_up(
        session, actor, application, item.definition, deed=Deed.ACCEPT, opinion=opinion, at=at
    )


async def take_up(
    session: Session,
    actor: Actor,
    application: Application,
    definition: ItemDefinition,
    *,
    deed: Deed,
    opinion: str,
    at: datetime,
    told: Mapping[str, str] | None = None,
    **details: object,
) -> Application:
    """What acceptance is, whichever deed it comes by; `told` is what its certificate says beyond the usual."""
    application.state = next_state(application.state, deed)
    application.accepted_at, application.accepted_by = at, actor.person_id
    application.step = step_after(definition, None)
    say(session, actor, application, "accept", deed, opinion, at)
    await timing.start_decision(session, application, definition, at=at)
    await papers.request(session, application, papers.ACCEPTANCE, at=at, told=told)
    told_of = {"due": str(application.due_on), "limit": application.limit_days}
    missing = await still_missing(session, application, definition, at=at)
    await record(
        session, actor, application, "application accepted", at=at, missing=missing, **told_of, **details
    )
    release(application, actor, at)
    return application


async def request_correction(
    session: Session, actor: Actor, number: str, *, defects: Sequence[tuple[str, str]], at: datetime
) -> Application:
    """补正告知: everything that has to be corrected, told at once; `defects` are (target, note).

    Raises NothingToCorrect, UnknownTarget. A second notice for one case is possible, stands out in the ledger and is
    an event for the supervisors (`is_oversight_event`).
    """
    application = await take(session, actor, number, Deed.REQUEST_CORRECTION)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    told = _defects(item.definition, application, defects)
    application.state = next_state(application.state, Deed.REQUEST_CORRECTION)
    application.corrections += 1
    session.add(
        Correction(
            application_id=application.id,
            defects=told,
            requested_by=actor.person_id,
            requested_by_name=actor.name,
            requested_at=at,
            reply_by=local_day(at) + REPLY_DAYS * DAY,
        )
    )
    await timing.stop_intake(session, application, at=at)
    await papers.request(session, application, papers.CORRECTION, at=at, ordinal=application.corrections)
    await record(
        session,
        actor,
        application,
        "correction requested",
        at=at,
        targets=[defect["target"] for defect in told],
        notice=application.corrections,
        again=is_oversight_event(application.corrections),
    )
    release(application, actor, at)
    return application


async def refuse_acceptance(
    session: Session, actor: Actor, number: str, *, reason: str, at: datetime
) -> Application:
    """不予受理, in writing and with the reason. Raises ReasonMissing."""
    reason = require_reason(Deed.REFUSE_ACCEPTANCE, reason)
    application = await take(session, actor, number, Deed.REFUSE_ACCEPTANCE)
    await turn_away(session, actor, application, Deed.REFUSE_ACCEPTANCE, reason, papers.NOT_ACCEPTED, at=at)
    await record(session, actor, application, "acceptance refused", at=at, reasoned=True)
    release(application, actor, at)
    return application


async def refer(
    session: Session, actor: Actor, number: str, *, authority: str, reason: str, at: datetime
) -> Application:
    """不属本机关职权: not accepted, at once, and told to which authority to turn (行政许可法 32 (2)).

    Raises ReasonMissing, AuthorityMissing.
    """
    reason = require_reason(Deed.REFER, reason)
    told = {"authority": require_authority(authority)}
    application = await take(session, actor, number, Deed.REFER)
    await turn_away(session, actor, application, Deed.REFER, reason, papers.NOT_ACCEPTED, at=at, told=told)
    await record(session, actor, application, "acceptance refused", at=at, reasoned=True, **told)
    release(application, actor, at)
    return application


async def tell_not_needed(
    session: Session, actor: Actor, number: str, *, reason: str, at: datetime
) -> Application:
    """不需要取得许可: told at once, and nothing is accepted (行政许可法 32 (1)). Raises ReasonMissing."""
    reason = require_reason(Deed.TELL_NOT_NEEDED, reason)
    application = await take(session, actor, number, Deed.TELL_NOT_NEEDED)
    paper = papers.Paper.NOT_NEEDED
    await turn_away(session, actor, application, Deed.TELL_NOT_NEEDED, reason, paper, at=at)
    await record(session, actor, application, "no licence needed", at=at)
    release(application, actor, at)
    return application


async def turn_away(
    session: Session,
    actor: Actor,
    application: Application,
    deed: Deed,
    reason: str,
    paper: papers.Paper,
    *,
    at: datetime,
    told: Mapping[str, str] | None = None,
) -> None:
    """The case ends at the window, with its certificate (行政许可法 32)."""
    was = application.state
    application.state = next_state(was, deed)
    application.outcome = Outcome.NOT_NEEDED if deed is Deed.TELL_NOT_NEEDED else Outcome.NOT_ACCEPTED
    application.reason = reason
    say(session, actor, application, "accept", deed, reason, at)
    await timing.close(session, application, was, at=at)
    await papers.request(session, application, paper, at=at, told=told)


def step_after(definition: ItemDefinition, current: str | None) -> str | None:
    """The key of the step that follows `current` once the case is accepted; nothing after the last."""
    steps = [step.key for step in definition.steps if step.kind is not StepKind.ACCEPT]
    place = steps.index(current) + 1 if current in steps else 0
    return steps[place] if place < len(steps) else None


def say(
    session: Session, actor: Actor, application: Application, step: str, deed: Deed, text: str, at: datetime
) -> None:
    """Keep what an officer did at a step, with their words."""
    session.add(
        Opinion(
            application_id=application.id,
            step=step,
            deed=deed,
            officer_id=actor.person_id,
            officer_name=actor.name,
            text=text.strip(),
            at=at,
        )
    )


def release(application: Application, actor: Actor, at: datetime) -> None:
    """The desk is cleared for the next officer, and who received is remembered for the separation of duties.

    At the desk of an absent colleague it was received in both names, so that neither decides it later.
    """
    absent = actor.instead_of(application.claimed_by)
    received = {str(actor.person_id)} | ({str(absent.person_id)} if absent else set())
    application.received_by = sorted(received.union(application.received_by))
    clear_desk(application)
    application.updated_at = at


def _defects(
    definition: ItemDefinition, application: Application, defects: Sequence[tuple[str, str]]
) -> list[dict[str, str]]:
    told = [{"target": target, "note": note.strip()} for target, note in defects if note.strip()]
    if not told:
        raise NothingToCorrect
    targets = {f"question:{question.key}" for question in definition.form.questions()}
    targets |= {f"question:{row}" for row in rows.keys(definition.form, application.answers)}
    targets |= {f"material:{material.code}" for material in definition.materials}
    for defect in told:
        if defect["target"] not in targets:
            raise UnknownTarget(defect["target"])
    return told
