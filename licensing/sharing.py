"""Sharing a licence (授权用证): with one person or organisation, for a purpose, for some days, taken back at any time.

Each time it is looked at stands in the licence's own record, where its holder reads it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Party
from licensing import presenting
from licensing.errors import ShareNotFound, ShareUnsound
from licensing.kinds.reading import met
from licensing.models import Licence, Share
from licensing.presenting import Presented
from licensing.recording import record
from licensing.rules import share_until
from storage.database import Session

LONGEST_PURPOSE = 200


async def share(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    recipient: Party,
    purpose: str,
    days: int,
    at: datetime,
    shown: Sequence[str] | None = None,
) -> Share:
    """Let one party see a licence of the party the actor acts for.

    Raises LicenceNotFound, MoveNotOpen for one that is not valid now, ShareUnsound.
    """
    until = share_until(days, at)
    told = purpose.strip()
    if not told or len(told) > LONGEST_PURPOSE:
        raise ShareUnsound("purpose")
    licence = await presenting.presentable(session, actor, identifier, at=at)
    if recipient.id == licence.holder_id:
        raise ShareUnsound("recipient")
    made = Share(
        licence_id=licence.id,
        shared_by=actor.person_id,
        recipient_kind=recipient.kind,
        recipient_id=recipient.id,
        recipient_name=recipient.name,
        purpose=told,
        shown=presenting.agreed(licence, shown),
        made_at=at,
        expires_at=until,
    )
    session.add(made)
    await record(session, licence, "licence shared", str(actor.person_id), at, share=str(made.id))
    return made


async def withdraw(session: Session, actor: Actor, share_id: UUID, *, at: datetime) -> Share:
    """Take a sharing back. Done once; again it changes nothing. Raises ShareNotFound."""
    query = (
        sa.select(Share, Licence)
        .join(Licence, col(Licence.id) == col(Share.licence_id))
        .where(col(Share.id) == share_id, col(Licence.holder_id) == actor.acting_for.id)
        .where(col(Licence.holder_id).in_(actor.whole))
        .with_for_update()
    )
    found = (await session.execute(query)).first()
    if found is None:
        raise ShareNotFound(str(share_id))
    made, licence = found
    if made.withdrawn_at is None:
        made.withdrawn_at = at
        await record(session, licence, "sharing withdrawn", str(actor.person_id), at, share=str(made.id))
    return made


async def of_licence(session: Session, licence: Licence) -> list[Share]:
    """Whom a licence was shared with, the newest first. For those who may see the licence."""
    query = sa.select(Share).where(col(Share.licence_id) == licence.id).order_by(col(Share.made_at).desc())
    return list(await session.scalars(query))


def _open_to(actor: Actor, at: datetime) -> sa.Select[Share, Licence]:
    return (
        sa.select(Share, Licence)
        .join(Licence, col(Licence.id) == col(Share.licence_id))
        .where(col(Share.recipient_id) == actor.acting_for.id, col(Share.recipient_id).in_(actor.whole))
        .where(col(Share.withdrawn_at).is_(None), col(Share.expires_at) > at)
        .order_by(col(Share.made_at).desc())
    )


async def shared_with(session: Session, actor: Actor, *, at: datetime) -> list[tuple[Share, Licence]]:
    """What others share with the party the actor acts for, now."""
    found = [(made, licence) for made, licence in await session.execute(_open_to(actor, at))]
    await met(session, [licence for _, licence in found])
    return found


async def look(session: Session, actor: Actor, share_id: UUID, *, at: datetime) -> tuple[Share, Presented]:
    """See what was shared; recorded where the holder reads it. Raises ShareNotFound, also once it ended."""
    found = (await session.execute(_open_to(actor, at).where(col(Share.id) == share_id))).first()
    if found is None:
        raise ShareNotFound(str(share_id))
    made, licence = found
    await met(session, [licence])
    await record(session, licence, "shared licence seen", str(actor.person_id), at, share=str(made.id))
    return made, presenting.presented(licence, made.shown, at)
