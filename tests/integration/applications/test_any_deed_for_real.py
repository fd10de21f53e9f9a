"""Anybody tries anything, through commands on the real database: what is refused changes nothing, what succeeds is open
from where the case stood, and the record keeps pace. YIWANG_STEPS / 10 deeds, at most 3,000."""

import os
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import col

from services.applications import queries
from services.applications.afterwards import commands as afterwards
from services.applications.commands import (
    closing,
    deciding,
    ending,
    on_the_spot,
    receiving,
    reviewing,
    submitting,
)
from services.applications.errors import ApplicationError
from services.applications.grounds import Cancelling, Ending, Revoking
from services.applications.hearing import commands as hearing
from services.applications.instant import commands as instant
from services.applications.lapsing import commands as lapsing
from services.applications.models import CaseDocument, Correction
from services.applications.rules import CLOSED, Deed, State
from services.workflow import queries as clocks
from services.workflow.errors import WorkflowError
from services.workflow.rules import ZONE, PauseKind
from storage import ledger
from tests.integration.applications.test_any_deed import OPEN_TO, posts_of
from tests.integration.applications.test_lawful_deeds import benefit
from tests.integration.applications.test_whole_case import people, staff

pytestmark = pytest.mark.anyio

STEPS = min(3000, int(os.environ.get("YIWANG_STEPS", "2500")) // 10)
ON_ONE = 40
"""Deeds tried on one case before the next is taken."""
REASON = {"reason": "示例：条件不符合。"}
DAY = timedelta(days=1)
LEFT_TO_CHANCE = {
    *("follow-up", "deem-accepted", "withdraw", "refer", "tell-not-needed", "refuse-acceptance"),
    *("decide-by-rules", "ask-for-a-person", "review-decision"),
}
"""What ends a case at once is tried less often, so that cases go far."""


def sayings(chance, at):
    """What is said with each deed; mostly right, and now and then without a reason."""
    reason = {"reason": chance.choice(["", *3 * ["示例：条件不符合。"]])}
    day = (at + chance.randrange(1, 30) * DAY).astimezone(ZONE)
    return {
        Deed.CLAIM: (receiving.claim, {}),
        Deed.ACCEPT: (receiving.accept, {}),
        Deed.REQUEST_CORRECTION: (
            receiving.request_correction,
            {"defects": [("question:bank_card", "示例")]},
        ),
        Deed.CORRECT: (submitting.correct, {"key": str(chance.random())}),
        Deed.REFUSE_ACCEPTANCE: (receiving.refuse_acceptance, reason),
        Deed.REFER: (receiving.refer, reason | {"authority": "示例县社会保险局"}),
        Deed.TELL_NOT_NEEDED: (receiving.tell_not_needed, reason),
        Deed.CORRECT_ON_THE_SPOT: (on_the_spot.correct, {"typed": {"registers": "no"}}),
        Deed.ACCEPT_TO_FOLLOW: (afterwards.accept_to_follow, {"codes": ["none"]}),
        Deed.REVIEW: (reviewing.review, {"opinion": "示例", "favourable": True}),
        Deed.SEND_BACK: (reviewing.send_back, reason),
        Deed.SUSPEND: (
            reviewing.suspend,
            reason | {"kind": chance.choice(list(PauseKind)), "days": chance.randrange(9)},
        ),
        Deed.RESUME: (reviewing.resume, {"result": "示例"}),
        Deed.EXTEND: (reviewing.extend, reason),
        Deed.GRANT: (deciding.grant, {}),
        Deed.REFUSE: (deciding.refuse, reason),
        Deed.DELIVER: (closing.deliver, {}),
        Deed.WITHDRAW: (closing.withdraw, reason),
        Deed.OFFER_HEARING: (hearing.offer, {"interest": reason["reason"]}),
        Deed.ASK_FOR_HEARING: (hearing.ask, {}),
        Deed.CALL_HEARING: (hearing.call, {"sits_at": day, "place": "示例市政务服务中心", "chair": None}),
        Deed.CLOSE_HEARING: (hearing.close, {"minutes": reason["reason"]}),
        Deed.TERMINATE: (ending.terminate, reason | {"ground": chance.choice(list(Ending))}),
        Deed.VERIFY_COMMITMENT: (afterwards.verify, {"code": "none", "holds": True, "finding": ""}),
        Deed.REVOKE: (ending.revoke, reason | {"ground": chance.choice(list(Revoking))}),
        Deed.CANCEL: (ending.cancel, reason | {"ground": chance.choice(list(Cancelling))}),
        Deed.ARCHIVE: (ending.archive, {}),
        Deed.ASK_FOR_A_PERSON: (instant.ask_for_a_person, {}),
        Deed.REVIEW_DECISION: (instant.review, {"upheld": True, "finding": reason["reason"]}),
    }


async def standing(held, actor, number):
    """The case as it stands, and everything that must not move when a deed is refused."""
    async with held.sessions() as session:
        case = await queries.get(session, actor, number)
        entries = await ledger.entries(session, number)
        found = await clocks.clocks_of(session, number)
        papers = await queries.documents_of(session, case)
        opened = await session.scalar(
            sa.select(sa.func.count()).where(
                col(Correction.application_id) == case.id, col(Correction.answered_at).is_(None)
            )
        )
        running = [one.kind for one in found if one.finished_at is None]
        values = [(one.kind, one.due_on, one.limit_days, one.stopped_at, one.finished_at) for one in found]
        facts = (case.state, case.step, case.claimed_by, case.due_on, len(entries), len(papers), values)
        return case, facts, running, opened


async def all_printed(held):
    """As a worker would have it: nothing waits for paper here."""
    async with held.sessions() as session, session.begin():
        await session.execute(sa.update(CaseDocument).values(digest="0" * 64))


async def test_random_deeds_by_random_people_keep_the_law_and_the_record(held):
    chance = Random(20261122)
    window, second, approver, chair = await staff(
        held, "insurance-window", "centre-window-1", "insurance-approver", "centre-window-2"
    )
    owner = await people(held, "person-d")
    people_here = {"window-1": window, "window-2": second, "approver": approver, "applicant": owner}
    done, left, seen = 0, 0, set()
    for tried in range(STEPS):
        if tried == 0 or left == 0:
            _, walked = await benefit(held)
            at, left = datetime.now(UTC), ON_ONE
        left -= 1
        at += chance.choice([timedelta(hours=1), DAY, 3 * DAY])
        case, before, *_ = await standing(held, owner, walked.number)
        left = min(left, 2) if case.state in CLOSED else left
        here = [deed for deed in OPEN_TO[case.state].split() if deed not in LEFT_TO_CHANCE]
        wild = chance.random() < 0.3
        deed = chance.choice(list(sayings(chance, at))) if wild else Deed(chance.choice(here))
        name = chance.choice(list(people_here))
        if not wild:
            name = next((one for one in chance.sample(list(people_here), 4) if deed in posts_of(one)), name)
        command, said = sayings(chance, at)[deed]
        if deed is Deed.CALL_HEARING:
            said = said | {"chair": chair.person_id}
        if deed is Deed.DELIVER:
            await all_printed(held)
        try:
            async with held.sessions() as session, session.begin():
                await command(session, people_here[name], walked.number, at=at, **said)
        except (ApplicationError, WorkflowError):
            assert (await standing(held, owner, walked.number))[1] == before
        else:
            assert deed in OPEN_TO[case.state].split(), (case.state, deed)
            assert deed in posts_of(name), (name, deed)
            done += 1
            seen.add(deed)
        await _holds(held, owner, walked.number, before)
        async with held.sessions() as session, session.begin():
            await lapsing.deem_accepted(session, walked.number, at=at)
    assert done > STEPS // 5
    assert {Deed.CLAIM, Deed.ACCEPT, Deed.GRANT} <= seen


async def _holds(held, owner, number, before):
    case, after, running, opened = await standing(held, owner, number)
    assert opened <= 1
    assert opened == 1 or case.state is not State.CORRECTING
    assert str(case.decided_by) not in case.received_by
    assert case.reason or case.state not in {
        State.REFUSED,
        State.NOT_ACCEPTED,
        State.TERMINATED,
        State.REVOKED,
    }
    assert len(running) == (1 if case.state.value in RUNNING else 0), (case.state, running)
    assert after[4] >= before[4]


RUNNING = {"submitted", "accepted", "suspended", "granted", "refused"}
