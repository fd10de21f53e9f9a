"""Holders nobody has met yet: a licence waits for its holder to register and prove who they are.

Until then it can be verified, suspended and revoked like any other, and nobody holds it. A worker hands it over: the
number must be the same, proven by registers or in person, and the name must be the one on the licence.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Party, PartyKind
from identity.models import ID_NUMBER, Organisation, Person
from identity.rules import Level
from licensing.importing.models import AwaitedHolder
from licensing.models import Licence
from licensing.recording import WORKER, record
from storage.cipher import ring
from storage.database import Session

PROVEN = (Level.REGISTRY, Level.IN_PERSON)
"""How surely a person must be known before a licence becomes theirs (decision 0026)."""
LOOK_AGAIN = timedelta(days=1)
"""Where the names differ it is looked at again after a day: names are corrected."""
BATCH = 100


def person(number: str, name: str, *, at: datetime) -> AwaitedHolder:
    """Somebody with this normalised ID number; not in the session yet."""
    index = ring().index(number, ID_NUMBER)
    return AwaitedHolder(kind=PartyKind.PERSON, name=name, id_number=number, id_index=index, since=at)


def organisation(code: str, name: str, *, at: datetime) -> AwaitedHolder:
    """An organisation with this normalised credit code; not in the session yet."""
    return AwaitedHolder(kind=PartyKind.ORGANISATION, name=name, credit_code=code, since=at)


def as_party(awaited: AwaitedHolder) -> Party:
    return Party(awaited.kind, awaited.id, awaited.name)


async def among(session: Session, holders: Collection[UUID]) -> dict[UUID, AwaitedHolder]:
    """Those of these holders of licences who are not registered yet."""
    query = sa.select(AwaitedHolder).where(col(AwaitedHolder.id).in_(holders))
    return {one.id: one for one in await session.scalars(query)} if holders else {}


async def hand_over(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Hand the licences of up to `most` holders over to those who have proven to be them; how many were looked at.

    Called until it answers 0. Where the name differs the licence stays where it is, for its department to see.
    """
    owners = sa.union_all(
        sa.select(col(AwaitedHolder.id).label("awaited"), col(Person.id).label("party"), col(Person.name))
        .join(Person, col(Person.id_index) == col(AwaitedHolder.id_index))
        .where(col(Person.level).in_(PROVEN)),
        sa.select(col(AwaitedHolder.id), col(Organisation.id), col(Organisation.name)).join(
            Organisation, col(Organisation.credit_code) == col(AwaitedHolder.credit_code)
        ),
    ).subquery()
    unlike = sa.or_(col(AwaitedHolder.differs_at).is_(None), col(AwaitedHolder.differs_at) < at - LOOK_AGAIN)
    query = (
        sa.select(AwaitedHolder, owners.c.party, owners.c.name)
        .join(owners, owners.c.awaited == col(AwaitedHolder.id))
        .where(unlike)
        .order_by(col(AwaitedHolder.since), col(AwaitedHolder.id))
        .limit(most)
        .with_for_update(of=AwaitedHolder, skip_locked=True)
    )
    found = (await session.execute(query)).all()
    for awaited, party, name in found:
        await _meet(session, awaited, party, name, at)
    return len(found)


async def _meet(session: Session, awaited: AwaitedHolder, party: UUID, name: str, at: datetime) -> None:
    if name != awaited.name:
        awaited.differs_at = at
        return
    query = sa.select(Licence).where(col(Licence.holder_id) == awaited.id).order_by(col(Licence.version))
    for licence in await session.scalars(query.with_for_update()):
        licence.holder_id = party
        await record(session, licence, "licence handed to its holder", WORKER, at)
    await session.delete(awaited)
    await session.flush()
