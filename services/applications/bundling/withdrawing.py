"""撤回 of a whole bundle in one deed: every part that is not decided yet is withdrawn, what still waits is thrown away."""

from datetime import datetime

from identity.actor import Actor
from services.applications.bundling import reading
from services.applications.bundling.merging import Member, Whole
from services.applications.bundling.recording import record
from services.applications.commands import closing, drafting
from services.applications.errors import ApplicationNotFound, StepNotOpen
from services.applications.rules import MOVES, Deed, State
from storage.database import Session


def withdrawable(whole: Whole) -> list[Member]:
    """The parts that withdrawing would end: handed in and not decided."""
    if whole.bundle.submitted_at is None:
        return []
    return [one for one in whole.members if (one.application.state, Deed.WITHDRAW) in MOVES]


def waiting(whole: Whole) -> list[Member]:
    """The parts that never became a case of their own: they wait for another's result, or were left to the applicant."""
    return [one for one in whole.members if one.application.state is State.DRAFT]


async def withdraw(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> Whole:
    """Withdraw all that can be; parts that are decided stay as they are.

    Raises ApplicationNotFound, and StepNotOpen for a bundle not handed in (it is discarded) or decided in every part.
    """
    whole = await reading.whole(session, actor, number, lock=True)
    if whole.bundle.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    ending = withdrawable(whole)
    if not ending:
        raise StepNotOpen(whole.members[0].application.state, Deed.WITHDRAW)
    numbers = [one.application.number for one in ending]
    # First what waits: a withdrawn part would otherwise have it looked at and left to the applicant.
    for member in waiting(whole):
        await drafting.throw_away(session, actor, member.application, at=at)
    for one in numbers:
        await closing.withdraw(session, actor, one, reason=reason, at=at)
    whole.bundle.updated_at = at
    await record(session, actor, whole.bundle, "bundle withdrawn", at=at, cases=numbers)
    return await reading.whole(session, actor, number)
