"""Reading bundles. Who may see which bundle is decided here, once (`visible_to`)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import CASEWORK, EVERYWHERE, Actor, Role
from services.applications.bundling.models import BundleApplication, BundlePart, Standing
from services.applications.errors import ApplicationNotFound, PartOfBundle
from services.applications.models import Application
from services.applications.rules import OPEN, State
from storage import queue
from storage.database import Session

PREFIX = "YJS"
"""With which the numbers of bundles begin (一件事); those of cases begin with a digit."""
BEHIND = (Standing.HELD, Standing.RELEASED)
WAITING = (Standing.TOGETHER, *BEHIND)
RELEASE = "applications.release"
REDATE = "applications.redate"
PAGE = 50
GOING_ON = OPEN | {State.GRANTED, State.REFUSED}
"""A part in one of these is not at its end."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One part of a bundle with its case."""

    part: BundlePart
    application: Application


def is_bundle(number: str) -> bool:
    """Whether this is the number of a bundle, not of a single case."""
    return number.startswith(PREFIX)


def visible_to(actor: Actor) -> sa.Select[BundleApplication]:
    """The bundles this actor may see: those of the parties they are or act for in everything, and what they began.

    Officers see the cases a bundle is made of, each in its own department, never the bundle as a whole.
    """
    if actor.has(*CASEWORK, Role.SUPERVISOR, Role.AUDIT_ADMIN):
        return sa.select(BundleApplication).where(sa.false())
    begun = sa.and_(
        col(BundleApplication.applicant_id).in_(actor.parties),
        col(BundleApplication.filed_by) == actor.person_id,
    )
    whole = col(BundleApplication.applicant_id).in_(actor.whole)
    return sa.select(BundleApplication).where(sa.or_(whole, begun))


