"""How a case ends otherwise: terminated on a legal ground, its grant revoked (行政许可法 69) or cancelled (70), archived."""

import hashlib
from datetime import datetime
from typing import Any

from identity.actor import Actor
from licensing import ending as licences
from licensing import queries as licence_queries
from licensing.rules import State as LicenceState
from services.applications import queries
from services.applications.afterwards import queries as afterwards
from services.applications.bundling.queries import let_follow
from services.applications.commands import papers, timing
from services.applications.commands.receiving import say, take
from services.applications.commands.recording import clear_desk, record
from services.applications.errors import AlreadyArchived, StepNotOpen
from services.applications.grounds import (
    CANCELLING,
    REVOKING,
    Cancelling,
    Ending,
    Ground,
    Revoking,
    require_ender,
    require_ending,
)
from services.applications.models import Application
from services.applications.rules import Deed, Outcome, next_state, require_reason
from services.workflow.rules import local_day
from storage import ledger
from storage.database import Session
from storage.ledger import canonical

IN_FORCE = frozenset({LicenceState.VALID, LicenceState.SUSPENDED})


async def terminate(
    session: Session, actor: Actor, number: str, *, ground: Ending, reason: str, at: datetime
) -> Application:
    """终止办理, in writing, with reasons and remedies.

    Raises ReasonMissing, NotYourDeed (before acceptance the window, afterwards who decides), GroundNotOpen,
    StillInTime while the applicant's own time runs.
    """
    reason = require_reason(Deed.TERMINATE, reason)
    application = await take(session, actor, number, Deed.TERMINATE)
    was = application.state
    require_ender(was, frozenset(actor.roles))
    until = await _applicants_time(session, application, ground)
    text = require_ending(ground, was, until=until, today=local_day(at))
    application.state = next_state(was, Deed.TERMINATE)
    application.outcome, application.reason = Outcome.TERMINATED, reason
    say(session, actor, application, application.step or "accept", Deed.TERMINATE, reason, at)
    await timing.close(session, application, was, at=at)
    application.step, application.updated_at = None, at
    told = {"ground": text, "reason": reason}
    await papers.request(session, application, papers.Paper.TERMINATION, at=at, told=told)
    await record(session, actor, application, "application terminated", at=at, ground=ground)
    clear_desk(application)
    await let_follow(session, application)
    return application


async def _applicants_time(session: Session, application: Application, ground: Ending) -> Any:
    """The last day of the applicant's own time that the ground is about; nothing where it is about none."""
    if ground is Ending.NOT_CORRECTED:
        correction = await queries.open_correction(session, application)
        return correction.reply_by if correction else None
    if ground is Ending.NOT_FOLLOWED:
        return max((one.due_on for one in await afterwards.outstanding(session, application)), default=None)
    return None


async def revoke(
    session: Session, actor: Actor, number: str, *, ground: Revoking, reason: str, at: datetime
) -> Application:
    """撤销: the grant should not have been given (行政许可法 69); a licence in force goes with it.

    Raises ReasonMissing, StepNotOpen where nothing was granted, licensing.LicenceNotFound.
    """
    return await _take_back(session, actor, number, Deed.REVOKE, REVOKING[ground], reason, at)


async def cancel(
    session: Session, actor: Actor, number: str, *, ground: Cancelling, reason: str, at: datetime
) -> Application:
    """注销: the grant has lost its ground (行政许可法 70). Raises what `revoke` raises."""
    return await _take_back(session, actor, number, Deed.CANCEL, CANCELLING[ground], reason, at)


TAKEN_BACK = {
    Deed.REVOKE: (papers.Paper.REVOCATION, "grant revoked", licences.revoke),
    Deed.CANCEL: (papers.Paper.CANCELLATION, "grant cancelled", licences.cancel),
}


async def _take_back(
    session: Session, actor: Actor, number: str, deed: Deed, ground: Ground, reason: str, at: datetime
) -> Application:
    reason = require_reason(deed, reason)
    application = await take(session, actor, number, deed)
    if application.outcome is not Outcome.GRANTED:
        raise StepNotOpen(application.outcome or application.state, deed)
    paper, recorded, end = TAKEN_BACK[deed]
    licence = await licence_queries.of_application(session, number)
    if licence is not None and licence.state in IN_FORCE:
        await end(session, actor, licence.identifier, reason=reason, basis=ground.article, at=at)
    application.state = next_state(application.state, deed)
    application.reason, application.updated_at = reason, at
    say(session, actor, application, "decide", deed, reason, at)
    told = {"ground": ground.text, "article": ground.article, "reason": reason}
    await papers.request(session, application, paper, at=at, told=told)
    await record(session, actor, application, recorded, at=at, article=ground.article)
    clear_desk(application)
    return application


async def archive(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """归档: the list of everything that belongs to the case is fixed by its digest. Raises AlreadyArchived."""
    application = await take(session, actor, number, Deed.ARCHIVE)
    return await put_away(session, actor, application, at=at)


async def put_away(
    session: Session, actor: Actor | None, application: Application, *, at: datetime
) -> Application:
    """Archive a case the caller holds locked; without an actor the portal itself does it."""
    if application.archived_at is not None:
        raise AlreadyArchived(application.number)
    listed = await contents(session, application)
    application.archived_at = application.updated_at = at
    application.archive_digest = hashlib.sha256(canonical(listed).encode()).hexdigest()
    counts = {part: len(things) for part, things in listed.items()}
    digest = application.archive_digest
    await record(session, actor, application, "case archived", at=at, manifest=digest, contents=counts)
    clear_desk(application)
    return application


async def contents(session: Session, application: Application) -> dict[str, list[str]]:
    """What an archived case consists of, each thing by what proves it: files and papers by digest, deeds by hash."""
    return {
        "files": sorted(
            f"{one.material_code} {one.digest}" for one in await queries.files_of(session, application)
        ),
        "papers": sorted(
            f"{one.number} {one.digest}" for one in await queries.documents_of(session, application)
        ),
        "opinions": [str(one.id) for one in await queries.opinions_of(session, application)],
        "deeds": [one.hash.hex() for one in await ledger.entries(session, application.number)],
    }
