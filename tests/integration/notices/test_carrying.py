"""Mail and gateway refuse, hang, accept twice, answer late, and workers die: each message arrives once or is shown."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from identity import tasks as identity
from identity.means import contacts, notices
from identity.means.models import Outgoing
from identity.means.notice import NoticeRefused, SmsDoor, SmtpDoor
from identity.means.rules import Channel
from services.catalogue.messages import Node
from services.notices import dispatching, queries, tasks
from services.notices.models import Dispatch, Message
from services.notices.rules import HAND_OVER_LASTS, PAUSES, Stage, Why
from tests.integration.identity import people
from tests.support.gateway import KEY, gateway
from tests.support.mail_server import mail_server

pytestmark = pytest.mark.anyio

NUMBER = "11440232MB2D06811W40001170510002026112300019"
MAIL = "jia@example.org"
WAITING = sa.text(
    "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'notices.dispatch' AND status = 'todo' ORDER BY id"
)


async def laid(sessions, channel, *, phone="19900000001", account="jia", **person):
    """A message to a person who is reached by `channel`."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        person = await people.citizen(session, at, phone=phone, login=account, **person)
        address = phone if channel is Channel.SMS else MAIL
        await contacts.prove(session, person, channel, address, by="system:test", at=at)
        said = {"title": "老年人优待证：已经受理", "text": "已经受理", "sms": "【一网】已经受理"}
        message = Message(
            person_id=person,
            application_number=NUMBER,
            node=Node.ACCEPTED,
            source=f"ledger:{uuid4()}:1",
            words={"zh": said, "en": said | {"title": "Senior card: accepted", "sms": "accepted"}},
            at=at,
        )
        session.add(message)
        await session.flush()
        session.add(Dispatch(message_id=message.id, channel=channel, settled_at=at))
    return message.id


async def state(sessions, message):
    async with sessions() as session:
        (row,) = await queries.dispatches(session, message)
        return row.stage, row.why, row.tries


async def waits(sessions):
    """When the jobs that wait are due, in seconds from now."""
    async with sessions() as session:
        now = datetime.now(UTC)
        return [
            round((row.scheduled_at - now).total_seconds()) if row.scheduled_at else 0
            for row in await session.execute(WAITING)
        ]


def doors(mail=None, sms=None):
    found = {}
    if mail is not None:
        values = {"security": "none", "seconds": 0.3, "longest": 1.0}
        found[Channel.EMAIL] = SmtpDoor(mail.host, mail.port, "notice@yiwang.example", **values)
    if sms is not None:
        found[Channel.SMS] = SmsDoor(sms.url, KEY, seconds=0.3, longest=1.0)
    return found


async def carry(sessions, message, channel, **more):
    await tasks.dispatch(sessions=sessions, doors=doors(**more), message=str(message), channel=channel.value)


async def pass_time(sessions, message, span):
    async with sessions() as session, session.begin():
        (row,) = await queries.dispatches(session, message)
        row.handed_at = row.handed_at - span


async def test_a_mail_server_that_is_full_is_asked_again_with_growing_pauses_until_it_takes_it(sessions):
    message = await laid(sessions, Channel.EMAIL)
    with mail_server(RCPT="450 full") as server:
        for tries, pause in enumerate(PAUSES[:3], start=1):
            await carry(sessions, message, Channel.EMAIL, mail=server)
            assert await state(sessions, message) == (Stage.WAITING, None, tries)
            assert (await waits(sessions))[-1] == pytest.approx(pause.total_seconds(), abs=5)
        server.answers.clear()
        await carry(sessions, message, Channel.EMAIL, mail=server)
        await carry(sessions, message, Channel.EMAIL, mail=server)  # a job too many finds nothing to do
    assert await state(sessions, message) == (Stage.SENT, None, 4)
    (mail,) = server.mails
    assert mail["to"] == MAIL
    assert mail["message-id"] == f"<{message}@yiwang.example>"
    assert "老年人优待证" in mail["subject"]


@pytest.mark.parametrize(
    ("moment", "answer", "why"),
    [
        ("RCPT", "550 unknown", Why.REFUSED),
        ("CONTENT", "DROP", Why.UNCERTAIN),
        ("CONTENT", "LATE", Why.UNCERTAIN),
    ],
)
async def test_a_mail_that_will_not_or_may_not_have_arrived_is_shown_to_the_clerk(
    sessions, moment, answer, why
):
    message = await laid(sessions, Channel.EMAIL)
    with mail_server(**{moment: answer}) as server:
        await carry(sessions, message, Channel.EMAIL, mail=server)
        server.answers.clear()
        await carry(sessions, message, Channel.EMAIL, mail=server)
    assert (await state(sessions, message))[:2] == (Stage.UNDELIVERED, why)
    assert len(server.mails) == (why is Why.UNCERTAIN)
    async with sessions() as session:
        (shown,) = await queries.undelivered(session, NUMBER)
    assert (shown.person, shown.channel, shown.node, shown.why) == (
        "示例甲",
        Channel.EMAIL,
        Node.ACCEPTED,
        why,
    )
    assert await waits(sessions) == []


async def test_a_server_that_never_takes_it_is_given_up_and_shown(sessions):
    message = await laid(sessions, Channel.SMS)
    with gateway(*["503"] * 7) as other:
        for _ in range(len(PAUSES) + 1):
            await carry(sessions, message, Channel.SMS, sms=other)
    assert await state(sessions, message) == (Stage.UNDELIVERED, Why.GIVEN_UP, len(PAUSES) + 1)
    assert other.sent == {}


