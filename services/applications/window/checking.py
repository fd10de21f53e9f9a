"""An officer goes through the points of each material; the ticks are kept, and the opinion follows from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries
from services.applications.commands.receiving import take
from services.applications.models import Application, CaseMaterial
from services.applications.rules import Deed
from services.applications.window import points
from services.applications.window.errors import PointUnknown
from services.applications.window.models import ReviewCheck
from services.applications.window.points import FORM, Found, Point
from services.catalogue import queries as catalogue
from services.catalogue.definition import ItemDefinition
from storage.database import Session

NOTED = "note"
"""The row that holds what is wrong in words."""
LONGEST = 300


async def found_by(
    session: Session, actor: Actor, application: Application, definition: ItemDefinition
) -> list[Found]:
    """What this officer has to look at in the case, in the order of the guide, with what they ticked so far."""
    rows = await session.scalars(
        sa.select(ReviewCheck).where(
            col(ReviewCheck.application_id) == application.id, col(ReviewCheck.officer_id) == actor.person_id
        )
    )
    ticks = {(row.target, row.point): row for row in rows}
    return [
        Found(
            target,
            name,
            looked_at,
            frozenset(point for point in looked_at if _met(ticks.get((target, point)))),
            ticks[target, NOTED].note if (target, NOTED) in ticks else "",
        )
        for target, name, looked_at in _targets(definition, await queries.materials_of(session, application))
    ]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one officer ticked in the case: how many points of how many hold, and what is wrong, by target."""

    officer_id: UUID
    met: int
    looked_at: int
    wrong: Sequence[tuple[str, str]]


async def checked_by(session: Session, application: Application) -> list[Checked]:
    """Of every officer who went through the points, the earliest first."""
    query = sa.select(ReviewCheck).where(col(ReviewCheck.application_id) == application.id)
    rows = list(await session.scalars(query.order_by(col(ReviewCheck.at), col(ReviewCheck.target))))
    return [
        Checked(
            officer,
            sum(row.met for row in rows if row.officer_id == officer and row.point != NOTED),
            sum(row.point != NOTED for row in rows if row.officer_id == officer),
            [(row.target, row.note) for row in rows if row.officer_id == officer and row.point == NOTED],
        )
        for officer in dict.fromkeys(row.officer_id for row in rows)
    ]


async def check(
    session: Session,
    actor: Actor,
    number: str,
    *,
    met: Mapping[str, Collection[str]],
    notes: Mapping[str, str],
    at: datetime,
) -> list[Found]:
    """Keep what was ticked and noted, in place of what this officer kept before.

    Raises ClaimedBySomebody, StepNotOpen, PointUnknown. Ticks alone do nothing to the case; the deed they lead to
    is recorded with its words.
    """
    application = await take(session, actor, number, Deed.CLAIM)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    targets = _targets(item.definition, await queries.materials_of(session, application))
    known = {target: looked_at for target, _name, looked_at in targets}
    for target, ticked in met.items():
        for point in ticked:
            if point not in known.get(target, ()):
                raise PointUnknown(target, point)
    own = (col(ReviewCheck.application_id) == application.id, col(ReviewCheck.officer_id) == actor.person_id)
    await session.execute(sa.delete(ReviewCheck).where(*own))
    for target, looked_at in known.items():
        note = notes.get(target, "").strip()[:LONGEST]
        ticked = {str(point): point in met.get(target, ()) for point in looked_at}
        session.add_all(_row(application, actor, target, point, at, met=one) for point, one in ticked.items())
        if note:
            session.add(_row(application, actor, target, NOTED, at, note=note))
    await session.flush()
    return await found_by(session, actor, application, item.definition)


def _targets(
    definition: ItemDefinition, materials: list[CaseMaterial]
) -> list[tuple[str, str, tuple[Point, ...]]]:
    supplied = {row.code: row.supply for row in materials}
    found: list[tuple[str, str, tuple[Point, ...]]] = [(FORM, "申请表", points.AT_THE_FORM)]
    for material in definition.materials:
        looked_at = points.points_of(supplied[material.code]) if material.code in supplied else ()
        if looked_at:
            found.append((f"material:{material.code}", material.name.zh, looked_at))
    return found


def _row(
    application: Application,
    actor: Actor,
    target: str,
    point: str,
    at: datetime,
    *,
    met: bool = False,
    note: str = "",
) -> ReviewCheck:
    return ReviewCheck(
        application_id=application.id,
        officer_id=actor.person_id,
        target=target,
        point=point,
        met=met,
        note=note,
        at=at,
    )


def _met(row: ReviewCheck | None) -> bool:
    return row is not None and row.met
