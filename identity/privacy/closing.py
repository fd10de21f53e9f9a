"""Closing an account for good: what nothing needs any more is erased, what the law keeps stays and is named.

个人信息保护法 47: erased when the purpose is fulfilled or the person withdraws; what must be kept by law is kept and
nothing else is done with it.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import sessions
from identity.actor import Actor
from identity.errors import PersonUnknown
from identity.journal import note
from identity.mandates import queries as mandates
from identity.mandates.commands import withdraw
from identity.means.models import OneTimeCode, Passkey, Posted, ProvenContact, Recovery
from identity.models import (
    Account,
    KeptForm,
    KnownDevice,
    Organisation,
    Person,
    StaffMember,
)
from identity.openid import commands as openid
from identity.openid import queries as openid_queries
from identity.openid.models import OpenIDLink
from identity.privacy.errors import ClosingHindered
from identity.privacy.rules import ALWAYS_KEPT, NAMED, Hindrance, Kept
from storage.database import Session

CLOSED_NAME = "已注销用户"
ERASED = (
    *(Passkey, ProvenContact, OneTimeCode, Recovery, KeptForm, KnownDevice, OpenIDLink, Posted),
    Account,
)
"""Everything by which the person could sign in or be reached, and what stood there for them to read."""


async def hindrances(session: Session, person_id: UUID) -> frozenset[Hindrance]:
    """What identity itself knows to stand against closing; cases are the caller's to know."""
    post = await session.scalar(
        sa.select(sa.true()).where(col(StaffMember.person_id) == person_id, col(StaffMember.active))
    )
    firm = await session.scalar(
        sa.select(sa.true()).where(col(Organisation.legal_representative) == person_id).limit(1)
    )
    found = ((Hindrance.POST, post), (Hindrance.REPRESENTATIVE, firm))
    return frozenset(hindrance for hindrance, there in found if there)


async def close(session: Session, actor: Actor, *, needed: Collection[Kept], at: datetime) -> frozenset[Kept]:
    """Close the actor's own account and erase what is not `needed`; what is kept.

    With cases or licences the name and the (sealed) number stay with them; without, nothing says any more who it was,
    and the same number may sign up anew. Raises ClosingHindered, PersonUnknown.
    """
    person = await session.get(Person, actor.person_id, with_for_update=True, populate_existing=True)
    if person is None or await session.get(Account, actor.person_id) is None:
        raise PersonUnknown
    if against := await hindrances(session, person.id):
        raise ClosingHindered(against)
    for one in await openid_queries.consents(session, person.id):
        await openid.withdraw_consent(session, person.id, one.client_id, at=at)
    await _end_mandates(session, person.id, at)
    await sessions.end_all(session, person.id, at)
    for table in ERASED:
        await session.execute(sa.delete(table).where(sa.column("person_id") == person.id))
    person.phone = person.phone_index = person.email = None
    if not NAMED & set(needed):
        person.name, person.id_number, person.id_index = CLOSED_NAME, "", f"closed:{person.id}"
    await session.flush()
    kept = ALWAYS_KEPT | set(needed)
    told = sorted(one.value for one in kept)
    await note(
        session, f"account:{person.id}", "account closed", str(person.id), str(person.id), at, kept=told
    )
    return frozenset(kept)


async def _end_mandates(session: Session, person_id: UUID, at: datetime) -> None:
    """What the person may do for others ends, and what others may do for them."""
    own = [one for one in await mandates.given(session, person_id, at) if one.principal_id == person_id]
    for one in await mandates.acting(session, person_id, at) + own:
        await withdraw(session, person_id, one.id, at=at)
