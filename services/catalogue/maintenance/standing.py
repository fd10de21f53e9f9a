"""How a published item stands: suspended (暂停), resumed, cancelled (取消), followed by others. No draft is needed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor
from services.catalogue import commands as catalogue
from services.catalogue.commands import publisher
from services.catalogue.errors import ItemNotFound
from services.catalogue.finding.commands import refile
from services.catalogue.finding.models import Kind
from services.catalogue.maintenance.errors import ReasonMissing, StandingUnchanged, SuccessorUnknown
from services.catalogue.maintenance.models import ItemSuccession, ItemSuspension
from services.catalogue.queries import newest_version
from services.catalogue.rules import CHINA
from storage import ledger, queue
from storage.database import Session

END = "catalogue.end_item"
"""The task that closes an item on its last day's end, see `tasks.end_item`."""


async def suspend(session: Session, code: str, *, reason: str, actor: Actor | str, at: datetime) -> None:
    """Nobody may begin until it is resumed; running cases go on, the guide stays and says why.

    Raises PublishingNotAllowed, ReasonMissing, ItemNotFound, StandingUnchanged.
    """
    by, version = await _existing(session, code, actor)
    _reason(code, reason)
    values = {"code": code, "reason": reason.strip(), "suspended_at": at}
    done = await session.execute(
        insert(ItemSuspension).values(values).on_conflict_do_nothing().returning(col(ItemSuspension.code))
    )
    if done.first() is None:
        raise StandingUnchanged(code)
    await _record(session, code, "item suspended", by, at, version=version, reason=reason.strip())


async def resume(session: Session, code: str, *, actor: Actor | str, at: datetime, reason: str = "") -> None:
    """Let people begin again. Raises PublishingNotAllowed, ItemNotFound, StandingUnchanged."""
    by, version = await _existing(session, code, actor)
    gone = await session.execute(
        sa.delete(ItemSuspension).where(col(ItemSuspension.code) == code).returning(col(ItemSuspension.code))
    )
    if gone.first() is None:
        raise StandingUnchanged(code)
    await _record(session, code, "item resumed", by, at, version=version, reason=reason.strip())


async def cancel(
    session: Session,
    code: str,
    *,
    reason: str,
    actor: Actor | str,
    at: datetime,
    from_day: date | None = None,
    successors: Sequence[str] = (),
) -> None:
    """End an item at once, or when `from_day` begins in Shanghai; its guide then says where to go instead.

    Raises PublishingNotAllowed, ReasonMissing, ItemNotFound, SuccessorUnknown.
    """
    by, version = await _existing(session, code, actor)
    _reason(code, reason)
    for successor in successors:
        if successor == code or await newest_version(session, successor) is None:
            raise SuccessorUnknown(code, successor)
    await follow(session, code, successors)
    if successors:
        await _record(session, code, "item followed", by, at, successors=", ".join(successors))
    await end(session, code, version=version, reason=reason.strip(), actor=actor, at=at, from_day=from_day)


async def follow(session: Session, code: str, successors: Sequence[str]) -> None:
    """Note where to go instead of `code`, and let whoever asks for it by its names find that."""
    for successor in successors:
        await session.execute(
            insert(ItemSuccession).values(code=code, successor=successor).on_conflict_do_nothing()
        )
        await refile(session, Kind.ITEM, successor)


async def end(
    session: Session,
    code: str,
    *,
    version: int,
    reason: str,
    actor: Actor | str,
    at: datetime,
    from_day: date | None = None,
) -> None:
    """Withdraw `version` and all before it, now or when `from_day` begins; a version published until then stays."""
    if from_day is None or from_day <= at.astimezone(CHINA).date():
        await catalogue.withdraw(session, code, actor=actor, reason=reason, at=at)
        await session.execute(sa.delete(ItemSuspension).where(col(ItemSuspension.code) == code))
        return
    midnight = datetime(from_day.year, from_day.month, from_day.day, tzinfo=CHINA)
    await queue.enqueue(
        session, END, at=midnight + timedelta(seconds=1), code=code, version=version, reason=reason
    )
    by = publisher(actor, code)
    await _record(session, code, "item end planned", by, at, on=from_day.isoformat(), reason=reason)


async def _existing(session: Session, code: str, actor: Actor | str) -> tuple[str, int]:
    """Who acts and the newest version; deeds on one item wait for one another."""
    by = publisher(actor, code)
    if not code.isprintable():
        raise ItemNotFound(code)
    await catalogue.alone(session, code)
    newest = await newest_version(session, code)
    if newest is None:
        raise ItemNotFound(code)
    return by, newest.version


def _reason(code: str, reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing(code)


async def _record(
    session: Session, code: str, deed: str, by: str, at: datetime, **details: str | int
) -> None:
    said = {key: value for key, value in details.items() if value != ""}
    await ledger.append(session, chain=f"item:{code}", deed=deed, subject=code, actor=by, at=at, details=said)
