"""The statements of a search. Each kind is put together once in a process; keys and filters are parameters.

Postings (`search_key`) are read by index only, names and entries one by one by their primary key: LATERAL with
OFFSET 0 keeps the planner from reading a whole table because it happens to be small.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import col

from identity.actor import PartyKind
from services.catalogue.codes import ORGANISATIONS, Audience
from services.catalogue.finding.models import ItemUsage, Kind, SearchEntry, SearchKey, SearchName
from services.catalogue.models import ItemState, ItemVersion
from services.catalogue.queries import TODAY

COMPARED = 100
"""So many names are compared one by one."""
NAMES = 100_000
TEXTS = ARRAY(sa.Text)


@dataclass(frozen=True, slots=True)
class Filters:
    """`audience` is person or organisation (or one code of `Audience`), `theme` a slug, `department` a code."""

    audience: str | None = None
    theme: str | None = None
    department: str | None = None
    kind: Kind | None = None

    @property
    def sensible(self) -> bool:
        """PostgreSQL takes neither NUL nor half a surrogate pair."""
        return f"{self.audience}{self.theme}{self.department}".isprintable()

    @property
    def used(self) -> frozenset[str]:
        """Which conditions a statement needs."""
        named = ("audience", "theme", "department")
        kinds = [f"{self.kind.value}s"] if self.kind else []
        return frozenset([*(name for name in named if getattr(self, name)), *kinds])

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "audience": _audiences(self.audience) if self.audience else None,
            "theme": [self.theme] if self.theme else None,
            "department": self.department,
        }


def _audiences(audience: str) -> list[str]:
    kinds = {PartyKind.PERSON: [Audience.PERSON], PartyKind.ORGANISATION: sorted(ORGANISATIONS)}
    return [str(one) for one in kinds.get(audience, [audience])]  # type: ignore[call-overload]  # a StrEnum is a str


@cache
def named(used: frozenset[str]) -> sa.Select[Any]:
    """The names that have the rarest of the `keys`, shorter ones first among equals."""
    held, weights = _held(used)
    weight = sa.func.sum(weights.c.weight)
    best = (
        sa.select(held.c.name, held.c.entry, (weight / _whole(weights)).label("shared"))
        .select_from(held.join(weights, held.c.key == weights.c.key))
        .group_by(held.c.name, held.c.entry, held.c.size)
        .order_by((weight - 0.02 * held.c.size).desc(), held.c.name)
        .limit(COMPARED)
        .subquery("best")
    )
    name = (
        sa.select(col(SearchName.text), col(SearchName.sounds), col(SearchName.said))
        .where(col(SearchName.id) == best.c.name)
        .offset(0)
        .lateral("name")
    )
    entry = _entry(best, used)
    return sa.select(name.c.text, name.c.sounds, name.c.said, best.c.shared, *entry.c).select_from(
        best.join(name, sa.true()).join(entry, sa.true())
    )


@cache
def guided(used: frozenset[str]) -> sa.Select[Any]:
    """Entries whose guide has the `keys`."""
    held, weights = _held(used)
    weight = sa.func.sum(weights.c.weight)
    best = (
        sa.select(held.c.entry, (weight / _whole(weights)).label("shared"))
        .select_from(held.join(weights, held.c.key == weights.c.key))
        .group_by(held.c.entry)
        .order_by(weight.desc(), held.c.entry)
        .limit(COMPARED)
        .subquery("best")
    )
    entry = _entry(best, used)
    return sa.select(best.c.shared, *entry.c).select_from(best.join(entry, sa.true()))


def _held(used: frozenset[str]) -> tuple[sa.CTE, sa.CTE]:
    """The postings of the `keys`, and each key's weight: the rarer the more."""
    query = sa.select(
        col(SearchKey.key), col(SearchKey.name), col(SearchKey.entry), col(SearchKey.size)
    ).where(col(SearchKey.key) == sa.any_(sa.bindparam("keys", type_=TEXTS)))
    narrow = used - {"items"}  # nearly all are: that is seen to at the end
    if narrow:
        chosen = sa.select(col(SearchEntry.id)).where(*_conditions(narrow))
        query = query.where(col(SearchKey.entry).in_(chosen))
    held = query.cte("held")
    times = sa.cast(sa.func.least(sa.func.count(), NAMES // 2), sa.Float)
    weights = sa.select(held.c.key, sa.func.ln(sa.cast(NAMES, sa.Float) / times).label("weight"))
    return held, weights.group_by(held.c.key).cte("weights")


def _whole(weights: sa.CTE) -> sa.ScalarSelect[float]:
    """What all keys weigh together; one that nothing has weighs as much as one that a single name has."""
    unknown = sa.func.cardinality(sa.bindparam("keys", type_=TEXTS)) - sa.func.count()
    rarest = sa.func.ln(sa.cast(NAMES, sa.Float))
    return sa.select(sa.func.sum(weights.c.weight) + unknown * rarest).scalar_subquery()


def _entry(best: sa.Subquery, used: frozenset[str]) -> sa.FromClause:
    """The entry, if it may be applied for today, and how often it was lately."""
    usage = sa.select(col(ItemUsage.applications)).where(col(ItemUsage.code) == col(SearchEntry.code))
    query: sa.Select[Any] = _open().add_columns(usage.scalar_subquery().label("used"))
    kinds = _conditions(used & {"items", "bundles"})
    return query.where(col(SearchEntry.id) == best.c.entry, *kinds).offset(0).lateral("entry")


@cache
def entries(used: frozenset[str], *, after: bool = False) -> sa.Select[Any]:
    """What may be applied for, by code; nothing after a code that there is not."""
    query: sa.Select[Any] = _open().where(*_conditions(used)).order_by(col(SearchEntry.code))
    query = query.limit(sa.bindparam("limit"))
    if not after:
        return query
    place = sa.bindparam("after", type_=sa.Text)
    other = aliased(SearchEntry)
    known = sa.exists().where(col(other.code) == place)
    return query.where(col(SearchEntry.code) > place, known)


@cache
def most_used() -> sa.Select[Any]:
    """Items by how often they were applied for lately, then by code."""
    items: sa.Select[Any] = _open().where(col(SearchEntry.kind) == Kind.ITEM)
    return (
        items.outerjoin(ItemUsage, col(ItemUsage.code) == col(SearchEntry.code))
        .order_by(sa.func.coalesce(col(ItemUsage.applications), 0).desc(), col(SearchEntry.code))
        .limit(sa.bindparam("limit"))
    )


@cache
def departments() -> sa.Select[Any]:
    """Departments that have items, with how many."""
    mine = (
        _open().where(col(SearchEntry.kind) == Kind.ITEM).add_columns(col(SearchEntry.department)).subquery()
    )
    return sa.select(
        mine.c.department,
        sa.func.count().label("items"),
        sa.func.min(mine.c.code).label("code"),
    ).group_by(mine.c.department)


def _open() -> Any:
    """Bundles, and items in the version that may be applied for today: the newest effective one, if published."""
    newest = (
        sa.select(col(ItemVersion.version), col(ItemVersion.state))
        .where(col(ItemVersion.code) == col(SearchEntry.code))
        .where(col(ItemVersion.state) != ItemState.DRAFT, col(ItemVersion.effective_on) <= TODAY)
        .order_by(col(ItemVersion.version).desc())
        .limit(1)
        .correlate(SearchEntry)
        .lateral("newest")
    )
    is_open = (
        sa.select(sa.literal(1))
        .select_from(newest)
        .where(newest.c.version == col(SearchEntry.version), newest.c.state == ItemState.PUBLISHED)
        .exists()
    )
    return sa.select(col(SearchEntry.kind), col(SearchEntry.code), col(SearchEntry.version)).where(
        sa.or_(col(SearchEntry.kind) == Kind.BUNDLE, is_open)
    )


def _conditions(used: frozenset[str]) -> list[sa.ColumnElement[bool]]:
    audiences = sa.type_coerce(SearchEntry.audiences, TEXTS)
    themes = sa.type_coerce(SearchEntry.themes, TEXTS)
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "items": col(SearchEntry.kind) == Kind.ITEM,
        "bundles": col(SearchEntry.kind) == Kind.BUNDLE,
        "audience": audiences.overlap(sa.bindparam("audience", type_=TEXTS)),
        "theme": themes.contains(sa.bindparam("theme", type_=TEXTS)),
        "department": col(SearchEntry.department) == sa.bindparam("department"),
    }
    return [condition for name, condition in conditions.items() if name in used]
