"""The hearings of a case, for those who may see the case."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import CASEWORK, EVERYWHERE
from identity.queries import StaffEntry
from services.applications import queries
from services.applications.errors import ChairNotFree
from services.applications.hearing.models import Hearing
from services.applications.hearing.rules import APPLICANT, Days
from services.applications.models import Application
from services.applications.rules import Deed
from storage.database import Session


async def of(session: Session, application: Application) -> list[Hearing]:
    """In the order in which the right was told."""
    query = sa.select(Hearing).where(col(Hearing.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(Hearing.ordinal))))


async def offered_to_applicant(session: Session, application: Application) -> Hearing | None:
    """The latest hearing whose right was told to the applicant, not to a third party."""
    heard = await of(session, application)
    return heard[-1] if heard and heard[-1].offered_to == APPLICANT else None


async def days_of(session: Session, application: Application) -> list[Days]:
    """What the rules count with."""
    return [hearing.days for hearing in await of(session, application)]


async def reviewers_of(session: Session, application: Application) -> set[str]:
    """Who reviewed the application: none of them may chair its hearing (行政许可法 48 (3))."""
    opinions = await queries.opinions_of(session, application)
    return {str(one.officer_id) for one in opinions if one.deed == Deed.REVIEW}


async def chairs(session: Session, application: Application) -> list[StaffEntry]:
    """Who may chair a hearing of this case: officers of its department who did not review it."""
    barred = await reviewers_of(session, application)
    places = {application.department_code, EVERYWHERE}
    return [
        entry
        for entry in await identity.staff_listing(session)
        if entry.active
        and entry.roles & CASEWORK
        and entry.departments & places
        and str(entry.person_id) not in barred
    ]


async def name_of(session: Session, person_id: UUID) -> str:
    """The name of an officer in service. Raises ChairNotFree for anybody else."""
    for entry in await identity.staff_listing(session):
        if entry.person_id == person_id and entry.active:
            return entry.name
    raise ChairNotFree("")
