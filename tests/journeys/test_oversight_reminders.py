"""What oversight waits for is told to who must answer: orders and warnings become messages, and silence is reported."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.cli.demo.departments import CIVIL
from services.notices import commands as notices
from services.notices.models import Message
from services.oversight import commands, waiting
from services.oversight.models import Order
from services.oversight.warnings import commands as warnings
from services.oversight.warnings.models import Warning
from services.oversight.warnings.rules import Level
from services.workflow.rules import local_day
from storage import ledger
from tests.journeys.cases import senior_card
from tests.journeys.conftest import checked
from tests.support.city import officer

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


async def told(session, number):
    """Names of those whom the newest entry of this case was told, and the day that was named."""
    newest = (await ledger.entries(session, number))[-1]
    await notices.tell(session, number, newest.position, open_ways=(), at=newest.at)
    query = sa.text(
        "SELECT p.name, m.words->'zh'->>'text' AS text FROM message m JOIN person p ON p.id = m.person_id"
        " WHERE m.source = :source ORDER BY p.name"
    )
    rows = (await session.execute(query, {"source": f"ledger:{number}:{newest.position}"})).all()
    return newest.deed, {row.name for row in rows}, {row.text for row in rows}


async def test_what_waits_for_an_answer_is_asked_for(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    today = local_day(NOW)
    async with held.sessions() as session, session.begin():
        supervisor = await officer(session, "supervisor-1")
        approver = await officer(session, "civil-approver")
        due = today + 40 * DAY
        order = await commands.issue_order(
            session, supervisor, number, text="请说明进度", due_on=due, to_person=approver.person_id, at=NOW
        )
        deed, names, texts = await told(session, number)
        assert (deed, names) == ("supervision order issued", {approver.name})
        assert f"{due.year}年{due.month}月{due.day}日前答复" in texts.pop()
        assert await waiting.remind_of_orders(session, at=NOW) == 0, "there is time"
        soon, late = NOW + 40 * DAY, NOW + 41 * DAY
        for at, whom in ((soon, {approver.name}), (late, {approver.name, supervisor.name})):
            assert await waiting.remind_of_orders(session, at=at) == 1
            assert await waiting.remind_of_orders(session, at=at) == 0, "nobody is asked twice"
            deed, names, _ = await told(session, number)
            assert (deed, names) == ("supervision order reminded", whom)
        await commands.reply(session, approver, order.id, text="已经办理，明天办结", at=late)
        await session.execute(sa.update(Order).values(reminded=0))
        assert await waiting.remind_of_orders(session, at=late) == 0, "an answer ends it"

    async with held.sessions() as session, session.begin():
        case = await commands.look(session, await officer(session, "supervisor-1"), number, at=NOW)
        case.yellow_on = case.due_on = today - DAY
        await commands.raise_cards(session, at=NOW)
        assert await warnings.raise_due(session, at=NOW) >= 1
        deed, names, _ = await told(session, number)
        assert deed == "warning raised"
        assert names, "nobody had taken the case: its department's leaders are told"
        await session.execute(sa.update(Warning).values(level=Level.RED, reply_by=today))
        assert await waiting.tell_of_silence(session, at=NOW) == 0
        assert await waiting.tell_of_silence(session, at=NOW + DAY) >= 1
        assert await waiting.tell_of_silence(session, at=NOW + DAY) == 0
        deed, names, _ = await told(session, number)
        assert deed == "warning left unanswered"
        assert supervisor.name in names
        assert await session.scalar(sa.select(sa.func.count()).select_from(Message)) > 3
    watching = await sign_in("supervisor-1")
    score = checked(await watching.get(f"/supervision/scores/{CIVIL.code}")).text
    assert "（−10）" in score, "the red card stands in the department's month"
    assert checked(await watching.get("/supervision/scores?month=1999-01")).text.count("<h1") == 1
    page = checked(await watching.get(f"/supervision/cases/{number}")).text
    assert "催促答复督办" in page
    assert "红牌预警无人答复" in page
