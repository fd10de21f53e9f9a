"""What happens to a licence after it was issued: held back and given back, ended, run out, followed by another."""

import asyncio
from datetime import date, timedelta

import pytest

from identity.actor import Role
from licensing import commands, queries, rules, serials, tasks
from licensing.errors import (
    ApplicationHasLicence,
    LicenceNotFound,
    MoveNotOpen,
    ReasonMissing,
    RenewalNotOpen,
)
from licensing.models import Licence
from licensing.numbering import read_identifier
from licensing.rules import State
from licensing.verifying import verify
from storage import ledger
from tests.integration.licensing.pressing import FIRM, FOOD, URL, citizen, clerk, deeds, intend
from tests.support import licences as builders
from tests.support.licences import AT, CIVIL, HOLDERS, MARKET

pytestmark = pytest.mark.anyio

WHY = {"reason": " 监督检查发现不符合条件 ", "basis": " 食品安全法 第一百二十六条 "}
CARD = "senior-card"
LATER = AT + timedelta(days=30)
LAST = date(2031, 11, 22)
"""The last good day of a food licence issued at `AT`."""


@pytest.fixture
async def licence(session, press) -> Licence:
    return await press.issue(session, await intend(session))


async def state_told(session, licence, at=LATER) -> State:
    return (await queries.by_identifier(session, licence.identifier, at=at)).state


async def test_a_suspended_licence_is_given_back(session, licence):
    await commands.suspend(session, clerk(), licence.identifier, at=LATER, **WHY)
    assert await state_told(session, licence) is State.SUSPENDED
    assert (licence.ended_reason, licence.ended_basis) == (WHY["reason"].strip(), WHY["basis"].strip())
    assert await queries.held(session, {FIRM.id}, {FOOD}, at=LATER) == []
    await commands.restore(session, clerk(), licence.identifier, at=LATER, **WHY)
    assert await state_told(session, licence) is State.VALID
    assert (licence.ended_at, licence.ended_reason, licence.ended_basis) == (None, None, None)
    assert (await deeds(session, licence))[2:] == ["licence suspended", "licence restored"]


async def test_a_suspended_licence_that_ran_out_is_not_given_back(session, licence):
    await commands.suspend(session, clerk(), licence.identifier, at=LATER, **WHY)
    with pytest.raises(MoveNotOpen) as caught:
        await commands.restore(session, clerk(), licence.identifier, at=AT.replace(year=2032), **WHY)
    assert caught.value.state is State.EXPIRED


@pytest.mark.parametrize("deed", ["suspend", "restore", "revoke", "cancel"])
async def test_every_deed_is_for_those_in_charge_and_says_why(session, licence, deed):
    do = getattr(commands, deed)
    for actor in (citizen(), clerk(CIVIL.code), clerk(MARKET.code, Role.WINDOW)):
        with pytest.raises(LicenceNotFound):
            await do(session, actor, licence.identifier, at=LATER, **WHY)
    if deed == "restore":
        await commands.suspend(session, clerk(), licence.identifier, at=LATER, **WHY)
    for part in WHY:
        with pytest.raises(ReasonMissing):
            await do(session, clerk(), licence.identifier, at=LATER, **WHY | {part: "  "})
    assert licence.state is (State.SUSPENDED if deed == "restore" else State.VALID)


async def test_a_cancelled_licence_stays_so_and_its_basis_is_in_the_ledger(session, licence):
    await commands.cancel(session, clerk(), licence.identifier, at=LATER, **WHY)
    assert await state_told(session, licence) is State.CANCELLED
    entry = (await ledger.entries(session, f"licence:{licence.id}"))[-1]
    assert (entry.deed, entry.details["basis"]) == ("licence cancelled", WHY["basis"].strip())
    assert WHY["reason"].strip() not in entry.body
    for deed in (commands.suspend, commands.restore, commands.revoke, commands.cancel):
        with pytest.raises(MoveNotOpen):
            await deed(session, clerk(), licence.identifier, at=LATER, **WHY)


