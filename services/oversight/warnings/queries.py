"""Who may see which warning, decided once; lists and single ones."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import CASEWORK, Actor, Role
from services.oversight.errors import WarningNotFound
from services.oversight.queries import serves
from services.oversight.warnings.models import Warning
from storage.database import Session

PAGE = 50


def visible_to(actor: Actor) -> sa.Select[Warning]:
    """Supervisors see those of their departments; officers those addressed to them or to anybody of their department."""
    query = sa.select(Warning)
    if actor.has(Role.SUPERVISOR):
        return query.where(serves(col(Warning.department_code), actor))
    if not actor.has(*CASEWORK):
        return query.where(sa.false())
    anybody = sa.and_(col(Warning.to_person).is_(None), serves(col(Warning.department_code), actor))
    return query.where(sa.or_(col(Warning.to_person).in_(actor.desks), anybody))


async def get(session: Session, actor: Actor, warning_id: UUID, *, lock: bool = False) -> Warning:
    """Raises WarningNotFound, the same whether there is none or it is not theirs."""
    query = visible_to(actor).where(col(Warning.id) == warning_id)
    found: Warning | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise WarningNotFound(str(warning_id))
    return found


async def listing(
    session: Session,
    actor: Actor,
    *,
    ended: bool = False,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[Warning]:
    """Open or ended ones, the latest first; `before`: the last (raised at, id) of the page before."""
    over = sa.or_(
        col(Warning.retracted_at).is_not(None),
        sa.and_(
            col(Warning.disposed_at).is_not(None),
            sa.or_(col(Warning.appealed_at).is_(None), col(Warning.decided_at).is_not(None)),
        ),
    )
    query = visible_to(actor).where(over if ended else sa.not_(over))
    if before:
        at, last = before
        key = sa.tuple_(col(Warning.raised_at), sa.cast(col(Warning.id), sa.Text))
        query = query.where(key < sa.tuple_(sa.literal(at), sa.literal(last)))
    ordered = query.order_by(col(Warning.raised_at).desc(), sa.cast(col(Warning.id), sa.Text).desc())
    return list(await session.scalars(ordered.limit(limit)))


async def of_case(session: Session, number: str) -> list[Warning]:
    """The warnings of a case that the caller may see, in the order in which they were raised."""
    query = sa.select(Warning).where(col(Warning.application_number) == number)
    return list(await session.scalars(query.order_by(col(Warning.raised_at), col(Warning.rule))))
