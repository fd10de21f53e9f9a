"""Tokens of other systems: what is forged, borrowed, replayed or too late opens nothing."""

import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from jose import jws

from identity import keys, tokens
from identity.openid import commands, signed
from identity.openid.rules import ClientKind
from tests.journeys.openid_systems import (
    claims,
    code_for,
    encoded,
    forged,
    registered,
    signed_in,
)
from tests.journeys.test_openid import system  # noqa: F401  the same sample system
from tests.support.city import HOST

pytestmark = pytest.mark.anyio

OTHER = tokens.new_signer()
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def published(client):
    return (await client.get("/openid/jwks")).json()["keys"]


def hs256(compact, secret, **header):
    """The claims of a token, signed with what is public as if it were a shared secret."""
    head = encoded(json.dumps({"alg": "HS256"} | header).encode())
    body = encoded(json.dumps(claims(compact)).encode())
    mac = hmac.new(secret.encode(), f"{head}.{body}".encode(), sha256).digest()
    return f"{head}.{body}.{encoded(mac)}"


async def test_forged_access_tokens_open_nothing(system, sign_in):  # noqa: F811
    """RFC 8725 3.1, 3.2, 3.10: the algorithm and the key are ours to choose."""
    good = (await signed_in(await sign_in("person-a"), system))["access_token"]
    (public,) = await published(system.client)
    kid, typ = public["kid"], "at+jwt"
    attacks = {
        "alg=none": forged(good, {"alg": "none", "kid": kid, "typ": typ}),
        "alg=none, unsigned": ".".join(forged(good, {"alg": "none", "kid": kid, "typ": typ}).split(".")[:2])
        + ".",
        "alg=None": forged(good, {"alg": "None", "kid": kid, "typ": typ}),
        "HS256 with the public key": hs256(good, json.dumps(public), kid=kid, typ=typ),
        "HS256 with its x": hs256(good, public["x"], kid=kid, typ=typ),
        "another key under our kid": jws.sign(claims(good), OTHER.key, {"kid": kid, "typ": typ}, "ES256"),
        "another kid": jws.sign(claims(good), OTHER.key, {"kid": OTHER.kid, "typ": typ}, "ES256"),
        "its own key": jws.sign(
            claims(good), OTHER.key, {"kid": kid, "typ": typ, "jwk": tokens.public_jwk(OTHER)}, "ES256"
        ),
        "jku": jws.sign(
            claims(good),
            OTHER.key,
            {"kid": OTHER.kid, "typ": typ, "jku": "https://attacker.example/k"},
            "ES256",
        ),
        "x5u": jws.sign(
            claims(good),
            OTHER.key,
            {"kid": OTHER.kid, "typ": typ, "x5u": "https://attacker.example/c"},
            "ES256",
        ),
        "a kid that is a path": jws.sign(
            claims(good), OTHER.key, {"kid": "../../../dev/null", "typ": typ}, "ES256"
        ),
        "an altered claim": forged(good, {"alg": "ES256", "kid": kid, "typ": typ}, scope="openid id_number"),
    }
    assert (await system.userinfo(good)).status_code == 200
    for name, token in attacks.items():
        assert (await system.userinfo(token)).status_code == 401, name


async def test_one_kind_of_token_does_not_pass_for_another(system, sign_in, held):  # noqa: F811
    """RFC 8725 3.11, 3.12; RFC 9068 4."""
    found = await signed_in(await sign_in("person-a"), system)
    assert (await system.userinfo(found["id_token"])).status_code == 401
    bearer = {"authorization": f"Bearer {found['access_token']}"}
    assert (await system.client.get("/api/v1/parties", headers=bearer)).status_code == 401
    at = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        signing = await signed.signing_keys(session, "ES256", at=at)
    said = claims(found["access_token"])
    for changes in (
        {"iss": "https://elsewhere.example"},
        {"aud": system.client_id},
        {"exp": int(time.time())},
    ):
        token = tokens.sign_claims(said | changes, signing.signer, "at+jwt")
        assert (await system.userinfo(token)).status_code == 401, changes
    again = tokens.sign_claims(said, signing.signer, "at+jwt")
    assert (await system.userinfo(again)).status_code == 200


async def test_a_key_of_the_api_signs_nothing_for_other_systems(system, sign_in, held):  # noqa: F811
    good = (await signed_in(await sign_in("person-a"), system))["access_token"]
    token = tokens.sign_claims(claims(good), held.access.signer, "at+jwt")
    assert (await system.userinfo(token)).status_code == 401


