"""The deeds the law adds to the everyday ones, through commands, with their papers printed and sealed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from licensing import queries as licensing
from licensing.rules import State as LicenceState
from services.applications import queries
from services.applications.afterwards import commands as afterwards
from services.applications.afterwards import queries as owed
from services.applications.commands import (
    closing,
    deciding,
    ending,
    on_the_spot,
    receiving,
    reviewing,
    submitting,
)
from services.applications.errors import (
    AlreadyArchived,
    ChairNotFree,
    GroundNotOpen,
    HearingDateWrong,
    HearingNotOpen,
    HearingOpen,
    MaterialsOutstanding,
    NothingBefore,
    NothingToCorrect,
    NothingToVerify,
    StepNotOpen,
    StillInTime,
)
from services.applications.grounds import Cancelling, Ending, Revoking
from services.applications.hearing import commands as hearing
from services.applications.lapsing.tasks import lapse
from services.applications.models import Application
from services.applications.rules import Delivery, Outcome, State
from services.oversight import singular
from services.oversight.models import Card
from services.workflow import queries as clocks
from services.workflow.rules import ZONE, ClockKind, PauseKind, local_day
from storage import ledger
from tests.integration.applications.test_whole_case import (
    CARD,
    FOOD,
    Supply,
    begin,
    fill,
    food_case,
    hand_in_everything,
    people,
    staff,
)
from tests.support.city import work
from tests.unit.applications.test_documents_in import pdf

pytestmark = pytest.mark.anyio

LATER = "health-certificates"
DAY = timedelta(days=1)


class Time:
    """A case's deeds at moments that go on and on: first today, then as far ahead as asked."""

    def __init__(self, case):
        self.case, self.at = case, datetime.now(UTC)

    async def do(self, deed, actor, *, after=timedelta(minutes=1), **more):
        self.at += after
        async with self.case.held.sessions() as session, session.begin():
            return await deed(session, actor, self.case.number, at=self.at, **more)

    async def refused(self, error, deed, actor, **more):
        with pytest.raises(error) as told:
            await self.do(deed, actor, **more)
        return told.value


async def benefit(held):
    person = await people(held, "person-d")
    case = await begin(held, person, "unemployment-benefit")
    await fill(case, person, {"registers": "yes", "bank_card": CARD})
    await case.do(submitting.submit, person, key="k")
    return person, case


async def recorded(held, number):
    async with held.sessions() as session:
        return [entry.deed for entry in await ledger.entries(session, number)]


async def test_a_food_licence_the_long_way_round(held):
    owner, case = await food_case(held)
    await fill(case, owner, FOOD)
    await hand_in_everything(case, owner)
    definition = case.item.definition
    async with held.sessions() as session, session.begin():
        application = await queries.get(session, owner, case.number, lock=True)
        for file in await queries.files_of(session, application):
            if file.material_code == LATER:
                await session.delete(file)
        for material in await queries.materials_of(session, application):
            if material.code == LATER:
                material.supply = Supply.NEEDED
    await case.do(submitting.submit, owner, key="k", delivery=Delivery.COUNTER)
    window, one, two, approver, chair = await staff(
        held, "market-window", "market-reviewer-1", "market-reviewer-2", "market-approver", "centre-window-1"
    )
    time = Time(case)
    await time.refused(NothingToCorrect, on_the_spot.correct, window, typed={"seats": FOOD["seats"]})
    spot = await time.do(on_the_spot.correct, window, typed={"seats": "38"}, witness="当面确认")
    assert (spot.answers["seats"], spot.state, spot.corrections) == ("38", State.SUBMITTED, 0)
    taken = await time.do(afterwards.accept_to_follow, window, codes=[LATER], days=5)
    assert taken.state is State.ACCEPTED
    await time.refused(NothingBefore, reviewing.send_back, one, reason="示例：再看一次。")
    for officer in (one, two):
        await time.do(reviewing.review, officer, opinion="符合要求", favourable=True)
    back = await time.do(reviewing.send_back, one, reason="示例：现场照片不清。")
    assert back.step == "inspect"
    paused = await time.do(
        reviewing.suspend, one, kind=PauseKind.TESTING, reason="示例：送检。", days=3, after=DAY
    )
    assert paused.state is State.SUSPENDED
    await time.do(reviewing.resume, one, result="合格", after=2 * DAY)
    for officer in (
        one,
        two,
        one,
    ):  # who stopped the clock may still speak, and the first opinions count no more
        await time.do(reviewing.review, officer, opinion="符合要求", favourable=True)
    await _heard(time, one, approver, chair)
    await time.refused(
        GroundNotOpen, ending.terminate, approver, ground=Ending.NOT_CORRECTED, reason="示例理由"
    )
    late = await time.refused(MaterialsOutstanding, deciding.grant, approver)
    assert late.codes == (LATER,)
    name, content = "健康证明.pdf", pdf()
    await time.do(
        afterwards.follow_up,
        owner,
        definition=definition,
        code=LATER,
        name=name,
        content=content,
        objects=held.objects,
    )
    granted = await time.do(deciding.grant, approver)
    assert granted.state is State.GRANTED
    await work(held)
    assert (await time.do(closing.deliver, window)).state is State.DELIVERED
    await _taken_back(time, held, one, window, approver)


