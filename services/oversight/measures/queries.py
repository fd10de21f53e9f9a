"""Findings of the measures: officers see their own at once, supervisors those of their departments a little later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import CASEWORK, Actor, Role
from services.applications.models import Application
from services.catalogue import queries as catalogue
from services.oversight.measures import statements
from services.oversight.measures.kinds import MeasureKind
from services.oversight.measures.models import CaseStep, Measure
from services.oversight.measures.stepping import NODES
from services.oversight.queries import serves
from storage.database import Session

PAGE = 50


async def flows(session: Session) -> dict[str, tuple[str, ...]]:
    """Item code → the nodes its defined flow asks for, in order: acceptance, every review, the decision."""
    return {
        item.code: (
            "accept",
            *(step.key for step in item.definition.steps if step.kind.value in {"review", "inspect"}),
            "decide",
        )
        for item in await catalogue.in_force(session)
    }


def seen_by(actor: Actor, today: date) -> sa.Select[Measure]:
    """What this actor may see of others: a flag only once its officer has answered or had days to answer."""
    query = sa.select(Measure)
    if not actor.has(Role.SUPERVISOR):
        return query.where(sa.false())
    told = sa.or_(
        sa.not_(col(Measure.flagged)), col(Measure.answered_at).is_not(None), col(Measure.shown_from) <= today
    )
    return query.where(serves(col(Measure.department_code), actor), told)


async def listing(
    session: Session,
    actor: Actor,
    kind: MeasureKind,
    *,
    today: date,
    department: str | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[Measure]:
    """One measure of the officers in the newest count, flags first."""
    newest = sa.select(sa.func.max(col(Measure.quarter))).where(col(Measure.kind) == kind).scalar_subquery()
    query = seen_by(actor, today).where(col(Measure.kind) == kind, col(Measure.quarter) == newest)
    if department:
        query = query.where(col(Measure.department_code) == department)
    ordered = query.order_by(
        col(Measure.flagged).desc(),
        col(Measure.department_code),
        col(Measure.officer_name),
        col(Measure.officer),
    )
    return list(await session.scalars(ordered.limit(limit).offset(offset)))


async def profile(session: Session, actor: Actor, officer: UUID, *, today: date) -> list[Measure]:
    """Everything an actor may see about one officer; their own without waiting."""
    own = officer == actor.person_id and actor.has(*CASEWORK)
    query = sa.select(Measure) if own else seen_by(actor, today)
    query = query.where(col(Measure.officer) == officer)
    newest = (
        sa.select(sa.func.max(col(Measure.quarter))).where(col(Measure.officer) == officer).scalar_subquery()
    )
    ordered = query.where(col(Measure.quarter) == newest).order_by(
        col(Measure.kind), col(Measure.node), col(Measure.about)
    )
    return list(await session.scalars(ordered))


@dataclass(frozen=True, slots=True)
class Act:
    """One step behind a number: the case, what was done, how long it lay and how much of that was late."""

    number: str
    item: Mapping[str, str]
    deed: str
    node: str
    at: datetime
    minutes: int
    late: int


OF_KIND: Mapping[MeasureKind, sa.ColumnElement[bool]] = {
    MeasureKind.WORKLOAD: col(CaseStep.deed).in_(NODES),
    MeasureKind.DURATION: sa.and_(
        col(CaseStep.deed).in_(NODES), col(CaseStep.holder) == col(CaseStep.officer)
    ),
    MeasureKind.CORRECTIONS: col(CaseStep.deed) == "correction requested",
    MeasureKind.REFUSALS: col(CaseStep.deed) == "application refused",
    MeasureKind.WAIVERS: col(CaseStep.deed) == "fee waived",
    MeasureKind.INTIMACY: col(CaseStep.deed).in_(NODES),
    MeasureKind.OVERDUE: col(CaseStep.late) > 0,
}
"""Which steps of an officer a number was counted from."""


async def acts(
    session: Session,
    measure: Measure,
    *,
    since: datetime,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[Act]:
    """The steps behind one finding, the latest first; `before`: the last (at, number) of the page before."""
    whose = col(CaseStep.holder) if measure.kind is MeasureKind.OVERDUE else col(CaseStep.officer)
    query = (
        sa.select(CaseStep, col(Application.item_name))
        .join(Application, col(Application.number) == col(CaseStep.number))
        .where(whose == measure.officer, OF_KIND[measure.kind], col(CaseStep.at) >= since)
    )
    if measure.node:
        query = query.where(col(CaseStep.node) == measure.node)
    if measure.about:
        party = UUID(measure.about)
        query = query.where(
            sa.or_(col(Application.applicant_id) == party, col(Application.filed_by) == party)
        )
    if before:
        query = query.where(
            sa.tuple_(col(CaseStep.at), col(CaseStep.number)) < sa.tuple_(*map(sa.literal, before))
        )
    ordered = query.order_by(col(CaseStep.at).desc(), col(CaseStep.number).desc()).limit(limit)
    return [_act(step, name) for step, name in await session.execute(ordered)]


def _act(step: CaseStep, name: Mapping[str, str]) -> Act:
    return Act(step.number, name, step.deed, step.node, step.at, step.minutes, step.late)


async def party_names(session: Session, measures: Sequence[Measure]) -> dict[str, tuple[str, bool]]:
    """The name of each party of intimacy, and whether it is an organisation: whoever shows a person masks the name."""
    parties = sorted({one.about for one in measures if one.about})
    rows = await session.execute(statements.PARTIES, {"parties": parties}) if parties else ()
    return {row.party: (row.name, row.organisation) for row in rows}


async def names(session: Session, officers: Sequence[str], since: datetime) -> dict[str, tuple[str, str]]:
    """Officer id → (name, department) as their last step has it."""
    rows = await session.execute(statements.NAMES, {"officers": list(officers), "since": since})
    return {row.officer: (row.officer_name, row.department_code) for row in rows}
