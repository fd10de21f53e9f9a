"""A department's own side: what a contract keeps back never crosses the wire (issue E, must hold 4)."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from identity.tokens import jwks, new_signer, verifiers
from portal.cli.demo.social_insurance import put_down
from portal.hub.department import create_department, own_key
from services.sharing import signing
from services.sharing.adapters.department import DepartmentSource, KeySet
from services.sharing.contracts import evidence
from services.sharing.contracts.errors import EvidenceBroken, TicketUnknown
from services.sharing.contracts.verifying import verify
from services.sharing.department import Department
from services.sharing.errors import MessageRefused
from services.sharing.messages import DepartmentQuestion, Subject
from services.sharing.models import Use
from services.sharing.rules import Form
from services.sharing.sources import Ask
from tests.integration.sharing.builders import (
    CSV,
    MARKET,
    PERSON,
    PORTAL,
    file_source,
    open_hub,
    request,
    sources,
)

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]
RAW = ("示例甲", "1990-01-01", "示例街道一号")
OVER_60 = {"over_60": {"field": "born_on", "rule": "years-at-least", "value": 60, "words": []}}


class Wire(httpx.AsyncBaseTransport):
    """A department's side behind a wire that remembers every octet that passed."""

    def __init__(self, app):
        self.inner, self.passed = httpx.ASGITransport(app, raise_app_exceptions=False), []

    async def handle_async_request(self, asked):
        self.passed.append(await asked.aread())
        answer = await self.inner.handle_async_request(asked)
        self.passed.append(await answer.aread())
        return answer

    def told(self):
        """Everything that passed, the signed payloads opened."""
        texts = [octets.decode() for octets in self.passed]
        opened = [
            signing.tokens._decoded(text.split(".")[1]).decode() for text in texts if text.count(".") == 2
        ]
        return "\n".join([*texts, *opened])


@pytest.fixture
def side(tmp_path, now):
    """A department with a register in a file, its key, and the wire to it."""
    folder = tmp_path / "department"
    key = own_key(folder)
    assert own_key(folder).kid == key.kid
    register = file_source(folder / "register.csv")
    department = Department(key, sources(register), folder / "journal.jsonl")
    app = create_department(department, hubs=KeySet(folder / "hub-keys.json"), clock=lambda: now)
    wire = Wire(app)
    department.folder, department.wire, department.register = folder, wire, register
    return department


@pytest.fixture
async def open_side(sessions, now, side):
    """A hub whose only source is the department's side, under a contract of the form asked for."""

    async def opened(**terms):
        hub = await open_hub(sessions, now, side.register, **terms)
        put_down(side.folder / "hub-keys.json", json.dumps(jwks(verifiers(hub.key))).encode())
        far = DepartmentSource(
            name="far",
            resource="population",
            url="http://department",
            keys=KeySet(side.folder / "keys.json"),
            key=hub.key,
            hub="city-hub",
        )
        client = httpx.AsyncClient(transport=side.wire, base_url="http://department")

        async def ask(method, path, **content):
            said = await client.request(method, path, **content)
            return said.status_code, said.content

        far._wire.ask = ask
        hub.sources, hub.far = sources(far), far
        return hub

    return opened


