"""What is read of facts and of the cases they belong to."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from services.applications import queries
from services.applications.facts.models import FactWord, Word
from services.applications.models import Application, CaseMaterial, Fact, Gathering, Supply
from services.applications.rules import State
from storage.database import Session

RUNNING = frozenset({State.DRAFT, State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.SUSPENDED})
"""The states of a case in whose name data may be asked for."""


async def closed_cases(session: Session, numbers: Sequence[str]) -> list[str]:
    """Those of `numbers` that belong to no running case: ended, thrown away, or never one."""
    query = sa.select(col(Application.number)).where(
        col(Application.number).in_(numbers), col(Application.state).in_(RUNNING)
    )
    running = set(await session.scalars(query)) if numbers else set()
    return [number for number in numbers if number not in running]


async def told_facts(session: Session, application: Application) -> list[Fact]:
    """What registers said for a case: those that know the person or firm."""
    return [one for one in await queries.facts_of(session, application) if one.outcome is Gathering.HIT]


async def words_of(session: Session, application: Application) -> dict[str, FactWord]:
    """The applicant's word on each register of a case that they said one of."""
    query = sa.select(FactWord).where(col(FactWord.application_id) == application.id)
    return {one.resource: one for one in await session.scalars(query)}


async def declined(session: Session, application: Application) -> set[str]:
    """Registers whose answer is not used in this case, because the applicant said so."""
    return {
        resource
        for resource, one in (await words_of(session, application)).items()
        if one.word is not Word.ACCEPTED
    }


async def spared_by_item(session: Session, *, since: datetime) -> list[tuple[str, int, int]]:
    """免提交率: (item, required materials never asked for, required materials) of cases handed in since then.

    Never asked for are those a register or the licence library supplied. The least spared first.
    """
    spared = sa.func.count().filter(col(CaseMaterial.supply) == Supply.OBTAINED)
    query = (
        sa.select(col(Application.item_code), spared, sa.func.count())
        .join(CaseMaterial, col(CaseMaterial.application_id) == col(Application.id))
        .where(col(CaseMaterial.required), col(Application.submitted_at) >= since)
        .group_by(col(Application.item_code))
    )
    rows = [(code, had, wanted) for code, had, wanted in await session.execute(query)]
    return sorted(rows, key=lambda row: (row[1] / row[2], row[0]))