async def get(session: Session, actor: Actor, number: str, *, lock: bool = False) -> BundleApplication:
    """The bundle `number` as `actor` may see it; `lock=True` holds it until the transaction ends.

    Raises ApplicationNotFound, the same whether there is none or it is not theirs.
    """
    query = visible_to(actor).where(col(BundleApplication.number) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(query) if number.isprintable() else None
    if found is None:
        raise ApplicationNotFound(number)
    return found


async def by_query_code(session: Session, number: str, code: str) -> BundleApplication:
    """For whoever holds the receipt: number and 查询码 together. Raises ApplicationNotFound."""
    query = sa.select(BundleApplication).where(
        col(BundleApplication.number) == number,
        col(BundleApplication.query_code) == code.strip().upper(),
        col(BundleApplication.submitted_at).is_not(None),
    )
    found = await session.scalar(query) if f"{number}{code}".isprintable() else None
    if found is None:
        raise ApplicationNotFound(number)
    return found


async def mine(session: Session, actor: Actor, *, limit: int = PAGE) -> list[BundleApplication]:
    """The bundles of the party acted for, newest first."""
    query = (
        visible_to(actor)
        .where(col(BundleApplication.applicant_id) == actor.acting_for.id)
        .order_by(col(BundleApplication.created_at).desc())
        .limit(limit)
    )
    return list(await session.scalars(query))


async def drafts_of(session: Session, actor: Actor, code: str) -> list[BundleApplication]:
    """Bundles of this code not handed in yet that the party acted for already has, newest first."""
    return [one for one in await mine(session, actor) if one.code == code and one.submitted_at is None]


async def branches_of(session: Session, bundle: BundleApplication, *, lock: bool = False) -> list[Branch]:
    """The parts in the bundle's order. Cases are locked in the order of their numbers, whoever asks."""
    query = (
        sa.select(BundlePart, Application)
        .join(Application, col(Application.id) == col(BundlePart.application_id))
        .where(col(BundlePart.bundle_id) == bundle.id)
        .order_by(col(Application.number))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    rows = sorted((await session.execute(query)).all(), key=lambda row: row.BundlePart.place)
    return [Branch(row.BundlePart, row.Application) for row in rows]


async def part_of(session: Session, application: Application) -> tuple[BundlePart, BundleApplication] | None:
    """The bundle a case belongs to, if it belongs to one. For those who may see the case."""
    query = (
        sa.select(BundlePart, BundleApplication)
        .join(BundleApplication, col(BundleApplication.id) == col(BundlePart.bundle_id))
        .where(col(BundlePart.application_id) == application.id)
    )
    row = (await session.execute(query)).one_or_none()
    return (row.BundlePart, row.BundleApplication) if row else None


async def bundled(session: Session, cases: Collection[UUID]) -> set[UUID]:
    """Which of these cases a list shows as part of their bundle."""
    query = sa.select(col(BundlePart.application_id)).where(
        col(BundlePart.application_id).in_(cases), col(BundlePart.standing) != Standing.LEFT
    )
    return set(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Joint:
    """The bundle a case is part of, and the day by which all of it is to be decided (联办时限)."""

    number: str
    name: dict[str, str]
    promised_on: date | None


async def joint_of(session: Session, cases: Collection[UUID]) -> dict[UUID, Joint]:
    """The bundles of those of these cases that are parts of one handed in, in one query. For those who see the cases."""
    if not cases:
        return {}
    name = col(BundleApplication.definition)["short_name"]
    query = (
        sa.select(
            col(BundlePart.application_id),
            col(BundleApplication.number),
            name.label("name"),
            col(BundleApplication.promised_on),
        )
        .join(BundleApplication, col(BundleApplication.id) == col(BundlePart.bundle_id))
        .where(col(BundlePart.application_id).in_(cases), col(BundleApplication.submitted_at).is_not(None))
    )
    rows = await session.execute(query)
    return {row.application_id: Joint(row.number, row.name, row.promised_on) for row in rows}


@dataclass(frozen=True, slots=True)
class JointCase:
    """One bundle under way as supervisors see it: whose it is stays with the cases."""

    joint: Joint
    submitted_at: datetime
    parts: Sequence[Application]
    waiting: int


async def under_way(session: Session, actor: Actor, *, limit: int = PAGE) -> list[JointCase]:
    """Bundles not finished, the joint date that ends first in front; for those who watch over one of their departments."""
    mine: sa.ColumnElement[bool] = sa.true()
    if EVERYWHERE not in actor.departments:
        mine = _part_where(col(Application.department_code).in_(actor.departments))
    query = (
        sa.select(BundleApplication)
        .where(
            col(BundleApplication.submitted_at).is_not(None),
            mine,
            _part_where(sa.or_(col(Application.state).in_(GOING_ON), col(BundlePart.standing).in_(BEHIND))),
        )
        .order_by(col(BundleApplication.promised_on), col(BundleApplication.number))
        .limit(limit)
    )
    bundles = list(await session.scalars(query))
    parts = await _parts_of(session, [one.id for one in bundles])
    return [_joint_case(one, parts[one.id]) for one in bundles]


def _part_where(condition: sa.ColumnElement[bool]) -> sa.Exists:
    return (
        sa.exists()
        .where(col(BundlePart.bundle_id) == col(BundleApplication.id), condition)
        .where(col(Application.id) == col(BundlePart.application_id))
    )


async def _parts_of(session: Session, bundles: Collection[UUID]) -> dict[UUID, list[Branch]]:
    query = (
        sa.select(BundlePart, Application)
        .join(Application, col(Application.id) == col(BundlePart.application_id))
        .where(col(BundlePart.bundle_id).in_(bundles))
        .order_by(col(BundlePart.place))
        .options(sa.orm.defer(Application.answers), sa.orm.defer(Application.origins))  # type: ignore[arg-type]
    )
    found: dict[UUID, list[Branch]] = {one: [] for one in bundles}
    for row in await session.execute(query):
        found[row.BundlePart.bundle_id].append(Branch(row.BundlePart, row.Application))
    return found


def _joint_case(bundle: BundleApplication, branches: Sequence[Branch]) -> JointCase:
    joint = Joint(bundle.number, bundle.definition["short_name"], bundle.promised_on)
    at = bundle.submitted_at or bundle.updated_at
    waiting = sum(one.part.standing in BEHIND for one in branches)
    handed_in = [one.application for one in branches if one.part.standing not in BEHIND]
    return JointCase(joint, at, handed_in, waiting)


async def require_alone(session: Session, application: Application) -> None:
    """Raise PartOfBundle for a draft that is filled in and handed in with its bundle, never by itself."""
    if application.state is not State.DRAFT:
        return
    found = await part_of(session, application)
    if found is not None and found[0].standing in WAITING:
        raise PartOfBundle(found[1].number)


async def let_follow(session: Session, application: Application) -> None:
    """A case has come to its end: have what its bundle held back for it looked at."""
    found = await part_of(session, application) if application.outcome else None
    if found is None:
        return
    held = sa.select(col(BundlePart.application_id)).where(
        col(BundlePart.bundle_id) == found[1].id, col(BundlePart.standing).in_(BEHIND)
    )
    if await session.scalar(held.limit(1)):
        await queue.enqueue(session, RELEASE, number=application.number, lock=found[1].number)


async def let_joint_date_follow(session: Session, application: Application) -> None:
    """The limit of a case lawfully moved: have the joint date of its bundle looked at, by a worker that may hold it."""
    joint = (await joint_of(session, [application.id])).get(application.id)
    if joint is not None:
        await queue.enqueue(session, REDATE, number=application.number, lock=joint.number)


def waiting_part() -> sa.Exists:
    """Whether the case of a query is a draft that only its bundle shows."""
    return sa.exists().where(
        col(BundlePart.application_id) == col(Application.id), col(BundlePart.standing).in_(WAITING)
    )
