"""What a month's scores are made of, by department of those the actor supervises."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications.commands.timing import legal_days
from services.applications.instant.models import Ruling
from services.applications.instant.rules import Course
from services.applications.models import Application
from services.applications.rules import Outcome
from services.catalogue import queries as catalogue
from services.oversight.indicators import queries as indicators
from services.oversight.measures.models import CaseStep
from services.oversight.models import Card
from services.oversight.queries import cards_visible_to, serves
from services.oversight.rules import CardKind, Rate
from services.oversight.scoring.models import Discipline
from services.oversight.scoring.rules import Month, Part, Score, mean, part_of, score
from services.oversight.warnings import queries as warnings
from services.oversight.warnings.commands import PROMPT
from services.oversight.warnings.models import Warning
from services.workflow.rules import ZONE
from storage.database import Session

DAY = timedelta(days=1)
NONE = Rate(0, 0)


async def monthly(session: Session, actor: Actor, month: date, *, today: date) -> dict[str, Score]:
    """Department code → its score of the month in which this day lies, as far as it has gone by `today`."""
    first = month.replace(day=1)
    last = min((first + 31 * DAY).replace(day=1) - DAY, today)
    cards = await _cards(session, actor, first, last)
    prompts = await _prompts(session, actor, first, last)
    asked = indicators.Asked(first, last)
    rates = await indicators.rates(session, actor, asked, today=today, by="department_code")
    early, satisfied = rates.get("early", {}), rates.get("satisfied", {})
    saved, incomplete = await _saved(session), await _incomplete(session, actor, first, last)
    entered = await _discipline(session, actor, first)
    places = {*cards, *prompts, *early, *entered, *(place for place in saved if actor.serves(place))}
    return {
        place: score(
            Month(
                {Part.TIME: prompts.get(place, 0)},
                cards.get(place, {}),
                entered.get(place, {}),
                satisfied=satisfied.get(place, NONE),
                early=early.get(place, NONE),
                saved=saved.get(place, NONE),
                incomplete=incomplete.get(place, NONE),
            )
        )
        for place in sorted(places)
    }


async def means(session: Session, actor: Actor, months: Sequence[date], *, today: date) -> dict[str, float]:
    """Department code → the mean of its scores of these months, of those in which something happened."""
    scores: dict[str, list[Score]] = defaultdict(list)
    for month in months:
        for place, one in (await monthly(session, actor, month, today=today)).items():
            if not one.quiet:
                scores[place].append(one)
    return {place: found for place, several in scores.items() if (found := mean(several)) is not None}


async def entries(session: Session, months: Iterable[date]) -> list[Discipline]:
    """The disciplinary decisions of these months, the latest month first, for the audit administrator and for who
    supervises the departments."""
    query = sa.select(Discipline).where(col(Discipline.month).in_([one.replace(day=1) for one in months]))
    return list(await session.scalars(query.order_by(col(Discipline.month).desc(), col(Discipline.at))))


async def _discipline(session: Session, actor: Actor, month: date) -> dict[str, dict[Part, int]]:
    found: dict[str, dict[Part, int]] = defaultdict(lambda: defaultdict(int))
    for one in await entries(session, [month]):
        if actor.serves(one.department_code):
            found[one.department_code][Part(one.part.value)] += one.points
    return found


async def _incomplete(session: Session, actor: Actor, first: date, last: date) -> dict[str, Rate]:
    """Decided cases without an acceptance among their steps, of all that officers decided."""
    accepted = sa.exists().where(
        col(CaseStep.number) == col(Application.number),
        col(CaseStep.deed).in_(("application accepted", "application deemed accepted")),
    )
    by_rules = sa.exists().where(
        col(Ruling.application_id) == col(Application.id), col(Ruling.course) == Course.GRANTED
    )
    query = (
        sa.select(col(Application.department_code), sa.func.count().filter(~accepted), sa.func.count())
        .where(
            _between(col(Application.decided_at), first, last),
            col(Application.outcome).in_((Outcome.GRANTED, Outcome.REFUSED)),
            serves(col(Application.department_code), actor),
            ~by_rules,
        )
        .group_by(col(Application.department_code))
    )
    return {place: Rate(missing, count) for place, missing, count in await session.execute(query)}


def _between(column: Any, first: date, last: date) -> Any:
    begins, ends = (datetime.combine(day, time(), ZONE) for day in (first, last + DAY))
    return sa.and_(column >= begins, column < ends)


async def _cards(
    session: Session, actor: Actor, first: date, last: date
) -> dict[str, dict[tuple[Part, CardKind], int]]:
    """Cards by department, part and kind, without those whose warning was retracted."""
    retracted = sa.exists().where(
        col(Warning.application_number) == col(Card.application_number),
        col(Warning.rule) == col(Card.rule),
        col(Warning.retracted_at).is_not(None),
    )
    visible = cards_visible_to(actor).where(_between(col(Card.raised_at), first, last), ~retracted).subquery()
    names = (visible.c.department_code, visible.c.rule, visible.c.kind)
    found: dict[str, dict[tuple[Part, CardKind], int]] = defaultdict(lambda: defaultdict(int))
    for place, rule, kind, count in await session.execute(
        sa.select(*names, sa.func.count()).group_by(*names)
    ):
        found[place][part_of(rule), CardKind(kind)] += count
    return found


async def _prompts(session: Session, actor: Actor, first: date, last: date) -> dict[str, int]:
    """Warnings before any card (预警) by department, without retracted ones."""
    visible = (
        warnings.visible_to(actor)
        .where(
            _between(col(Warning.raised_at), first, last),
            col(Warning.rule) == PROMPT,
            col(Warning.retracted_at).is_(None),
        )
        .subquery()
    )
    query = sa.select(visible.c.department_code, sa.func.count()).group_by(visible.c.department_code)
    return {place: count for place, count in await session.execute(query)}


async def _saved(session: Session) -> dict[str, Rate]:
    """Working days promised fewer than the law's, of the law's, over the items in force that have such a limit."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in await catalogue.in_force(session):
        definition = item.definition
        legal, promised = legal_days(definition), definition.promised_limit.days
        if legal:
            sums[definition.department.code][0] += max(0, legal - promised)
            sums[definition.department.code][1] += legal
    return {place: Rate(*pair) for place, pair in sums.items()}