async def test_an_intended_licence_can_be_cancelled_and_is_then_never_sealed(session, press):
    licence = await intend(session)
    await commands.cancel(session, clerk(), licence.identifier, at=LATER, **WHY)
    assert (await press.issue(session, licence)).document is None
    assert licence.state is State.CANCELLED


async def test_periods_that_ran_out_are_recorded_in_batches(session, press):
    over = [await press.issue(session, await intend(session, number=f"A-{n}")) for n in range(3)]
    good = await press.issue(session, await intend(session, CARD, number="A-9", holder=HOLDERS[CARD]))
    assert await commands.expire(session, at=LATER) == 0
    late = AT.replace(year=2032)
    assert [await commands.expire(session, at=late, most=2) for _ in range(3)] == [2, 1, 0]
    assert {each.state for each in over} == {State.EXPIRED}
    assert good.state is State.VALID
    assert (await queries.by_identifier(session, over[0].identifier, at=late)).ended_on == date(2031, 11, 23)
    assert (await deeds(session, over[0]))[-1] == "licence expired"


async def change(session, licence, *, number="B-1", actor=None, **changes):
    values = {"fields": {"premises": "示例市云岩区示例路99号"}, "at": LATER} | WHY | changes
    return await commands.change(
        session, actor or clerk(), licence.identifier, application_number=number, **values
    )


async def test_a_changed_licence_is_the_next_version_of_the_same_number(session, press, licence):
    later = await change(session, licence)
    assert (later.state, later.version, later.number) == (State.INTENDED, 2, licence.number)
    before, after = (read_identifier(each.identifier) for each in (licence, later))
    assert (after.serial, after.version) == (before.serial, 2)
    assert await state_told(session, licence) is State.VALID
    await press.issue(session, later, at=LATER)
    assert (licence.state, licence.replaced_by, later.replaces) == (State.EXPIRED, later.id, licence.id)
    assert licence.ended_reason == WHY["reason"].strip()
    assert (later.valid_from, later.valid_until) == (licence.valid_from, LAST)
    assert (await deeds(session, licence))[-1] == "licence superseded"
    assert await deeds(session, later) == ["licence change intended", "licence issued"]


async def test_the_file_of_a_later_version_names_the_earlier_one(session, press, licence):
    later = await press.issue(session, await change(session, licence), at=LATER)
    verdict = verify(await press.objects.get(later.document), roots=press.sealer.roots())
    assert verdict.sound
    told = verdict.elements
    assert (told["KZ_GLZZBS"], told["KZ_BBLX"]) == (licence.identifier, "变更")
    assert (told["KZ_JYCS"], told["KZ_JYXM"]) == ("示例市云岩区示例路99号", licence.elements["KZ_JYXM"])
    assert (told["ZZBFRQ"], told["ZZYXQQSRQ"]) == ("2026-12-23", "2026-11-23")
    assert not {"reason", "basis"} & set(told)
    assert (await queries.by_identifier(session, later.identifier, at=LATER)).issued_on == date(2026, 12, 23)


async def test_a_new_name_of_the_holder_is_a_change(session, press, licence):
    later = await change(session, licence, holder_name="示例新餐饮有限公司", fields={})
    assert later.holder_name == later.elements["CZZT"] == "示例新餐饮有限公司"
    shop = "individual-business-licence"
    own = await press.issue(session, await intend(session, shop, holder=builders.HOLDERS[shop], number="C-1"))
    renamed = await change(session, own, number="C-2", fields={"trade_name": "示例市示例丙小吃店"})
    assert (renamed.holder_name, renamed.number) == ("示例市示例丙小吃店", own.number)


async def test_changing_twice_for_one_application_gives_one_version(session, licence):
    first, again = await change(session, licence), await change(session, licence)
    assert first.id == again.id
    with pytest.raises(MoveNotOpen) as caught:
        await change(session, licence, number="B-2")
    assert caught.value.state == "succeeded"
    other = await intend(session, number="D-1")
    with pytest.raises(ApplicationHasLicence):
        await change(session, licence, number=other.application_number)


