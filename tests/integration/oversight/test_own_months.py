"""An officer's own months: shares of what was theirs to do, nothing said of too few, others' only within one's scope."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from identity.actor import Role
from services.oversight.indicators import personal
from services.oversight.measures.models import CaseStep
from services.oversight.rules import Rate
from tests.integration.oversight.builders import CIVIL, MARKET, actor

pytestmark = pytest.mark.anyio
MAY, JUNE = datetime(2026, 5, 20, 4, tzinfo=UTC), datetime(2026, 6, 10, 4, tzinfo=UTC)


def steps(officer, at, *told):
    """Rows of (deed, minutes, late, held by the officer)."""
    return [
        CaseStep(
            number=uuid4().hex,
            position=1,
            entry=1,
            item_code="sample",
            department_code=MARKET,
            deed=deed,
            node="accept",
            officer=officer,
            officer_name="示例甲",
            holder=officer if held else None,
            since=at - timedelta(hours=1),
            at=at,
            minutes=minutes,
            late=late,
        )
        for deed, minutes, late, held in told
    ]


async def test_months_count_what_an_officer_did_from_their_own_desk(sessions):
    officer = actor(Role.WINDOW, departments=(MARKET,))
    accepted = [
        ("application accepted", minutes, late, True) for minutes, late in ((10, 0), (20, 0), (30, 5))
    ]
    async with sessions() as session, session.begin():
        session.add_all(
            steps(
                officer.person_id,
                MAY,
                *accepted,
                ("application accepted", 900, 0, False),
                ("correction requested", 5, 0, True),
                ("application refused", 40, 0, True),
                ("application granted", 50, 0, True),
                ("limit extended", 1, 0, True),
            )
        )
        session.add_all(steps(officer.person_id, JUNE, *accepted))
        asked = {"since": MAY - timedelta(days=30), "until": JUNE + timedelta(days=1)}
        may, june = await personal.months(session, officer, officer.person_id, **asked)
        assert (may.month.month, may.on_time, may.middle) == (5, Rate(5, 6), 30.0)
        assert (may.corrections, may.refusals, may.extensions) == (Rate(1, 5), Rate(1, 2), Rate(1, 2))
        assert (june.on_time, june.middle) == (Rate(2, 3), None)
        assert june.on_time.percent is None
        supervisor, other = actor(departments=(MARKET,)), actor(departments=(CIVIL,))
        assert len(await personal.months(session, supervisor, officer.person_id, **asked)) == 2
        assert await personal.months(session, other, officer.person_id, **asked) == []
