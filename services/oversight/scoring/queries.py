"""What a month's scores are made of, by department of those the actor supervises."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications.commands.timing import legal_days
from services.catalogue import queries as catalogue
from services.oversight.indicators import queries as indicators
from services.oversight.models import Card
from services.oversight.queries import cards_visible_to
from services.oversight.rules import CardKind, Rate
from services.oversight.scoring.rules import Month, Score, score
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
    early = (await indicators.rates(session, actor, asked, today=today, by="department_code")).get(
        "early", {}
    )
    saved = await _saved(session)
    places = {*cards, *prompts, *early, *(place for place in saved if actor.serves(place))}
    return {
        place: score(
            Month(
                prompts.get(place, 0),
                cards[place][CardKind.YELLOW],
                cards[place][CardKind.RED],
                early.get(place, NONE),
                saved.get(place, NONE),
            )
        )
        for place in sorted(places)
    }


def _between(column: Any, first: date, last: date) -> Any:
    begins, ends = (datetime.combine(day, time(), ZONE) for day in (first, last + DAY))
    return sa.and_(column >= begins, column < ends)


async def _cards(
    session: Session, actor: Actor, first: date, last: date
) -> defaultdict[str, defaultdict[CardKind, int]]:
    """Cards by department and kind, without those whose warning was retracted."""
    retracted = sa.exists().where(
        col(Warning.application_number) == col(Card.application_number),
        col(Warning.rule) == col(Card.rule),
        col(Warning.retracted_at).is_not(None),
    )
    visible = cards_visible_to(actor).where(_between(col(Card.raised_at), first, last), ~retracted).subquery()
    query = sa.select(visible.c.department_code, visible.c.kind, sa.func.count()).group_by(
        visible.c.department_code, visible.c.kind
    )
    found: defaultdict[str, defaultdict[CardKind, int]] = defaultdict(lambda: defaultdict(int))
    for place, kind, count in await session.execute(query):
        found[place][CardKind(kind)] = count
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
