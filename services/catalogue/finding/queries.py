"""Searching the catalogue. Whoever asks, the answer is the same.

Names first: of those that share keys with what is asked, the ones that share the rarest are compared one by one
(`ranking`). Where that gives little, items follow whose guide says the words.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa

from services.catalogue import bundles, queries
from services.catalogue.bundles import Bundle
from services.catalogue.definition import Department
from services.catalogue.finding import ranking, statements
from services.catalogue.finding.keys import Question, question
from services.catalogue.finding.models import Kind
from services.catalogue.finding.ranking import Name
from services.catalogue.finding.statements import Filters
from services.catalogue.form import Pair
from services.catalogue.maintenance.models import ItemSuspension
from services.catalogue.queries import ItemSummary
from storage.database import Session

__all__ = [
    "Filters",
    "Found",
    "Hit",
    "Kind",
    "Suggestion",
    "departments",
    "hits",
    "kind_of",
    "listing",
    "most_used",
    "search",
    "suggestions",
]

MOST = 100
FEW = 5
"""With fewer names found, guides are searched too."""

Found: TypeAlias = ItemSummary | Bundle


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: `said` is the name that fitted, "" when only its guide did."""

    kind: Kind
    code: str
    version: int | None
    points: float = 0.0
    used: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody may mean: the thing's own short name, and the name that fitted what was typed."""

    kind: Kind
    code: str
    name: Pair
    said: str
    suspended: bool = False


async def listing(
    session: Session,
    *,
    q: str = "",
    audience: str | None = None,
    theme: str | None = None,
    department: str | None = None,
    limit: int = 20,
    after: str | None = None,
) -> list[ItemSummary]:
    """Items that may be applied for, best match first, else by code.

    `audience` is "person" or "organisation" (or one code of `Audience`), `theme` a slug, `department` a code;
    `after` is the code of the last item of the page before.
    """
    filters = Filters(audience or None, theme or None, department or None, Kind.ITEM)
    found = await search(session, q=q, filters=filters, limit=limit, after=after)
    return [one for one in found if isinstance(one, ItemSummary)]


async def search(
    session: Session,
    *,
    q: str = "",
    filters: Filters = Filters(),  # noqa: B008 - immutable
    limit: int = 20,
    after: str | None = None,
) -> list[Found]:
    """Items and bundles, best match first; without words by code. `after` is the last code of the page before."""
    size = max(1, min(limit, MOST))
    if not filters.sensible or not f"{after}".isprintable():
        return []
    if not q.strip():
        return await _shown(session, await _all(session, filters, size, after))
    found = await hits(session, q, filters)
    codes = [hit.code for hit in found]
    start = 0 if after is None else codes.index(after) + 1 if after in codes else len(codes)
    return await _shown(session, found[start : start + size])


async def suggestions(session: Session, q: str, *, limit: int = 8) -> list[Suggestion]:
    """What somebody who has typed so much may mean, each with the name that fitted."""
    found = [hit for hit in await hits(session, q) if hit.said][: max(1, min(limit, MOST))]
    shown = {one.code: one for one in await _shown(session, found)}
    return [
        Suggestion(
            hit.kind, hit.code, shown[hit.code].short_name, hit.said, suspended=_paused(shown[hit.code])
        )
        for hit in found
        if hit.code in shown
    ]


async def most_used(session: Session, *, limit: int = 6) -> list[ItemSummary]:
    """Items by how often they were applied for lately; those nobody applied for follow by code."""
    rows = (await session.execute(statements.most_used(), {"limit": limit})).all()
    found = await _shown(session, [Hit(row.kind, row.code, row.version) for row in rows])
    return [one for one in found if isinstance(one, ItemSummary)]


async def departments(session: Session) -> list[tuple[Department, int]]:
    """Departments with items that may be applied for, and how many; those with most first."""
    rows = (await session.execute(statements.departments())).all()
    found = [((await queries.get(session, row.code)).definition.department, row.items) for row in rows]
    return sorted(found, key=lambda one: (-one[1], one[0].code))


async def hits(session: Session, q: str, filters: Filters = Filters()) -> list[Hit]:  # noqa: B008 - immutable
    """Everything found, best first: as many as names were compared, nobody reads on."""
    asked = question(q)
    if not asked.keys:
        return []
    parameters = {"keys": list(asked.keys), **filters.parameters}
    rows = (await session.execute(statements.named(filters.used), parameters)).all()
    best = _ranked(asked, rows)
    if len(best) < FEW:
        parameters["keys"] = asked.content
        for row in (await session.execute(statements.guided(filters.used), parameters)).all():
            points = ranking.CONTENT + 10 * row.shared if row.shared >= ranking.SHARED_ENOUGH else 0.0
            if points and (row.kind, row.code) not in best:
                best[row.kind, row.code] = Hit(row.kind, row.code, row.version, points, row.used or 0)
    return sorted(best.values(), key=lambda hit: (-round(hit.points, 6), -hit.used, hit.code))


def _ranked(asked: Question, rows: Sequence[sa.Row[Any]]) -> dict[tuple[Kind, str], Hit]:
    """The best name of each thing, and what its names are worth together."""
    best: dict[tuple[Kind, str], Hit] = {}
    names: defaultdict[tuple[Kind, str], list[str]] = defaultdict(list)
    for row in rows:
        thing = (row.kind, row.code)
        names[thing].append(row.text)
        points = ranking.points(asked, Name(row.text, tuple(row.sounds.split())), row.shared)
        if points > (best[thing].points if thing in best else 0.0):
            best[thing] = Hit(row.kind, row.code, row.version, points, row.used or 0, row.said)
    for thing, hit in best.items():
        best[thing] = replace(hit, points=max(hit.points, ranking.together(asked, names[thing])))
    return best


def kind_of(found: Found) -> Kind:
    return Kind.BUNDLE if isinstance(found, Bundle) else Kind.ITEM


async def _all(session: Session, filters: Filters, limit: int, after: str | None) -> list[Hit]:
    statement = statements.entries(filters.used, after=after is not None)
    parameters = {"limit": limit, "after": after, **filters.parameters}
    rows = (await session.execute(statement, parameters)).all()
    return [Hit(row.kind, row.code, row.version) for row in rows]


def _marked(summary: ItemSummary, paused: ItemSuspension) -> ItemSummary:
    return replace(summary, suspended_at=paused.suspended_at, suspension_reason=paused.reason)


def _paused(found: Found) -> bool:
    return isinstance(found, ItemSummary) and found.suspended_at is not None


async def _shown(session: Session, found: Iterable[Hit]) -> list[Found]:
    """What lists show of each; a bundle no longer shipped is left out."""
    found = list(found)
    shipped = {bundle.code: bundle for bundle in bundles.shipped()}
    paused = await queries.suspensions(session, [hit.code for hit in found if hit.kind is Kind.ITEM])
    versions = {(hit.code, hit.version) for hit in found if hit.kind is Kind.ITEM and hit.version is not None}
    items = await queries.get_versions(session, versions)
    shown: list[Found] = []
    for hit in found:
        if hit.kind is Kind.ITEM and hit.version is not None:
            summary = queries.summary(items[hit.code, hit.version])
            shown.append(_marked(summary, paused[hit.code]) if hit.code in paused else summary)
        elif hit.kind is Kind.BUNDLE and hit.code in shipped:
            shown.append(shipped[hit.code])
    return shown
