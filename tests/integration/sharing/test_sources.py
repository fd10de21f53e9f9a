from time import monotonic

import pytest

from services.sharing.breaker import FAILURES
from services.sharing.configuration import load
from services.sharing.errors import SourcesMisconfigured
from services.sharing.messages import Subject
from services.sharing.rules import Form, Outcome
from services.sharing.sources import Patience
from tests.integration.sharing.builders import (
    PERSON,
    QUICK,
    file_source,
    http_server,
    request,
    sources,
)
from tests.integration.sharing.test_rest_source import FIRM, open_source

pytestmark = pytest.mark.anyio
TYPES = {"name": "text"}


def firm_request(now):
    return request(now, resource="business-register", fields=["name"], subject=Subject(credit_code=FIRM))


async def ask(known, now):
    return await known.ask(firm_request(now), TYPES, Form.FULL)


async def test_a_source_that_stumbles_once_is_asked_again(now):
    calls = []

    def stumble(handler):
        calls.append(handler.path)
        body = b'{"uscc": "%s", "entName": "x"}' % FIRM.encode()
        handler.say(500 if len(calls) == 1 else 200, body)

    with http_server(stumble) as url:
        known = sources(open_source(url))
        found = await ask(known, now)
        await known.close()
    assert (found.outcome, found.values, len(calls)) == (Outcome.HIT, {"name": "x"}, 2)


async def test_a_source_that_keeps_failing_is_left_alone_and_comes_back(now):
    calls = []
    healthy = []

    def answer(handler):
        calls.append(handler.path)
        handler.say(200 if healthy else 503, b'{"uscc": "%s", "entName": "x"}' % FIRM.encode())

    clock = [0.0]
    with http_server(answer) as url:
        known = sources(open_source(url), patience=Patience(tries=1, each=0.4, total=0.8, pause=0))
        known.monotonic = lambda: clock[0]
        for _ in range(FAILURES + 3):
            assert (await ask(known, now)).trouble == "down"
        assert len(calls) == FAILURES
        healthy.append(True)
        clock[0] = 11.0
        assert (await ask(known, now)).outcome is Outcome.HIT
        await known.close()


async def test_a_hanging_source_costs_no_more_than_its_patience(now):
    def hang(handler):
        import time

        time.sleep(1.5)

    with http_server(hang) as url:
        known = sources(open_source(url, timeout=5))
        began = monotonic()
        assert (await ask(known, now)).trouble == "slow"
        assert monotonic() - began < QUICK.total + 0.3
        assert await known.states() == {"sample": "slow"}
        await known.close()


async def test_the_states_name_each_source(now, tmp_path):
    known = sources(file_source(tmp_path / "r.csv"), open_source("http://127.0.0.1:1", name="register"))
    assert await known.states() == {"sample": "up", "register": "down"}
    await known.close()


GOOD = """
sources:
  - kind: sql
    name: people
    resource: population
    url: postgresql://reader@127.0.0.1/people
    secret: PEOPLE_PASSWORD
    query: SELECT number, name FROM person WHERE number = :subject
    subject: number
    fields: {name: name}
  - kind: rest
    name: firms
    resource: business-register
    url: https://register.example
    path: /firms/{subject}
    subject: code
    fields: {name: firm.name}
  - kind: file
    name: records
    resource: social-insurance
    path: records.csv
    subject: number
    fields: {name: name, born_on: born, address: place}
"""


async def test_a_sources_file_opens_every_kind(tmp_path, now):
    file = tmp_path / "sources.yaml"
    file.write_text(GOOD, encoding="utf-8")
    file_source(tmp_path / "records.csv")
    opened = load(file, {"PEOPLE_PASSWORD": "x"})
    assert [(one.name, one.resource) for one in opened] == [
        ("people", "population"),
        ("firms", "business-register"),
        ("records", "social-insurance"),
    ]
    known = sources(*opened)
    found = await known.ask(request(now, resource="social-insurance", fields=["name"]), TYPES, Form.FULL)
    assert (found.outcome, found.values) == (Outcome.HIT, {"name": "示例甲"})
    assert request(now).subject.number == PERSON
    await known.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: sql", "kind: oracle"),
        ("name: people", "name: People"),
        ("number = :subject", "number = 1"),
        ("SELECT number, name FROM person WHERE number = :subject", "DELETE FROM person WHERE n = :subject"),
        ("WHERE number = :subject", "WHERE number = :subject; DROP TABLE person"),
        ("fields: {name: name}\n", "fields: {}\n"),
        ("resource: business-register", "resource: population"),
        ("name: firms", "name: people"),
        ("/firms/{subject}", "/firms"),
        ("https://register.example", "ftp://register.example"),
        ("records.csv", "records.doc"),
        ("subject: code", "subject: code\n    surplus: 1"),
        ("sources:", "sources: ["),
        ("postgresql://", "oracle://"),
        ("PEOPLE_PASSWORD", "NOT_SET"),
        ("records.csv", "records.csv\n    encoding: klingon"),
    ],
)
def test_a_sources_file_that_cannot_be_obeyed_is_refused_whole(tmp_path, old, new):
    file = tmp_path / "sources.yaml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(SourcesMisconfigured) as caught:
        load(file, {"PEOPLE_PASSWORD": "x"})
    assert caught.value.file == str(file)


def test_a_sources_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourcesMisconfigured):
        load(tmp_path / "sources.yaml", {})
