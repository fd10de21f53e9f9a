"""A case asks three departments through the hub: real HTTP, real signatures, real registers."""

import asyncio
import json
import re
from datetime import timedelta
from time import monotonic

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from identity.tokens import new_signer, verifiers
from portal.cli.demo import contracts, population, social_insurance
from portal.cli.demo.departments import CENTRE, CIVIL, INSURANCE, MARKET, OVERSIGHT, POLICE
from portal.cli.demo.people import firm, person
from portal.hub.app import create_hub
from services.sharing import commands, configuration
from services.sharing.client import HubClient, Timeouts
from services.sharing.errors import AnswerForged, ExchangeRefused, HubUnavailable
from services.sharing.messages import Subject
from services.sharing.models import Use
from services.sharing.sources import Patience, Sources
from tests.integration.sharing.builders import http_server, sample_register

pytestmark = pytest.mark.anyio
REGISTER = "sample-register-key"
PASSWORD = "sample"
QUICK = Timeouts(connect=0.5, total=2.0, tries=3, pause=0.01)


@pytest.fixture(scope="module")
def population_url(server, anyio_backend):
    from tests.conftest import NOON

    names = {"database": "journey_population", "reader": "journey_population_reader"}
    yield population.prepare(server.cluster.url(), password=PASSWORD, at=NOON, **names)
    server.drop("journey_population")
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        connection.execute("DROP ROLE journey_population_reader")


@pytest.fixture(scope="module")
def register_url():
    with sample_register(REGISTER) as url:
        yield url


def open_sources(folder, population_url, register_url):
    """The three sample sources exactly as the demo configures them."""
    file = contracts.write_sources(
        folder,
        population_url=population_url,
        register_url=register_url,
        insurance_file=social_insurance.write(folder / "insurance.csv"),
    )
    secrets = {contracts.POPULATION_SECRET: PASSWORD, contracts.REGISTER_SECRET: REGISTER}
    patience = Patience(tries=2, each=1.0, total=1.5, pause=0.01)
    opened = configuration.load(file, secrets)
    return Sources(opened, chance=lambda: 0.5, monotonic=monotonic, patience=patience)


@pytest.fixture
async def sources(population_url, register_url, tmp_path):
    known = open_sources(tmp_path, population_url, register_url)
    yield known
    await known.close()


@pytest.fixture
async def hub(sessions, sources, now):
    """The hub as an application, with the sample directory and contracts and the portal's key."""
    own, portal = new_signer(), new_signer()
    async with sessions.begin() as session:
        await contracts.seed_hub(session, now - timedelta(days=1))
        await contracts.seed_hub(session, now)
        await contracts.admit_portal(session, verifiers(portal)[portal.kid], now - timedelta(days=1))
    app = create_hub(sessions, key=own, keys=verifiers(own), sources=sources, clock=lambda: now)
    app.state["own"], app.state["portal"], app.state["sessions"] = own, portal, sessions
    telling = connect(app)
    await tell(telling, call(now))
    await telling.close()
    return app


def connect(hub, **change):
    settings = {
        "consumer": CENTRE.code,
        "key": hub.state["portal"],
        "hub_keys": verifiers(hub.state["own"]),
        "timeouts": QUICK,
        "chance": lambda: 0.5,
        "transport": httpx.ASGITransport(hub, raise_app_exceptions=False),
    }
    return HubClient("http://hub", **settings | change)


async def tell(client, call):
    """Tell the hub of the case a call names, as the portal does before it asks."""
    await client.announce(
        case_number=call["case_number"],
        item=call["item"],
        consumer=call["consumer"],
        applicant=call["applicant"],
        subjects=[call["subject"]],
        operators=[call["operator"]],
        at=call["at"],
    )


async def told(client, call):
    await tell(client, call)
    return await client.fetch(**call)


@pytest.fixture
async def client(hub):
    client = connect(hub)
    yield client
    await client.close()


