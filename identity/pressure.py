"""Limits beyond the pair of account and origin: how much one network, or the whole world, may try.

A leaky bucket a key (rules.Bucket). The key is a keyed hash; the row is the same whether the account exists or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.models import SignInPressure
from identity.rules import FORGOTTEN_AFTER, Bucket
from storage.cipher import ring
from storage.database import Session

SHORTEST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One bucket of somebody: `key` says whose.

    `former` is its name by the look-up key before, while that key is being changed: what it holds still counts.
    """

    key: str
    bucket: Bucket
    former: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, self.former) if self.former else (self.key,)


def gauge(bucket: Bucket, *whose: str) -> Gauge:
    """The bucket of this network, this account, or this pair."""
    key, *former = ring().indexes("\0".join(whose), "sign-in-pressure")
    return Gauge(key, bucket, next(iter(former), None))


async def wait(session: Session, gauges: Sequence[Gauge], at: datetime) -> datetime | None:
    """Until when the fullest of these buckets takes no more, if it does not at `at`."""
    keys = [key for one in gauges for key in one.keys]
    query = sa.select(col(SignInPressure.key), col(SignInPressure.level), col(SignInPressure.at))
    found = {row.key: row for row in await session.execute(query.where(col(SignInPressure.key).in_(keys)))}
    waits = [
        one.bucket.wait(
            sum(one.bucket.level(found[key].level, at - found[key].at) for key in one.keys if key in found)
        )
        for one in gauges
    ]
    longest = max(waits, default=timedelta(0))
    return at + max(longest, SHORTEST_WAIT) if longest else None


async def add(session: Session, gauges: Sequence[Gauge], at: datetime) -> None:
    """Charge every one of these buckets with one more, whatever else is charged at the same moment."""
    # In the order of their keys, so that two that charge the same buckets cannot wait for each other.
    for one in sorted(gauges, key=lambda each: each.key):
        leaked = (
            sa.func.extract("epoch", sa.literal(at) - col(SignInPressure.at))
            / one.bucket.leak.total_seconds()
        )
        left = sa.func.greatest(col(SignInPressure.level) - leaked, 0)
        statement = insert(SignInPressure).values(key=one.key, level=1, at=at)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[col(SignInPressure.key)], set_={"level": left + 1, "at": at}
            )
        )


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop what has leaked away."""
    await session.execute(sa.delete(SignInPressure).where(col(SignInPressure.at) < at - 2 * FORGOTTEN_AFTER))
