"""Opening an account online, and what a stranger cannot learn from it."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import html5lib
import httpx
import pytest
import sqlalchemy as sa

from identity import queries
from identity.models import Account, Person
from identity.rules import Level
from portal import app as portal_app
from portal import words
from portal.authentication import SignInSettings
from portal.citizen import signing_in, signing_up
from portal.settings import Settings
from storage import ledger
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
CSRF = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')
DETAILS = {
    "name": "示例甲",
    "id_number": "520102199001010018",
    "phone": "199 0000 0001",
    "password": "green-tea-42",
    "password_again": "green-tea-42",
    "agreed": "yes",
}


def told(code, label=""):
    """The sentence of this mistake, as the page says it."""
    return words.mistake(code, label)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One application for all tests here: its templates are compiled once."""
    doors = (signing_in.SigningInPages, signing_up.SigningUpPages)
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    return portal_app.create_app(settings, opened=SimpleNamespace(), doors=doors)


@pytest.fixture
async def client(built, sessions):
    built.state.resources = SimpleNamespace(sessions=sessions)
    built.state.sign_in = SignInSettings()
    transport = httpx.ASGITransport(built, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.example") as client:
        yield client


def parsed(response):
    html5lib.HTMLParser(strict=True).parse(response.text)
    return response


async def sign_up(client, **changes):
    token = CSRF.search((await client.get("/sign-up")).text)[1]
    fields = {name: text for name, text in (DETAILS | changes).items() if text is not None}
    return await client.post("/sign-up", data={"_csrf_token": token} | fields)


async def count(sessions, table):
    async with sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(table))


async def test_a_newcomer_signs_up_and_then_signs_in(client, sessions):
    parsed(await client.get("/sign-up"))
    response = await sign_up(client)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-up/done")
    assert not response.cookies, "nobody is signed in by signing up"
    assert "登录" in parsed(await client.get("/sign-up/done")).text
    token = CSRF.search((await client.get("/sign-in")).text)[1]
    for account in ("520102199001010018", "19900000001"):
        fields = {"_csrf_token": token, "account": account, "password": "green-tea-42"}
        assert (await client.post("/sign-in", data=fields)).headers["location"] == "/my"
    async with sessions() as session:
        person_id = await queries.person_id(session, "520102199001010018")
        known = await queries.profile(session, person_id)
        assert (known.name, known.phone, known.level) == ("示例甲", "19900000001", Level.UNVERIFIED)
        first = (await ledger.entries(session, f"account:{person_id}"))[0]
        assert (first.deed, first.actor) == ("signed up", str(person_id))
        assert first.details == {"agreement": "2026-11"}


async def test_a_registered_number_gets_the_same_answer_and_nothing_changes(client, sessions):
    fresh = await sign_up(client)
    again = await sign_up(
        client, name="别人", phone="19900000999", password="other-words-7", password_again="other-words-7"
    )
    assert (again.status_code, again.headers["location"]) == (fresh.status_code, fresh.headers["location"])
    assert again.text == fresh.text
    assert (await count(sessions, Person), await count(sessions, Account)) == (1, 1)
    async with sessions() as session:
        person_id = await queries.person_id(session, "520102199001010018")
        assert (await queries.profile(session, person_id)).name == "示例甲"
        assert (await ledger.entries(session, f"account:{person_id}"))[-1].deed == "sign-up refused"


async def test_a_person_entered_at_the_window_is_not_claimed_online(client, sessions):
    async with sessions() as session, session.begin():
        from identity import commands

        await commands.register_person(
            session, name="示例甲", id_number="520102199001010018", by=people.BY, at=datetime.now(UTC)
        )
    assert (await sign_up(client)).headers["location"] == "/sign-up/done"
    assert await count(sessions, Account) == 0


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", None, told("missing", "姓名")),
        ("name", "   ", told("missing", "姓名")),
        ("name", "甲\x00乙", told("control-characters", "姓名")),
        ("name", "甲" * 101, told("too-long", "姓名")),
        ("id_number", "520102199001010019", told("id-number:check")),
        ("id_number", "52010219900101001", told("id-number:length")),
        ("id_number", "520102199002300014", told("id-number:date")),
        ("id_number", "990102199001010018", told("id-number:region")),
        ("id_number", "520102202006010089", "不满 14 周岁不能单独注册"),
        ("phone", "1990000000", told("phone:length")),
        ("password", "short", "密码太短，至少要有 8 个字符"),
        ("password", "12345678", "这个密码太常见"),
        ("password", "19900101", "密码里不能用您自己的"),
        ("password_again", "green-tea-43", "两次输入的密码不一样"),
        ("agreed", None, "请阅读并同意服务协议"),
    ],
)
async def test_a_mistake_is_one_sentence_at_its_field_and_what_was_typed_stays(
    client, sessions, field, typed, sentence
):
    changes = {field: typed}
    if field == "password":
        changes["password_again"] = typed
    response = parsed(await sign_up(client, **changes))
    assert response.status_code == 422
    assert response.text.count(sentence) == 2, "in the summary and at the field"
    assert response.text.startswith("<!DOCTYPE html>")
    assert "<title>错误：" in response.text
    assert f'href="#{field}"' in response.text
    kept = DETAILS | changes
    for name in {"name", "id_number", "phone"} - {field}:
        assert f'value="{kept[name]}"' in response.text
    assert "green-tea-42" not in response.text
    assert await count(sessions, Person) == 0


async def test_all_mistakes_are_told_at_once(client):
    response = await sign_up(client, name=None, id_number="1", phone="2", agreed=None)
    for field in ("name", "id_number", "phone", "agreed"):
        assert f'href="#{field}"' in response.text


@pytest.mark.parametrize("name", ["示例䶮", "示例𬎆𠅤", "阿不都·示例", "示例" * 20])
async def test_rare_and_long_names_are_kept_as_they_are(client, sessions, name):
    assert (await sign_up(client, name=name)).status_code == 303
    async with sessions() as session:
        assert await session.scalar(sa.select(Person.name)) == name


async def test_the_database_holds_no_plain_number_phone_or_password(client, sessions):
    await sign_up(client)
    async with sessions() as session:
        for table in ("person", "account", "sign_in_failure", "web_session", "ledger_entry"):
            rows = (await session.execute(sa.text(f"SELECT t::text FROM {table} t"))).scalars()
            text = "".join(rows)
            for secret in ("520102199001010018", "19900000001", "green-tea-42", "19900101"):
                assert secret not in text
                assert secret.encode().hex() not in text
