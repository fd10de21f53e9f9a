"""An officer's own months: what only they did, of what only they could have done. Shown to themselves first.

From the steps alone: nodes done, how many of them were late while they lay on one's own desk (what nobody had taken is
the queue's), corrections asked for of what one received, refusals of what one decided, extensions of what one handled,
and the median of the office minutes on one's desk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from identity.actor import EVERYWHERE, Actor
from services.oversight.rules import FEWEST, Rate
from storage.database import Session

STATEMENT = sa.text("""
WITH own AS (
    SELECT deed, minutes, late, holder IS NOT DISTINCT FROM officer AS held,
           date_trunc('month', at AT TIME ZONE 'UTC' + interval '8 hours')::date AS month,
           deed IN ('application accepted', 'step reviewed', 'application granted', 'application refused') AS node
    FROM oversight_step
    WHERE officer = :officer AND at >= :since AND at < :until
      AND (:everywhere OR department_code = ANY(:departments))
)
SELECT month,
       count(*) FILTER (WHERE node AND NOT (held AND late > 0)) AS in_time,
       count(*) FILTER (WHERE node) AS nodes,
       count(*) FILTER (WHERE node AND held) AS held,
       count(*) FILTER (WHERE deed = 'correction requested') AS corrections,
       count(*) FILTER (WHERE deed IN ('correction requested', 'application accepted', 'acceptance refused')) AS received,
       count(*) FILTER (WHERE deed = 'application refused') AS refused,
       count(*) FILTER (WHERE deed IN ('application granted', 'application refused')) AS decided,
       count(*) FILTER (WHERE deed = 'limit extended') AS extended,
       count(*) FILTER (WHERE deed IN ('step reviewed', 'application granted', 'application refused')) AS handled,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) FILTER (WHERE node AND held) AS middle
FROM own GROUP BY month ORDER BY month
""")
MONTHS = 6


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """One month of one officer; `middle` is None where there are too few nodes to say anything (样本不足)."""

    month: date
    on_time: Rate
    corrections: Rate
    refusals: Rate
    extensions: Rate
    middle: float | None


async def months(
    session: Session, actor: Actor, officer: UUID, *, since: datetime, until: datetime
) -> Sequence[OwnMonth]:
    """The officer's months, oldest first: one's own everywhere, another's in the departments the actor supervises.

    Whoever looks at another's has that recorded with the profile (`measures.commands.look_at_officer`).
    """
    everywhere = officer == actor.person_id or EVERYWHERE in actor.departments
    binds: dict[str, Any] = {
        "officer": officer,
        "since": since,
        "until": until,
        "everywhere": everywhere,
        "departments": sorted(actor.departments),
    }
    return [
        OwnMonth(
            row.month,
            Rate(row.in_time, row.nodes),
            Rate(row.corrections, row.received),
            Rate(row.refused, row.decided),
            Rate(row.extended, row.handled),
            float(row.middle) if row.held >= FEWEST else None,
        )
        for row in await session.execute(STATEMENT, binds)
    ]