async def test_a_full_answer_comes_signed_by_both_sides(open_side, side):
    hub = await open_side()
    answer = await hub.call()
    assert answer.values == {"name": "示例甲", "born_on": "1990-01-01"}
    assert (await hub.call(subject=Subject(id_number="520101198503120013"))).outcome == "miss"
    lines = [json.loads(line) for line in (side.folder / "journal.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["hit", "miss"]
    assert PERSON not in str(lines)
    assert "示例甲" not in str(lines)


@pytest.mark.parametrize(
    ("terms", "asked", "values"),
    [
        (
            {"form": Form.VERIFY},
            {"expected": {"name": "示例乙", "born_on": "1991-02-03"}},
            {"name": False, "born_on": False},
        ),
        (
            {"form": Form.DERIVED, "fields": ["over_60"], "derived": OVER_60},
            {"fields": ["over_60"]},
            {"over_60": False},
        ),
    ],
)
async def test_a_yes_no_form_never_lets_the_value_out(open_side, side, terms, asked, values):
    hub = await open_side(**terms)
    assert (await hub.call(**asked)).values == values
    assert side.wire.passed
    for raw in RAW:
        assert raw not in side.wire.told()
    async with hub.sessions() as session:
        (use,) = await session.scalars(sa.select(Use))
    kept = [use.request_jws, use.answer_jws, use.question_jws, use.reply_jws]
    for raw in RAW:
        assert all(raw not in signing.tokens._decoded(text.split(".")[1]).decode() for text in kept)


async def test_a_masked_form_is_masked_over_there(open_side, side):
    hub = await open_side(form=Form.MASKED)
    assert (await hub.call()).values == {"name": "示**", "born_on": "1990-**-**"}
    assert "示例甲" not in side.wire.told()


async def test_a_department_believes_its_hub_once_and_nobody_else(open_side, side, now):
    hub = await open_side()
    sound = hub.far._question(Ask(request(now), {"name": "name", "born_on": "date"}, Form.FULL, {}))
    compact = signing.sign(sound, hub.key)

    async def sent(text):
        async with httpx.AsyncClient(transport=side.wire, base_url="http://department") as http:
            headers = {"content-type": "application/jose"}
            return await http.post("/ask", content=text, headers=headers)

    assert (await sent(compact)).status_code == 200
    change = {"nonce": "m" * 32}
    for text, reason in (
        (compact, "replayed"),
        (signing.sign(sound, new_signer()), "unverified"),
        (signing.sign(_changed(sound, at=now - timedelta(minutes=10), **change), hub.key), "clock"),
        (signing.sign(_changed(sound, resource="salaries", **change), hub.key), "no-contract"),
        (signing.sign(_changed(sound, form="verify", nonce="k" * 32), hub.key), "form"),
        (signing.sign(request(now), hub.key), "malformed"),
    ):
        response = await sent(text)
        assert (response.json()["reason"], "示例甲" in response.text) == (reason, False)


def _changed(question: DepartmentQuestion, **change):
    import msgspec

    return msgspec.structs.replace(question, **change)


async def test_an_answer_of_another_key_or_of_more_than_was_asked_is_not_passed_on(open_side, side):
    hub = await open_side(form=Form.VERIFY, fields=["name"])
    claim = {"fields": ["name"], "expected": {"name": "示例甲"}}
    assert (await hub.call(**claim)).values == {"name": True}
    rightful, side.key = side.key, new_signer()
    assert (await hub.call(**claim)).reason == "wrong"
    side.key = rightful

    async def chatty(*asked, **more):
        found = await type(side.sources).ask(side.sources, *asked, **more)
        found.values["name"] = "示例甲"
        return found

    side.sources.ask = chatty
    answer = await hub.call(**claim)
    assert (answer.outcome, answer.reason, answer.values) == ("failed", "wrong", {})


async def test_a_department_rotates_its_key_and_the_hub_takes_the_new_set_without_a_restart(open_side, side):
    hub = await open_side()
    assert (await hub.call()).outcome == "hit"
    (side.folder / "key.pem").unlink()
    side.key = own_key(side.folder)
    assert (await hub.call()).outcome == "hit"


async def test_the_evidence_of_one_exchange_is_verified_offline_by_both(open_side, side, tmp_path, now):
    hub = await open_side()
    answer = await hub.call()
    async with hub.sessions() as session:
        told = await evidence.export(session, answer.use, party=MARKET)
        with pytest.raises(TicketUnknown):
            await evidence.export(session, answer.use, party=PORTAL)
    assert set(told["messages"]) == {"request", "answer", "question", "reply"}
    sets = [jwks(verifiers(hub.key)), jwks(verifiers(hub.portal)), jwks(verifiers(side.key))]
    assert len(verify(told, sets)) == 6
    for name, content in (("evidence", told), ("hub", sets[0]), ("portal", sets[1]), ("department", sets[2])):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    trusted = [str(tmp_path / f"{name}.json") for name in ("hub", "portal", "department")]
    script = [sys.executable, str(ROOT / "docs" / "verify_evidence.py"), str(tmp_path / "evidence.json")]
    done = _run([*script, *trusted])
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "verified"), done.stderr
    for broken, place in _broken(told):
        with pytest.raises(EvidenceBroken) as caught:
            verify(broken, sets)
        assert place in caught.value.place
    with pytest.raises(EvidenceBroken):
        verify(told, sets[:2])
    (tmp_path / "evidence.json").write_text(json.dumps(_broken(told)[0][0]))
    assert _run([*script, *trusted]).returncode == 1
    assert len((ROOT / "docs" / "verify_evidence.py").read_text().splitlines()) <= 60


def _run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _broken(told):
    def with_message(name, text):
        return {**told, "messages": told["messages"] | {name: text}}

    answer = told["messages"]["answer"]
    place = len(answer) // 2
    altered = answer[:place] + ("A" if answer[place] != "A" else "B") + answer[place + 1 :]
    entry = dict(told["ledger"][0])
    return [
        (with_message("answer", altered), "signature of answer"),
        (with_message("answer", told["messages"]["reply"]), "answer answers another request"),
        ({**told, "ledger": [entry | {"body": entry["body"].replace("granted", "refused")}]}, "ledger entry"),
        ({**told, "ledger": []}, "no ledger entry"),
        ({**told, "format": "2"}, "format"),
    ]


async def test_a_register_in_trouble_over_there_is_the_same_trouble_here(open_side, side, now):
    hub = await open_side()
    (side.folder / "register.csv").unlink()
    side.register._index = None
    assert (await hub.call()).reason == "down"
    put_down(side.folder / "register.csv", CSV.encode())
    hub.far._keys = KeySet(side.folder / "nowhere.json")
    assert (await hub.call()).reason == "wrong"
    with pytest.raises(MessageRefused):
        signing.read("x", {}, DepartmentQuestion)
