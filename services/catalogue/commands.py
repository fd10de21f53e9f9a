"""Publishing and withdrawing items. Versions are never changed: a new definition is a new version."""

from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.catalogue import rules
from services.catalogue.definition import ItemDefinition
from services.catalogue.errors import ItemNotFit, ItemNotFound, PublishingNotAllowed
from services.catalogue.finding import filing, refiling
from services.catalogue.finding.models import Kind
from services.catalogue.lint import UNCHECKED, Known, examine, lint
from services.catalogue.models import ItemState, ItemVersion
from services.catalogue.queries import Item
from storage import ledger
from storage.database import Session

ITEMS = Path(__file__).with_name("items")
SEEDER = "system:catalogue"
SYSTEM = "system:"


async def publish(
    session: Session,
    definition: ItemDefinition,
    *,
    actor: Actor | str,
    at: datetime,
    known: Known = UNCHECKED,
) -> Item:
    """Publish a definition as the item's next version, or do nothing when it is the newest one already.

    `actor` is an official with the role `catalogue`, or `system:<name>`. Raises PublishingNotAllowed,
    ItemNotFit(problems) when the lint refuses the definition.
    """
    by = publisher(actor, definition.code)
    problems = lint(definition, known=known)
    if problems:
        raise ItemNotFit(definition.code, problems)
    await alone(session, definition.code)
    newest = await _newest(session, definition.code)
    digest = rules.digest(definition)
    if newest is not None and newest.state is ItemState.PUBLISHED and newest.digest == digest:
        return Item(definition.code, newest.version, definition, digest)
    version = newest.version + 1 if newest else 1
    await _write(session, definition, version, at)
    await _record(session, definition.code, "item published", by, at, {"version": version, "digest": digest})
    return Item(definition.code, version, definition, digest)


async def withdraw(session: Session, code: str, *, actor: Actor | str, reason: str, at: datetime) -> None:
    """Take an item out of the catalogue: nobody may begin an application; running cases go on.

    Does nothing when it is withdrawn already. Raises PublishingNotAllowed, ItemNotFound.
    """
    by = publisher(actor, code)
    await alone(session, code)
    newest = await _newest(session, code)
    if newest is None:
        raise ItemNotFound(code)
    if newest.state is ItemState.WITHDRAWN:
        return
    await session.execute(
        sa.update(ItemVersion)
        .where(col(ItemVersion.code) == code, col(ItemVersion.state) == ItemState.PUBLISHED)
        .values(state=ItemState.WITHDRAWN, withdrawn_at=at)
    )
    await filing.remove(session, Kind.ITEM, code)
    await _record(session, code, "item withdrawn", by, at, {"version": newest.version, "reason": reason})


async def seed(session: Session, at: datetime, *, known: Known = UNCHECKED) -> list[Item]:
    """Publish the items shipped with the portal and file its bundles; twice is once."""
    published = [
        await publish(session, definition, actor=SEEDER, at=at, known=known) for definition in shipped()
    ]
    await refiling.file_outstanding(session)
    return published


@cache
def shipped() -> tuple[ItemDefinition, ...]:
    """The items shipped with the portal, by file name. Raises ItemNotFit, which a test rules out."""
    found = []
    for path in sorted(ITEMS.glob("*.yaml")):
        reading = examine(path)
        if reading.definition is None or reading.problems:
            raise ItemNotFit(path.stem, reading.problems)
        found.append(reading.definition)
    return tuple(found)


def publisher(actor: Actor | str, code: str) -> str:
    """Who the ledger says it was. Raises PublishingNotAllowed."""
    if isinstance(actor, Actor):
        if not actor.has(Role.CATALOGUE):
            raise PublishingNotAllowed(code)
        return str(actor.person_id)
    if not actor.startswith(SYSTEM):
        raise PublishingNotAllowed(code)
    return actor


async def alone(session: Session, code: str) -> None:
    """Two officials publishing the same item wait for one another until the transaction ends."""
    await session.execute(
        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"item:{code}", 0)))
    )


async def is_open(session: Session, item: Item) -> bool:
    """Whether this version is published, not withdrawn."""
    row = await session.get(ItemVersion, (item.code, item.version), populate_existing=True)
    return row is not None and row.state is ItemState.PUBLISHED


async def _newest(session: Session, code: str) -> sa.Row[int, str, ItemState] | None:
    query = (
        sa.select(col(ItemVersion.version), col(ItemVersion.digest), col(ItemVersion.state))
        .where(col(ItemVersion.code) == code, col(ItemVersion.state) != ItemState.DRAFT)
        .order_by(col(ItemVersion.version).desc())
        .limit(1)
    )
    return (await session.execute(query)).one_or_none()


async def _write(session: Session, definition: ItemDefinition, version: int, at: datetime) -> None:
    """The version and its search row; rows of versions it supersedes at once are removed."""
    effective = rules.effective_on(definition, at)
    await session.execute(
        sa.insert(ItemVersion).values(
            code=definition.code,
            version=version,
            definition=msgspec.json.decode(rules.encoded(definition)),
            state=ItemState.PUBLISHED,
            effective_on=effective,
            digest=rules.digest(definition),
            published_at=at,
        )
    )
    if effective <= at.astimezone(rules.CHINA).date():
        await filing.remove(session, Kind.ITEM, definition.code)
    await filing.file_item(session, definition, version)


async def _record(
    session: Session, code: str, deed: str, by: str, at: datetime, details: dict[str, str | int]
) -> None:
    await ledger.append(
        session, chain=f"item:{code}", deed=deed, subject=code, actor=by, at=at, details=details
    )
