"""Licences on the real database: intended, issued once, revoked, presented."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Party, PartyKind, Role
from licensing import commands, queries, serials, tasks
from licensing.errors import (
    ApplicationHasLicence,
    CodeRefused,
    LicenceNotFound,
    LicenceUnfit,
    MoveNotOpen,
    TypeUnknown,
)
from licensing.models import Licence, Presentation
from licensing.numbering import read_identifier
from licensing.rules import State
from licensing.verifying import verify
from tests.integration.licensing.pressing import FIRM, FOOD, URL, citizen, clerk, deeds, intend
from tests.support import licences as builders
from tests.support.licences import AT, CIVIL, FIELDS, MARKET

pytestmark = pytest.mark.anyio


async def test_a_licence_is_intended_with_its_number_and_nothing_else(session):
    licence = await intend(session)
    assert licence.state is State.INTENDED
    assert licence.number.startswith("JY2520100")
    identifier = read_identifier(licence.identifier)
    assert (identifier.issuer_code, identifier.version) == (MARKET.code, 1)
    assert (licence.valid_from, licence.valid_until) == (date(2026, 11, 23), date(2031, 11, 22))
    assert licence.document is None
    assert await deeds(session, licence) == ["licence intended"]


async def test_intending_twice_for_one_application_gives_one_licence(session):
    first, second = await intend(session), await intend(session)
    assert first.id == second.id
    with pytest.raises(ApplicationHasLicence):
        await intend(session, "senior-card")
    with pytest.raises(TypeUnknown):
        await commands.intend(
            session,
            type_code="nothing",
            application_number="A-9",
            holder=FIRM,
            issuer_department=MARKET.code,
            fields={},
            at=AT,
        )


async def test_numbers_run_without_gaps_and_apart_by_type(session):
    numbers = [(await intend(session, number=f"A-{n}")).identifier for n in range(3)]
    serial = [int(read_identifier(each).serial) for each in numbers]
    assert serial == [serial[0], serial[0] + 1, serial[0] + 2]
    assert await serials.next_number(session, "another", 2026) == 1
    assert await serials.next_number(session, "another", 2027) == 1


async def test_an_issued_licence_is_sealed_kept_and_sound(session, press):
    licence = await press.issue(session, await intend(session))
    assert licence.state is State.VALID
    assert licence.issued_at == AT
    content = await press.objects.get(licence.document)
    verdict = verify(content, roots=press.sealer.roots())
    assert verdict.sound
    assert verdict.elements == licence.elements
    assert await deeds(session, licence) == ["licence intended", "licence issued"]
    assert await queries.document(session, citizen(), licence.identifier, objects=press.objects) == content


async def test_issuing_twice_makes_one_file(session, press):
    licence = await intend(session)
    first = (await press.issue(session, licence)).document
    again = await press.issue(session, licence, at=AT + timedelta(hours=1))
    assert again.document == first
    assert again.issued_at == AT
    assert await deeds(session, licence) == ["licence intended", "licence issued"]


@pytest.mark.parametrize("slug", sorted(set(FIELDS) - {FOOD}))
async def test_every_type_goes_all_the_way(session, press, slug):
    licence = await press.issue(session, await intend(session, slug, holder=builders.HOLDERS[slug]))
    assert verify(await press.objects.get(licence.document), roots=press.sealer.roots()).sound


async def test_a_card_bears_the_uploaded_photo(session, press):
    photo = await press.objects.put(builders.photo())
    holder = builders.HOLDERS["senior-card"]
    licence = await press.issue(session, await intend(session, "senior-card", holder=holder, photo=photo))
    assert b"DCTDecode" in await press.objects.get(licence.document)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"premises": ""}, {"missing"}),
        ({"premises": "\x01"}, {"control-character"}),
        ({"scope": "一" * 241}, {"too-long"}),
    ],
)
async def test_an_unfit_licence_is_not_sealed(session, press, fields, codes):
    licence = await intend(session, **fields)
    with pytest.raises(LicenceUnfit) as caught:
        await press.issue(session, licence)
    assert {problem.code for problem in caught.value.problems} == codes
    assert licence.state is State.INTENDED


async def test_a_photo_that_is_none_is_not_printed(session, press):
    holder = builders.HOLDERS["senior-card"]
    for place, digest in enumerate((await press.objects.put(b"MZ"), "0" * 64)):
        licence = await intend(session, "senior-card", number=f"A-{place}", holder=holder, photo=digest)
        with pytest.raises(LicenceUnfit):
            await press.issue(session, licence)


async def test_one_number_is_never_given_to_two_licences(session):
    first = await intend(session, number="A-1")
    second = await intend(session, number="A-2")
    second.number = first.number
    with pytest.raises(sa.exc.IntegrityError):
        await session.flush()


async def test_nobody_but_the_holder_and_the_issuing_department_sees_it(session, press):
    licence = await press.issue(session, await intend(session))
    seen_by = [citizen(), clerk(), clerk("*"), clerk(MARKET.code, Role.WINDOW)]
    hidden_from = [
        citizen(Party(PartyKind.ORGANISATION, uuid4(), "示例另一公司")),
        clerk(CIVIL.code),
        clerk("*", Role.SYSTEM_ADMIN),
        clerk(MARKET.code, Role.CATALOGUE),
    ]
    for actor in seen_by:
        assert (await queries.get(session, actor, licence.identifier)).id == licence.id
    for actor in hidden_from:
        with pytest.raises(LicenceNotFound):
            await queries.get(session, actor, licence.identifier)
        with pytest.raises(LicenceNotFound):
            await queries.document(session, actor, licence.identifier, objects=press.objects)
        assert licence.id not in [each.id for each in await queries.listing(session, actor)]
    assert [each.id for each in await queries.listing(session, citizen())] == [licence.id]


async def test_an_unsealed_licence_has_no_document(session, press):
    licence = await intend(session)
    with pytest.raises(LicenceNotFound):
        await queries.document(session, citizen(), licence.identifier, objects=press.objects)


async def test_metadata_are_unreadable_in_the_database(session, press):
    licence = await intend(session)
    raw = await session.scalar(
        sa.text("SELECT elements FROM licence WHERE id = :id").bindparams(id=licence.id)
    )
    assert "示例".encode() not in bytes(raw)


async def test_the_public_learns_only_what_the_check_code_opens(session, press):
    slug = "senior-card"
    licence = await intend(session, slug, holder=builders.HOLDERS[slug])
    with pytest.raises(LicenceNotFound):
        await queries.by_check_code(session, licence.identifier, licence.check_code, at=AT)
    await press.issue(session, licence)
    short = licence.identifier.removeprefix("1.2.156.3005.2.")
    facts = await queries.by_check_code(session, short, licence.check_code.lower(), at=AT)
    assert (facts.holder, facts.state, facts.type_name.zh) == ("示**", State.VALID, "老年人优待证")
    assert await queries.by_identifier(session, licence.identifier, at=AT) == facts
    for identifier, code in ((licence.identifier, "AAAAAAAA"), (licence.identifier, "码"), ("x", "y")):
        with pytest.raises(LicenceNotFound):
            await queries.by_check_code(session, identifier, code, at=AT)


async def test_a_period_that_ran_out_is_told_as_expired(session, press):
    licence = await press.issue(session, await intend(session))
    late = AT.replace(year=2032)
    assert (await queries.by_identifier(session, licence.identifier, at=late)).state is State.EXPIRED
    assert await queries.held(session, {FIRM.id}, {FOOD}, at=late) == []


async def test_a_good_licence_is_found_as_a_material(session, press):
    licence = await press.issue(session, await intend(session))
    assert [each.type_code for each in await queries.held(session, {FIRM.id}, {FOOD}, at=AT)] == [FOOD]
    assert await queries.held(session, {uuid4()}, {FOOD}, at=AT) == []
    await commands.revoke(
        session, clerk(), licence.identifier, reason="不再符合条件", basis="第六十九条", at=AT
    )
    assert await queries.held(session, {FIRM.id}, {FOOD}, at=AT) == []


async def test_those_in_charge_revoke_and_the_public_sees_it_at_once(session, press):
    licence = await press.issue(session, await intend(session))
    for actor in (citizen(), clerk(CIVIL.code), clerk(MARKET.code, Role.WINDOW)):
        with pytest.raises(LicenceNotFound):
            await commands.revoke(session, actor, licence.identifier, reason="x", basis="y", at=AT)
    await commands.revoke(
        session, clerk(), licence.identifier, reason=" 以欺骗取得 ", basis="第六十九条", at=AT
    )
    facts = await queries.by_identifier(session, licence.identifier, at=AT)
    assert (facts.state, facts.ended_on) == (State.REVOKED, date(2026, 11, 23))
    assert (await deeds(session, licence))[-1] == "licence revoked"
    with pytest.raises(MoveNotOpen):
        await commands.revoke(session, clerk(), licence.identifier, reason="x", basis="y", at=AT)


async def test_a_presentation_code_works_once_and_for_sixty_seconds(session, press):
    licence = await press.issue(session, await intend(session))
    holder = citizen()
    code = await commands.present(session, holder, licence.identifier, at=AT)
    shown = await commands.redeem(session, f" {code[:6].lower()}-{code[6:]}", at=AT + timedelta(seconds=59))
    assert (shown.holder, shown.state, shown.number) == ("示例餐饮有限公司", State.VALID, licence.number)
    with pytest.raises(CodeRefused):
        await commands.redeem(session, code, at=AT + timedelta(seconds=59))
    late = await commands.present(session, holder, licence.identifier, at=AT)
    with pytest.raises(CodeRefused):
        await commands.redeem(session, late, at=AT + timedelta(seconds=60))
    for guess in ("", "AAAAAAAAAAAA", "\0", "码"):
        with pytest.raises(CodeRefused):
            await commands.redeem(session, guess, at=AT)
    kept = await session.scalars(sa.select(col(Presentation.code_hash)))
    assert code not in set(kept)


async def test_a_newer_code_ends_the_older_one(session, press):
    licence = await press.issue(session, await intend(session))
    older = await commands.present(session, citizen(), licence.identifier, at=AT)
    newer = await commands.present(session, citizen(), licence.identifier, at=AT)
    with pytest.raises(CodeRefused):
        await commands.redeem(session, older, at=AT)
    assert await commands.redeem(session, newer, at=AT)


async def test_only_the_holder_presents_and_only_what_is_valid(session, press):
    licence = await intend(session)
    with pytest.raises(MoveNotOpen):
        await commands.present(session, citizen(), licence.identifier, at=AT)
    await press.issue(session, licence)
    for actor in (clerk(), citizen(Party(PartyKind.ORGANISATION, uuid4(), "示例另一公司"))):
        with pytest.raises(LicenceNotFound):
            await commands.present(session, actor, licence.identifier, at=AT)


async def test_an_unknown_licence_is_not_issued(session, press):
    with pytest.raises(LicenceNotFound):
        await commands.issue(
            session, uuid4(), objects=press.objects, sealer=press.sealer, public_url=URL, at=AT
        )


async def test_a_licence_whose_application_led_to_none_is_none(session):
    assert await queries.of_application(session, "A-0") is None


async def test_eight_workers_at_once_issue_one_licence_once(committed, press):
    async with committed() as session, session.begin():
        licence = await intend(session)
    told: list[str] = []

    async def issued(number: str) -> None:
        told.append(number)

    def work():
        return tasks.issue_licence(
            str(licence.id),
            sessions=committed,
            objects=press.objects,
            sealer=press.sealer,
            public_url=URL,
            issued=issued,
        )

    await asyncio.gather(*(work() for _ in range(8)))
    await tasks.issue_licence(
        str(uuid4()), sessions=committed, objects=press.objects, sealer=press.sealer, public_url=URL
    )
    assert told == ["A-1"] * 8
    async with committed() as session:
        assert await deeds(session, licence) == ["licence intended", "licence issued"]
        kept = await session.get(Licence, licence.id)
        assert kept is not None
        assert kept.state is State.VALID


async def test_decisions_at_once_get_numbers_without_gap_or_double(committed):
    async def decide(place: int) -> str:
        async with committed() as session, session.begin():
            licence = await intend(session, number=f"A-{place}")
            if place % 4 == 0:
                await session.rollback()
                return ""
            return licence.number

    numbers = sorted(filter(None, await asyncio.gather(*(decide(place) for place in range(16)))))
    assert [int(number[9:15]) for number in numbers] == list(range(1, 13))


async def test_a_code_redeemed_by_many_at_once_works_for_one(committed, press):
    async with committed() as session, session.begin():
        licence = await press.issue(session, await intend(session))
        code = await commands.present(session, citizen(), licence.identifier, at=AT)

    async def check() -> bool:
        async with committed() as session, session.begin():
            try:
                return bool(await commands.redeem(session, code, at=AT))
            except CodeRefused:
                return False

    assert sum(await asyncio.gather(*(check() for _ in range(8)))) == 1


async def test_a_worker_that_dies_before_committing_leaves_the_licence_to_the_next(committed, press):
    async with committed() as session, session.begin():
        licence = await intend(session)
    async with committed() as session:
        await press.issue(session, licence)  # and the process stops here
    async with committed() as session, session.begin():
        again = await press.issue(session, licence)
    assert verify(await press.objects.get(again.document), roots=press.sealer.roots()).sound
