"""亮证: a code works once and for a minute, a guess is refused and recorded, and nobody sees more than was agreed."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from identity import tokens
from identity.actor import Party, PartyKind
from identity.errors import TokenRefused
from licensing import commands, presenting, sharing, showing
from licensing.errors import (
    CodeRefused,
    CodesCrowded,
    LicenceNotFound,
    MoveNotOpen,
    ShareNotFound,
    ShareUnsound,
)
from licensing.models import CodeRefusal
from licensing.rules import PRESENTATION_LIFE, Refusal
from tests.integration.licensing.pressing import FIRM, URL, citizen, clerk, deeds, intend
from tests.support.licences import AT

pytestmark = pytest.mark.anyio
GUESSES = int(os.environ.get("YIWANG_GUESSES", "100"))
SECOND = timedelta(seconds=1)


@pytest.fixture
async def licence(session, press):
    return await press.issue(session, await intend(session))


async def refusals(session):
    rows = await session.scalars(sa.select(CodeRefusal).execution_options(populate_existing=True))
    told = {}
    for row in rows:
        told[row.why] = told.get(row.why, 0) + row.tries
    return told


async def test_a_code_photographed_used_again_or_too_late_fails_and_is_recorded(session, licence):
    holder = citizen()
    code = await commands.present(session, holder, licence.identifier, at=AT)
    assert (await commands.redeem(session, code, at=AT + SECOND, source="192.0.2.1")).holder == FIRM.name
    with pytest.raises(CodeRefused):
        await commands.redeem(session, code, at=AT + 2 * SECOND, source="192.0.2.1")
    late = await commands.present(session, holder, licence.identifier, at=AT)
    with pytest.raises(CodeRefused):
        await commands.redeem(session, late, at=AT + PRESENTATION_LIFE, source="192.0.2.1")
    assert await refusals(session) == {Refusal.USED: 1, Refusal.LATE: 1}
    assert (await deeds(session, licence))[-1] == "presentation refused"
    assert (await deeds(session, licence)).count("presentation refused") == 2


async def test_guesses_are_refused_recorded_and_soon_not_even_looked_at(session, licence):
    code = await commands.present(session, citizen(), licence.identifier, at=AT)
    for number in range(GUESSES):
        with pytest.raises((CodeRefused, CodesCrowded)):
            await commands.redeem(session, f"{number:012d}", at=AT, source="2001:db8::1")
    told = await refusals(session)
    assert sum(told.values()) == GUESSES
    assert told[Refusal.UNKNOWN] == presenting.GUESSES.capacity
    assert await session.scalar(sa.select(sa.func.count()).select_from(CodeRefusal)) == 2
    with pytest.raises(CodesCrowded):
        await commands.redeem(session, code, at=AT, source="2001:db8::2")
    assert (await commands.redeem(session, code, at=AT, source="192.0.2.9")).state == "valid"


async def test_a_checker_sees_what_was_agreed_and_no_more(session, licence):
    code = await commands.present(session, citizen(), licence.identifier, at=AT, shown=["KZ_JYCS", "KZ_NONE"])
    (name, _) = next(each for each in presenting.showable(licence) if each[0] not in {"CZZT", "ZZBH"})
    agreed = await commands.present(session, citizen(), licence.identifier, at=AT, shown=[name])
    seen = await commands.redeem(session, agreed, at=AT)
    assert (seen.holder, seen.number) == (presenting.HIDDEN, presenting.HIDDEN)
    assert [text for _, text in seen.fields] == [licence.elements[name]]
    with pytest.raises(CodeRefused):  # a later code took its place
        await commands.redeem(session, code, at=AT)


async def test_a_code_for_places_without_a_network_is_checked_with_the_published_keys(session, licence):
    key = tokens.new_signer()
    code = await showing.sign(session, citizen(), licence.identifier, key=key, public_url=URL, at=AT)
    told = showing.read(code, tokens.verifiers(key), public_url=URL, at=AT + 60 * SECOND)
    assert (told.holder, told.identifier, told.number) == (FIRM.name, licence.identifier, licence.number)
    assert (told.at, told.status[0].startswith(URL)) == (AT, True)
    for changed, keys, url, at in (
        (code, tokens.verifiers(key), URL, AT + showing.LIFE),
        (code, tokens.verifiers(tokens.new_signer()), URL, AT),
        (code, tokens.verifiers(key), "https://elsewhere.example", AT),
        (code[:-4] + "AAAA", tokens.verifiers(key), URL, AT),
    ):
        with pytest.raises(TokenRefused):
            showing.read(changed, keys, public_url=url, at=at)
    await commands.suspend(session, clerk(), licence.identifier, reason="示例", basis="示例", at=AT)
    with pytest.raises(MoveNotOpen):
        await showing.sign(session, citizen(), licence.identifier, key=key, public_url=URL, at=AT)
    other = citizen(Party(PartyKind.PERSON, uuid4(), "示例丁"))
    with pytest.raises(LicenceNotFound):
        await showing.sign(session, other, licence.identifier, key=key, public_url=URL, at=AT)


async def test_a_licence_is_shared_for_a_purpose_and_a_time_and_taken_back(session, licence):
    bank = Party(PartyKind.ORGANISATION, uuid4(), "示例银行")
    holder, teller, stranger = citizen(), citizen(bank), citizen(Party(PartyKind.PERSON, uuid4(), "示例丁"))
    wish = {"recipient": bank, "purpose": "贷款核对", "days": 7, "at": AT}
    made = await sharing.share(session, holder, licence.identifier, **wish, shown=["CZZT"])
    again = await sharing.share(session, holder, licence.identifier, **wish)
    assert [one for one, _ in await sharing.shared_with(session, teller, at=AT)] == [made, again]
    assert await sharing.shared_with(session, stranger, at=AT) == []
    _, seen = await sharing.look(session, teller, made.id, at=AT)
    assert (seen.holder, seen.number) == (FIRM.name, presenting.HIDDEN)
    for actor, at in ((stranger, AT), (teller, AT + timedelta(days=7))):
        with pytest.raises(ShareNotFound):
            await sharing.look(session, actor, made.id, at=at)
    with pytest.raises(ShareNotFound):
        await sharing.withdraw(session, stranger, made.id, at=AT)
    await sharing.withdraw(session, holder, made.id, at=AT)
    await sharing.withdraw(session, holder, made.id, at=AT)
    with pytest.raises(ShareNotFound):
        await sharing.look(session, teller, made.id, at=AT)
    assert len(await sharing.of_licence(session, licence)) == 2
    recorded = (await deeds(session, licence))[2:]
    assert recorded == ["licence shared", "licence shared", "shared licence seen", "sharing withdrawn"]


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("days", {"days": 0}),
        ("days", {"days": 91}),
        ("purpose", {"purpose": " "}),
        ("recipient", {"recipient": FIRM}),
    ],
)
async def test_a_sharing_without_end_purpose_or_partner_is_refused(session, licence, part, changed):
    bank = Party(PartyKind.ORGANISATION, uuid4(), "示例银行")
    wish = {"recipient": bank, "purpose": "贷款核对", "days": 7, "at": AT} | changed
    with pytest.raises(ShareUnsound) as caught:
        await sharing.share(session, citizen(), licence.identifier, **wish)
    assert caught.value.part == part
