"""Signing in with an account elsewhere: whose account here it is, and the session that follows.

An account elsewhere is linked in two ways only: the issuer verified the very ID number that an account here is
registered with, or the person signed in here once and said so. A name, a phone or an e-mail address proves nothing.
Nobody gets an account here by arriving, and nobody is spared the second factor of their own account.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import numbers, queries, sessions
from identity.errors import NumberWrong
from identity.journal import note
from identity.means import notices
from identity.openid.errors import ArrivalRefused
from identity.openid.models import OpenIDArrival, OpenIDLink
from identity.openid.relying import Arrival
from identity.queries import Credentials
from identity.rules import Limits
from identity.signing_in import CodeNeeded, Granted
from storage.cipher import ring
from storage.database import Session

MEANS = "elsewhere"


async def holder(session: Session, arrival: Arrival, *, at: datetime) -> Credentials | None:
    """Whose account it is; a number the issuer verified links it for good. None: it has to be linked by signing in."""
    query = sa.select(col(OpenIDLink.person_id)).where(
        col(OpenIDLink.issuer) == arrival.issuer, col(OpenIDLink.subject) == arrival.subject
    )
    person_id: UUID | None = await session.scalar(query)
    if person_id is None and arrival.id_number is not None:
        person_id = await _by_number(session, arrival.id_number)
        if person_id is not None:
            await link(session, person_id, arrival.issuer, arrival.subject, proven_by="number", at=at)
    return await queries.credentials_of(session, person_id) if person_id else None


async def _by_number(session: Session, id_number: str) -> UUID | None:
    """The person with this number, if they have an account."""
    try:
        person_id = await queries.person_id(session, numbers.id_number(id_number))
    except NumberWrong:
        return None
    known = await queries.credentials_of(session, person_id) if person_id else None
    return known.person_id if known else None


async def link(
    session: Session, person_id: UUID, issuer: str, subject: str, *, proven_by: str, at: datetime
) -> None:
    """This account elsewhere is this person's. ArrivalRefused("claimed") when it is already somebody else's."""
    row = {
        "issuer": issuer,
        "subject": subject,
        "person_id": person_id,
        "proven_by": proven_by,
        "linked_at": at,
    }
    made = await session.scalar(
        insert(OpenIDLink).values(row).on_conflict_do_nothing().returning(col(OpenIDLink.person_id))
    )
    if made is None:
        known = await session.get(OpenIDLink, (issuer, subject), populate_existing=True)
        if known is None or known.person_id != person_id:
            raise ArrivalRefused("claimed")
        return
    person = str(person_id)
    told = {"issuer": issuer, "proven_by": proven_by}
    await note(session, f"account:{person}", "account elsewhere linked", person, person, at, **told)
    await notices.tell_all(session, person_id, notices.MEANS_CHANGED, at=at)


async def links(session: Session, person_id: UUID) -> list[OpenIDLink]:
    """The accounts elsewhere this person signs in with."""
    query = sa.select(OpenIDLink).where(col(OpenIDLink.person_id) == person_id)
    return list(await session.scalars(query.order_by(col(OpenIDLink.linked_at))))


async def unlink(session: Session, person_id: UUID, issuer: str, *, at: datetime) -> None:
    """Sign in with that issuer's account no more. Nothing happens where there is no link."""
    gone = await session.execute(
        sa.delete(OpenIDLink)
        .where(col(OpenIDLink.person_id) == person_id, col(OpenIDLink.issuer) == issuer)
        .returning(col(OpenIDLink.issuer))
    )
    if gone.first() is not None:
        person = str(person_id)
        await note(
            session, f"account:{person}", "account elsewhere unlinked", person, person, at, issuer=issuer
        )
        await notices.tell_all(session, person_id, notices.MEANS_CHANGED, at=at)


async def sign_in(
    session: Session,
    known: Credentials,
    arrival: Arrival,
    *,
    origin: str,
    agent: str,
    at: datetime,
    limits: Limits,
) -> Granted | CodeNeeded:
    """A session of this person. CodeNeeded where their account asks for a second factor that was not shown there.

    Staff always show their own: what this issuer calls two factors need not include a cryptographic one.
    """
    asks = known.staff or (known.totp_secret is not None and arrival.assurance < 2)
    return await open_for(
        session, known, arrival, asks=asks, means=MEANS, origin=origin, agent=agent, at=at, limits=limits
    )


async def open_for(
    session: Session,
    known: Credentials,
    arrival: Arrival,
    *,
    asks: bool,
    means: str,
    origin: str,
    agent: str,
    at: datetime,
    limits: Limits,
) -> Granted | CodeNeeded:
    """The session that follows an arrival; while the second factor is due (`asks`) it opens nothing but that step."""
    factors = 2 if known.staff else arrival.assurance
    lifetime = limits.staff_absolute if known.staff else limits.citizen_absolute
    opened = await sessions.open_session(
        session,
        known.person_id,
        assurance=1 if asks else factors,
        awaiting_code=asks,
        lifetime=limits.second_step if asks else lifetime,
        origin=origin,
        agent=agent,
        at=at,
        means=means,
    )
    session.add(
        OpenIDArrival(
            session_id=opened.session_id,
            issuer=arrival.issuer,
            subject=arrival.subject,
            remote_session=arrival.remote_session,
            arrived_at=at,
        )
    )
    await session.flush()
    if asks:
        return CodeNeeded(opened.token)
    person = str(known.person_id)
    told = {
        "session": str(opened.session_id),
        "origin": ring().index(origin, "origin")[:16],
        "issuer": arrival.issuer,
    }
    await note(session, f"account:{person}", "signed in", person, person, at, **told)
    return Granted(opened.token, opened.session_id, known.person_id, known.staff)
