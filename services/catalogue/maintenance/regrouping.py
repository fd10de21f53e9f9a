"""拆分 and 合并: drafts of the items that come, knowing which items go when they are published."""

from collections.abc import Sequence
from datetime import datetime

from identity.actor import Actor
from services.catalogue import rules as items
from services.catalogue.errors import ItemNotFound
from services.catalogue.maintenance.commands import start_draft
from services.catalogue.maintenance.errors import CodeTaken, SuccessorUnknown
from services.catalogue.maintenance.models import ChangeKind, Draft
from services.catalogue.queries import Item, newest_version
from storage.database import Session


async def split(
    session: Session, code: str, into: Sequence[str], *, actor: Actor | str, at: datetime
) -> list[Draft]:
    """Drafts of two or more new items, each beginning as a copy of the old one, which ends with the last of them.

    Raises PublishingNotAllowed, ItemNotFound, CodeTaken, DraftExists, SuccessorUnknown when `into` is not two
    different codes or more.
    """
    codes = list(dict.fromkeys(into))
    if len(codes) < 2 or code in codes:
        raise SuccessorUnknown(code, ", ".join(codes))
    old = await _published(session, code)
    for one in codes:
        if await newest_version(session, one) is not None:
            raise CodeTaken(one)
    content = _content(old)
    return [
        await start_draft(
            session,
            one,
            actor=actor,
            at=at,
            definition=content | {"code": one},
            kind=ChangeKind.SPLIT,
            replaces=(code,),
        )
        for one in codes
    ]


async def merge(
    session: Session, codes: Sequence[str], into: str, *, actor: Actor | str, at: datetime
) -> Draft:
    """A draft of the item that takes over from `codes`: one of them, or a new one that begins as a copy of the first.

    The others end when it is published. Raises PublishingNotAllowed, ItemNotFound, DraftExists, SuccessorUnknown
    when there are not two different codes, CodeTaken when `into` exists and is none of them.
    """
    old = list(dict.fromkeys(codes))
    if len(old) < 2:
        raise SuccessorUnknown(into, ", ".join(old))
    found = [await _published(session, one) for one in old]
    if into not in old and await newest_version(session, into) is not None:
        raise CodeTaken(into)
    going = tuple(one for one in old if one != into)
    definition = None if into in old else _content(found[0])
    return await start_draft(
        session, into, actor=actor, at=at, definition=definition, kind=ChangeKind.MERGE, replaces=going
    )


async def _published(session: Session, code: str) -> Item:
    newest = await newest_version(session, code)
    if newest is None:
        raise ItemNotFound(code)
    return newest


def _content(item: Item) -> dict[str, object]:
    """What the new item begins with: all but the day of effect, which publishing says anew."""
    return {key: value for key, value in items.builtins(item.definition).items() if key != "effective_on"}
