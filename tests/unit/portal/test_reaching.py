"""What `yiwang doctor` says of mail, short messages and the scanner: not set up, away with an advice, or well."""

import asyncio

import pytest

from portal.cli import reaching
from portal.settings import Settings
from tests.support.clamd import MARK, clamd
from tests.support.fronts import front

NOWHERE = "127.0.0.1:9"
"""The discard port, where nobody listens."""


def look(check, **settings):
    return asyncio.run(check(Settings(_env_file=None, **settings)))


@pytest.mark.parametrize("check", [reaching.mail, reaching.short_messages, reaching.scanner])
def test_what_is_not_set_up_needs_nothing(check):
    found, advice = look(check)
    assert found.startswith("not set up")
    assert advice == ""


@pytest.mark.parametrize(
    ("check", "settings"),
    [
        (reaching.mail, {"smtp_host": "127.0.0.1", "smtp_port": 9}),
        (reaching.short_messages, {"sms_url": f"http://{NOWHERE}/send", "sms_key": "k"}),
        (reaching.short_messages, {"sms_url": "gopher:", "sms_key": "k"}),
        (reaching.scanner, {"scanner": f"tcp:{NOWHERE}"}),
        (reaching.scanner, {"scanner": "unix:/nowhere/clamd.sock"}),
    ],
)
def test_what_is_away_says_what_to_check(check, settings):
    found, advice = look(check, **settings)
    assert found
    assert "check" in advice


def test_what_answers_is_well():
    with front(lambda connection: connection.close()) as address:
        url = f"http://{address}/send"
        assert look(reaching.short_messages, sms_url=url, sms_key="k") == (address, "")
        assert "YIWANG_SMS_KEY" in look(reaching.short_messages, sms_url=url)[1]
    with clamd() as scanner:
        assert look(reaching.scanner, scanner=scanner.address) == (scanner.address, "")
        assert scanner.seen == [reaching.SAMPLE]
        assert MARK not in reaching.SAMPLE
        scanner.mood = "error"
        assert "clamd" in look(reaching.scanner, scanner=scanner.address)[1]


def test_a_mail_server_is_greeted_and_nothing_is_sent():
    heard = []

    def behave(connection):
        connection.settimeout(2)
        connection.sendall(b"220 mail\r\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                heard.append(line.strip().upper()[:4])
                connection.sendall(b"221 bye\r\n" if heard[-1] == b"QUIT" else b"250 fine\r\n")

    with front(behave) as address:
        host, _, port = address.partition(":")
        settings = {"smtp_host": host, "smtp_port": int(port), "smtp_security": "none"}
        assert look(reaching.mail, **settings) == (address, "")
    assert heard == [b"NOOP", b"QUIT"]
