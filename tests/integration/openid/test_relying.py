"""The portal as a relying party: what another issuer says is believed only if every check of the standard holds."""

import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from jose import jws

from identity import commands, tokens
from identity.openid import arriving, relying, rules
from identity.openid.errors import ArrivalRefused, CounterpartUnusable
from identity.openid.relying import Arrival
from identity.rules import Limits
from identity.signing_in import CodeNeeded, Granted
from tests.integration.identity import people
from tests.integration.openid.issuer import CLIENT, ISSUER, Issuer, counterpart
from tests.journeys.openid_systems import encoded

pytestmark = pytest.mark.anyio
NUMBER = "520102199001010018"
OTHER = tokens.new_signer()


@pytest.fixture
def now():
    return datetime.now(UTC)


async def departed(party, now):
    address, kept = await relying.depart(party, place="/my", at=now)
    said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return said, kept


async def arrived(issuer, now, *, party=None, given=None, kept=None):
    party = party or counterpart(issuer)
    said, own = await departed(party, now)
    issuer.nonce = issuer.nonce or said["nonce"]
    answer = {"code": "c", "state": said["state"]} | (given or {})
    return await relying.come_back(party, answer, own if kept is None else kept, at=now)


async def test_the_request_is_code_with_pkce_state_and_nonce(key_ring, now):
    said, kept = await departed(counterpart(Issuer()), now)
    assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
    assert len(said["state"]) == len(said["nonce"]) == len(said["code_challenge"]) == 43
    assert said["state"] not in kept


async def test_who_comes_back_is_who_the_issuer_says(key_ring, now):
    issuer = Issuer(person={"id_number": NUMBER, "real_name_level": "registry"})
    arrival, place = await arrived(issuer, now)
    assert arrival == Arrival(ISSUER, "remote-1", "remote-session", 1, NUMBER)
    assert place == "/my"
    assert rules.challenge_of(issuer.asked[0]["code_verifier"])


async def test_a_number_nobody_verified_is_no_number(key_ring, now):
    for level in ({}, {"real_name_level": "unverified"}, {"real_name_level": ["registry"]}):
        arrival, _ = await arrived(Issuer(person={"id_number": NUMBER} | level), now)
        assert arrival.id_number is None


async def test_two_factors_are_believed_only_where_the_operator_says_so(key_ring, now):
    issuer = Issuer(said={"acr": rules.acr_of(2)})
    assert (await arrived(issuer, now))[0].assurance == 1
    issuer = Issuer(said={"acr": rules.acr_of(2)})
    trusted = counterpart(issuer, second_factor=True)
    assert (await arrived(issuer, now, party=trusted))[0].assurance == 2


WRONG_TOKENS = [
    ("Core 3.1.3.7 (2)", {"said": {"iss": "https://attacker.example"}}),
    ("Core 3.1.3.7 (3)", {"said": {"aud": "somebody-else"}}),
    ("Core 3.1.3.7 (3)", {"said": {"aud": [CLIENT, "another"]}}),
    ("Core 3.1.3.7 (5)", {"said": {"azp": "somebody-else"}}),
    ("Core 3.1.3.7 (6)", {"signing": OTHER}),
    ("Core 3.1.3.7 (9)", {"said": {"exp": int(time.time()) - 1}}),
    ("Core 3.1.3.7 (9)", {"said": {"exp": None}}),
    ("Core 3.1.3.7 (10)", {"said": {"iat": int(time.time()) + 3600}}),
    ("Core 3.1.3.7 (10)", {"said": {"iat": None}}),
    ("Core 3.1.3.7 (11)", {"nonce": "of another request"}),
    ("Core 3.1.3.7 (11)", {"said": {"nonce": None}}),
    ("Core 2", {"said": {"sub": None}}),
    ("Core 2", {"said": {"sub": "s" * 256}}),
    ("Core 3.1.3.3", {"whole": "nonsense"}),
    ("RFC 8725 3.1", {"whole": f"{encoded(b'{}')}.{encoded(b'{}')}."}),
]


@pytest.mark.parametrize(
    ("clause", "changes"), WRONG_TOKENS, ids=lambda one: one if isinstance(one, str) else "+".join(one)
)
async def test_an_id_token_that_does_not_fit_signs_nobody_in(key_ring, now, clause, changes):
    with pytest.raises(ArrivalRefused) as refused:
        await arrived(Issuer(**changes), now)
    assert refused.value.why == "token"


@pytest.mark.parametrize("attack", ["none", "hs256", "jku", "x5u", "jwk"])
async def test_an_id_token_that_chooses_its_own_key_signs_nobody_in(key_ring, now, attack):
    """RFC 8725 3.1, 3.2, 3.10."""
    issuer = Issuer()
    party = counterpart(issuer)
    said, kept = await departed(party, now)
    issuer.nonce = said["nonce"]
    good = issuer.id_token()
    body = json.loads(_part(good, 1))
    header = {"kid": issuer.key.kid, "typ": "JWT"}
    public = json.dumps(tokens.public_jwk(issuer.key))
    issuer.whole = {
        "none": lambda: f"{encoded(json.dumps(header | {'alg': 'none'}).encode())}.{good.split('.')[1]}.",
        "hs256": lambda: jws.sign(body, public, header, "HS256"),
        "jku": lambda: jws.sign(body, OTHER.key, header | {"jku": "https://attacker.example/k"}, "ES256"),
        "x5u": lambda: jws.sign(body, OTHER.key, header | {"x5u": "https://attacker.example/c"}, "ES256"),
        "jwk": lambda: jws.sign(body, OTHER.key, header | {"jwk": tokens.public_jwk(OTHER)}, "ES256"),
    }[attack]()
    with pytest.raises(ArrivalRefused):
        await relying.come_back(party, {"code": "c", "state": said["state"]}, kept, at=now)


