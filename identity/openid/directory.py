"""Staff signing in with their account in the city's own directory (统一身份目录).

A security administrator says which account there is whose; nothing else does: no name, no number, and no role comes
from there. The first time the owner shows their own second factor here, whatever the directory says, so that no
administrator alone can let one person in as another.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries
from identity.actor import Actor, Role
from identity.attempts import CodeNeeded, Granted
from identity.errors import PersonUnknown
from identity.journal import note
from identity.means import notices
from identity.models import Account, Department, Person, StaffMember, WebSession
from identity.openid import arriving, leaving
from identity.openid.errors import ArrivalRefused
from identity.openid.models import OpenIDArrival, OpenIDLink
from identity.openid.relying import Arrival
from identity.openid.strength import strong
from identity.queries import Credentials
from identity.rules import Limits
from storage.cipher import ring
from storage.database import Session

ADMINISTRATOR = "administrator"
MEANS = "directory"
CONFIRMED = f"{MEANS}+code"
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Linked:
    """A member of staff and the account there that is theirs. `confirmed`: they showed their own second factor."""

    person_id: UUID
    name: str
    login: str | None
    department: str
    subject: str
    linked_at: datetime
    confirmed: bool


async def link(
    session: Session, actor: Actor, issuer: str, person_id: UUID, subject: str, *, at: datetime
) -> None:
    """This account there is this officer's; one they had before is theirs no more.

    Raises PersonUnknown (no post, or not for a security administrator to say), ArrivalRefused("subject" | "claimed").
    """
    post = await session.get(StaffMember, person_id, with_for_update=True)
    if not actor.has(Role.SECURITY_ADMIN) or post is None or not post.active:
        raise PersonUnknown
    if not (0 < len(subject) <= LONGEST_SUBJECT and subject.isascii() and subject.isprintable()):
        raise ArrivalRefused("subject")
    known = await session.get(OpenIDLink, (issuer, subject), with_for_update=True)
    if known is not None and known.person_id != person_id:
        raise ArrivalRefused("claimed")
    await unlink(session, actor, issuer, person_id, at=at)
    row = {"issuer": issuer, "subject": subject, "person_id": person_id, "proven_by": ADMINISTRATOR}
    await session.execute(sa.insert(OpenIDLink).values(row | {"linked_at": at}))
    await _note(session, actor, "directory account linked", person_id, issuer, subject, at)
    await notices.tell_all(session, person_id, notices.MEANS_CHANGED, at=at)


async def unlink(session: Session, actor: Actor, issuer: str, person_id: UUID, *, at: datetime) -> None:
    """No account there is this officer's any more, and what they opened with it ends. Raises PersonUnknown."""
    if not actor.has(Role.SECURITY_ADMIN):
        raise PersonUnknown
    query = sa.delete(OpenIDLink).where(
        col(OpenIDLink.issuer) == issuer, col(OpenIDLink.person_id) == person_id
    )
    for subject in (await session.scalars(query.returning(col(OpenIDLink.subject)))).all():
        await leaving.end_arrived(session, issuer=issuer, subject=subject, remote_session=None, at=at)
        await _note(session, actor, "directory account unlinked", person_id, issuer, subject, at)


async def holder(session: Session, arrival: Arrival) -> Credentials | None:
    """The officer whose account it is; None where no administrator said so, or the post has ended."""
    query = sa.select(col(OpenIDLink.person_id)).where(
        col(OpenIDLink.issuer) == arrival.issuer,
        col(OpenIDLink.subject) == arrival.subject,
        col(OpenIDLink.proven_by) == ADMINISTRATOR,
    )
    person_id: UUID | None = await session.scalar(query)
    known = await queries.credentials_of(session, person_id) if person_id else None
    return known if known and known.staff else None


async def sign_in(
    session: Session,
    known: Credentials,
    arrival: Arrival,
    *,
    trusted: Collection[str],
    origin: str,
    agent: str,
    at: datetime,
    limits: Limits,
) -> Granted | CodeNeeded:
    """A session of this officer: at once where the directory tells of two factors, one of them cryptographic.

    CodeNeeded where it does not, and the first time after the account was linked.
    """
    shown = strong(arrival.acr, arrival.amr, trusted)
    confirmed = shown and bool(
        await session.scalar(sa.select(_confirmed()).where(*_this(known.person_id, arrival)))
    )
    return await arriving.open_for(
        session,
        known,
        arrival,
        asks=not confirmed,
        means=MEANS,
        origin=origin,
        agent=agent,
        at=at,
        limits=limits,
    )


async def listing(session: Session, issuer: str) -> list[Linked]:
    """Whose accounts are linked, by name."""
    query = (
        sa.select(
            col(OpenIDLink.person_id),
            col(Person.name),
            col(Account.login),
            col(Department.name),
            col(OpenIDLink.subject),
            col(OpenIDLink.linked_at),
            _confirmed(),
        )
        .join(Person, col(Person.id) == col(OpenIDLink.person_id))
        .join(StaffMember, col(StaffMember.person_id) == col(OpenIDLink.person_id))
        .join(Department, col(Department.code) == col(StaffMember.department_code))
        .outerjoin(Account, col(Account.person_id) == col(OpenIDLink.person_id))
        .where(col(OpenIDLink.issuer) == issuer, col(OpenIDLink.proven_by) == ADMINISTRATOR)
        .order_by(col(Person.name), col(OpenIDLink.person_id))
    )
    return [Linked(*row) for row in await session.execute(query)]


def _this(person_id: UUID, arrival: Arrival) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(OpenIDLink.issuer) == arrival.issuer,
        col(OpenIDLink.subject) == arrival.subject,
        col(OpenIDLink.person_id) == person_id,
    )


def _confirmed() -> sa.ColumnElement[bool]:
    """Whether the owner of the link came by it and showed their own second factor since it was made."""
    return (
        sa.exists()
        .where(
            col(OpenIDArrival.issuer) == col(OpenIDLink.issuer),
            col(OpenIDArrival.subject) == col(OpenIDLink.subject),
            col(OpenIDArrival.arrived_at) >= col(OpenIDLink.linked_at),
            col(WebSession.id) == col(OpenIDArrival.session_id),
            col(WebSession.person_id) == col(OpenIDLink.person_id),
            col(WebSession.means) == CONFIRMED,
            sa.not_(col(WebSession.awaiting_code)),
        )
        .correlate(OpenIDLink)
    )


async def _note(
    session: Session, actor: Actor, deed: str, person_id: UUID, issuer: str, subject: str, at: datetime
) -> None:
    """The account there only as a keyed hash: it may be somebody's number."""
    chain, by = f"account:{person_id}", str(actor.person_id)
    account = ring().index(subject, "directory")[:16]
    await note(session, chain, deed, str(person_id), by, at, issuer=issuer, account=account)
