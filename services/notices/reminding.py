"""Reminders of days that come near: materials that are to follow (容缺后补), commitments that are to be verified (承诺核查).

Each is told once for its day. Corrections are reminded of in `commands.remind`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import Role
from identity.means.rules import Channel
from services.applications.afterwards.models import CommitmentCheck, MaterialToFollow
from services.applications.models import Application
from services.applications.rules import Deed, open_deeds
from services.applications.rules import State as CaseState
from services.catalogue.messages import Node
from services.notices import cases
from services.notices.commands import BATCH, write
from services.notices.models import Message
from services.notices.rules import REMIND_BEFORE, REMIND_CHECK_BEFORE
from services.workflow.rules import local_day
from storage.database import Session

FOLLOWING = frozenset(state for state in CaseState if Deed.FOLLOW_UP in open_deeds(state))
CHECKABLE = frozenset(state for state in CaseState if Deed.VERIFY_COMMITMENT in open_deeds(state))


async def remind_of_materials(
    session: Session, *, open_ways: Collection[Channel], at: datetime, most: int = BATCH
) -> int:
    """Tell applicants of what they undertook to hand in and have not; one message a case. How many were written."""
    source = sa.func.concat("follow:", sa.cast(col(Application.id), sa.Text))
    last = sa.func.min(col(MaterialToFollow.due_on))
    query = (
        sa.select(Application, source, last)
        .join(MaterialToFollow, col(MaterialToFollow.application_id) == col(Application.id))
        .where(
            col(Application.state).in_(FOLLOWING),
            col(MaterialToFollow.met_at).is_(None),
            ~sa.exists().where(col(Message.source) == source),
        )
        .group_by(col(Application.id))
        .having(last <= local_day(at) + REMIND_BEFORE)
        .order_by(last)
        .limit(most)
    )
    written = 0
    for application, named, due in (await session.execute(query)).all():
        told = await cases.of_application(session, application, Node.FOLLOW_DUE, due=due)
        written += await write(session, told, named, at, open_ways, at)
    return written


async def remind_of_checks(
    session: Session, *, open_ways: Collection[Channel], at: datetime, most: int = BATCH
) -> int:
    """Tell the reviewers of the department that a commitment is to be verified; one message a case and reviewer."""
    source = sa.func.concat("check:", sa.cast(col(Application.id), sa.Text))
    last = sa.func.min(col(CommitmentCheck.due_on))
    query = (
        sa.select(Application, source, last)
        .join(CommitmentCheck, col(CommitmentCheck.application_id) == col(Application.id))
        .where(
            col(Application.state).in_(CHECKABLE),
            col(CommitmentCheck.checked_at).is_(None),
            ~sa.exists().where(col(Message.source) == source),
        )
        .group_by(col(Application.id))
        .having(last <= local_day(at) + REMIND_CHECK_BEFORE)
        .order_by(last)
        .limit(most)
    )
    return sum(
        [
            await _tell_reviewers(session, application, named, due, open_ways, at)
            for application, named, due in (await session.execute(query)).all()
        ]
    )


async def _tell_reviewers(
    session: Session,
    application: Application,
    named: str,
    due: date,
    open_ways: Collection[Channel],
    at: datetime,
) -> int:
    told = await cases.of_application(session, application, Node.CHECK_DUE, due=due)
    people = await reviewers(session, application.department_code)
    return await write(session, replace(told, people=people, own=()), named, at, open_ways, at)


async def reviewers(session: Session, department: str) -> tuple[UUID, ...]:
    """Who verifies in this department: reviewers in service whose own it is."""
    found = await identity.staff_listing(session, department=department)
    return tuple(one.person_id for one in found if one.active and Role.REVIEWER in one.roles)