async def test_only_those_in_charge_make_later_versions_and_say_why(session, licence):
    for actor in (citizen(), clerk(CIVIL.code), clerk(MARKET.code, Role.WINDOW)):
        with pytest.raises(LicenceNotFound):
            await change(session, licence, actor=actor)
    with pytest.raises(ReasonMissing):
        await change(session, licence, basis="")


async def test_versions_count_on(session, press, licence):
    second = await press.issue(session, await change(session, licence), at=LATER)
    with pytest.raises(MoveNotOpen):
        await change(session, licence, number="B-2")
    third = await change(session, second, number="B-2", at=LATER + timedelta(days=1))
    await press.issue(session, third, at=LATER + timedelta(days=1))
    assert (third.version, second.state, third.state) == (3, State.EXPIRED, State.VALID)
    assert [each.version for each in await queries.listing(session, citizen())] == [3, 2, 1]


async def test_a_lost_licence_is_replaced_with_the_same_contents_and_period(session, press, licence):
    later = await commands.replace(
        session,
        clerk(),
        licence.identifier,
        application_number="B-1",
        reason="遗失",
        basis="食品经营许可和备案管理办法",
        at=LATER,
    )
    await press.issue(session, later, at=LATER)
    own = [field.element for field in builders.types.get(FOOD).fields]
    assert [later.elements[each] for each in own] == [licence.elements[each] for each in own]
    assert (later.valid_from, later.valid_until) == (licence.valid_from, licence.valid_until)
    assert later.elements["KZ_BBLX"] == "补发"
    assert later.check_code != licence.check_code
    assert await state_told(session, licence) is State.EXPIRED


async def renew(session, licence, *, applied_on: date, at, number="R-1"):
    return await commands.renew(
        session,
        clerk(),
        licence.identifier,
        application_number=number,
        applied_on=applied_on,
        at=at,
        reason="申请延续",
        basis="行政许可法 第五十条",
    )


async def test_a_renewed_licence_counts_anew_from_the_decision(session, press, licence):
    at = AT.replace(year=2031, month=10, day=20)
    later = await renew(session, licence, applied_on=date(2031, 10, 1), at=at)
    await press.issue(session, later, at=at)
    assert (later.valid_from, later.valid_until) == (date(2031, 10, 20), date(2036, 10, 19))
    assert (later.number, later.version, licence.state) == (licence.number, 2, State.EXPIRED)


async def test_a_renewal_asked_for_too_late_or_without_an_end_is_refused(session, press, licence):
    for applied_on, window in ((LAST - timedelta(days=29), "late"), (LAST + timedelta(days=1), "over")):
        with pytest.raises(RenewalNotOpen) as caught:
            await renew(session, licence, applied_on=applied_on, at=AT.replace(year=2031))
        assert caught.value.window == window
    card = await press.issue(session, await intend(session, CARD, number="A-2", holder=HOLDERS[CARD]))
    with pytest.raises(RenewalNotOpen) as caught:
        await commands.renew(
            session,
            clerk(CIVIL.code),
            card.identifier,
            application_number="R-2",
            applied_on=date(2027, 1, 1),
            at=LATER,
            reason="x",
            basis="y",
        )
    assert caught.value.window == "unlimited"


async def test_a_renewal_asked_for_in_time_and_decided_late_leaves_no_gap(session, press, licence):
    at = AT.replace(year=2031, month=12, day=20)
    await commands.expire(session, at=at)
    later = await renew(session, licence, applied_on=date(2031, 10, 1), at=at)
    await press.issue(session, later, at=at)
    assert later.valid_from == LAST + timedelta(days=1)
    assert (licence.state, licence.replaced_by) == (State.EXPIRED, later.id)
    assert (licence.ended_reason, later.state) == ("有效期届满", State.VALID)