@pytest.fixture
async def http(hub):
    transport = httpx.ASGITransport(hub, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        yield http


def call(now, **change):
    return {
        "item": "food-business",
        "consumer": MARKET.code,
        "resource": "population",
        "fields": ["name", "address"],
        "subject": Subject(id_number=person("person-a").id_number),
        "case_number": "C-0001",
        "applicant": "applicant",
        "operator": "system:worker",
        "purpose": "预填申请表",
        "at": now,
    } | change


async def test_the_four_items_get_what_their_contracts_allow(client, now):
    restaurant = Subject(credit_code=firm("firm-restaurant").credit_code)
    fields = ["name", "legal_representative", "premises", "scope", "status"]
    answer = await told(client, call(now, resource="business-register", fields=fields, subject=restaurant))
    assert answer.outcome == "hit"
    assert answer.provider == MARKET.code
    assert answer.values["legal_representative"] == "示例甲"
    shop = call(now, item="individual-registration", subject=Subject(id_number=person("person-c").id_number))
    assert (await told(client, shop)).values["name"] == "示例丙"
    benefit = {"item": "unemployment-benefit", "consumer": INSURANCE.code}
    worker = Subject(id_number=person("person-d").id_number)
    months = ["unemployment_months", "ended_on", "ended_reason"]
    answer = await told(
        client, call(now, **benefit, resource="social-insurance", fields=months, subject=worker)
    )
    assert answer.values == {
        "unemployment_months": 132,
        "ended_on": "2026-10-31",
        "ended_reason": "用人单位解除劳动合同",
    }
    senior = Subject(id_number=person("person-b").id_number)
    card = {"item": "senior-card", "consumer": CIVIL.code, "fields": ["name", "born_on", "address"]}
    answer = await told(client, call(now, **card, subject=senior))
    assert answer.values["born_on"] == "1955-03-15"
    assert answer.provider == POLICE.code
    assert answer.register_at is not None


async def test_what_is_not_in_the_register_is_a_miss_and_what_it_leaves_empty_is_missing(client, now):
    unknown = Subject(id_number=person("person-e").id_number)
    assert (await told(client, call(now, subject=unknown))).outcome == "miss"
    employed = call(
        now,
        item="unemployment-benefit",
        consumer=INSURANCE.code,
        resource="social-insurance",
        fields=["insured_months", "ended_on"],
    )
    assert (await told(client, employed)).values == {"insured_months": 88}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"fields": ["name", "household"], "contract": "QY-2026-0002"}, "extra-field"),
        ({"contract": "QY-2026-0006"}, "other-consumer"),
        ({"contract": "QY-2026-0003"}, "other-item"),
        ({"contract": "QY-2026-0001"}, "other-resource"),
        ({"contract": "QY-9"}, "no-contract"),
        ({"item": "unheard-of"}, "no-contract"),
        ({"fields": ["ethnicity"]}, "no-contract"),
        ({"consumer": OVERSIGHT.code, "contract": "QY-2026-0002"}, "not-entrusted"),
        ({"subject": Subject(id_number="520102199001010019")}, "subject"),
        ({"case_number": " "}, "no-case"),
    ],
)
async def test_a_call_outside_the_contract_raises_with_its_reason(client, sessions, now, change, reason):
    with pytest.raises(ExchangeRefused) as caught:
        await client.fetch(**call(now, **change))
    assert caught.value.reason == reason
    async with sessions() as session:
        assert await session.scalar(sa.select(Use.reason)) == reason


async def test_a_wrong_clock_an_unknown_key_and_another_departments_key_are_refused(hub, sessions, now):
    department = new_signer()
    async with sessions.begin() as session:
        key = verifiers(department)[department.kid]
        await commands.admit(session, key, party=CIVIL.code, actor="system:test", at=now)
    attempts = [
        (connect(hub), {"at": now - timedelta(minutes=6)}, "clock"),
        (connect(hub, key=new_signer()), {}, "unverified"),
        (connect(hub, key=department), {}, "not-entrusted"),
    ]
    for client, change, reason in attempts:
        with pytest.raises(ExchangeRefused) as caught:
            await client.fetch(**call(now, **change))
        assert caught.value.reason == reason
        await client.close()


class Meddling(httpx.AsyncBaseTransport):
    """A wire that does something to what passes over it."""

    def __init__(self, hub, *, request=None, response=None):
        self.inner = httpx.ASGITransport(hub, raise_app_exceptions=False)
        self.request, self.response = request, response
        self.seen = []

    async def handle_async_request(self, request):
        if request.method == "POST":
            self.seen.append((await request.aread()).decode())
            if self.request:
                request = self.request(request, len(self.seen))
        response = await self.inner.handle_async_request(request)
        await response.aread()
        if request.method == "POST" and self.response:
            return self.response(response, len(self.seen))
        return response


def flip(compact):
    head, body, tail = compact.split(".")
    place = len(body) // 2
    return f"{head}.{body[:place]}{'A' if body[place] != 'A' else 'B'}{body[place + 1 :]}.{tail}"


