import json
import time
from time import monotonic

import pytest

from portal.cli.demo.market_register import KEY_HEADER
from services.sharing.adapters.rest import RESTSource
from services.sharing.adapters.wire import LARGEST
from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong
from tests.integration.sharing.builders import http_server, sample_register

pytestmark = pytest.mark.anyio
FIRM = "91520115MADEM0011Q"
MAPPING = {"name": "entName", "legal_representative": "leRep.name", "legal_representative_id": "leRep.cerNo"}
KEY = "示例 key".encode().hex()


def open_source(url, **change):
    settings = {
        "name": "sample",
        "resource": "business-register",
        "url": url,
        "path": "/entities/{subject}",
        "subject_path": "uscc",
        "mapping": MAPPING,
        "timeout": 0.5,
    }
    return RESTSource(**settings | change)


@pytest.fixture(scope="module")
def register():
    """The sample market register, served by a process of its own."""
    with sample_register(KEY) as url:
        yield url


async def trouble(source, subject=FIRM, fields=("name",)) -> SourceTrouble:
    try:
        with pytest.raises(SourceTrouble) as caught:
            await source.rows(subject, fields)
    finally:
        await source.close()
    return caught.value


async def test_a_firm_is_found_in_the_sample_register(register):
    source = open_source(register, headers={KEY_HEADER: KEY})
    await source.check()
    (row,) = await source.rows(FIRM, list(MAPPING))
    assert row.subject == FIRM
    assert row.values == {
        "name": "示例餐饮有限公司",
        "legal_representative": "示例甲",
        "legal_representative_id": "520102199001010018",
    }
    assert await source.rows("91520102MADEM00200", ["name"]) == []
    await source.close()


async def test_without_its_key_the_register_says_nothing(register):
    for headers in ({}, {KEY_HEADER: "guess"}):
        source = open_source(register, headers=headers)
        assert isinstance(await trouble(source), SourceWrong)


async def test_a_subject_never_becomes_another_path():
    asked = []

    def answer(handler):
        asked.append(handler.path)
        handler.say(404, b"")

    with http_server(answer) as url:
        source = open_source(url)
        for subject in ("../health", "a/b?c=d#e", "a b", "示例"):
            assert await source.rows(subject, ["name"]) == []
        await source.close()
    assert asked[:2] == ["/entities/..%2Fhealth", "/entities/a%2Fb%3Fc%3Dd%23e"]


BAD = {
    "not json": b"<html>",
    "cut off": b'{"uscc": "915',
    "deep": b"[" * 100_000,
    "another shape": b"[1]",
    "no subject": b"{}",
    "a number for a subject": b'{"uscc": 1}',
    "not text": b"\xff\xfe",
    "endless": b'"' + b"x" * LARGEST + b'"',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
async def test_an_answer_that_cannot_be_read_is_wrong(body):
    with http_server(lambda handler: handler.say(200, body)) as url:
        assert isinstance(await trouble(open_source(url)), SourceWrong)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, SourceDown), (503, SourceDown), (429, SourceDown), (302, SourceWrong), (403, SourceWrong)],
)
async def test_a_status_is_told_apart(status, kind):
    with http_server(lambda handler: handler.say(status, b"{}")) as url:
        assert type(await trouble(open_source(url))) is kind


async def test_another_person_in_the_answer_is_handed_on_as_what_it_is():
    other = json.dumps({"uscc": "other", "entName": "示例"}).encode()
    with http_server(lambda handler: handler.say(200, other)) as url:
        source = open_source(url)
        (row,) = await source.rows(FIRM, ["name"])
        await source.close()
    assert row.subject == "OTHER"


async def test_a_number_can_travel_in_the_body_and_stay_out_of_every_log(caplog):
    asked = []

    def answer(handler):
        length = int(handler.headers["content-length"])
        asked.append((handler.path, json.loads(handler.rfile.read(length))))
        handler.say(200, json.dumps({"uscc": FIRM, "entName": "示例"}).encode())

    caplog.set_level("INFO")
    with http_server(answer) as url:
        source = open_source(url, path="/query", parameter="code")
        (row,) = await source.rows(FIRM, ["name"])
        await source.close()
    assert asked == [("/query", {"code": FIRM})]
    assert row.values == {"name": "示例"}
    assert FIRM not in caplog.text


async def test_the_registers_own_moment_is_kept():
    body = json.dumps({"uscc": FIRM, "asOf": "2026-11-01T08:00:00+08:00"}).encode()
    with http_server(lambda handler: handler.say(200, body)) as url:
        source = open_source(url, as_of_path="asOf")
        (row,) = await source.rows(FIRM, ["name"])
        await source.close()
    assert row.as_of is not None
    assert row.as_of.isoformat() == "2026-11-01T08:00:00+08:00"


def _hang(handler):
    time.sleep(1)


def _drip(handler):
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    for _ in range(10):
        time.sleep(0.1)
        try:
            handler.wfile.write(b" ")
        except OSError:
            return


def _half(handler):
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"uscc"')
    handler.close_connection = True


@pytest.mark.parametrize(
    ("behaviour", "kind"), [(_hang, SourceSlow), (_drip, SourceSlow), (_half, SourceDown)]
)
async def test_a_source_that_hangs_drips_or_breaks_off_is_given_up_in_time(behaviour, kind):
    began = monotonic()
    with http_server(behaviour) as url:
        found = await trouble(open_source(url, timeout=0.3))
        took = monotonic() - began
    assert type(found) is kind
    assert took < 1


async def test_a_service_that_is_not_there_is_down():
    source = open_source("http://127.0.0.1:1")
    with pytest.raises(SourceDown):
        await source.check()
    assert isinstance(await trouble(source), SourceDown)
