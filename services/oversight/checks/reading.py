"""The facts the rules are held against, for a batch of cases; and which version of each rule is in force."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from services.applications.bundling import queries as bundles
from services.applications.commands.timing import legal_days
from services.applications.models import Application, CaseMaterial, Supply
from services.catalogue import queries as catalogue
from services.catalogue.conditions import ALWAYS
from services.oversight.checks.facts import Facts, Thresholds
from services.oversight.checks.models import RuleVersion
from services.oversight.checks.rules import ALL, Check
from services.oversight.measures import following
from services.workflow import calendar
from storage.database import Session


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule as it stands: version, thresholds, whether it raises anything."""

    check: Check
    version: int
    thresholds: Thresholds
    live: bool


async def in_force(session: Session) -> list[InForce]:
    """Every rule of the catalogue with its newest version."""
    query = sa.select(RuleVersion).order_by(col(RuleVersion.rule), col(RuleVersion.version))
    newest = {one.rule: one for one in await session.scalars(query)}
    return [_standing(check, newest.get(check.id)) for check in ALL]


def _standing(check: Check, row: RuleVersion | None) -> InForce:
    if row is None:
        return InForce(check, 1, check.thresholds, live=True)
    return InForce(check, row.version, {**check.thresholds, **row.thresholds}, row.live)


async def versions(session: Session, rule: str) -> list[RuleVersion]:
    query = sa.select(RuleVersion).where(col(RuleVersion.rule) == rule)
    return list(await session.scalars(query.order_by(col(RuleVersion.version).desc())))


async def facts_of(
    session: Session, numbers: Collection[str], *, at: datetime | None = None
) -> list[tuple[Any, Facts]]:
    """Each case's row (number, item, department, …) with what the rules are held against, running ones as of `at`."""
    cases = (await session.execute(_cases(numbers))).all()
    if not cases:
        return []
    told = await following.read_steps(session, cases)
    items = {
        (item.code, item.version): item.definition
        for item in (
            await catalogue.get_versions(session, {(row.item_code, row.item_version) for row in cases})
        ).values()
    }
    wanting, days = await _wanting(session, cases), await calendar.load(session)
    joint = await bundles.joint_of(session, [row.id for row in cases])
    found = []
    for row in cases:
        events, steps = told.get(row.number, ([], []))
        definition = items.get((row.item_code, row.item_version))
        known, always = _asked(definition), _always(definition)
        own = [code for code in wanting.get(row.number, ()) if code in always]
        told_of = {"reason_given": row.reason_given, "wanting": own, "calendar": days, "at": at, **known}
        if row.id in joint:
            told_of["joint_by"] = joint[row.id].promised_on
        found.append((row, Facts(row.number, events, steps, **told_of)))
    return found


def _cases(numbers: Collection[str]) -> Any:
    return sa.select(
        col(Application.id),
        col(Application.number),
        col(Application.item_code),
        col(Application.item_version),
        col(Application.department_code),
        col(Application.applicant_id),
        col(Application.filed_by),
        col(Application.reason).is_not(None).label("reason_given"),
    ).where(col(Application.number).in_(numbers))


def _asked(definition: Any) -> Mapping[str, Any]:
    """What an item's definition asks: flow, limits of nodes, sources of materials; nothing where it is not known."""
    if definition is None:
        return {}
    reviews = [step for step in definition.steps if step.kind.value in {"review", "inspect"}]
    return {
        "flow": ("accept", *(step.key for step in reviews), "decide"),
        "limits": {step.key: step.limit for step in reviews},
        "sources": {one.code: one.source.value for one in definition.materials},
        "on_the_spot": definition.decided_on_the_spot,
        "legal_days": legal_days(definition),
    }


def _always(definition: Any) -> frozenset[str]:
    """The materials that everybody has to hand in; what depends on an answer may not have been asked for at all."""
    materials = definition.materials if definition is not None else ()
    return frozenset(
        one.code for one in materials if one.ask_when == ALWAYS and one.necessity.value == "required"
    )


async def _wanting(session: Session, cases: Sequence[Any]) -> dict[str, list[str]]:
    numbers = {row.id: row.number for row in cases}
    query = sa.select(CaseMaterial).where(
        col(CaseMaterial.application_id).in_(numbers),
        col(CaseMaterial.required),
        col(CaseMaterial.supply) == Supply.NEEDED,
    )
    found: dict[str, list[str]] = defaultdict(list)
    for material in await session.scalars(query):
        found[numbers[material.application_id]].append(material.code)
    return found
