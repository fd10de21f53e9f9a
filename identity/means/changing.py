"""The owner changes how they sign in: a new password, an authenticator, a contact. The page asked who they are first."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity import commands, devices, passwords, queries, second_factor, signing_in
from identity.actor import Actor
from identity.errors import PersonUnknown
from identity.journal import note
from identity.means import codes, contacts, notices
from identity.means.codes import Right
from identity.means.errors import SecondFactorKept
from identity.means.rules import Purpose
from identity.models import Account
from storage.cipher import ring
from storage.database import Session
from storage.errors import SecretUnreadable

OFFER_LASTS = timedelta(minutes=30)
OFFER = "authenticator-offer"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an authenticator, not yet in force. `sealed` goes with the form and comes back with a code."""

    secret: str
    address: str
    sealed: str


async def password(session: Session, actor: Actor, new: str, *, at: datetime) -> None:
    """Set a new password; every other session ends and other devices are strangers. PasswordWeak, PasswordsBusy."""
    account = await _account(session, actor.person_id)
    owner = await queries.profile(session, actor.person_id)
    passwords.check(new, own=(owner.id_number, owner.phone or "", owner.name, account.login or ""))
    account.password_hash, account.changed_at = await passwords.make_hash(new), at
    await session.flush()
    await note(session, _chain(actor), "password changed", str(actor.person_id), str(actor.person_id), at)
    await signing_in.end_others(session, actor, at=at)
    await devices.forget_all(session, actor.person_id)
    await notices.tell_all(session, actor.person_id, notices.SIGN_INS_ENDED, at=at)


def offer_authenticator(actor: Actor, account: str, *, at: datetime) -> Offer:
    """A new secret, sealed for this session."""
    secret = second_factor.new_secret()
    sealed = ring().seal(f"{int(at.timestamp())} {secret}", _purpose(actor))
    address = second_factor.enrolment_address(secret, account)
    return Offer(secret, address, base64.urlsafe_b64encode(sealed).decode())


def reopened(actor: Actor, account: str, sealed: str, *, at: datetime) -> Offer | None:
    """The same offer again from what came back; None when it is not ours, of another session, or too old."""
    try:
        text = ring().open(base64.urlsafe_b64decode(sealed.encode()), _purpose(actor))
    except (SecretUnreadable, binascii.Error, ValueError):
        return None
    made, _, secret = text.partition(" ")
    if at.timestamp() - int(made) > OFFER_LASTS.total_seconds():
        return None
    return Offer(secret, second_factor.enrolment_address(secret, account), sealed)


async def enrol(session: Session, actor: Actor, offer: Offer, *, code: str, at: datetime) -> bool:
    """Put the authenticator in force once it shows the right code; every other session ends. False: it does not."""
    step = second_factor.step_of(offer.secret, code, at, used=None)
    if step is None:
        return False
    await commands.enrol_totp(session, actor.person_id, secret=offer.secret, by=str(actor.person_id), at=at)
    (await _account(session, actor.person_id)).totp_step = step
    await session.flush()
    await signing_in.end_others(session, actor, at=at)
    await notices.tell_all(session, actor.person_id, notices.MEANS_CHANGED, at=at)
    return True


async def drop_authenticator(session: Session, actor: Actor, *, at: datetime) -> None:
    """Give the authenticator up. Raises SecondFactorKept for staff."""
    if actor.is_staff:
        raise SecondFactorKept
    account = await _account(session, actor.person_id)
    if account.totp_secret is None:
        return
    account.totp_secret, account.totp_step, account.changed_at = None, None, at
    await session.flush()
    await note(
        session, _chain(actor), "second factor removed", str(actor.person_id), str(actor.person_id), at
    )
    await notices.tell_all(session, actor.person_id, notices.MEANS_CHANGED, at=at)


async def has_authenticator(session: Session, person_id: UUID) -> bool:
    account = await session.get(Account, person_id)
    return account is not None and account.totp_secret is not None


async def confirm_contact(
    session: Session, actor: Actor, *, key: str | None, code: str, at: datetime
) -> Right | int | None:
    """The code sent to an address of the actor's: it is proven from now on, and the earlier one is told."""
    answer = await codes.show(session, key=key, purpose=Purpose.CONTACT, code=code, at=at)
    if isinstance(answer, Right) and answer.person_id == actor.person_id:
        await notices.tell_all(session, actor.person_id, notices.MEANS_CHANGED, at=at)
        await contacts.prove(
            session, actor.person_id, answer.channel, answer.address, by=str(actor.person_id), at=at
        )
        return answer
    return None if isinstance(answer, Right) else answer


async def _account(session: Session, person_id: UUID) -> Account:
    account = await session.get(Account, person_id, with_for_update=True)
    if account is None:
        raise PersonUnknown
    return account


def _chain(actor: Actor) -> str:
    return f"account:{actor.person_id}"


def _purpose(actor: Actor) -> str:
    return f"{OFFER} {actor.session_id}"
