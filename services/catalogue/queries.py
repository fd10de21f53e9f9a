"""Reading the catalogue. Items are public: whoever asks, the answer is the same."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import col

from identity.actor import PartyKind
from services.catalogue import search
from services.catalogue.codes import ORGANISATIONS, Audience, OnlineDepth
from services.catalogue.definition import Department, ItemDefinition, Theme
from services.catalogue.errors import ItemNotFound, ItemWithdrawn
from services.catalogue.form import Pair
from services.catalogue.models import ItemSearch, ItemState, ItemVersion
from services.catalogue.themes import themes as shipped_themes
from storage.database import Session

TODAY = sa.cast(sa.func.timezone("Asia/Shanghai", sa.func.now()), sa.Date)
MOST = 100
KEPT = 2_000
_decoded: OrderedDict[str, ItemDefinition] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Item:
    """A version of an item, its definition decoded."""

    code: str
    version: int
    definition: ItemDefinition
    digest: str


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """What a list says about an item."""

    code: str
    version: int
    name: Pair
    short_name: Pair
    summary: Pair
    department: Department
    audiences: tuple[Audience, ...]
    themes: tuple[str, ...]
    promised_days: int
    decided_on_the_spot: bool
    depth: OnlineDepth
    charged: bool
    nothing_to_hand_in: bool
    result: Pair
    sample: bool


def themes() -> list[Theme]:
    """All themes and life events in the order of the pages."""
    return list(shipped_themes())


async def get(session: Session, code: str, *, on: date | None = None) -> Item:
    """The item as it may be applied for `on` a day (default: today in Shanghai, by the database's clock).

    Raises ItemNotFound, or ItemWithdrawn when it was published once and nobody may apply any more.
    """
    if not code.isprintable():  # PostgreSQL takes neither NUL nor half a surrogate pair
        raise ItemNotFound(code)
    query = (
        sa.select(col(ItemVersion.version), col(ItemVersion.digest), col(ItemVersion.state))
        .where(col(ItemVersion.code) == code, col(ItemVersion.state) != ItemState.DRAFT)
        .where(col(ItemVersion.effective_on) <= (on or TODAY))
        .order_by(col(ItemVersion.version).desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise ItemNotFound(code)
    if row.state is ItemState.WITHDRAWN:
        raise ItemWithdrawn(code)
    return Item(code, row.version, await _definition(session, code, row.version, row.digest), row.digest)


async def require_open(session: Session, code: str, *, on: date | None = None) -> None:
    """Raise ItemNotFound or ItemWithdrawn unless the item may be applied for."""
    await get(session, code, on=on)


async def get_version(session: Session, code: str, version: int) -> Item:
    """One published version, whether or not it is still the newest or open: a running case keeps its own."""
    query = sa.select(col(ItemVersion.digest)).where(
        col(ItemVersion.code) == code,
        col(ItemVersion.version) == version,
        col(ItemVersion.state) != ItemState.DRAFT,
    )
    digest = await session.scalar(query)
    if digest is None:
        raise ItemNotFound(code, version)
    return Item(code, version, await _definition(session, code, version, digest), digest)


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
    looked_for = Wanted(search.asked(q), search.query_terms(q), audience, theme, department)
    sensible = f"{audience}{theme}{department}{after}".isprintable()
    if not sensible or (q.strip() and not looked_for.terms):
        return []
    exact = bool(looked_for.terms) and await session.scalar(sa.select(_found(looked_for).exists()))
    ranked = _scored(looked_for, exact=bool(exact)).subquery()
    query = sa.select(ranked.c.code, ranked.c.version, ranked.c.digest)
    if after is not None:
        last = sa.select(ranked.c.score).where(ranked.c.code == after).scalar_subquery()
        same = sa.and_(ranked.c.score == last, ranked.c.code > after)
        query = query.where(sa.or_(ranked.c.score < last, same))
    query = query.order_by(ranked.c.score.desc(), ranked.c.code).limit(max(1, min(limit, MOST)))
    rows = (await session.execute(query)).all()
    return [
        summary(Item(row.code, row.version, await _definition(session, *row), row.digest)) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search is for: the words as one, their terms, and the filters."""

    asked: str
    terms: list[str]
    audience: str | None
    theme: str | None
    department: str | None


def _open() -> sa.Select[str, int, str]:
    """Items that may be applied for today: the newest effective version, when it is published."""
    newer = aliased(ItemVersion)
    superseded = sa.exists().where(
        col(newer.code) == col(ItemVersion.code),
        col(newer.version) > col(ItemVersion.version),
        col(newer.state) != ItemState.DRAFT,
        col(newer.effective_on) <= TODAY,
    )
    return (
        sa.select(col(ItemSearch.code), col(ItemSearch.version), col(ItemVersion.digest))
        .join(
            ItemVersion,
            sa.and_(
                col(ItemVersion.code) == col(ItemSearch.code),
                col(ItemVersion.version) == col(ItemSearch.version),
            ),
        )
        .where(col(ItemVersion.state) == ItemState.PUBLISHED)
        .where(col(ItemVersion.effective_on) <= TODAY, ~superseded)
    )


def _fitting(wanted: Wanted) -> sa.Select[str, int, str]:
    query = _open()
    if wanted.audience:
        query = query.where(_ARRAYS["audiences"].overlap(_array(_audiences(wanted.audience))))
    if wanted.theme:
        query = query.where(_ARRAYS["themes"].contains(_array([wanted.theme])))
    if wanted.department:
        query = query.where(col(ItemSearch.department) == wanted.department)
    return query


def _found(wanted: Wanted) -> sa.Select[str, int, str]:
    """Those that hold every term."""
    return _fitting(wanted).where(_ARRAYS["terms"].contains(_array(wanted.terms)))


def _scored(wanted: Wanted, *, exact: bool) -> sa.Select[str, int, str, float]:
    """With `exact` those that hold every term, otherwise those that hold a third of them, each with its score.

    An item called exactly so comes first, then one whose name begins so, holds it, has its terms in its names.
    """
    if not wanted.terms:
        return _fitting(wanted).add_columns(sa.literal(0.0).label("score"))
    named = col(ItemSearch.names)
    score = (
        _points(sa.func.strpos(named, f"|{wanted.asked}|") > 0, 100.0)
        + _points(sa.func.strpos(named, f"|{wanted.asked}") > 0, 20.0)
        + _points(sa.func.strpos(named, wanted.asked) > 0, 10.0)
        + 2.0 * _held("called", wanted.terms)
        + 1.0 * _held("terms", wanted.terms)
    )
    if exact:
        return _found(wanted).add_columns(score.label("score"))
    enough = _held("terms", wanted.terms) * 3 >= len(wanted.terms)
    some = _ARRAYS["terms"].overlap(_array(wanted.terms))
    return _fitting(wanted).where(some, enough).add_columns(score.label("score"))


def _points(condition: sa.ColumnElement[bool], points: float) -> sa.Case[float]:
    return sa.case((condition, points), else_=0.0)


def _held(column: str, terms: list[str]) -> sa.ScalarSelect[int]:
    """How many of the terms the column holds."""
    term = sa.func.unnest(_array(terms)).column_valued("term")
    return sa.select(sa.func.count()).where(term == sa.any_(_ARRAYS[column])).scalar_subquery()


_ARRAYS = {
    name: sa.type_coerce(getattr(ItemSearch, name), ARRAY(sa.Text))
    for name in ("called", "terms", "audiences", "themes")
}


def _array(texts: list[str]) -> sa.ColumnElement[Sequence[str]]:
    return sa.cast(texts, ARRAY(sa.Text))


def _audiences(audience: str) -> list[str]:
    kinds = {PartyKind.PERSON: [Audience.PERSON], PartyKind.ORGANISATION: sorted(ORGANISATIONS)}
    return [str(one) for one in kinds.get(audience, [audience])]  # type: ignore[call-overload]  # a StrEnum is a str


def summary(item: Item) -> ItemSummary:
    """What a list says about this item."""
    one = item.definition
    return ItemSummary(
        code=item.code,
        version=item.version,
        name=one.name,
        short_name=one.short_name,
        summary=one.summary,
        department=one.department,
        audiences=one.audiences,
        themes=one.themes,
        promised_days=one.promised_limit.days,
        decided_on_the_spot=one.decided_on_the_spot,
        depth=one.online.depth,
        charged=one.fee.charged,
        nothing_to_hand_in=all(material.spared for material in one.materials),
        result=one.result.name,
        sample=one.sample,
    )


async def _definition(session: Session, code: str, version: int, digest: str) -> ItemDefinition:
    """The definition with this digest: decoded once in this process, since it can never change."""
    known = _decoded.get(digest)
    if known is None:
        query = sa.select(col(ItemVersion.definition)).where(
            col(ItemVersion.code) == code, col(ItemVersion.version) == version
        )
        known = msgspec.convert((await session.execute(query)).scalar_one(), ItemDefinition)
        _decoded[digest] = known
        if len(_decoded) > KEPT:
            _decoded.popitem(last=False)
    return known
