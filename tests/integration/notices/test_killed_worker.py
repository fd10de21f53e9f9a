"""A worker is killed (SIGKILL) while the other side has the message and it does not know: once, or shown, never twice."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from identity.means.rules import Channel
from services.notices.rules import HAND_OVER_LASTS, Stage, Why
from storage.database import open_engine, open_sessions
from tests.integration.notices.test_carrying import carry, laid, pass_time, state
from tests.support import postgres
from tests.support.gateway import gateway
from tests.support.mail_server import mail_server
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

WORKER = """
import asyncio, sys
from pathlib import Path
from identity.means.notice import SmsDoor, SmtpDoor
from identity.means.rules import Channel
from services.notices import tasks
from storage import cipher
from storage.database import open_engine, open_sessions
from tests.support.gateway import KEY

url, ring, message, channel, place = sys.argv[1:]
cipher.install(cipher.load_ring(Path(ring)))
host, _, port = place.rpartition(":")
doors = {
    Channel.EMAIL: SmtpDoor(host, int(port), "notice@yiwang.example", security="none"),
    Channel.SMS: SmsDoor(f"http://{place}/send", KEY),
}
sessions = open_sessions(open_engine(url))
asyncio.run(tasks.dispatch(sessions=sessions, doors=doors, message=message, channel=channel))
"""


def kill_when(holds, url, ring, message, channel, place):
    """A worker process that hands the message over, killed as soon as `holds`."""
    said = [sys.executable, "-c", WORKER, url, str(ring), str(message), channel.value, place]
    worker = subprocess.Popen(said, cwd=Path(__file__).parents[3])
    try:
        until(holds, seconds=20, pause=0.05)
        assert worker.poll() is None
    finally:
        worker.kill()
        worker.wait()


async def test_a_killed_worker_leaves_nothing_lost_and_nothing_doubled(server, data_folder):
    name = server.copy(f"killed_{datetime.now(UTC):%H%M%S%f}")
    url, ring = server.url(name, postgres.APPLICATION), data_folder / "keys" / "ring.json"
    engine = open_engine(url)
    sessions = open_sessions(engine)
    try:
        message = await laid(sessions, Channel.EMAIL)
        with mail_server(CONTENT="HANG") as mail:
            mail.patience = 30
            kill_when(lambda: mail.mails, url, ring, message, Channel.EMAIL, mail.address)
            assert (await state(sessions, message))[0] is Stage.HANDING
            await pass_time(sessions, message, HAND_OVER_LASTS)
            mail.answers.clear()
            await carry(sessions, message, Channel.EMAIL, mail=mail)
        assert (await state(sessions, message))[:2] == (Stage.UNDELIVERED, Why.UNCERTAIN)
        assert len(mail.mails) == 1

        other = await laid(
            sessions, Channel.SMS, account="shili-yi", id_number="520102199001010026", phone="19900000009"
        )
        with gateway("late") as operator:
            operator.patience = 30
            place = operator.url.removeprefix("http://").removesuffix("/send")
            kill_when(lambda: operator.sent, url, ring, other, Channel.SMS, place)
            await pass_time(sessions, other, HAND_OVER_LASTS)
            await carry(sessions, other, Channel.SMS, sms=operator)
        assert await state(sessions, other) == (Stage.SENT, None, 2)
        assert (list(operator.sent), operator.asked) == ([str(other)], 2)
    finally:
        await engine.dispose()
        server.drop(name)