def _part(compact, number):
    import base64

    part = compact.split(".")[number]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_an_issuer_that_signs_with_rsa_is_understood(key_ring, now):
    assert (await arrived(Issuer(key=tokens.new_signer("RS256")), now))[0].subject == "remote-1"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"state": "another"}, "state"),
        ({"state": ""}, "state"),
        ({"iss": "https://attacker.example"}, "issuer"),
        ({"error": "access_denied"}, "denied"),
    ],
)
async def test_an_answer_to_no_request_of_this_browser_is_refused(key_ring, now, given, why):
    with pytest.raises(ArrivalRefused) as refused:
        await arrived(Issuer(), now, given=given)
    assert refused.value.why == why


async def test_without_the_cookie_of_the_departure_nobody_comes_back(key_ring, now):
    for kept in ("", "x"):
        with pytest.raises(ArrivalRefused):
            await arrived(Issuer(), now, kept=kept)
    party = counterpart(issuer := Issuer())
    said, own = await departed(party, now)
    issuer.nonce = said["nonce"]
    with pytest.raises(ArrivalRefused):
        await relying.come_back(
            party, {"code": "c", "state": said["state"]}, own, at=now + timedelta(minutes=16)
        )


async def test_userinfo_about_somebody_else_is_refused(key_ring, now):
    """Core 5.3.2."""
    with pytest.raises(ArrivalRefused) as refused:
        await arrived(Issuer(person={"sub": "remote-2"}), now)
    assert refused.value.why == "userinfo"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://attacker.example"},
        {"token_endpoint": "http://national.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_an_issuer_that_names_itself_wrongly_is_not_used(key_ring, now, metadata):
    """Discovery 1.0 4.3."""
    with pytest.raises(CounterpartUnusable):
        await departed(counterpart(Issuer(metadata=metadata)), now)


async def test_a_code_the_issuer_refuses_is_an_arrival_refused(key_ring, now):
    with pytest.raises(ArrivalRefused):
        await arrived(Issuer(token_status=400), now)
    with pytest.raises(CounterpartUnusable):
        await arrived(Issuer(token_status=503), now)


def came(**changes):
    said = {"issuer": ISSUER, "subject": "remote-1", "remote_session": "r", "assurance": 1, "id_number": None}
    return Arrival(**(said | changes))


async def enter(session, known, arrival, now):
    return await arriving.sign_in(
        session, known, arrival, origin="192.0.2.1", agent="test", at=now, limits=Limits()
    )


async def test_a_verified_number_links_and_the_link_stays(session, now):
    person = await people.citizen(session, now)
    assert await arriving.holder(session, came(), at=now) is None
    known = await arriving.holder(session, came(id_number=NUMBER), at=now)
    assert known is not None
    assert known.person_id == person
    assert isinstance(await enter(session, known, came(), now), Granted)
    later = await arriving.holder(session, came(), at=now)
    assert later is not None
    (kept,) = await arriving.links(session, person)
    assert (kept.issuer, kept.subject, kept.proven_by) == (ISSUER, "remote-1", "number")
    await arriving.unlink(session, person, ISSUER, at=now)
    assert await arriving.holder(session, came(), at=now) is None


async def test_a_number_without_an_account_opens_none(session, now):
    assert await arriving.holder(session, came(id_number=NUMBER), at=now) is None
    assert await arriving.holder(session, came(id_number="nonsense"), at=now) is None


async def test_an_account_elsewhere_is_one_persons_only(session, now):
    first = await people.citizen(session, now)
    second = await people.citizen(
        session, now, login="bing", id_number="520103195503151126", phone="19900000002"
    )
    await arriving.link(session, first, ISSUER, "remote-1", proven_by="sign-in", at=now)
    await arriving.link(session, first, ISSUER, "remote-1", proven_by="sign-in", at=now)
    with pytest.raises(ArrivalRefused) as refused:
        await arriving.link(session, second, ISSUER, "remote-1", proven_by="sign-in", at=now)
    assert refused.value.why == "claimed"


async def test_nobody_is_spared_the_second_factor_of_their_own_account(session, now):
    clerk = await people.clerk(session, now)
    await arriving.link(session, clerk, ISSUER, "remote-1", proven_by="sign-in", at=now)
    known = await arriving.holder(session, came(), at=now)
    assert known is not None
    assert isinstance(await enter(session, known, came(), now), CodeNeeded)
    # What another issuer calls two factors need not include a cryptographic one: staff always show their own.
    assert isinstance(await enter(session, known, came(assurance=2), now), CodeNeeded)
    person = await people.citizen(session, now)
    await commands.enrol_totp(session, person, by="system:test", at=now)
    other = await arriving.holder(session, came(id_number=NUMBER, subject="remote-2"), at=now)
    assert other is not None
    assert isinstance(await enter(session, other, came(subject="remote-2"), now), CodeNeeded)
    assert isinstance(await enter(session, other, came(subject="remote-2", assurance=2), now), Granted)
