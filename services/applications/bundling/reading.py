"""A bundle read whole: its parts with everything that hangs on them, in a handful of queries."""

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries as cases
from services.applications.bundling import merging, queries
from services.applications.bundling.merging import Member, Whole
from services.applications.bundling.models import BundleApplication
from services.applications.bundling.queries import Branch
from services.applications.errors import ApplicationNotFound, NotInDraft
from services.applications.rules import State
from services.catalogue import queries as catalogue
from storage.database import Session


async def whole(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Whole:
    """The bundle `number` as `actor` may see it; `lock=True` holds it and its parts. Raises ApplicationNotFound."""
    bundle = await queries.get(session, actor, number, lock=lock)
    return await of(session, bundle, lock=lock)


async def of(session: Session, bundle: BundleApplication, *, lock: bool = False) -> Whole:
    """The same for a bundle read already."""
    branches = await queries.branches_of(session, bundle, lock=lock)
    members = [await _member(session, branch) for branch in branches]
    return merging.put_together(bundle, members)


async def of_case(session: Session, number: str) -> Whole | None:
    """The bundle, held, that a case belongs to; nothing when it belongs to none or is gone."""
    try:
        case = await cases.by_number(session, number)
    except ApplicationNotFound:
        return None
    found = await queries.part_of(session, case)
    if found is None:
        return None
    query = (
        sa.select(BundleApplication)
        .where(col(BundleApplication.id) == found[1].id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return await of(session, (await session.scalars(query)).one(), lock=True)


async def open_whole(session: Session, actor: Actor, number: str) -> Whole:
    """The bundle, held, for one who fills it in. Raises ApplicationNotFound, NotInDraft once it is handed in."""
    found = await whole(session, actor, number, lock=True)
    if found.bundle.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    if found.bundle.submitted_at is not None:
        raise NotInDraft(State.SUBMITTED)
    return found


async def _member(session: Session, branch: Branch) -> Member:
    application = branch.application
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    return Member(
        branch=branch,
        definition=item.definition,
        materials={one.code: one for one in await cases.materials_of(session, application)},
        files=await cases.files_of(session, application),
        facts=await cases.facts_of(session, application),
    )
