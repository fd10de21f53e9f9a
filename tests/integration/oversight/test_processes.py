"""The process of our own cases as it is discovered: what is done at every node, or by a second person, is no rework."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.oversight.measures.models import CaseStep
from services.oversight.measures.reading import Scope
from services.oversight.mining.commands import process_of

pytestmark = pytest.mark.anyio
BEGUN = datetime(2026, 6, 1, 1, tzinfo=UTC)
LAWFUL = [
    ("application submitted", "accept", 0),
    ("application claimed", "accept", 1),
    ("application accepted", "accept", 1),
    ("application claimed", "inspect", 2),
    ("step reviewed", "inspect", 2),
    ("application claimed", "inspect", 3),
    ("step reviewed", "inspect", 3),
    ("application claimed", "decide", 4),
    ("application granted", "decide", 4),
]
SENT_BACK = [
    *LAWFUL[:7],
    ("application claimed", "decide", 4),
    ("case sent back", "decide", 4),
    ("application claimed", "inspect", 2),
    ("step reviewed", "inspect", 2),
]


def rows(number, deeds):
    for position, (deed, node, officer) in enumerate(deeds, 1):
        at = BEGUN + timedelta(hours=position)
        who = {"officer": UUID(int=officer) if officer else None, "officer_name": f"示例{officer}"}
        yield CaseStep(
            number=number, position=position, entry=position + int(number) * 100, item_code="food-business",
            department_code="x", deed=deed, node=node, holder=None, since=at, at=at, minutes=1, late=0, **who,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("deeds", "again"),
    [(LAWFUL, []), (SENT_BACK, [["application claimed/inspect", 1], ["step reviewed/inspect", 1]])],
)
async def test_only_what_is_done_anew_is_rework(session, deeds, again):
    session.add_all(rows("1", deeds))
    await session.flush()
    found = (await process_of(session, "food-business", Scope(BEGUN, BEGUN + timedelta(days=1)))).summary()
    assert sorted(found["rework"]) == again
    (way,) = found["variants"]
    assert way["activities"][1:5] == [
        "application claimed/accept",
        "application accepted",
        "application claimed/inspect",
        "step reviewed/inspect",
    ]
