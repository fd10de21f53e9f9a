"""Mail and short messages against servers on loopback: taken, refused, hung, dropped, late, and never waited for long."""

import time

import pytest

from identity.means.notice import NoticeRefused, NoticeUncertain, SmsDoor, SmtpDoor
from tests.support.gateway import KEY, gateway
from tests.support.mail_server import authority, mail_server

pytestmark = pytest.mark.anyio

IDENTIFIER = "7f9c2ba4-e88f-427d-b8a1-5a6d3f1c2b10"
TEXT = "【一网】您申请的老年人优待证已经受理。\n.一行以点开头\nYour application was accepted."


def door(server, **more):
    values = {"security": "none", "seconds": 0.3, "longest": 1.0} | more
    return SmtpDoor(server.host, server.port, "notice@yiwang.example", **values)


async def test_mail_arrives_whole_with_the_message_id_of_its_notice():
    with mail_server() as server:
        await door(server).send(IDENTIFIER, "jia@example.org", TEXT, subject="老年人优待证：已经受理")
    (mail,) = server.mails
    assert mail["message-id"] == f"<{IDENTIFIER}@yiwang.example>"
    assert mail["subject"] == "老年人优待证：已经受理"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == TEXT.splitlines()


@pytest.mark.parametrize(
    ("moment", "answer", "kind", "final"),
    [
        ("GREETING", "554 no", NoticeRefused, True),
        ("GREETING", "421 later", NoticeRefused, False),
        ("MAIL", "550 not you", NoticeRefused, True),
        ("RCPT", "550 unknown", NoticeRefused, True),
        ("RCPT", "450 full", NoticeRefused, False),
        ("DATA", "451 later", NoticeRefused, False),
        ("CONTENT", "554 spam", NoticeRefused, True),
        ("CONTENT", "452 full", NoticeRefused, False),
        ("GREETING", "HANG", NoticeRefused, False),
        ("RCPT", "HANG", NoticeRefused, False),
        ("RCPT", "DROP", NoticeRefused, False),
        ("CONTENT", "DROP", NoticeUncertain, False),
        ("CONTENT", "HANG", NoticeUncertain, False),
        ("CONTENT", "LATE", NoticeUncertain, False),
    ],
)
async def test_mail_that_is_not_taken_says_so_and_whether_it_may_have_been(moment, answer, kind, final):
    began = time.monotonic()
    with mail_server(**{moment: answer}) as server, pytest.raises(NoticeRefused) as refused:
        await door(server).send(IDENTIFIER, "jia@example.org", TEXT)
    assert type(refused.value) is kind
    assert refused.value.final is final
    assert time.monotonic() - began < 2
    assert len(server.mails) == (kind is NoticeUncertain)


async def test_a_server_that_drips_is_cut_off_in_the_end():
    began = time.monotonic()
    with mail_server(GREETING="DRIP") as server, pytest.raises(NoticeRefused):
        await door(server, seconds=5, longest=0.6).send(IDENTIFIER, "jia@example.org", TEXT)
    assert time.monotonic() - began < 2


async def test_a_server_that_takes_the_mail_and_never_says_goodbye_has_taken_it():
    with mail_server(QUIT="HANG") as server:
        began = time.monotonic()
        await door(server).send(IDENTIFIER, "jia@example.org", TEXT)
        assert time.monotonic() - began < 0.3
    assert len(server.mails) == 1


async def test_an_address_that_could_smuggle_a_header_is_refused_for_good():
    with mail_server() as server:
        for address in ("jia@example.org\r\nBcc: all@example.org", "甲@示例.example"):
            with pytest.raises(NoticeRefused) as refused:
                await door(server).send(IDENTIFIER, address, TEXT)
            assert refused.value.final
    assert server.mails == []


async def test_mail_travels_over_tls_only_to_a_server_one_can_trust(tmp_path):
    serving, trusting = authority(tmp_path)
    with mail_server(serving) as server:
        values = {"security": "starttls", "seconds": 2, "longest": 3}
        here = SmtpDoor("localhost", server.port, "notice@yiwang.example", context=trusting, **values)
        await here.send(IDENTIFIER, "jia@example.org", TEXT)
        assert server.secured == 1
        with pytest.raises(NoticeRefused):  # a certificate nobody known has signed
            await SmtpDoor("localhost", server.port, "notice@yiwang.example", **values).send(
                IDENTIFIER, "jia@example.org", TEXT
            )
    with (
        mail_server() as plain,
        pytest.raises(NoticeRefused),
    ):  # no STARTTLS on offer: nothing goes in the clear
        await door(plain, security="starttls").send(IDENTIFIER, "jia@example.org", TEXT)
    assert len(server.mails) == 1
    assert plain.mails == []


async def test_nobody_there_is_told_as_not_taken():
    with mail_server() as server:
        gone = door(server)
    with pytest.raises(NoticeRefused):
        await gone.send(IDENTIFIER, "jia@example.org", TEXT)
    with pytest.raises(NoticeRefused):
        await SmsDoor(f"http://127.0.0.1:{server.port}/", KEY).send(IDENTIFIER, "19900000001", TEXT)


async def test_a_short_message_is_signed_so_that_the_gateway_believes_it():
    with gateway() as other:
        await SmsDoor(other.url, KEY).send(IDENTIFIER, "19900000001", TEXT)
        with pytest.raises(NoticeRefused) as refused:
            await SmsDoor(other.url, "another key").send("another-id", "19900000001", TEXT)
    assert other.sent == {IDENTIFIER: {"to": "19900000001", "text": TEXT}}
    assert (refused.value.why, refused.value.final, other.forged) == ("401", False, 1)


@pytest.mark.parametrize(
    ("mood", "final"),
    [
        ("500", False),
        ("429", False),
        ("404", False),
        ("422", True),
        ("hang", False),
        ("gone", False),
        ("late", False),
    ],
)
async def test_a_gateway_that_fails_is_asked_again_and_sends_once(mood, final):
    with gateway(mood) as other:
        here = SmsDoor(other.url, KEY, seconds=0.3, longest=1.0)
        with pytest.raises(NoticeRefused) as refused:
            await here.send(IDENTIFIER, "19900000001", TEXT)
        assert refused.value.final is final
        await here.send(IDENTIFIER, "19900000001", TEXT)
        await here.send(IDENTIFIER, "19900000001", TEXT)  # had already: taken
    assert list(other.sent) == [IDENTIFIER]
    assert other.asked == 3