@pytest.mark.parametrize("mood", ["late", "gone", "hang"])
async def test_a_gateway_whose_answer_is_lost_is_asked_again_and_sends_once(sessions, mood):
    message = await laid(sessions, Channel.SMS)
    with gateway(mood) as other:
        await carry(sessions, message, Channel.SMS, sms=other)
        assert (await state(sessions, message))[0] is Stage.WAITING
        await carry(sessions, message, Channel.SMS, sms=other)
    assert await state(sessions, message) == (Stage.SENT, None, 2)
    assert list(other.sent) == [str(message)]
    assert other.sent[str(message)] == {"to": "19900000001", "text": "【一网】已经受理\naccepted"}


async def test_a_worker_killed_between_hand_over_and_note_never_delivers_a_mail_twice(sessions):
    message = await laid(sessions, Channel.EMAIL)
    with mail_server() as server:
        async with sessions() as session, session.begin():
            parcel = await dispatching.take(
                session, message, Channel.EMAIL, doors=doors(mail=server), at=datetime.now(UTC)
            )
        await doors(mail=server)[Channel.EMAIL].send(parcel.identifier, parcel.address, parcel.text)
        await carry(
            sessions, message, Channel.EMAIL, mail=server
        )  # taken up while the first may still be at it
        assert (await state(sessions, message))[0] is Stage.HANDING
        assert (await waits(sessions))[0] == pytest.approx(HAND_OVER_LASTS.total_seconds(), abs=5)
        await pass_time(sessions, message, HAND_OVER_LASTS)
        await carry(sessions, message, Channel.EMAIL, mail=server)
    assert (await state(sessions, message))[:2] == (Stage.UNDELIVERED, Why.UNCERTAIN)
    assert len(server.mails) == 1


async def test_a_worker_killed_with_a_short_message_hands_it_to_a_gateway_that_knows_it(sessions):
    message = await laid(sessions, Channel.SMS)
    with gateway() as other:
        async with sessions() as session, session.begin():
            parcel = await dispatching.take(
                session, message, Channel.SMS, doors=doors(sms=other), at=datetime.now(UTC)
            )
        await doors(sms=other)[Channel.SMS].send(parcel.identifier, parcel.address, parcel.text)
        await pass_time(sessions, message, HAND_OVER_LASTS)
        await carry(sessions, message, Channel.SMS, sms=other)
    assert await state(sessions, message) == (Stage.SENT, None, 2)
    assert (len(other.sent), other.asked) == (1, 2)


async def test_a_way_or_an_address_that_is_gone_is_shown(sessions):
    message = await laid(sessions, Channel.SMS)
    await carry(sessions, message, Channel.SMS)
    assert (await state(sessions, message))[:2] == (Stage.UNDELIVERED, Why.NO_DOOR)
    async with sessions() as session, session.begin():
        (row,) = await queries.dispatches(session, message)
        row.stage, row.why = Stage.WAITING, None
        await session.execute(sa.text("DELETE FROM proven_contact"))
    with gateway() as other:
        await carry(sessions, message, Channel.SMS, sms=other)
    assert (await state(sessions, message))[:2] == (Stage.UNDELIVERED, Why.NO_ADDRESS)
    assert other.asked == 0


async def test_a_report_before_our_own_note_stands(sessions):
    """The gateway answers late, and its report of the delivery is faster than its answer."""
    message = await laid(sessions, Channel.SMS)
    at = datetime.now(UTC)
    with gateway() as other:
        async with sessions() as session, session.begin():
            await dispatching.report(session, "early", message, arrived=True, at=at)
        assert (await state(sessions, message))[0] is Stage.WAITING, "nothing was handed over yet"
        async with sessions() as session, session.begin():
            parcel = await dispatching.take(session, message, Channel.SMS, doors=doors(sms=other), at=at)
        async with sessions() as session, session.begin():
            await dispatching.report(session, "r-1", message, arrived=True, at=at)
        async with sessions() as session, session.begin():
            await dispatching.note_taken(session, parcel, at=at)
        await carry(sessions, message, Channel.SMS, sms=other)
    assert await state(sessions, message) == (Stage.DELIVERED, None, 1)
    async with sessions() as session, session.begin():
        await dispatching.report(session, "r-2", message, arrived=False, at=at)
        await dispatching.forget_reports(session, at=at + timedelta(hours=1))
    assert (await state(sessions, message))[0] is Stage.DELIVERED


async def test_a_code_is_sent_again_only_where_that_is_neither_in_vain_nor_twice(sessions):
    """One-time codes leave by the same doors; whoever waits for one asks for another."""
    for answer, moment, left in (("450 full", "RCPT", 1), ("550 no", "RCPT", 0), ("DROP", "CONTENT", 0)):
        at = datetime.now(UTC)
        async with sessions() as session, session.begin():
            await notices.send(session, Channel.EMAIL, MAIL, "123456", at=at)
            row = (await session.scalars(sa.select(Outgoing))).one()
        with mail_server(**{moment: answer}) as server:
            given = identity.deliver(sessions=sessions, doors=doors(mail=server), notice=str(row.id))
            if left:
                with pytest.raises(NoticeRefused):
                    await given
                server.answers.clear()
                await identity.deliver(sessions=sessions, doors=doors(mail=server), notice=str(row.id))
            else:
                await given
        async with sessions() as session:
            assert (await session.scalars(sa.select(Outgoing))).all() == []
        assert len(server.mails) == (answer != "550 no")
