"""At the window: claim, accept, tell once what to correct, refuse to accept (行政许可法 32)."""

from collections.abc import Sequence
from datetime import datetime

from identity.actor import Actor
from services.applications import queries
from services.applications.commands import papers, timing
from services.applications.commands.recording import record
from services.applications.errors import ClaimedBySomebody, NothingToCorrect, UnknownTarget
from services.applications.models import Application, Correction, Opinion
from services.applications.rules import Deed, Outcome, next_state, require_reason, require_role
from services.catalogue import queries as catalogue
from services.catalogue.codes import StepKind
from services.catalogue.definition import ItemDefinition
from storage.database import Session


async def take(session: Session, actor: Actor, number: str, deed: Deed) -> Application:
    """The case, locked, for an officer about to do `deed`.

    Raises ApplicationNotFound, NotYourDeed, StepNotOpen, ClaimedBySomebody (with the officer's name).
    """
    application = await queries.get(session, actor, number, lock=True)
    require_role(deed, actor.roles)
    next_state(application.state, deed)
    if application.claimed_by not in {None, actor.person_id}:
        raise ClaimedBySomebody(application.claimed_by_name or "")
    return application


async def claim(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """Take the case onto one's own desk; claiming one's own case again changes nothing."""
    application = await take(session, actor, number, Deed.CLAIM)
    if application.claimed_by is None:
        application.claimed_by, application.claimed_by_name = actor.person_id, actor.name
        application.updated_at = at
        await record(session, actor, application, "application claimed", at=at)
    return application


async def accept(
    session: Session, actor: Actor, number: str, *, opinion: str = "", at: datetime
) -> Application:
    """受理: the certificate is made, the decision limit starts, and whoever accepts can never decide."""
    application = await take(session, actor, number, Deed.ACCEPT)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    application.state = next_state(application.state, Deed.ACCEPT)
    application.accepted_at, application.accepted_by = at, actor.person_id
    application.step = step_after(item.definition, None)
    say(session, actor, application, "accept", Deed.ACCEPT, opinion, at)
    _release(application, actor, at)
    await timing.start_decision(session, application, item.definition, at=at)
    await papers.request(session, application, papers.ACCEPTANCE, at=at)
    await record(
        session,
        actor,
        application,
        "application accepted",
        at=at,
        due=str(application.due_on),
        limit=application.limit_days,
    )
    return application


async def request_correction(
    session: Session, actor: Actor, number: str, *, defects: Sequence[tuple[str, str]], at: datetime
) -> Application:
    """补正告知: everything that has to be corrected, told at once; `defects` are (target, note).

    Raises NothingToCorrect, UnknownTarget. A second notice for one case is possible and stands out in the ledger.
    """
    application = await take(session, actor, number, Deed.REQUEST_CORRECTION)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    told = _defects(item.definition, defects)
    application.state = next_state(application.state, Deed.REQUEST_CORRECTION)
    application.corrections += 1
    session.add(
        Correction(
            application_id=application.id,
            defects=told,
            requested_by=actor.person_id,
            requested_by_name=actor.name,
            requested_at=at,
        )
    )
    _release(application, actor, at)
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
    )
    return application


async def refuse_acceptance(
    session: Session, actor: Actor, number: str, *, reason: str, at: datetime
) -> Application:
    """不予受理, in writing and with the reason. Raises ReasonMissing."""
    reason = require_reason(Deed.REFUSE_ACCEPTANCE, reason)
    application = await take(session, actor, number, Deed.REFUSE_ACCEPTANCE)
    was = application.state
    application.state = next_state(application.state, Deed.REFUSE_ACCEPTANCE)
    application.outcome, application.reason = Outcome.NOT_ACCEPTED, reason
    say(session, actor, application, "accept", Deed.REFUSE_ACCEPTANCE, reason, at)
    _release(application, actor, at)
    await timing.close(session, application, was, at=at)
    await papers.request(session, application, papers.NOT_ACCEPTED, at=at)
    await record(session, actor, application, "acceptance refused", at=at)
    return application


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


def _release(application: Application, actor: Actor, at: datetime) -> None:
    """The desk is cleared for the next officer, and who received is remembered for the separation of duties."""
    application.received_by = sorted({*application.received_by, str(actor.person_id)})
    application.claimed_by = application.claimed_by_name = None
    application.updated_at = at


def _defects(definition: ItemDefinition, defects: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    told = [{"target": target, "note": note.strip()} for target, note in defects if note.strip()]
    if not told:
        raise NothingToCorrect
    targets = {f"question:{question.key}" for question in definition.form.questions()}
    targets |= {f"material:{material.code}" for material in definition.materials}
    for defect in told:
        if defect["target"] not in targets:
            raise UnknownTarget(defect["target"])
    return told
