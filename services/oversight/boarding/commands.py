"""Keeping the board's summaries behind the ledger, and proving them against the cases themselves every night.

A case that moved is taken back as a whole and put again as it stands, so order and repetition never matter. One
worker at a time: whoever holds the place, the others make way.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from services.oversight.boarding import statements
from services.oversight.boarding.models import BoardPlace, LightCount, OpenCase
from services.oversight.indicators.commands import begins
from services.oversight.indicators.models import SummaryProof
from services.oversight.measures.models import StepsFollowed
from services.workflow.rules import local_day
from storage.checkpoints import Leaf
from storage.database import Session
from storage.ledger import Entry

DAY = timedelta(days=1)
BATCH = 500
FAR = 20_000
"""So many leaves behind, counting everything anew is quicker than following."""


async def follow(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Take up the cases that moved since the last time; how many entries of the ledger were read.

    It stays behind the steps (`measures.following`), from which some numbers are counted.
    """
    place = await session.scalar(sa.select(BoardPlace).with_for_update(skip_locked=True))
    if place is None:
        return 0
    until = await session.scalar(sa.select(col(StepsFollowed.leaf))) or 0
    if place.leaf is None or until - place.leaf > FAR:
        await rebuild(session, at=at)
        return 0
    query = (
        sa.select(col(Leaf.leaf), col(Entry.chain))
        .join(Entry, col(Entry.id) == col(Leaf.entry))
        .where(col(Leaf.leaf) >= place.leaf, col(Leaf.leaf) < until)
        .order_by(col(Leaf.leaf))
        .limit(most)
    )
    rows = (await session.execute(query)).all()
    if rows:
        await take_up(session, {row.chain for row in rows}, at=at)
        place.leaf, place.turn, place.at = rows[-1].leaf + 1, place.turn + 1, at
    return len(rows)


async def take_up(session: Session, numbers: Collection[str], *, at: datetime) -> None:
    """Count these cases as they stand now, in place of what they counted for before; other chains count for nothing."""
    first = local_day(at) - DAY
    values = {"numbers": sorted(numbers), **_span(first, local_day(at))}
    await session.execute(statements.TAKE_BACK, {"numbers": values["numbers"]})
    await session.execute(statements.PUT, {"numbers": values["numbers"]})
    await session.execute(statements.DROP_EMPTY)
    await session.execute(statements.TAKE_BACK_SHARES, {"numbers": values["numbers"], "first": first})
    await session.execute(statements.PUT_SHARES, values)
    await session.execute(statements.DROP_EMPTY_DAYS, {"first": first})


async def rebuild(session: Session, *, at: datetime) -> None:
    """Count everything of yesterday, today and the running cases anew. What happens meanwhile is taken up afterwards."""
    place = (await session.scalars(sa.select(BoardPlace).with_for_update())).one()
    place.leaf = await session.scalar(sa.select(col(StepsFollowed.leaf))) or 0
    first = local_day(at) - DAY
    for nothing in (statements.NO_OPEN, statements.NO_LIGHTS, statements.NO_SHARES):
        await session.execute(nothing)
    await session.execute(statements.PUT_ALL)
    await session.execute(statements.NO_DAYS, {"first": first})
    await session.execute(statements.PUT_ALL_SHARES, _span(first, local_day(at)))
    place.turn, place.at = place.turn + 1, at
    await session.flush()


def _span(first: date, last: date) -> dict[str, datetime]:
    return {"since": begins(first), "until": begins(last + DAY)}


async def prove(session: Session, *, at: datetime) -> SummaryProof:
    """Hold the running cases and their lights against the cases, report how many rows differ, and count anew."""
    place = (await session.scalars(sa.select(BoardPlace).with_for_update())).one()
    wrong: list[str] = []
    if place.leaf is not None:
        wrong += await session.scalars(statements.DIFFERING_CASES, {"leaf": place.leaf})
        wrong += await session.scalars(statements.DIFFERING_LIGHTS)
    await rebuild(session, at=at)
    kept = [
        await session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (OpenCase, LightCount)
    ]
    today = local_day(at)
    proof = SummaryProof(
        kind="board", at=at, first=today, last=today, rows=sum(number or 0 for number in kept),
        differing=len(wrong), example=wrong[0] if wrong else "",
    )  # fmt: skip
    session.add(proof)
    await session.flush()
    return proof