async def test_an_altered_request_is_refused_and_recorded(hub, sessions, now):
    def alter(request, _):
        return httpx.Request(
            "POST",
            request.url,
            headers={"content-type": "application/jose"},
            content=flip(request.content.decode()),
        )

    client = connect(hub, transport=Meddling(hub, request=alter))
    with pytest.raises(AnswerForged) as caught:
        await client.fetch(**call(now))
    assert caught.value.why == "other-request"
    async with sessions() as session:
        assert await session.scalar(sa.select(Use.reason)) == "unverified"


async def test_an_altered_answer_is_not_believed(hub, now):
    def alter(response, _):
        return httpx.Response(200, headers=response.headers, text=flip(response.text))

    client = connect(hub, transport=Meddling(hub, response=alter))
    with pytest.raises(AnswerForged) as caught:
        await client.fetch(**call(now))
    assert caught.value.why == "unverified"


async def test_the_answer_to_another_question_is_not_believed(hub, now):
    kept = []

    def swap(response, _):
        kept.append(response)
        return kept[0]

    client = connect(hub, transport=Meddling(hub, response=swap))
    await client.fetch(**call(now))
    with pytest.raises(AnswerForged) as caught:
        await client.fetch(**call(now))
    assert caught.value.why == "other-request"


async def test_an_answer_of_somebody_elses_hub_is_not_believed(hub, now):
    client = connect(hub, hub_keys=verifiers(new_signer()))
    with pytest.raises(AnswerForged):
        await client.fetch(**call(now))


async def test_a_lost_answer_is_given_again_and_the_use_is_recorded_once(hub, sessions, now):
    def lose(response, number):
        if number == 1:
            raise httpx.ReadError("cut off")
        return response

    wire = Meddling(hub, response=lose)
    client = connect(hub, transport=wire)
    answer = await client.fetch(**call(now))
    assert (answer.outcome, len(wire.seen)) == ("hit", 2)
    async with sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Use)) == 1


async def test_a_contract_that_ended_is_forgotten_at_the_first_refusal(client, sessions, now):
    await client.fetch(**call(now))
    async with sessions.begin() as session:
        await commands.end(session, "QY-2026-0002", reason="示例", actor="system:test", at=now)
    for reason in ("ended", "no-contract"):
        with pytest.raises(ExchangeRefused) as caught:
            await client.fetch(**call(now))
        assert caught.value.reason == reason


async def test_a_captured_request_sent_again_is_refused(hub, http, now):
    wire = Meddling(hub)
    await connect(hub, transport=wire).fetch(**call(now))
    response = await http.post(
        "/exchange", content=wire.seen[0], headers={"content-type": "application/jose"}
    )
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["reason"] == "replayed"
    assert "示例甲" not in response.text


async def test_a_source_in_trouble_is_an_answer_and_the_hub_stays_ready(client, http, sources, now, tmp_path):
    (tmp_path / "insurance.csv").unlink()
    answer = await told(
        client,
        call(
            now,
            item="unemployment-benefit",
            consumer=INSURANCE.code,
            resource="social-insurance",
            fields=["ended_on"],
        ),
    )
    assert (answer.outcome, answer.reason, answer.values) == ("failed", "down", {})
    response = await http.get("/health/ready")
    assert response.status_code == 200
    assert response.json()["sources"]["sample-social-insurance"] == "down"
    assert response.json()["sources"]["sample-population"] == "up"


async def test_a_register_that_answers_with_another_firm_is_a_mismatch(hub, population_url, tmp_path, now):
    other = json.dumps({"uscc": firm("firm-tea").credit_code, "entName": "示例茶业有限公司"}).encode()
    subject = Subject(credit_code=firm("firm-restaurant").credit_code)
    with http_server(lambda handler: handler.say(200, other)) as url:
        confused = open_sources(tmp_path, population_url, url)
        own = hub.state["own"]
        app = create_hub(
            hub.state["sessions"], key=own, keys=verifiers(own), sources=confused, clock=lambda: now
        )
        client = connect(hub, transport=httpx.ASGITransport(app))
        answer = await told(client, call(now, resource="business-register", fields=["name"], subject=subject))
        await confused.close()
    assert (answer.outcome, answer.values) == ("mismatch", {})


async def test_a_hub_that_is_away_is_said_so_in_time_and_then_left_alone(now):
    key = new_signer()
    client = HubClient(
        "http://127.0.0.1:1", consumer=CENTRE.code, key=key, hub_keys={}, timeouts=QUICK, chance=lambda: 0.5
    )
    began = monotonic()
    whys = []
    for _ in range(3):
        with pytest.raises(HubUnavailable) as caught:
            await client.fetch(**call(now, contract="QY-2026-0002"))
        whys.append(caught.value.why)
    assert whys == ["connection", "breaker", "breaker"]
    assert monotonic() - began < 2
    await client.close()


