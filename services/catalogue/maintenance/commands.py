"""Editing an item with several pairs of hands: draft → legal review (合法性审核) → publication.

Whoever saves says which revision they saw; a save in between is told (`DraftMovedOn`), nothing is overwritten.
Actors are officials with the role `catalogue` (or `legal` for reviews), or `system:<name>` for the command line.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from identity.actor import Actor, Role
from services.catalogue import commands as catalogue
from services.catalogue import rules as items
from services.catalogue.commands import SYSTEM, publisher
from services.catalogue.definition import ItemDefinition
from services.catalogue.errors import ItemNotFit, ItemNotFound
from services.catalogue.lint import UNCHECKED, Known
from services.catalogue.lint.drafts import definition_of, examine_draft
from services.catalogue.maintenance import standing
from services.catalogue.maintenance.drafting import (
    held,
    identity,
    insert,
    keep,
    move,
    must_be_open,
    name,
    plain,
    record,
    row_of,
    seen,
)
from services.catalogue.maintenance.errors import (
    BaseMovedOn,
    CodeTaken,
    DraftExists,
    DraftMovedOn,
    ReasonMissing,
    ReviewNotAllowed,
)
from services.catalogue.maintenance.models import ChangeKind, Draft, DraftState, ItemDraft, ItemDraftRevision
from services.catalogue.maintenance.queries import as_draft
from services.catalogue.maintenance.rules import Deed
from services.catalogue.queries import Item, newest_version
from storage.database import Session

ARRAYS = sa.type_coerce(col(ItemDraft.replaces), ARRAY(sa.Text))


async def start_draft(
    session: Session,
    code: str,
    *,
    actor: Actor | str,
    at: datetime,
    definition: Mapping[str, Any] | None = None,
    kind: ChangeKind = ChangeKind.CHANGE,
    replaces: Sequence[str] = (),
) -> Draft:
    """Begin editing an item, from its newest version or from `definition` (builtins, complete or not).

    Raises PublishingNotAllowed, DraftExists(draft), CodeTaken (kind `new`), ItemNotFound (kind `change`).
    """
    publisher(actor, code)
    await catalogue.alone(session, code)
    row = await row_of(session, code)
    if row is not None:
        raise DraftExists(as_draft(row))
    newest = await newest_version(session, code)
    if kind is ChangeKind.NEW and newest is not None:
        raise CodeTaken(code)
    if newest is None and (definition is None or kind is ChangeKind.CHANGE):
        raise ItemNotFound(code)
    content = plain(definition) if definition is not None else _builtins(newest)
    draft = Draft(
        code=code,
        revision=1,
        definition=content | {"code": code},
        state=DraftState.EDITING,
        kind=kind,
        base_version=newest.version if newest else None,
        effective_on=None,
        edited_by=name(actor),
        edited_at=at,
        note="",
        replaces=tuple(replaces),
    )
    await insert(session, draft, actor)
    await record(session, draft, "draft begun", actor, at, kind=kind.value, base=draft.base_version)
    return draft


async def save_draft(
    session: Session,
    code: str,
    definition: Mapping[str, Any],
    *,
    revision: int,
    actor: Actor | str,
    at: datetime,
) -> Draft:
    """Keep what was typed as the next revision; an approved draft needs a new review afterwards.

    Raises PublishingNotAllowed, DraftNotFound, DraftMovedOn(draft, revision), DraftNotOpen while it is in review.
    """
    publisher(actor, code)
    row = await held(session, code)
    if row.revision != revision:
        raise DraftMovedOn(as_draft(row), revision)
    must_be_open(row, Deed.SAVE)
    content = plain(definition) | {"code": code}
    if content == row.definition:
        return as_draft(row)
    row.sqlmodel_update(
        {
            "definition": content,
            "revision": revision + 1,
            "state": DraftState.EDITING,
            "edited_by": identity(actor),
            "edited_by_name": name(actor),
            "edited_at": at,
        }
    )
    await session.flush()
    await keep(session, row)
    await record(session, as_draft(row), "draft saved", actor, at)
    return as_draft(row)


async def submit_draft(
    session: Session,
    code: str,
    *,
    actor: Actor | str,
    at: datetime,
    revision: int | None = None,
    note: str = "",
    known: Known = UNCHECKED,
) -> Draft:
    """Send a draft without mistakes to legal review.

    Raises PublishingNotAllowed, DraftNotFound, DraftMovedOn, DraftNotOpen, ItemNotFit(problems).
    """
    publisher(actor, code)
    row = await seen(session, code, revision)
    must_be_open(row, Deed.SUBMIT)
    problems = examine_draft(row.definition, known)
    if problems:
        raise ItemNotFit(code, problems)
    return await move(session, row, Deed.SUBMIT, "draft submitted", actor, at, note=note)


async def recall_draft(session: Session, code: str, *, actor: Actor | str, at: datetime) -> Draft:
    """Take a draft back from review, to go on editing it. Raises PublishingNotAllowed, DraftNotFound, DraftNotOpen."""
    publisher(actor, code)
    return await move(session, await held(session, code), Deed.RECALL, "draft recalled", actor, at, note="")


async def approve_draft(
    session: Session,
    code: str,
    *,
    actor: Actor | str,
    at: datetime,
    revision: int | None = None,
    note: str = "",
) -> Draft:
    """Legal review passed, by somebody who wrote nothing of it.

    Raises ReviewNotAllowed, DraftNotFound, DraftMovedOn when it is not the revision that was read, DraftNotOpen.
    """
    row = await seen(session, code, revision)
    await _reviewer(session, row, actor)
    reviewed = {"reviewed_by_name": name(actor), "reviewed_at": at}
    return await move(session, row, Deed.APPROVE, "draft approved", actor, at, note=note, also=reviewed)


async def return_draft(
    session: Session,
    code: str,
    *,
    reason: str,
    actor: Actor | str,
    at: datetime,
    revision: int | None = None,
) -> Draft:
    """Legal review did not pass, and why. Raises as `approve_draft`, and ReasonMissing."""
    row = await seen(session, code, revision)
    await _reviewer(session, row, actor)
    if not reason.strip():
        raise ReasonMissing(code)
    reviewed = {"reviewed_by_name": name(actor), "reviewed_at": at}
    return await move(session, row, Deed.RETURN, "draft returned", actor, at, note=reason, also=reviewed)


async def rebase_draft(
    session: Session, code: str, *, revision: int, actor: Actor | str, at: datetime
) -> Draft:
    """Say that the version published meanwhile was looked at: the draft counts as begun from it, to be reviewed anew.

    Raises PublishingNotAllowed, DraftNotFound, DraftMovedOn, DraftNotOpen.
    """
    publisher(actor, code)
    row = await seen(session, code, revision)
    must_be_open(row, Deed.SAVE)
    newest = await newest_version(session, code)
    row.base_version = newest.version if newest else None
    row.state = DraftState.EDITING
    await session.flush()
    await record(session, as_draft(row), "draft rebased", actor, at, base=row.base_version)
    return as_draft(row)


async def publish_draft(
    session: Session,
    code: str,
    *,
    actor: Actor | str,
    at: datetime,
    effective_on: date | None = None,
    known: Known = UNCHECKED,
) -> Item:
    """Publish an approved draft as the item's next version, in force from `effective_on` (default: what it says).

    Items it replaces end on that day, when no other draft replaces them too. Raises PublishingNotAllowed, DraftNotFound,
    DraftNotOpen, BaseMovedOn when another version was published since, ItemNotFit(problems).
    """
    publisher(actor, code)
    row = await held(session, code)
    must_be_open(row, Deed.PUBLISH)
    newest = await newest_version(session, code)
    if newest is not None and newest.version != row.base_version:
        raise BaseMovedOn(code, row.base_version, newest.version)
    item = await catalogue.publish(
        session, _for_day(row.definition, code, effective_on), actor=actor, at=at, known=known
    )
    replaced = list(row.replaces)
    await session.execute(sa.delete(ItemDraft).where(col(ItemDraft.code) == code))
    for old in replaced:
        await _replace(session, old, row.kind, item, actor=actor, at=at)
    return item


async def publish_reviewed(
    session: Session,
    definition: ItemDefinition,
    *,
    actor: str,
    reviewed_by: str,
    at: datetime,
    known: Known = UNCHECKED,
) -> Item:
    """An operator's publication of what was reviewed outside the portal: every step at once, each in the ledger.

    `actor` is `system:<name>`; a newest version that says the same stays as it is. Raises DraftExists, ItemNotFit.
    """
    newest = await newest_version(session, definition.code)
    code, digest = definition.code, items.digest(definition)
    if newest is not None and newest.digest == digest and await catalogue.is_open(session, newest):
        return newest
    kind = ChangeKind.NEW if newest is None else ChangeKind.CHANGE
    await start_draft(session, code, actor=actor, at=at, definition=items.builtins(definition), kind=kind)
    await submit_draft(session, code, actor=actor, at=at, known=known)
    await approve_draft(session, code, actor=actor, at=at, note=f"outside the portal: {reviewed_by or '-'}")
    return await publish_draft(session, code, actor=actor, at=at, known=known)


async def _replace(
    session: Session, old: str, kind: ChangeKind, item: Item, *, actor: Actor | str, at: datetime
) -> None:
    """Point from the item that goes to the one that came, and end it with the last that replaces it."""
    await standing.follow(session, old, [item.code])
    waiting = sa.select(col(ItemDraft.code)).where(ARRAYS.contains([old])).limit(1)
    newest = await newest_version(session, old)
    if newest is None or (await session.execute(waiting)).first() is not None:
        return
    await standing.end(
        session,
        old,
        version=newest.version,
        reason=f"{kind.value}: {item.code}",
        actor=actor,
        at=at,
        from_day=items.effective_on(item.definition, at),
    )


async def discard_draft(
    session: Session, code: str, *, actor: Actor | str, at: datetime, revision: int | None = None
) -> None:
    """Throw a draft away. Raises PublishingNotAllowed, DraftNotFound, DraftMovedOn, DraftNotOpen."""
    publisher(actor, code)
    row = await seen(session, code, revision)
    must_be_open(row, Deed.DISCARD)
    await record(session, as_draft(row), "draft discarded", actor, at)
    await session.execute(sa.delete(ItemDraft).where(col(ItemDraft.code) == code))


async def _reviewer(session: Session, row: ItemDraft, actor: Actor | str) -> None:
    """编制的人不审核: whoever wrote any revision of the draft does not judge it."""
    allowed = actor.has(Role.LEGAL) if isinstance(actor, Actor) else actor.startswith(SYSTEM)
    if not allowed:
        raise ReviewNotAllowed(row.code)
    wrote = sa.select(col(ItemDraftRevision.revision)).where(
        col(ItemDraftRevision.code) == row.code, col(ItemDraftRevision.edited_by) == identity(actor)
    )
    if isinstance(actor, Actor) and (await session.execute(wrote.limit(1))).first() is not None:
        raise ReviewNotAllowed(row.code, wrote_it=True)


def _builtins(newest: Item | None) -> dict[str, Any]:
    """A published version as a draft's content; its day of effect is said anew when it is published."""
    assert newest is not None  # noqa: S101 - the caller has refused the other case
    return {key: value for key, value in items.builtins(newest.definition).items() if key != "effective_on"}


def _for_day(definition: Mapping[str, Any], code: str, effective_on: date | None) -> ItemDefinition:
    """The definition to publish. Raises ItemNotFit when it cannot be read."""
    found = definition_of(definition)
    if found is None:
        raise ItemNotFit(code, examine_draft(definition))
    return found if effective_on is None else msgspec.structs.replace(found, effective_on=effective_on)
