"""Many at once, on real commits: exactly one wins, the others are told, nothing happens twice."""

import asyncio
import os
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from services.applications.commands import closing, deciding, receiving, submitting
from services.applications.errors import ApplicationError, ClaimedBySomebody, StepNotOpen
from services.applications.models import Application
from services.applications.rules import State
from services.workflow.models import CaseClock
from storage import ledger
from tests.integration.applications.test_whole_case import (
    CARD,
    Case,
    begin,
    fill,
    people,
    staff,
)

pytestmark = pytest.mark.anyio
MANY = 12
CLIENTS = 16
RACES = int(os.environ.get("YIWANG_RACES", "60"))
"""How many races are run in all; `make endurance` runs 1,000."""


@pytest.fixture
def committing(held_for_real):
    """A city with commits that last: races are lost and won only between real transactions."""
    return held_for_real


async def ready_case(held):
    person = await people(held, "person-d")
    case = await begin(held, person, "unemployment-benefit")
    await fill(case, person, {"registers": "yes", "bank_card": CARD})
    return person, case


async def together(*deeds):
    """Run all at once; the results and refusals in order."""
    return await asyncio.gather(*deeds, return_exceptions=True)


def sorted_out(results):
    won = [one for one in results if not isinstance(one, BaseException)]
    refused = [one for one in results if isinstance(one, ApplicationError)]
    assert len(won) + len(refused) == len(results), results
    return won, refused


async def deeds(held, number):
    async with held.sessions() as session:
        return [entry.deed for entry in await ledger.entries(session, number)]


async def test_the_same_submission_many_times_at_once_is_one_submission(committing):
    person, case = await ready_case(committing)
    won, refused = sorted_out(
        await together(*(case.do(submitting.submit, person, key="same") for _ in range(MANY)))
    )
    assert (len(won), refused) == (MANY, [])
    assert len({one.submitted_at for one in won}) == 1
    assert (await deeds(committing, case.number)).count("application submitted") == 1
    async with committing.sessions() as session:
        clocks = await session.scalars(sa.select(CaseClock).where(col(CaseClock.case_number) == case.number))
        assert len(list(clocks)) == 1


async def test_different_submissions_at_once_leave_one_winner(committing):
    person, case = await ready_case(committing)
    won, refused = sorted_out(
        await together(*(case.do(submitting.submit, person, key=f"key-{n}") for n in range(MANY)))
    )
    assert len(won) == 1
    assert all(isinstance(one, StepNotOpen) for one in refused)


async def test_two_clerks_claim_and_one_has_it(committing):
    person, case = await ready_case(committing)
    await case.do(submitting.submit, person, key="k")
    clerks = await staff(committing, "insurance-window", "centre-window-1", "centre-window-2")
    won, refused = sorted_out(await together(*(case.do(receiving.claim, clerk) for clerk in clerks)))
    assert len(won) == 1
    assert {one.name for one in refused if isinstance(one, ClaimedBySomebody)} == {won[0].claimed_by_name}


async def test_withdrawing_while_a_clerk_accepts_ends_one_way_only(committing):
    (clerk,) = await staff(committing, "insurance-window")
    for _ in range(4):
        person, case = await ready_case(committing)
        await case.do(submitting.submit, person, key="k")
        sorted_out(
            await together(
                case.do(closing.withdraw, person, reason="不办了"), case.do(receiving.accept, clerk)
            )
        )
        ended = await case.look(person)
        recorded = await deeds(committing, case.number)
        assert ended.state in {State.WITHDRAWN, State.ACCEPTED}
        assert ("application withdrawn" in recorded) == (ended.state is State.WITHDRAWN)


async def test_a_decision_is_made_once(committing):
    person, case = await ready_case(committing)
    await case.do(submitting.submit, person, key="k")
    clerk, approver = await staff(committing, "insurance-window", "insurance-approver")
    await case.do(receiving.accept, clerk)
    tries = [case.do(deciding.grant, approver) for _ in range(4)]
    tries += [case.do(deciding.refuse, approver, reason="示例：条件不符。") for _ in range(4)]
    won, refused = sorted_out(await together(*tries))
    assert len(won) == 1
    assert all(isinstance(one, StepNotOpen) for one in refused)
    recorded = await deeds(committing, case.number)
    assert recorded.count("application granted") + recorded.count("application refused") == 1


async def test_numbers_given_at_once_are_all_different(committing):
    person = await people(committing, "person-d")
    cases = await asyncio.gather(*(begin(committing, person, "unemployment-benefit") for _ in range(MANY)))
    numbers = {case.number for case in cases if isinstance(case, Case)}
    assert len(numbers) == MANY
    assert {len(number) for number in numbers} == {43}
    async with committing.sessions() as session:
        kept = await session.scalar(
            sa.select(sa.func.count()).select_from(Application).where(col(Application.number).in_(numbers))
        )
    assert kept == MANY


async def submitted_cases(held, person, count):
    """Cases handed in, begun together: what is raced over."""
    cases = []
    for _ in range(count):
        case = await begin(held, person, "unemployment-benefit")
        await fill(case, person, {"registers": "yes", "bank_card": CARD})
        await case.do(submitting.submit, person, key="k")
        cases.append(case)
    return cases


async def test_sixteen_clients_race_and_one_wins_each_time(committing):
    """Claim against claim, accept against withdraw, grant against refuse: the others are told who and what."""
    person = await people(committing, "person-d")
    clerk, approver = await staff(committing, "insurance-window", "insurance-approver")
    clerks = [replace(clerk, person_id=uuid4(), name=f"示例窗口{place}") for place in range(CLIENTS)]
    approvers = [replace(approver, person_id=uuid4(), name=f"示例审批{place}") for place in range(CLIENTS)]
    for case in await submitted_cases(committing, person, max(1, RACES // 3)):
        won, refused = sorted_out(await together(*(case.do(receiving.claim, one) for one in clerks)))
        assert len(won) == 1
        assert {one.name for one in refused if isinstance(one, ClaimedBySomebody)} == {won[0].claimed_by_name}
        assert len(refused) == CLIENTS - 1
        holder = next(one for one in clerks if one.person_id == won[0].claimed_by)
        tries = [case.do(receiving.accept, holder) for _ in range(CLIENTS // 2)]
        tries += [case.do(closing.withdraw, person, reason="不办了") for _ in range(CLIENTS // 2)]
        won, _ = sorted_out(await together(*tries))
        recorded = await deeds(committing, case.number)
        assert recorded.count("application accepted") <= 1
        assert recorded.count("application withdrawn") <= 1
        assert len(won) == recorded.count("application accepted") + recorded.count("application withdrawn")
        if "application withdrawn" in recorded:
            continue
        tries = [case.do(deciding.grant, one) for one in approvers[::2]]
        tries += [case.do(deciding.refuse, one, reason="示例：条件不符。") for one in approvers[1::2]]
        won, refused = sorted_out(await together(*tries))
        assert len(won) == 1
        assert all(isinstance(one, StepNotOpen) for one in refused)
        assert len(refused) == CLIENTS - 1
        async with committing.sessions() as session:
            assert await ledger.verify_chain(session, case.number) == len(
                await deeds(committing, case.number)
            )
