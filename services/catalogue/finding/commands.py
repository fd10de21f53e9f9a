"""What operators do about finding, and what is counted: aliases, searches that found nothing, usage."""

import re
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor, Role
from services.catalogue import bundles, queries
from services.catalogue.errors import ItemNotFound, PublishingNotAllowed
from services.catalogue.finding import filing, words
from services.catalogue.finding.errors import AliasWrong
from services.catalogue.finding.models import ItemAlias, ItemUsage, Kind, SearchEntry, SearchMiss
from storage import ledger
from storage.database import Session

LONGEST = 100
LONGEST_ALIAS = 30
MOST_MISSES = 10_000
NUMBERS = re.compile(r"\d{5}|\d{3}\D?\d{4}|[0-9a-z]{15,}|@")
"""What may be somebody's number (identity, phone, credit code, case, card) or address."""


async def make_alias(
    session: Session, said: str, kind: Kind, code: str, *, actor: Actor, at: datetime
) -> ItemAlias:
    """From now on `said` finds this item or bundle first; the same again does nothing.

    Raises PublishingNotAllowed, AliasWrong("empty" | "long" | "number"), ItemNotFound, ItemWithdrawn.
    """
    _require(actor, code)
    text = alias_text(said)
    await _require_there(session, kind, code)
    known = await session.get(ItemAlias, (text, kind, code))
    if known is not None:
        return known
    alias = ItemAlias(
        words=text, kind=kind, code=code, made_by=str(actor.person_id), made_by_name=actor.name, made_at=at
    )
    session.add(alias)
    await session.flush()
    await session.execute(sa.delete(SearchMiss).where(col(SearchMiss.words) == text))
    await refile(session, kind, code)
    await _record(session, "alias made", alias, actor, at)
    return alias


async def drop_alias(
    session: Session, said: str, kind: Kind, code: str, *, actor: Actor, at: datetime
) -> None:
    """Undo `make_alias`; does nothing when there is no such alias. Raises PublishingNotAllowed."""
    _require(actor, code)
    alias = (
        await session.get(ItemAlias, (said, kind, code))
        if said.isprintable() and code.isprintable()
        else None
    )
    if alias is None:
        return
    await session.delete(alias)
    await session.flush()
    await refile(session, kind, code)
    await _record(session, "alias dropped", alias, actor, at)


async def forget_miss(session: Session, said: str, *, actor: Actor) -> None:
    """Take words out of the list of searches without result: nothing the city does. Raises PublishingNotAllowed."""
    _require(actor, said)
    if said.isprintable():
        await session.execute(sa.delete(SearchMiss).where(col(SearchMiss.words) == said))


async def note_miss(session: Session, q: str, *, at: datetime) -> None:
    """Count a search that found nothing: its words only, and not if they may be somebody's number.

    The list keeps the newest 10,000: beyond that the oldest that were asked once make room.
    """
    said = words.normal(q)[:LONGEST]
    if len(said) < 2 or NUMBERS.search(words.normal(q)) or NUMBERS.search(q):
        return
    noted = insert(SearchMiss).values(words=said, count=1, first_at=at, last_at=at)
    again = noted.on_conflict_do_update(
        index_elements=["words"], set_={"count": col(SearchMiss.count) + 1, "last_at": at}
    )
    await session.execute(again)
    await _make_room(session)


async def _make_room(session: Session) -> None:
    """By the planner's count of rows, which costs nothing and need not be exact."""
    rows = await session.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'search_miss'::regclass"))
    if rows is None or rows <= MOST_MISSES:
        return
    oldest = sa.select(col(SearchMiss.words)).order_by(col(SearchMiss.last_at)).limit(int(rows) - MOST_MISSES)
    await session.execute(
        sa.delete(SearchMiss).where(col(SearchMiss.words).in_(oldest), col(SearchMiss.count) == 1)
    )


async def count_usage(session: Session, counted: Mapping[str, int]) -> None:
    """Write down how often each item was applied for lately; items not in `counted` were not."""
    await session.execute(sa.delete(ItemUsage))
    if counted:
        rows = [{"code": code, "applications": number} for code, number in counted.items()]
        await session.execute(sa.insert(ItemUsage), rows)


def alias_text(said: str) -> str:
    """An alias as it is kept. Raises AliasWrong("empty" | "long" | "number")."""
    text = words.normal(said)
    if len(text) < 2:
        raise AliasWrong("empty")
    if len(text) > LONGEST_ALIAS:
        raise AliasWrong("long")
    if NUMBERS.search(text):
        raise AliasWrong("number")
    return text


async def _require_there(session: Session, kind: Kind, code: str) -> None:
    if kind is Kind.ITEM:
        await queries.get(session, code)
    elif code not in {bundle.code for bundle in bundles.shipped()}:
        raise ItemNotFound(code)


async def refile(session: Session, kind: Kind, code: str) -> None:
    """File every entry of this code anew."""
    if kind is Kind.BUNDLE:
        for bundle in bundles.shipped():
            if bundle.code == code:
                await filing.file_bundle(session, bundle)
        return
    query = sa.select(col(SearchEntry.version)).where(
        col(SearchEntry.kind) == Kind.ITEM, col(SearchEntry.code) == code
    )
    for version in (await session.scalars(query)).all():
        if version is not None:
            item = await queries.get_version(session, code, version)
            await filing.file_item(session, item.definition, version)


def _require(actor: Actor, what: str) -> None:
    if not actor.has(Role.CATALOGUE):
        raise PublishingNotAllowed(what)


async def _record(session: Session, deed: str, alias: ItemAlias, actor: Actor, at: datetime) -> None:
    await ledger.append(
        session,
        chain=f"{alias.kind.value}:{alias.code}",
        deed=deed,
        subject=alias.code,
        actor=str(actor.person_id),
        at=at,
        details={"words": alias.words},
    )
