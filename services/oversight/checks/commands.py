"""Holding cases against the rules, changing a threshold, trying one on past cases, and the privilege of going first."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor, Role
from services.applications import queries as applications
from services.applications.bundling.models import BundleApplication, BundlePart
from services.applications.instant.models import HumanReview
from services.applications.models import Application
from services.applications.rules import OPEN, State
from services.oversight.checks import reading
from services.oversight.checks.facts import Inputs, Thresholds
from services.oversight.checks.models import Privilege, RuleVersion
from services.oversight.checks.reading import InForce
from services.oversight.checks.rules import BY_ID, JUMPED
from services.oversight.errors import NotForOversight, RuleUnknown, ThresholdWrong
from services.oversight.measures import reading as measures
from services.oversight.measures.models import CaseStep
from services.oversight.models import Card
from services.oversight.rules import require_text
from services.workflow import calendar
from services.workflow.rules import Calendar, due_on, local_day
from storage import ledger
from storage.database import Session

RULES_CHAIN = "oversight:rules"
SYSTEM = "system:oversight"
LARGEST = 100_000
TRIED, EXAMPLES = 20_000, 20
BATCH = 500
NEAR_DAYS = 30
"""Working days before the promised last day from which the law's own limit is watched; thresholds stay below."""


async def hold(session: Session, numbers: Collection[str], *, at: datetime) -> int:
    """Hold these cases against every rule in force; how many events are new. Each case breaks each rule once."""
    standing = [one for one in await reading.in_force(session) if one.live]
    raised = 0
    for case, facts in await reading.facts_of(session, numbers, at=at):
        for one in standing:
            inputs = one.check.judge(facts, one.thresholds)
            if inputs is not None:
                raised += await _raise(session, case, one, inputs, at)
    return raised


async def _raise(session: Session, case: Any, one: InForce, inputs: Inputs, at: datetime) -> bool:
    kept = inputs | {"thresholds": dict(one.thresholds)}
    row = insert(Card).values(
        id=uuid4(),
        application_number=case.number,
        department_code=case.department_code,
        kind=one.check.kind,
        rule=one.check.id,
        rule_version=one.version,
        inputs=kept,
        raised_at=at,
    )
    if await session.scalar(row.on_conflict_do_nothing().returning(col(Card.id))) is None:
        return False
    await ledger.append(
        session,
        chain=case.number,
        deed=f"{one.check.kind} card raised",
        subject=case.number,
        actor=SYSTEM,
        at=at,
        details={"rule": one.check.id, "version": one.version, **kept},
    )
    return True


async def hold_running(session: Session, *, at: datetime, most: int = BATCH, after: str = "") -> str | None:
    """Hold the cases that nobody moves while a limit of theirs ends; the last number, None when all were held.

    The promised limit is never longer than the law's, so only accepted cases near it are looked at; beside them
    special procedures, bundles past their joint date, and decisions by rules that a person is late to look at.
    """
    numbers = list(await session.scalars(_watched(at, await calendar.load(session), after, most)))
    await hold(session, numbers, at=at)
    return numbers[-1] if len(numbers) == most else None


def _watched(at: datetime, days: Calendar, after: str, most: int) -> Any:
    today, soon = local_day(at), due_on(local_day(at), NEAR_DAYS, days).on
    number, state = col(Application.number), col(Application.state)
    joint = (
        sa.select(number)
        .join(BundlePart, col(BundlePart.application_id) == col(Application.id))
        .join(BundleApplication, col(BundleApplication.id) == col(BundlePart.bundle_id))
        .where(state.in_(OPEN), col(BundleApplication.promised_on) < today)
    )
    waiting = (
        sa.select(number)
        .join(HumanReview, col(HumanReview.application_id) == col(Application.id))
        .where(col(HumanReview.reviewed_at).is_(None), col(HumanReview.due_on) < today)
    )
    parts = (
        sa.select(number).where(state == State.ACCEPTED, col(Application.due_on) <= soon),
        sa.select(number).where(state == State.SUSPENDED),
        joint,
        waiting,
    )
    found = sa.union(*(part.where(number > after) for part in parts)).subquery("watched")
    return sa.select(found.c.number).order_by(found.c.number).limit(most)


