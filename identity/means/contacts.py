"""Phones and e-mail addresses whose owner showed that notices reach them there.

What somebody typed at sign-up proves nothing: only a proven contact is sent codes for signing in or recovery.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.errors import PersonUnknown
from identity.journal import note
from identity.means.models import ProvenContact
from identity.means.rules import Channel, masked
from identity.models import EMAIL, PHONE, Person
from storage.cipher import ring
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a person. `address` is opened: for sending and for its owner, never for a list."""

    channel: Channel
    address: str
    proven: bool

    @property
    def shown(self) -> str:
        """The address with its middle hidden."""
        return masked(self.channel, self.address)


async def of(session: Session, person_id: UUID) -> list[Contact]:
    """The phone and the e-mail address kept for this person, phone first. Raises PersonUnknown."""
    person = await session.get(Person, person_id)
    if person is None:
        raise PersonUnknown
    query = sa.select(col(ProvenContact.channel), col(ProvenContact.address_index)).where(
        col(ProvenContact.person_id) == person_id
    )
    proven = {row.channel: row.address_index for row in await session.execute(query)}
    held = ((Channel.SMS, person.phone), (Channel.EMAIL, person.email))
    return [
        Contact(channel, address, proven.get(channel) in _indexes(channel, address))
        for channel, address in held
        if address
    ]


async def proven(session: Session, person_id: UUID) -> list[Contact]:
    """Only those that are proven."""
    return [one for one in await of(session, person_id) if one.proven]


async def reached_at(session: Session, person_id: UUID | None, channel: Channel) -> str:
    """The proven address of this person on this channel; empty for nobody and for who has none, in the same time."""
    kept = Person.phone if channel is Channel.SMS else Person.email
    query = (
        sa.select(col(kept), col(ProvenContact.address_index))
        .join(ProvenContact, col(ProvenContact.person_id) == col(Person.id))
        .where(col(Person.id) == (person_id or uuid4()), col(ProvenContact.channel) == channel)
    )
    row = (await session.execute(query)).one_or_none()
    return row[0] if row and row[0] and row[1] in _indexes(channel, row[0]) else ""


async def prove(
    session: Session, person_id: UUID, channel: Channel, address: str, *, by: str, at: datetime
) -> None:
    """Notices to this address reach the person: it is theirs from now on, in place of another they had.

    `by` is who saw it: the person (by a code), or who registered them with their papers. Raises PersonUnknown.
    """
    person = await session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise PersonUnknown
    if channel is Channel.SMS and person.phone != address:
        person.phone, person.phone_index = address, ring().index(address, PHONE)
    elif channel is Channel.EMAIL and person.email != address:
        person.email = address
    values = {"address_index": index_of(channel, address), "proved_at": at}
    statement = insert(ProvenContact).values(person_id=person_id, channel=channel, **values)
    key = [col(ProvenContact.person_id), col(ProvenContact.channel)]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
    await session.flush()
    await note(
        session, f"account:{person_id}", "contact proven", str(person_id), by, at, channel=channel.value
    )


def index_of(channel: Channel, address: str) -> str:
    """The keyed hash a proven address is compared by."""
    return ring().index(address.lower(), PHONE if channel is Channel.SMS else EMAIL)


def _indexes(channel: Channel, address: str) -> list[str]:
    """Every hash under which a proven address may stand, while the look-up key is being changed."""
    return ring().indexes(address.lower(), PHONE if channel is Channel.SMS else EMAIL)