async def test_a_suspension_goes_over_to_the_version_that_waited_for_its_seal(session, press, licence):
    later = await change(session, licence)
    await commands.suspend(session, clerk(), licence.identifier, at=LATER, **WHY)
    await press.issue(session, later, at=LATER)
    assert (licence.state, later.state) == (State.EXPIRED, State.SUSPENDED)
    assert later.ended_basis == WHY["basis"].strip()
    assert (await deeds(session, later))[-2:] == ["licence issued", "licence suspended"]
    await commands.restore(session, clerk(), later.identifier, at=LATER, **WHY)
    assert await state_told(session, later) is State.VALID


@pytest.mark.parametrize("deed", ["revoke", "cancel"])
async def test_what_ends_a_licence_ends_the_version_that_waits_for_its_seal(session, press, licence, deed):
    later = await change(session, licence)
    await getattr(commands, deed)(session, clerk(), licence.identifier, at=LATER, **WHY)
    assert later.state is State.CANCELLED
    assert (await press.issue(session, later, at=LATER)).document is None
    assert (await deeds(session, later))[-1] == "licence cancelled"
    with pytest.raises(MoveNotOpen):
        await change(session, licence, number="B-2")


async def test_a_number_without_a_year_is_never_given_again_in_a_later_year(session):
    first = await intend(session)
    later = await commands.intend(
        session,
        type_code=FOOD,
        application_number="A-2",
        holder=FIRM,
        issuer_department=MARKET.code,
        fields=builders.FIELDS[FOOD],
        at=AT.replace(year=2027),
    )
    assert int(later.number[9:15]) == int(first.number[9:15]) + 1
    assert read_identifier(later.identifier).serial.startswith("2027")
    await serials.next_number(session, "old", 2026)
    await serials.next_number(session, "old", 2026)
    assert await serials.next_number(session, "old", serials.ALWAYS) == 3
    assert await serials.next_number(session, "old", serials.ALWAYS) == 4


@pytest.mark.parametrize("round_", range(6))
async def test_sealing_a_later_version_and_revoking_the_earlier_one_at_once(committed, press, round_):
    """Whoever comes first: never one that counts afterwards, and nobody waits for ever."""
    async with committed() as session, session.begin():
        licence = await press.issue(session, await intend(session))
        later = await change(session, licence)

    async def seal() -> None:
        await asyncio.sleep(0.02 * round_)
        await tasks.issue_licence(
            str(later.id), sessions=committed, objects=press.objects, sealer=press.sealer, public_url=URL
        )

    async def revoke(identifier: str) -> bool:
        async with committed() as session, session.begin():
            try:
                await commands.revoke(session, clerk(), identifier, at=LATER, **WHY)
            except MoveNotOpen:
                return False
            return True

    _, first = await asyncio.wait_for(asyncio.gather(seal(), revoke(licence.identifier)), 60)
    async with committed() as session:
        before, after = [await session.get(Licence, each.id) for each in (licence, later)]
    if first:
        assert (before.state, after.state, after.document) == (State.REVOKED, State.CANCELLED, None)
    else:
        assert (before.state, after.state) == (State.EXPIRED, State.VALID)
        assert await revoke(later.identifier)


async def test_the_daily_sweep_records_all_that_ran_out(committed, press):
    async with committed() as session, session.begin():
        licences = [await press.issue(session, await intend(session, number=f"A-{n}")) for n in range(3)]
        for licence in licences:
            licence.valid_until = date(2026, 11, 1)
    await asyncio.gather(*(tasks.expire_licences(sessions=committed) for _ in range(4)))
    async with committed() as session:
        for licence in licences:
            assert (await deeds(session, licence)).count("licence expired") == 1


async def test_holders_are_told_once_that_a_period_ends_soon(session, press):
    soon = await press.issue(session, await intend(session, number="R-1"))
    later = await press.issue(session, await intend(session, number="R-2"))
    soon.valid_until = rules.local_day(AT) + timedelta(days=rules.REMIND_BEFORE)
    later.valid_until = soon.valid_until + timedelta(days=1)
    assert await commands.remind(session, at=AT) == 1
    assert await commands.remind(session, at=AT) == 0
    assert (await deeds(session, soon))[-1] == "end told"
    assert (await deeds(session, later))[-1] == "licence issued"
