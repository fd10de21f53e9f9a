"""One case from draft to delivery, through commands, with the real hub, real registers and a real worker's jobs."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from licensing import queries as licensing
from licensing.rules import State as LicenceState
from services.applications import queries
from services.applications.commands import (
    closing,
    deciding,
    drafting,
    gathering,
    receiving,
    reviewing,
    starting,
    submitting,
)
from services.applications.errors import (
    AcceptorMayNotDecide,
    AlreadySpoke,
    ApplicationNotFound,
    ClaimedBySomebody,
    Incomplete,
    NotAskedToCorrect,
    StepNotOpen,
    StepsNotDone,
)
from services.applications.models import Supply
from services.applications.rules import Channel, State
from services.catalogue import queries as catalogue
from storage import ledger
from tests.support.city import actor_for, officer, work
from tests.unit.applications.test_documents_in import pdf

pytestmark = pytest.mark.anyio

CARD = "6222020200012345670"
FOOD = {
    "handler": "legal-representative",
    "business_kind": "catering",
    "projects": ["hot-dishes", "drinks"],
    "seats": "40",
    "open_kitchen": "yes",
    "area": "120.5",
    "opens_on": "2027-01-05",
    "sells_online": "no",
    "manager_name": "示例乙",
    "manager_phone": "19900000002",
    "handlers": "6",
}
BY_HAND = {
    "firm_name": "示例餐饮有限公司",
    "legal_representative": "示例甲",
    "premises": "示例省示例市湖区示例路1号",
    "handler_phone": "19900000001",
}


class Case:
    """A case driven by commands, each in its own transaction, as a request would."""

    def __init__(self, held, number, item):
        self.held, self.number, self.item = held, number, item

    async def do(self, deed, actor, **more):
        async with self.held.sessions() as session, session.begin():
            return await deed(session, actor, self.number, at=datetime.now(UTC), **more)

    async def look(self, actor):
        async with self.held.sessions() as session, session.begin():
            return await queries.get(session, actor, self.number)

    async def supplies(self, actor):
        async with self.held.sessions() as session, session.begin():
            application = await queries.get(session, actor, self.number)
            return {one.code: one.supply for one in await queries.materials_of(session, application)}


async def begin(held, actor, code):
    at = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        item = await catalogue.get(session, code)
        application = await starting.start(session, actor, item, channel=Channel.ONLINE, at=at)
    await gathering.gather(held.sessions, held.hub, application.number, at=at)
    return Case(held, application.number, item)


async def people(held, person, firm=None):
    async with held.sessions() as session, session.begin():
        return await actor_for(session, person, firm=firm)


async def staff(held, *logins):
    async with held.sessions() as session, session.begin():
        return [await officer(session, login) for login in logins]


async def food_case(held):
    owner = await people(held, "person-a", "firm-restaurant")
    return owner, await begin(held, owner, "food-business")


async def fill(case, actor, typed):
    await case.do(drafting.save_answers, actor, definition=case.item.definition, typed=typed)


async def hand_in_everything(case, actor):
    definition = case.item.definition
    for code, supply in (await case.supplies(actor)).items():
        if supply in {Supply.OBTAINED, Supply.HANDED_IN}:
            continue
        if definition.material(code).commitment:
            await case.do(drafting.commit_to, actor, definition=definition, code=code)
        else:
            await case.do(
                drafting.hand_in,
                actor,
                definition=definition,
                code=code,
                name=f"{code}.pdf",
                content=pdf(),
                objects=case.held.objects,
            )


async def test_the_registers_fill_the_form_and_spare_the_materials(held):
    owner, case = await food_case(held)
    application = await case.look(owner)
    supplies = await case.supplies(owner)
    assert application.answers["legal_representative"] == "示例甲"
    assert application.origins["legal_representative"]["fact"] == "hub:business-register.legal_representative"
    assert application.origins["legal_representative"]["request"]
    assert Supply.OBTAINED in supplies.values()
    assert Supply.WAITING not in supplies.values()


async def test_without_the_hub_the_applicant_is_asked_and_can_go_on(held_without_hub):
    owner, case = await food_case(held_without_hub)
    supplies = await case.supplies(owner)
    assert Supply.OBTAINED not in supplies.values()
    assert Supply.WAITING not in supplies.values()
    await fill_food(case, owner, by_hand=True)
    await hand_in_everything(case, owner)
    assert (await case.do(submitting.submit, owner, key="k1")).state is State.SUBMITTED


async def fill_food(case, owner, *, by_hand=False):
    await fill(case, owner, FOOD | BY_HAND if by_hand else FOOD)


async def test_a_food_licence_from_draft_to_the_holders_library(held):
    owner, case = await food_case(held)
    with pytest.raises(Incomplete):
        await case.do(submitting.submit, owner, key="k1")
    await fill_food(case, owner)
    await hand_in_everything(case, owner)
    submitted = await case.do(submitting.submit, owner, key="k1")
    assert (await case.do(submitting.submit, owner, key="k1")).submitted_at == submitted.submitted_at
    with pytest.raises(StepNotOpen):
        await case.do(submitting.submit, owner, key="another")

    window, other, first, second, approver = await staff(
        held, "market-window", "centre-window-1", "market-reviewer-1", "market-reviewer-2", "market-approver"
    )
    await case.do(receiving.claim, window)
    with pytest.raises(ClaimedBySomebody):
        await case.do(receiving.accept, other)
    await case.do(
        receiving.request_correction,
        window,
        defects=[("question:seats", "座位数与图纸不符"), ("question:projects", "")],
    )
    with pytest.raises(NotAskedToCorrect):
        await fill(case, owner, {"business_kind": "canteen"})
    await fill(case, owner, {"seats": "36"})
    await case.do(submitting.correct, owner, key="k2")
    accepted = await case.do(receiving.accept, window)
    assert accepted.due_on is not None

    with pytest.raises(StepsNotDone):
        await case.do(deciding.grant, approver)
    while (step := (await case.look(window)).step) not in {None, "decide"}:
        await case.do(reviewing.review, first, opinion="符合要求", favourable=True)
        if case.item.definition.step(step).two_persons:
            with pytest.raises(AlreadySpoke):
                await case.do(reviewing.review, first, opinion="符合要求", favourable=True)
            await case.do(reviewing.review, second, opinion="符合要求", favourable=True)
    granted = await case.do(deciding.grant, approver, opinion="准予")
    assert (granted.state, granted.on_time) == (State.GRANTED, True)

    done = await work(held)
    assert done.count("licensing.issue") == 1
    async with held.sessions() as session, session.begin():
        licence = await licensing.of_application(session, case.number)
        assert licence is not None
        assert licence.state is LicenceState.VALID
        pdf_file = await licensing.document(session, owner, licence.identifier, objects=held.objects)
        assert pdf_file.startswith(b"%PDF-")
        assert await ledger.verify_chain(session, case.number) >= 10
        papers = await queries.documents_of(session, await queries.get(session, owner, case.number))
        assert {one.kind for one in papers} == {"receipt", "acceptance", "correction", "grant"}
        assert all(one.digest for one in papers)
    assert (await case.look(owner)).state is State.DELIVERED


async def test_who_accepts_never_decides_even_with_both_roles(held):
    owner, case = await food_case(held)
    await fill_food(case, owner)
    await hand_in_everything(case, owner)
    await case.do(submitting.submit, owner, key="k1")
    window, first, second, approver = await staff(
        held, "market-window", "market-reviewer-1", "market-reviewer-2", "market-approver"
    )
    both = replace(window, roles=window.roles | approver.roles)
    await case.do(receiving.accept, both)
    while (step := (await case.look(window)).step) not in {None, "decide"}:
        await case.do(reviewing.review, first, opinion="符合要求", favourable=True)
        if case.item.definition.step(step).two_persons:
            await case.do(reviewing.review, second, opinion="符合要求", favourable=True)
    with pytest.raises(AcceptorMayNotDecide):
        await case.do(deciding.grant, both)


async def test_a_case_is_invisible_to_everybody_it_does_not_concern(held):
    owner, case = await food_case(held)
    stranger = await people(held, "person-c")
    window, elsewhere = await staff(held, "market-window", "civil-window")
    for actor in (stranger, window, elsewhere):  # a draft is the applicant's alone
        with pytest.raises(ApplicationNotFound):
            await case.look(actor)
    await fill_food(case, owner)
    await hand_in_everything(case, owner)
    await case.do(submitting.submit, owner, key="k1")
    assert (await case.look(window)).number == case.number
    for actor in (stranger, elsewhere):
        with pytest.raises(ApplicationNotFound):
            await case.look(actor)
        with pytest.raises(ApplicationNotFound):
            await case.do(receiving.claim, actor)
        with pytest.raises(ApplicationNotFound):
            await case.do(closing.withdraw, actor, reason="")


async def test_unemployment_benefit_needs_nothing_handed_in(held):
    person = await people(held, "person-d")
    case = await begin(held, person, "unemployment-benefit")
    await fill(case, person, {"registers": "yes", "bank_card": CARD})
    assert set((await case.supplies(person)).values()) == {Supply.OBTAINED}
    await case.do(submitting.submit, person, key="k1")
    window, approver = await staff(held, "insurance-window", "insurance-approver")
    await case.do(receiving.accept, window)
    await case.do(deciding.refuse, approver, reason="示例：缴费未满一年。")
    await work(held)
    assert (await case.look(person)).state is State.DELIVERED
    await case.do(closing.rate, person, grade=2, text="")


async def test_withdrawn_is_the_end_of_it(held):
    owner, case = await food_case(held)
    await fill_food(case, owner)
    await hand_in_everything(case, owner)
    await case.do(submitting.submit, owner, key="k1")
    await case.do(closing.withdraw, owner, reason="不办了")
    (window,) = await staff(held, "market-window")
    with pytest.raises(StepNotOpen):
        await case.do(receiving.accept, window)


@pytest.mark.parametrize("number", ["\x00", "1\x00", "a\nb", "\u202e1"])
async def test_a_number_that_cannot_be_one_names_nothing(held, number):
    owner = await people(held, "person-a")
    async with held.sessions() as session, session.begin():
        with pytest.raises(ApplicationNotFound):
            await queries.get(session, owner, number)
        with pytest.raises(ApplicationNotFound):
            await queries.by_query_code(session, number, "ABC")