async def test_a_hub_that_hangs_is_given_up_within_the_limit(now):
    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            await asyncio.sleep(60)

    limits = Timeouts(total=0.3)
    client = HubClient(
        "http://hub", consumer="c", key=new_signer(), hub_keys={}, timeouts=limits, transport=Hanging()
    )
    began = monotonic()
    with pytest.raises(HubUnavailable):
        await client.fetch(**call(now))
    assert monotonic() - began < 1
    await client.close()


async def test_a_hub_without_its_database_says_unavailable_and_not_ready(now, sources):
    from storage.database import open_engine, open_sessions

    engine = open_engine("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    own = new_signer()
    app = create_hub(open_sessions(engine), key=own, keys=verifiers(own), sources=sources, clock=lambda: now)
    app.state["own"] = app.state["portal"] = own
    client = connect(app)
    with pytest.raises(HubUnavailable) as caught:
        await client.fetch(**call(now, contract="QY-2026-0002"))
    assert caught.value.why == "status-503"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as http:
        response = await http.get("/health/ready")
    assert (response.status_code, response.json()["database"]) == (503, "down")
    await client.close()
    await engine.dispose()


async def test_a_citizen_reads_who_used_their_data(client, now):
    await client.fetch(**call(now))
    with pytest.raises(ExchangeRefused):
        await client.fetch(**call(now, fields=["household"], contract="QY-2026-0002"))
    await told(client, call(now, subject=Subject(id_number=person("person-c").id_number)))
    uses = await client.uses_of(Subject(id_number=person("person-a").id_number), operator="person", at=now)
    assert sorted(use.outcome for use in uses) == ["hit", "refused"]
    assert {use.case_number for use in uses} == {"C-0001"}
    assert {use.consumer for use in uses} == {MARKET.code}


async def test_nobody_else_may_read_them(hub, now):
    client = connect(hub, consumer=MARKET.code, key=new_signer())
    with pytest.raises(ExchangeRefused) as caught:
        await client.uses_of(Subject(id_number=person("person-a").id_number), operator="o", at=now)
    assert caught.value.reason == "unverified"


async def test_the_hub_shows_its_directory_contracts_keys_and_health(http):
    directory = {entry["code"]: entry for entry in (await http.get("/directory")).json()}
    assert set(directory) >= {"population", "business-register", "social-insurance"}
    assert directory["population"]["provider"] == POLICE.code
    known = (await http.get("/contracts", params={"item": "senior-card"})).json()
    assert [one["number"] for one in known] == ["QY-2026-0006"]
    one = (await http.get("/contracts/QY-2026-0006")).json()
    assert (one["form"], one["consumer"], one["ended_at"]) == ("full", CIVIL.code, None)
    assert len((await http.get("/keys")).json()["keys"]) == 1
    assert (await http.get("/health/live")).json() == {"status": "live"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/contracts/QY-9", 404),
        ("GET", "/nothing", 404),
        ("GET", "/exchange", 405),
        ("POST", "/exchange", 415),
    ],
)
async def test_errors_are_problems(http, method, path, status):
    response = await http.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


@pytest.mark.parametrize(
    ("content", "status"), [("x" * 70_000, 413), ("示例".encode(), 400), ("a.b.c", 401), ("", 401)]
)
async def test_rubbish_is_refused_in_words(http, content, status):
    response = await http.post("/exchange", content=content, headers={"content-type": "application/jose"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_stopped_hub_leaves_its_sources_closed(hub, sources):
    async with hub.lifespan():
        assert (await sources.states())["sample-market-register"] == "up"
    assert (await sources.states())["sample-market-register"] == "down"


async def test_the_hub_says_who_provides_what_and_describes_itself(http):
    found = {one["resource"]: one for one in (await http.get("/services")).json()}
    assert found["population"]["provider"] == POLICE.code
    assert found["population"]["methods"][0]["path"] == "/exchange"
    described = (await http.get("/openapi.json")).json()
    assert {"/exchange", "/steward", "/directory", "/keys"} <= set(described["paths"])
    wanted = {ref for ref in re.findall(r"#/components/schemas/(\w+)", json.dumps(described))}
    assert wanted <= set(described["components"]["schemas"])