async def _heard(time, one, approver, chair):
    """A hearing: told, asked for, called in time under a free chair, closed with minutes; nobody decides before."""
    await time.do(hearing.offer, one, to="示例邻居", interest="示例：影响相邻权。")
    await time.refused(HearingOpen, deciding.grant, approver)
    call = {"place": "示例市政务服务中心三楼", "chair": chair.person_id}
    soon = (time.at + 2 * DAY).astimezone(ZONE)
    await time.refused(HearingNotOpen, hearing.call, one, sits_at=soon, **call)
    await time.do(hearing.ask, one, after=DAY)
    told = await time.refused(HearingDateWrong, hearing.call, one, sits_at=soon, **call)
    sits_at = datetime.combine(told.first, soon.time(), ZONE)
    await time.refused(
        ChairNotFree, hearing.call, one, sits_at=sits_at, place=call["place"], chair=one.person_id
    )
    called = await time.do(hearing.call, one, sits_at=sits_at, **call)
    assert called.state is State.SUSPENDED
    await time.refused(HearingOpen, reviewing.resume, one, result="不等了")
    await time.refused(HearingNotOpen, hearing.close, one, minutes="示例：还没到时间。")
    time.at = sits_at.astimezone(UTC)
    closed = await time.do(hearing.close, one, minutes="示例：双方意见一致。")
    assert closed.state is State.ACCEPTED


async def _taken_back(time, held, one, window, approver):
    """What was granted on a commitment is verified, found false, revoked with its licence, and archived."""
    async with held.sessions() as session:
        case = await queries.get(session, window, time.case.number)
        checks = [check.code for check in await owed.checks_of(session, case)]
        due = await owed.checks_due(session, one, until=local_day(time.at) + 90 * DAY)
        assert case.number in {application.number for application, _ in due}
    assert checks
    await time.refused(NothingToVerify, afterwards.verify, one, code="none", holds=True, finding="")
    await time.do(afterwards.verify, one, code=checks[0], holds=False, finding="示例：制度没有建立。")
    revoked = await time.do(ending.revoke, approver, ground=Revoking.DECEIT, reason="示例：承诺不实。")
    assert (revoked.state, revoked.outcome) == (State.REVOKED, Outcome.GRANTED)
    done = await time.do(ending.archive, window)
    assert len(done.archive_digest) == 64
    await time.refused(AlreadyArchived, ending.archive, window)
    await time.refused(StepNotOpen, ending.cancel, approver, ground=Cancelling.OTHER, reason="示例理由")
    await work(held)
    async with held.sessions() as session:
        licence = await licensing.of_application(session, time.case.number)
        assert licence.state is LicenceState.REVOKED
        papers = {one.kind: one for one in await queries.documents_of(session, case)}
        assert {
            "acceptance",
            "special-procedure",
            "hearing-right",
            "hearing-call",
            "grant",
            "revocation",
            "delivery",
        } <= set(papers)
        assert all(one.digest for one in papers.values())
        assert papers["acceptance"].told["follow_by"]
        assert await ledger.verify_chain(session, time.case.number) > 20


