"""Passkeys (Web Authentication Level 3): the only door to the library `webauthn`.

A passkey here is discoverable and always verifies its user (biometrics or PIN), so it is two factors, one of them
cryptographic. Nothing is asked about who made it (attestation «none»): any authenticator may serve a citizen.

Challenges are drawn without a row: 16 random bytes, the moment, and a keyed hash over both, the purpose and what it
is bound to. Answering one spends it (`spent_challenge`), so each is good once and for five minutes.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
import webauthn
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.actor import Actor
from identity.journal import note
from identity.means import notices
from identity.means.errors import PasskeyUnfit, PasskeyUnknown, TooManyPasskeys
from identity.means.models import Passkey, SpentChallenge
from identity.means.rules import CHALLENGE_LASTS, LABEL_LENGTH, MOST_PASSKEYS
from identity.sessions import digest
from storage.cipher import ring
from storage.database import Session

RANDOM, MOMENT = 16, 8
CHALLENGE = "passkey-challenge"
LARGEST = 32 * 1024
MILLISECONDS = int(CHALLENGE_LASTS.total_seconds() * 1000)
VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This portal as browsers know it: `id` is its host name, `origins` the addresses a passkey may be used from."""

    id: str
    name: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A passkey as its owner sees it. `synced`: it is copied to other devices of theirs."""

    id: UUID
    label: str
    synced: bool
    created_at: datetime
    used_at: datetime | None


def relying_party(public_url: str, name: str) -> RelyingParty | None:
    """Who this portal is to an authenticator; None where it has no host name or no TLS: passkeys need both.

    A portal on this very machine is known by `localhost`, since an address cannot own a passkey (§5.1.2).
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    own = public_url.rstrip("/")
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return RelyingParty(host, name, (own,)) if parts.scheme == "https" and host else None
    if not loopback:
        return None
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty("localhost", name, (f"{parts.scheme}://localhost{port}",))


async def offer(session: Session, party: RelyingParty, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """What the browser needs to make a passkey for the actor (§5.4), as JSON. Bound to the actor's session."""
    held = await session.scalars(
        sa.select(col(Passkey.credential_id)).where(col(Passkey.person_id) == actor.person_id)
    )
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=actor.person_id.bytes,
        user_name=actor.name,
        user_display_name=actor.name,
        challenge=_challenge("register", _bound(actor), at),
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in held],
    )
    return _json(webauthn.options_to_json(options))


async def keep(
    session: Session, party: RelyingParty, actor: Actor, *, answer: str, label: str, at: datetime
) -> UUID:
    """Keep the passkey the browser made. Raises PasskeyUnfit, TooManyPasskeys."""
    challenge = await _spend(session, answer, "register", _bound(actor), at)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyUnfit("response") from None
    held = sa.select(sa.func.count()).where(col(Passkey.person_id) == actor.person_id)
    if (await session.scalar(held) or 0) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    row = Passkey(
        person_id=actor.person_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        label=label[:LABEL_LENGTH],
        synced=made.credential_backed_up,
        created_at=at,
    )
    statement = insert(Passkey).values(row.model_dump()).on_conflict_do_nothing().returning(col(Passkey.id))
    if await session.scalar(statement) is None:
        raise PasskeyUnfit("kept")
    await _note(session, actor.person_id, "passkey added", at, passkey=str(row.id))
    await notices.tell_all(session, actor.person_id, notices.MEANS_CHANGED, at=at)
    return row.id


