"""The licence library as a source of the hub: configured, asked under contract, written into the licence's record."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from identity import queries as identity
from identity.actor import PartyKind
from licensing.models import Licence
from licensing.rules import State
from portal.cli.demo.people import firm
from services.sharing import configuration
from services.sharing.adapters.licences import Library
from services.sharing.configuration import Side
from services.sharing.errors import SourcesMisconfigured
from services.sharing.messages import Subject
from services.sharing.models import Contract
from services.sharing.rules import Form, SubjectKey
from storage import ledger
from storage.database import open_engine, open_sessions
from tests.integration.sharing.builders import MARKET, contract, open_hub, resource, sources

pytestmark = pytest.mark.anyio
FIRM = firm("firm-restaurant").credit_code
WRITTEN = """
sources:
  - kind: licences
    name: food-licences
    resource: food-licences
    type: food-business-licence
    fields: {number: number, ends_on: valid_until, premises: premises}
"""
FIELDS = [("number", "text"), ("ends_on", "date"), ("premises", "address")]


async def nothing():
    """The engine of these tests belongs to a fixture."""


@pytest.fixture
async def hub(city_sessions, now, tmp_path):
    file = tmp_path / "sources.yaml"
    file.write_text(WRITTEN, encoding="utf-8")
    with pytest.raises(SourcesMisconfigured, match="only a hub beside"):
        configuration.load(file, {})
    hub = await open_hub(city_sessions, now)
    side = Side("city", hub.key, Library(city_sessions, lambda: now, nothing))
    (library,) = configuration.load(file, {}, side)
    await library.check()
    hub.sources = sources(library)
    async with city_sessions.begin() as session:
        described = [
            {"name": name, "title": {"zh": name, "en": name}, "type": kind, "sensitivity": "general"}
            for name, kind in FIELDS
        ]
        session.add(
            resource(
                now,
                code="food-licences",
                catalogue_code="101001/000077",
                fields=described,
                subject_key=SubjectKey.CREDIT_CODE,
            )
        )
        await session.flush()
        for number, form in (("QY-FOOD", Form.FULL), ("QY-FOOD-YES", Form.VERIFY)):
            terms = {"resource": "food-licences", "fields": [name for name, _ in FIELDS], "form": form}
            session.add(Contract(**contract(now, number=number, **terms).model_dump()))
    await hub.tell(subjects=[Subject(credit_code=FIRM)])
    return hub


async def licensed(hub, **change):
    """A food business licence of the sample firm, as it stands in the library."""
    async with hub.sessions.begin() as session:
        held = await identity.organisation(session, FIRM)
        values = {
            "identifier": f"1.2.156.3005.2.{uuid4().hex}",
            "type_code": "food-business-licence",
            "number": "JY35201150000011",
            "check_code": "ABCDEFGH",
            "holder_kind": PartyKind.ORGANISATION,
            "holder_id": held.id,
            "holder_name": held.name,
            "issuer_code": MARKET,
            "issuer_name": "示例市市场监督管理局",
            "application_number": uuid4().hex,
            "state": State.VALID,
            "elements": {"KZ_JYCS": "示例路1号"},
            "valid_from": hub.now.date(),
            "valid_until": hub.now.date() + timedelta(days=365),
            "intended_at": hub.now,
            "issued_at": hub.now,
            "document": "0" * 64,
        }
        made = Licence(**values | change)
        session.add(made)
        await session.flush()
        return made.id


async def asked(hub, **change):
    terms = {
        "contract": "QY-FOOD",
        "resource": "food-licences",
        "fields": [name for name, _ in FIELDS],
        "subject": Subject(credit_code=FIRM),
    }
    return await hub.call(**terms | change)


async def test_a_department_reads_good_licences_under_contract_and_the_holder_reads_that_it_did(hub):
    assert (await asked(hub)).outcome == "miss"
    await licensed(hub, valid_until=date(2020, 1, 1), number="JY35201150000029")
    await licensed(hub, state=State.REVOKED, number="JY35201150000037")
    assert (await asked(hub)).outcome == "miss"
    licence = await licensed(hub)
    answer = await asked(hub)
    ends_on = (hub.now.date() + timedelta(days=365)).isoformat()
    told = {"number": "JY35201150000011", "ends_on": ends_on, "premises": "示例路1号"}
    assert (answer.outcome, answer.values) == ("hit", told)
    claims = {"number": "JY35201150000011", "ends_on": "2020-01-01", "premises": "示例路1号"}
    truth = await asked(hub, contract="QY-FOOD-YES", expected=claims)
    assert truth.values == {"number": True, "ends_on": False, "premises": True}
    async with hub.sessions() as session:
        entries = await ledger.entries(session, f"licence:{licence}")
    assert [one.deed for one in entries] == ["licence told to a department"] * 2
    assert {(one.actor, one.details["case"]) for one in entries} == {(f"department:{MARKET}", "1-0001")}
    await licensed(hub, number="JY35201150000045")
    two = await asked(hub)
    assert (two.outcome, two.values) == ("mismatch", {})


async def test_a_library_that_is_away_or_knows_no_such_type_is_trouble_and_passes_nothing_on(hub):
    (library,) = hub.sources.by_resource.values()
    library._kind = "no-such-type"
    answer = await asked(hub)
    assert (answer.outcome, answer.reason, answer.values) == ("failed", "wrong", {})
    gone = open_engine("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    library._library = Library(open_sessions(gone), lambda: hub.now, gone.dispose)
    answer = await asked(hub)
    assert (answer.outcome, answer.reason, answer.values) == ("failed", "down", {})
    await library.close()
