"""The published status: what a stranger reads out of it, and how old it is."""

from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature

from identity import tokens
from identity.errors import TokenRefused
from licensing import commands, recognising, status
from licensing.rules import State
from tests.integration.licensing.pressing import URL, clerk, intend
from tests.support.licences import AT
from tests.support.status_decoder import decoded

pytestmark = pytest.mark.anyio
KEY = tokens.new_signer()
JWKS = tokens.jwks(tokens.verifiers(KEY))
TOLD = {"reason": "示例理由", "basis": "示例依据"}


async def listed(session, number=0, at=AT):
    told = await status.values(session, number, at=at)
    return status.signed(told, KEY, uri=status.address(URL, number), at=at)


async def test_a_stranger_reads_suspended_revoked_and_run_out_at_the_place_the_file_names(session, press):
    places = {}
    for number, deed in (("A-1", None), ("A-2", commands.suspend), ("A-3", commands.revoke)):
        licence = await press.issue(session, await intend(session, number=number))
        if deed is not None:
            await deed(session, clerk(), licence.identifier, at=AT, **TOLD)
        uri, index = status.referred(recognising.record_of(await press.objects.get(licence.document)))
        assert uri == status.address(URL, status.place_of(licence.status_place).number)
        places[number] = index
    number = status.place_of(licence.status_place).number
    claims = decoded(await listed(session, number), JWKS)
    assert claims["sub"] == uri
    assert claims["iat"] == int(AT.timestamp())
    assert claims["ttl"] <= 60
    assert [claims["values"][places[each]] for each in ("A-1", "A-2", "A-3")] == [0, 2, 1]
    later = AT.replace(year=AT.year + 6)
    assert decoded(await listed(session, number, later), JWKS)["values"][places["A-1"]] == 1


async def test_our_own_reader_says_the_same_and_how_old_the_list_is(session, press):
    licence = await press.issue(session, await intend(session))
    await commands.suspend(session, clerk(), licence.identifier, at=AT, **TOLD)
    place = status.place_of(licence.status_place)
    uri, keys = status.address(URL, place.number), status.known_keys(JWKS)
    token = await listed(session, place.number)
    told = status.read(token, keys, uri=uri, index=place.index, at=AT + timedelta(hours=2))
    assert told.state is State.SUSPENDED
    assert told.published_at == AT
    for changed, uri_asked, at in (
        (token, uri, AT + timedelta(days=2)),
        (token, status.address(URL, 7), AT),
        (token[:-4] + "AAAA", uri, AT),
    ):
        with pytest.raises(TokenRefused):
            status.read(changed, keys, uri=uri_asked, index=place.index, at=at)
    with pytest.raises(TokenRefused):
        status.read(token, {}, uri=uri, index=place.index, at=AT)
    head, body, _ = token.split(".")
    with pytest.raises(InvalidSignature):
        decoded(f"{head}.{body}.{'A' * 86}", JWKS)


def test_every_place_of_a_list_is_met_once_and_neighbours_lie_apart():
    met = {status.place_of(number).index for number in range(status.SIZE)}
    assert met == set(range(status.SIZE))
    first, second = status.place_of(status.SIZE + 5), status.place_of(status.SIZE + 6)
    assert first.number == second.number == 1
    assert abs(first.index - second.index) > 1000


def test_a_record_without_a_status_names_none():
    assert status.referred(b"{}") is None
    assert status.referred(b"\xff") is None