async def hold_queues(session: Session, *, at: datetime, days: int = 30) -> int:
    """卡队: cases taken in the last days before many that had come earlier, unless they may go first."""
    standing = next(one for one in await reading.in_force(session) if one.check is JUMPED)
    if not standing.live:
        return 0
    scope = measures.Scope(at - timedelta(days=days), at)
    found = [one for one in await measures.jumped(session, scope) if one.over >= standing.thresholds["over"]]
    excused = set(
        await session.scalars(
            sa.select(col(Privilege.application_number)).where(
                col(Privilege.application_number).in_([one.number for one in found])
            )
        )
    )
    jumps = {one.number: one for one in found if one.number not in excused}
    query = sa.select(col(CaseStep.number), col(CaseStep.department_code)).where(
        col(CaseStep.number).in_(jumps)
    )
    raised = 0
    for case in (await session.execute(query.distinct())).all():
        jump = jumps[case.number]
        inputs = {"over": jump.over, "at": jump.at.isoformat(), "officer": jump.officer}
        raised += await _raise(session, case, standing, inputs, at)
    return raised


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule with these thresholds would have raised among `cases` past ones, on whom, with examples."""

    cases: int
    raised: int
    departments: Mapping[str, int]
    officers: Mapping[str, int]
    examples: Sequence[str]


async def try_out(
    session: Session, actor: Actor, rule: str, thresholds: Thresholds, *, since: datetime, until: datetime
) -> Trial:
    """Hold past cases of the actor's departments against a rule that is not in force; nothing is raised.

    Raises RuleUnknown, ThresholdWrong. At most 20,000 cases, the latest.
    """
    check = BY_ID.get(rule)
    if check is None:
        raise RuleUnknown(rule)
    known = _thresholds(rule, thresholds)
    scope = measures.scope_of(actor, since, until)
    numbers = list(await session.scalars(_numbers(scope)))
    departments, officers, examples = Counter[str](), Counter[str](), list[str]()
    for start in range(0, len(numbers), BATCH):
        for case, facts in await reading.facts_of(session, numbers[start : start + BATCH]):
            if check.judge(facts, known) is not None:
                departments[case.department_code] += 1
                officers.update({one.name for one in facts.steps if one.officer and one.name})
                examples.append(case.number)
    return Trial(
        len(numbers), len(examples), departments, dict(officers.most_common(EXAMPLES)), examples[:EXAMPLES]
    )


def _numbers(scope: measures.Scope) -> Any:
    query = sa.select(col(CaseStep.number)).where(
        col(CaseStep.at) >= scope.since, col(CaseStep.at) < scope.until
    )
    if scope.departments is not None:
        query = query.where(col(CaseStep.department_code).in_(scope.departments))
    return query.group_by(col(CaseStep.number)).order_by(sa.func.max(col(CaseStep.at)).desc()).limit(TRIED)


def _thresholds(rule: str, given: Thresholds) -> Thresholds:
    """The rule's thresholds with those given. Raises ThresholdWrong for one it does not have, or beyond reason."""
    usual = {**(BY_ID.get(rule) or JUMPED).thresholds}
    for name, value in given.items():
        if name not in usual or not 0 <= value <= LARGEST:
            raise ThresholdWrong(rule, name)
    return usual | dict(given)


async def set_rule(
    session: Session,
    actor: Actor,
    rule: str,
    thresholds: Thresholds,
    *,
    live: bool,
    reason: str,
    at: datetime,
) -> RuleVersion:
    """A new version of a rule, from now on; earlier events keep the version that raised them.

    Raises NotForOversight (only those who supervise the whole city), RuleUnknown, ThresholdWrong, TextMissing.
    """
    if not actor.has(Role.SUPERVISOR) or EVERYWHERE not in actor.departments:
        raise NotForOversight("set-rule")
    if rule not in BY_ID and rule != JUMPED.id:
        raise RuleUnknown(rule)
    words, known = require_text("reason", reason), _thresholds(rule, thresholds)
    before = await reading.versions(session, rule)
    row = RuleVersion(
        rule=rule,
        version=before[0].version + 1 if before else 2,
        thresholds=dict(known),
        live=live,
        since=at,
        set_by=actor.person_id,
        set_by_name=actor.name,
        reason=words,
    )
    session.add(row)
    await session.flush()
    await ledger.append(
        session,
        chain=RULES_CHAIN,
        deed="oversight rule set",
        subject=rule,
        actor=str(actor.person_id),
        at=at,
        details={
            "by": actor.name,
            "version": row.version,
            "thresholds": dict(known),
            "live": live,
            "reason": words,
        },
    )
    return row


async def grant_privilege(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> None:
    """特权 (优先办理): lets a case go first, with the reason, in its own record; a second grant changes nothing.

    Raises NotForOversight, ApplicationNotFound, TextMissing.
    """
    if not actor.has(Role.SUPERVISOR, Role.APPROVER):
        raise NotForOversight("grant-privilege")
    words = require_text("reason", reason)
    case = await applications.get(session, actor, number, lock=True)
    row = insert(Privilege).values(
        application_number=case.number,
        granted_by=actor.person_id,
        granted_by_name=actor.name,
        reason=words,
        at=at,
    )
    if (
        await session.scalar(row.on_conflict_do_nothing().returning(col(Privilege.application_number)))
        is None
    ):
        return
    await ledger.append(
        session,
        chain=case.number,
        deed="priority granted",
        subject=case.number,
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name, "reason": words},
    )