async def test_after_signing_out_nothing_can_be_replayed(system, sign_in):  # noqa: F811
    browser = await sign_in("person-a")
    found = await signed_in(browser, system)
    code = await code_for(browser, system)
    await browser.get("/my")
    await browser.post("/sign-out")
    assert (await system.userinfo(found["access_token"])).status_code == 401
    assert (await system.refresh(found["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await system.redeem(code)).json()["error"] == "invalid_grant"


async def test_keys_rotate_and_the_old_one_stays_until_it_is_of_no_use(system, sign_in, held):  # noqa: F811
    """Core 10.1.1."""
    browser = await sign_in("person-a")
    before = await signed_in(browser, system)
    now = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        await commands.rotate_keys(session, by="system:test", at=now)
    old, new = tokens.signer_of(before["id_token"]), None
    after = await signed_in(browser, system)
    new = tokens.signer_of(after["id_token"])
    assert {one["kid"] for one in await published(system.client)} == {old, new}
    assert (await system.userinfo(before["access_token"])).status_code == 200
    async with held.sessions() as session, session.begin():
        later = await signed.published(session, at=now + timedelta(hours=25))
    assert set(later) == {new}
    assert all("d" not in one for one in await published(system.client))


async def test_a_client_that_knows_no_es256_gets_rs256_from_a_key_of_its_own(held, stranger, sign_in):
    old = await registered(held, stranger().client, algorithm="RS256")
    found = await signed_in(await sign_in("person-a"), old)
    assert json.loads(_head(found["id_token"]))["alg"] == "RS256"
    assert (await old.userinfo(found["access_token"])).status_code == 200
    public = next(one for one in await published(old.client) if one["kty"] == "RSA")
    assert set(public) == {"kty", "n", "e", "kid", "use", "alg"}
    typed = {"kid": public["kid"], "typ": "at+jwt"}
    confused = [
        hs256(found["access_token"], public["n"], **typed),
        jws.sign(claims(found["access_token"]), OTHER.key, typed, "ES256"),
    ]
    for token in confused:
        assert (await old.userinfo(token)).status_code == 401


def _head(compact):
    import base64

    part = compact.split(".")[0]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def assertion(client_id, key=OTHER, **changes):
    now = int(time.time())
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{HOST}/openid/token",
        "jti": "once",
        "iat": now,
        "exp": now + 60,
    }
    return tokens.sign_claims({k: v for k, v in (said | changes).items() if v is not None}, key, "JWT")


REFUSED_ASSERTIONS = [
    ("RFC 7523 3 (3)", {"aud": "https://elsewhere.example"}),
    ("RFC 7523 3 (1)", {"iss": "somebody"}),
    ("Core 9", {"sub": "somebody"}),
    ("RFC 7523 3 (4)", {"exp": 1}),
    ("RFC 7523 3 (4)", {"exp": None}),
    ("Core 9", {"exp": int(time.time()) + 86_400}),
    ("Core 9", {"jti": None}),
    ("RFC 7523 3 (9)", {"key": tokens.new_signer()}),
]


@pytest.mark.parametrize(
    ("clause", "changes"), REFUSED_ASSERTIONS, ids=lambda one: one if isinstance(one, str) else "+".join(one)
)
async def test_an_assertion_that_does_not_fit_is_no_client(held, stranger, sign_in, clause, changes):
    own = await registered(
        held, stranger().client, kind=ClientKind.KEY, keys=tokens.jwks(tokens.verifiers(OTHER))
    )
    code = await code_for(await sign_in("person-a"), own)
    said = {"client_assertion_type": ASSERTION, "client_id": own.client_id}
    answer = await own.redeem(code, client_assertion=assertion(own.client_id, **changes), **said)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_signed_assertion_proves_a_client_once(held, stranger, sign_in):
    """Core 9 (private_key_jwt); RFC 7523 3 (7)."""
    own = await registered(
        held, stranger().client, kind=ClientKind.KEY, keys=tokens.jwks(tokens.verifiers(OTHER))
    )
    code = await code_for(await sign_in("person-a"), own)
    first = assertion(own.client_id)
    said = {"client_assertion_type": ASSERTION, "client_assertion": first}
    answer = await own.redeem(code, **said)
    assert answer.status_code == 200, answer.text
    again = await own.refresh(answer.json()["refresh_token"], **said)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    fresh = said | {"client_assertion": assertion(own.client_id, jti="twice")}
    assert (await own.refresh(answer.json()["refresh_token"], **fresh)).status_code == 200
    assert (await own.refresh("x", client_id=own.client_id)).json()["error"] == "invalid_client"


async def test_nothing_that_opens_a_door_is_kept_as_it_is(system, sign_in, held):  # noqa: F811
    import sqlalchemy as sa

    browser = await sign_in("person-a")
    code = await code_for(browser, system)
    found = (await system.redeem(code)).json()
    shown = [code, system.secret, found["refresh_token"], found["access_token"], found["id_token"]]
    tables = ("openid_client", "openid_grant", "openid_refresh", "signing_key", "procrastinate_jobs")
    async with held.sessions() as session, session.begin():
        for table in (*tables, "ledger_entry"):
            rows = await session.execute(sa.text(f"SELECT t::text FROM {table} t"))
            kept = "\n".join(str(row[0]) for row in rows)
            assert [one for one in shown if one in kept] == [], table


async def test_two_services_of_keys_are_apart(held):
    at = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        own = await signed.signing_keys(session, "ES256", at=at)
        api = await keys.load(session, keys.ACCESS, at=at)
    assert set(own.verifiers).isdisjoint(api.verifiers)
