"""Reading the catalogue. Items are public: whoever asks, the answer is the same."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.catalogue.codes import Audience, OnlineDepth
from services.catalogue.definition import Department, ItemDefinition, Theme
from services.catalogue.errors import ItemNotFound, ItemWithdrawn
from services.catalogue.form import Pair
from services.catalogue.maintenance.errors import ItemSuspended
from services.catalogue.maintenance.models import ItemSuccession, ItemSuspension
from services.catalogue.models import ItemState, ItemVersion
from services.catalogue.themes import themes as shipped_themes
from storage.database import Session

TODAY = sa.cast(sa.func.timezone("Asia/Shanghai", sa.func.now()), sa.Date)
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
    """What a list says about an item; `suspended_at` and why while nobody may begin it (暂停办理)."""

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
    suspended_at: datetime | None = None
    suspension_reason: str | None = None


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
        raise ItemWithdrawn(code, await successors(session, code))
    return Item(code, row.version, await _definition(session, code, row.version, row.digest), row.digest)


async def require_open(session: Session, code: str, *, on: date | None = None) -> None:
    """Raise ItemNotFound, ItemWithdrawn or ItemSuspended unless the item may be applied for."""
    await get(session, code, on=on)
    await require_not_suspended(session, code)


async def require_not_suspended(session: Session, code: str) -> None:
    """Raise ItemSuspended while nobody may begin an application for the item."""
    paused = await suspension(session, code)
    if paused is not None:
        raise ItemSuspended(code, paused.reason, paused.suspended_at)


async def suspension(session: Session, code: str) -> ItemSuspension | None:
    """Why and since when nobody may begin; nothing when one may."""
    found: ItemSuspension | None = await session.scalar(
        sa.select(ItemSuspension).where(col(ItemSuspension.code) == code)
    )
    return found


async def suspensions(session: Session, codes: Collection[str]) -> dict[str, ItemSuspension]:
    """Those of these items that are suspended, by code."""
    if not codes:
        return {}
    found = await session.scalars(sa.select(ItemSuspension).where(col(ItemSuspension.code).in_(codes)))
    return {one.code: one for one in found}


async def successors(session: Session, code: str) -> dict[str, Pair]:
    """The items to go to instead of one that ended, by code, with their names; only those that were published."""
    query = (
        sa.select(col(ItemVersion.code), col(ItemVersion.definition)["name"])
        .join(ItemSuccession, col(ItemSuccession.successor) == col(ItemVersion.code))
        .where(col(ItemSuccession.code) == code, col(ItemVersion.state) == ItemState.PUBLISHED)
        .order_by(col(ItemVersion.code), col(ItemVersion.version))
    )
    return {row[0]: msgspec.convert(row[1], Pair) for row in await session.execute(query)}


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


async def get_versions(session: Session, keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], Item]:
    """Several published versions at once, by code and version; those there are none of are left out."""
    if not keys:
        return {}
    query = sa.select(col(ItemVersion.code), col(ItemVersion.version), col(ItemVersion.digest)).where(
        sa.tuple_(col(ItemVersion.code), col(ItemVersion.version)).in_(sorted(keys)),
        col(ItemVersion.state) != ItemState.DRAFT,
    )
    return {
        (code, version): Item(code, version, await _definition(session, code, version, digest), digest)
        for code, version, digest in (await session.execute(query)).all()
    }


async def in_force(session: Session) -> list[Item]:
    """Every item that may be applied for today, suspended ones too, by code."""
    newest = (
        sa.select(col(ItemVersion.code), col(ItemVersion.version), col(ItemVersion.state))
        .ext(distinct_on(col(ItemVersion.code)))
        .where(col(ItemVersion.state) != ItemState.DRAFT, col(ItemVersion.effective_on) <= TODAY)
        .order_by(col(ItemVersion.code), col(ItemVersion.version).desc())
    )
    rows = (await session.execute(newest)).all()
    keys = [(row.code, row.version) for row in rows if row.state is ItemState.PUBLISHED]
    found = await get_versions(session, keys)
    return [found[key] for key in keys if key in found]


async def newest_version(session: Session, code: str) -> Item | None:
    """The newest version ever published, in force already or not, withdrawn or not; nothing when there is none."""
    if not code.isprintable():  # PostgreSQL takes neither NUL nor half a surrogate pair
        return None
    query = (
        sa.select(col(ItemVersion.version), col(ItemVersion.digest))
        .where(col(ItemVersion.code) == code, col(ItemVersion.state) != ItemState.DRAFT)
        .order_by(col(ItemVersion.version).desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    return Item(code, row.version, await _definition(session, code, row.version, row.digest), row.digest)


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
