"""A case goes from one desk to another (转办), or back to where anybody may take it (退回待领)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor, Role
from identity.models import Person, StaffMember
from services.applications import queries
from services.applications.commands.receiving import say
from services.applications.commands.recording import record
from services.applications.models import Application
from services.applications.rules import ROLES, Deed, open_deeds, require_words
from services.applications.window.errors import ColleagueUnfit, NotOnYourDesk
from storage.database import Session

DESK = "desk"
"""Stands as the step of words that belong to no step of the item."""
HAND_OVER = "hand-over"
MOST = 100


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a case can be handed to."""

    id: UUID
    name: str
    roles: frozenset[Role]


async def colleagues(session: Session, actor: Actor, application: Application) -> list[Colleague]:
    """Who serves in the officer's own department, for the department of the case, in a post that is due now; by name."""
    own = sa.select(col(StaffMember.department_code)).where(col(StaffMember.person_id) == actor.person_id)
    scopes = sa.cast([application.department_code, EVERYWHERE], sa.ARRAY(sa.Text))
    query = (
        sa.select(col(StaffMember.person_id), col(Person.name), col(StaffMember.roles))
        .join(Person, col(Person.id) == col(StaffMember.person_id))
        .where(
            col(StaffMember.active),
            col(StaffMember.person_id) != actor.person_id,
            col(StaffMember.department_code) == own.scalar_subquery(),
            col(StaffMember.departments).op("&&", is_comparison=True)(scopes),
            col(StaffMember.roles).op("&&", is_comparison=True)(
                sa.cast(_posts(application), sa.ARRAY(sa.Text))
            ),
        )
        .order_by(col(Person.name), col(Person.id))
        .limit(MOST)
    )
    return [
        Colleague(row.person_id, row.name, frozenset(map(Role, row.roles)))
        for row in await session.execute(query)
    ]


async def hand_over(
    session: Session, actor: Actor, number: str, *, to: UUID, reason: str, at: datetime
) -> Application:
    """Lay one's case on a colleague's desk, with the reason, which stays among the words of the case.

    Raises NotOnYourDesk, ColleagueUnfit, ReasonMissing.
    """
    application = await _on_desk(session, actor, number)
    words = require_words(HAND_OVER, reason)
    known = {one.id: one for one in await colleagues(session, actor, application)}
    if to not in known:
        raise ColleagueUnfit
    await record(session, actor, application, "case handed over", at=at, to=known[to].name)
    say(session, actor, application, DESK, Deed.CLAIM, words, at)
    application.claimed_by, application.claimed_by_name = to, known[to].name
    application.updated_at = at
    return application


async def put_back(session: Session, actor: Actor, number: str, *, at: datetime) -> Application:
    """Clear one's desk of a case: whoever comes next may take it. Raises NotOnYourDesk."""
    application = await _on_desk(session, actor, number)
    await record(session, actor, application, "case put back", at=at)
    application.claimed_by = application.claimed_by_name = None
    application.updated_at = at
    return application


async def _on_desk(session: Session, actor: Actor, number: str) -> Application:
    application = await queries.get(session, actor, number, lock=True)
    desk = application.claimed_by
    if desk is None or not actor.may_take(desk, _posts(application)):
        raise NotOnYourDesk(number)
    return application


def _posts(application: Application) -> Sequence[str]:
    """The posts that can do something with the case as it stands."""
    deeds = open_deeds(application.state) - {Deed.CLAIM}
    return sorted({str(role) for deed in deeds for role in ROLES.get(deed, frozenset())})