async def test_intake_ends_with_a_referral_or_with_nothing_needed(held):
    (window,) = await staff(held, "insurance-window")
    _, case = await benefit(held)
    referred = await Time(case).do(
        receiving.refer, window, authority="示例县社会保险局", reason="示例：不属本市参保。"
    )
    assert (referred.state, referred.outcome) == (State.NOT_ACCEPTED, Outcome.NOT_ACCEPTED)
    _, other = await benefit(held)
    told = await Time(other).do(receiving.tell_not_needed, window, reason="示例：无需申领。")
    assert (told.state, told.outcome) == (State.NOT_NEEDED, Outcome.NOT_NEEDED)
    await work(held)
    async with held.sessions() as session:
        for application, kind in ((referred, "not-accepted"), (told, "not-needed")):
            papers = {one.kind: one for one in await queries.documents_of(session, application)}
            assert papers[kind].digest
            assert application.closed_at


async def test_who_does_not_correct_in_time_is_ended_and_a_second_notice_is_a_card(held):
    person, case = await benefit(held)
    (window,) = await staff(held, "insurance-window")
    time = Time(case)
    defect = [("question:bank_card", "示例：卡号不清。")]
    ended = {"ground": Ending.NOT_CORRECTED, "reason": "示例：逾期没有补正。"}
    await time.do(receiving.request_correction, window, defects=defect)
    await time.do(submitting.correct, person, key="k2", after=DAY)
    await time.do(receiving.request_correction, window, defects=defect)
    still = await time.refused(StillInTime, ending.terminate, window, **ended)
    assert still.until == local_day(time.at) + 30 * DAY
    over = await time.do(ending.terminate, window, after=31 * DAY, **ended)
    assert (over.state, over.outcome) == (State.TERMINATED, Outcome.TERMINATED)
    async with held.sessions() as session, session.begin():
        assert await singular.raise_cards(session, at=time.at) == 1
        assert await singular.raise_cards(session, at=time.at) == 0
        cards = await session.scalars(
            sa.select(col(Card.rule)).where(col(Card.application_number) == case.number)
        )
        assert list(cards) == ["E2Y"]


async def test_silence_becomes_acceptance_once_and_dated_by_the_law_though_the_worker_stood_still(held):
    """The clock's worker stops before the limits end and starts three days after; three others start with it."""
    cases = [(await benefit(held))[1] for _ in range(3)]
    (person, withdrawn), (window, approver) = (
        await benefit(held),
        await staff(held, "insurance-window", "insurance-approver"),
    )
    await withdrawn.do(closing.withdraw, person, reason="不办了")
    async with held.sessions() as session:
        intake = await clocks.running(session, cases[0].number, ClockKind.INTAKE)
    ended = datetime.combine(intake.due_on, datetime.max.time(), ZONE)
    await lapse(sessions=held.sessions, at=ended)
    assert "application deemed accepted" not in await recorded(held, cases[0].number)
    for _ in range(4):
        await lapse(sessions=held.sessions, at=ended + 3 * DAY)
    for case in cases:
        seen = await case.look(window)
        assert (seen.state, seen.deemed, seen.accepted_at) == (State.ACCEPTED, True, seen.submitted_at)
        assert (await recorded(held, case.number)).count("application deemed accepted") == 1
        async with held.sessions() as session:
            first, second = await clocks.clocks_of(session, case.number)
        assert (first.started_on, second.started_on) == (intake.started_on, intake.started_on)
        assert local_day(first.finished_at) == intake.due_on + DAY
    async with held.sessions() as session, session.begin():
        assert await singular.raise_cards(session, at=ended + 3 * DAY) == len(cases)
    decided = await Time(cases[0]).do(deciding.refuse, approver, reason="示例：缴费未满一年。", after=9 * DAY)
    assert decided.state is State.REFUSED
    await lapse(sessions=held.sessions, at=ended + 40 * DAY)
    await lapse(sessions=held.sessions, at=ended + 41 * DAY)
    assert (await recorded(held, withdrawn.number)).count("case archived") == 1
    async with held.sessions() as session:
        kept = await session.scalar(sa.select(Application).where(col(Application.number) == withdrawn.number))
        assert kept.archive_digest
