"""A copy of the databases tells nothing: every column of every table, after journeys that write all there is."""

import base64
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from identity import second_factor
from portal.cli.demo import people
from storage.database import Sessions
from tests.journeys.cases import begin, fill, granted, hand_in, senior_card
from tests.journeys.conftest import entrance, portal_on
from tests.journeys.openid_systems import code_for, registered
from tests.support.city import work

pytestmark = pytest.mark.anyio
NEW = {
    "name": "示例癸",
    "id_number": "520102199001010018",
    "phone": "19987654321",
    "password": "green-tea-plantation-42",
}
CARD = "6217000000000001234"
CONTACT = "19912345678"
TYPED_NUMBER = "520103198512120012"
"""Typed into a free text, where no form expects a number."""
FIELD = re.compile(r'name="([a-z_-]+)"[^>]*value="([^"]*)"')
TABLES = sa.text(
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    " ORDER BY 1"
)


def spellings(secret: str) -> Iterator[str]:
    """How a secret would look in a dump: as text, as the hex of its bytes, inside Base64 at any place."""
    octets = secret.encode()
    yield secret
    yield octets.hex()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + octets).decode().rstrip("=")
        yield whole[(0, 2, 3)[shift] : len(whole) - 1]
    yield base64.b64encode(octets).decode()


def patterns(secrets: Iterable[str], codes: Iterable[str]) -> re.Pattern[str]:
    """One search for everything. Six digits are looked for between what is neither digit, letter nor fraction."""
    wanted = {re.escape(form) for secret in secrets for form in spellings(secret) if len(form) >= 8}
    alone = {rf"(?<![\w.-]){code}(?![\w.-])" for code in codes}
    return re.compile("|".join(sorted(wanted) + sorted(alone)))


async def found_in(sessions: Sessions, wanted: re.Pattern[str]) -> tuple[list[str], int]:
    """Where something is plain, as `table: the text around it`; and how many rows were read."""
    plain, rows = [], 0
    async with sessions() as session, session.begin():
        for table in (await session.scalars(TABLES)).all():
            allowed = await session.scalar(sa.text("SELECT has_table_privilege(:t, 'SELECT')"), {"t": table})
            if not allowed:
                continue
            for text in await session.scalars(sa.text(f"SELECT t::text FROM {table} t")):
                rows += 1
                if hit := wanted.search(text):
                    plain.append(f"{table}: …{text[max(0, hit.start() - 80) : hit.end() + 20]}…")
    return plain, rows


async def everything_that_writes(held):
    """Sign-up, codes, a second factor, cases, tokens, a correction; the secrets and one-time codes that came up."""
    secrets, codes = {CARD, CONTACT, TYPED_NUMBER, people.PASSWORD, *NEW.values()} - {NEW["name"]}, set()
    async with portal_on(held) as opened:
        sign_in = entrance(opened)
        newcomer = opened()
        await newcomer.get("/sign-up")
        await newcomer.post("/sign-up", NEW | {"password_again": NEW["password"], "agreed": "yes"})
        assert newcomer.last.status_code in {200, 303}, newcomer.last.text
        person = await sign_in("person-d")
        await person.get("/my/security/contacts/sms")
        await person.post("/my/security/contacts/sms", {"address": CONTACT})
        codes.add(re.search(r"验证码 (\d{6})", (await person.get("/demo/mailbox")).text)[1])
        await person.get("/my/security/authenticator")
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", person.last.text)[1]
        offer = re.search(r'name="offer" value="([^"]+)"', person.last.text)[1]
        code = second_factor.code_at(secret, datetime.now(UTC))
        await person.post("/my/security/authenticator", {"offer": offer, "code": code})
        assert person.last.headers["location"] == "/my/security"
        number = await begin(person, "unemployment-benefit")
        for key in ("person", "last-work"):
            page = await person.get(f"/applications/{number}/pages/{key}")
            await fill(person, number, {key: dict(FIELD.findall(page.text))})
        payment = {"bank": "示例银行示例支行", "bank_card": CARD}
        await fill(person, number, {"seeking": {"registers": "yes"}, "payment": payment})
        await hand_in(person, number)
        department = people.staff("civil-window").department
        correction = {"department": department, "about": "person", "text": f"证件号码应为 {TYPED_NUMBER}"}
        await person.post("/my/data/corrections", correction)
        assert person.last.status_code == 303
        other = await sign_in("person-b")
        await granted(held, await senior_card(other))
        officer = await sign_in("civil-window")
        wrong = opened()
        await wrong.get("/sign-in")
        await wrong.post("/sign-in", {"account": NEW["id_number"], "password": "wrong-but-secret-77"})
        system = await registered(held, opened().client)
        good = await code_for(other, system)
        tokens = (await system.redeem(good)).json()
        again = (await system.refresh(tokens["refresh_token"])).json()
        body = {"account": people.person("person-a").id_number, "password": people.PASSWORD}
        bearer = (await opened().client.post("/api/v1/sessions", json=body)).json()
        secrets |= {secret, good, system.secret, "wrong-but-secret-77"}
        secrets |= {
            one[name] for one in (tokens, again) for name in ("access_token", "refresh_token", "id_token")
        }
        secrets |= {value for value in bearer.values() if isinstance(value, str) and len(value) > 40}
        for browser in (newcomer, person, other, officer):
            secrets |= {one.value for one in browser.client.cookies.jar if len(one.value or "") >= 32}
        await work(held)
    return secrets, codes | {code}


async def test_no_copy_of_the_databases_tells_a_number_a_password_a_code_or_a_token(held, city):
    secrets, codes = await everything_that_writes(held)
    known = [*people.PEOPLE, *people.STAFF]
    secrets |= {one.id_number for one in known} | {one.phone for one in known}
    secrets |= {one.totp_secret for one in people.STAFF}
    wanted = patterns(secrets, codes)
    for sessions, least in ((held.sessions, 500), (city.hub_sessions, 20)):
        plain, rows = await found_in(sessions, wanted)
        assert plain == []
        assert rows >= least, "a scan of nothing finds nothing"


async def test_the_scan_would_find_what_is_plain(held):
    wanted = patterns({CARD}, {"123456"})
    text = "INSERT INTO hub_nonce (party, nonce, attempt, expires_at) VALUES ('{}', 'n{}', 1, now())"
    forms = (CARD, CARD.encode().hex()[:64], base64.b64encode(f"x{CARD}y".encode()).decode(), "code 123456")
    async with held.sessions() as session, session.begin():
        for place, form in enumerate(forms):
            await session.execute(sa.text(text.format(form, place)))
    plain, _ = await found_in(held.sessions, wanted)
    assert len(plain) == len(forms)
    assert not wanted.search("2026-11-22 01:02:03.123456+00 a123456b")