def ask(party: RelyingParty, purpose: str, bound: str, *, at: datetime) -> dict[str, Any]:
    """What the browser needs to sign with a passkey (§5.5), as JSON; it names no account."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=_challenge(purpose, bound, at),
        timeout=MILLISECONDS,
        user_verification=VERIFIED,
    )
    return _json(webauthn.options_to_json(options))


async def use(
    session: Session, party: RelyingParty, purpose: str, bound: str, *, answer: str, at: datetime
) -> UUID:
    """Whose passkey signed this challenge. Raises PasskeyUnfit.

    A count that does not grow may be a copy of the key (§6.1.1): it is refused.
    """
    challenge = await _spend(session, answer, purpose, bound, at)
    try:
        given = parse_authentication_credential_json(answer)
        row = await session.scalar(
            sa.select(Passkey).where(col(Passkey.credential_id) == given.raw_id).with_for_update()
        )
        handle = given.response.user_handle
        if row is None or (handle is not None and handle != row.person_id.bytes):
            raise PasskeyUnfit("response")
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyUnfit("response") from None
    row.sign_count, row.used_at, row.synced = found.new_sign_count, at, found.credential_backed_up
    await session.flush()
    owner: UUID = row.person_id
    return owner


async def of(session: Session, person_id: UUID) -> Sequence[Kept]:
    """The passkeys of a person, oldest first."""
    query = sa.select(Passkey).where(col(Passkey.person_id) == person_id)
    rows = await session.scalars(query.order_by(col(Passkey.created_at), col(Passkey.id)))
    return [Kept(row.id, row.label, row.synced, row.created_at, row.used_at) for row in rows]


async def remove(session: Session, actor: Actor, passkey_id: UUID, *, at: datetime) -> None:
    """Give a passkey up. Raises PasskeyUnknown for anyone else's."""
    gone = await session.scalar(
        sa.delete(Passkey)
        .where(col(Passkey.id) == passkey_id, col(Passkey.person_id) == actor.person_id)
        .returning(col(Passkey.id))
    )
    if gone is None:
        raise PasskeyUnknown
    await _note(session, actor.person_id, "passkey removed", at, passkey=str(passkey_id))
    await notices.tell_all(session, actor.person_id, notices.MEANS_CHANGED, at=at)


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop spent challenges that have run out anyway."""
    await session.execute(sa.delete(SpentChallenge).where(col(SpentChallenge.expires_at) <= at))


def _bound(actor: Actor) -> str:
    return str(actor.session_id)


def _challenge(purpose: str, bound: str, at: datetime) -> bytes:
    drawn = os.urandom(RANDOM) + int(at.timestamp()).to_bytes(MOMENT, "big")
    return drawn + _seal(drawn, purpose, bound)


def _seal(drawn: bytes, purpose: str, bound: str) -> bytes:
    return bytes.fromhex(ring().index(f"{drawn.hex()} {purpose} {bound}", CHALLENGE))


def _sealed_here(seal: bytes, drawn: bytes, purpose: str, bound: str) -> bool:
    """A challenge that was made before the look-up key changed is still ours."""
    return ring().is_index(seal.hex(), f"{drawn.hex()} {purpose} {bound}", CHALLENGE)


async def _spend(session: Session, answer: str, purpose: str, bound: str, at: datetime) -> bytes:
    """The challenge this answer claims, once it is known to be ours, in time and unused. Raises PasskeyUnfit."""
    challenge = _claimed(answer)
    drawn, seal = challenge[: RANDOM + MOMENT], challenge[RANDOM + MOMENT :]
    if len(drawn) != RANDOM + MOMENT or not _sealed_here(seal, drawn, purpose, bound):
        raise PasskeyUnfit("challenge")
    made = datetime.fromtimestamp(int.from_bytes(drawn[RANDOM:], "big"), UTC)
    if at >= made + CHALLENGE_LASTS:
        raise PasskeyUnfit("challenge")
    statement = insert(SpentChallenge).values(
        digest=digest(challenge.hex()), expires_at=made + CHALLENGE_LASTS
    )
    spent = statement.on_conflict_do_nothing().returning(col(SpentChallenge.digest))
    if await session.scalar(spent) is None:
        raise PasskeyUnfit("challenge")
    return challenge


def _claimed(answer: str) -> bytes:
    if len(answer) > LARGEST:
        raise PasskeyUnfit("response")
    try:
        client = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
        return base64url_to_bytes(client["challenge"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PasskeyUnfit("response") from None


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


async def _note(session: Session, person_id: UUID, deed: str, at: datetime, **details: str) -> None:
    await note(session, f"account:{person_id}", deed, str(person_id), str(person_id), at, **details)
