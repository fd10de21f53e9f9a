"""The portal's own signing keys, by purpose: made at first start, rotated without a gap.

The newest key that has no end signs; every key whose end has not come verifies. A rotation makes a new key and
gives the old ones an end late enough for everything they signed to run out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from identity import tokens
from identity.errors import SigningKeyMissing
from identity.journal import note
from identity.models import SigningKey
from identity.tokens import Signer, Verifier
from storage.database import Session

ACCESS = "access-token"
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:purpose, 0))")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one purpose at one moment."""

    signer: Signer
    verifiers: Mapping[str, Verifier] = field(default_factory=dict)


async def load(session: Session, purpose: str, *, at: datetime) -> Keys:
    """The keys of `purpose` in force at `at`. Raises SigningKeyMissing before `ensure` has run."""
    rows = await _in_force(session, purpose, at)
    signing = next((row for row in rows if row.retired_at is None), None)
    if signing is None:
        raise SigningKeyMissing(purpose)
    known = (tokens.foreign_verifier(row.public) for row in rows)
    return Keys(tokens.signer(signing.private, signing.algorithm), {each.kid: each for each in known})


async def ensure(session: Session, purpose: str, *, at: datetime, algorithm: str = tokens.ALGORITHM) -> Keys:
    """The same, making the first key where there is none; many processes may start at once."""
    await session.execute(LOCK, {"purpose": f"signing-key {purpose}"})
    try:
        return await load(session, purpose, at=at)
    except SigningKeyMissing:
        await _add(session, purpose, by="system:keys", at=at, algorithm=algorithm)
        return await load(session, purpose, at=at)


async def rotate(session: Session, purpose: str, *, overlap: timedelta, by: str, at: datetime) -> Keys:
    """Sign with a new key of the same kind from now on; the old ones verify for `overlap` longer."""
    await session.execute(LOCK, {"purpose": f"signing-key {purpose}"})
    algorithm = (await load(session, purpose, at=at)).signer.algorithm
    await session.execute(
        sa.update(SigningKey)
        .where(col(SigningKey.purpose) == purpose, col(SigningKey.retired_at).is_(None))
        .values(retired_at=at + overlap)
    )
    await _add(session, purpose, by=by, at=at, algorithm=algorithm)
    return await load(session, purpose, at=at)


async def _in_force(session: Session, purpose: str, at: datetime) -> list[SigningKey]:
    query = (
        sa.select(SigningKey)
        .where(
            col(SigningKey.purpose) == purpose,
            sa.or_(col(SigningKey.retired_at).is_(None), col(SigningKey.retired_at) > at),
        )
        .order_by(col(SigningKey.created_at).desc(), col(SigningKey.kid))
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(query))


async def _add(session: Session, purpose: str, *, by: str, at: datetime, algorithm: str) -> None:
    fresh = tokens.new_signer(algorithm)
    row = SigningKey(
        kid=fresh.kid,
        purpose=purpose,
        algorithm=algorithm,
        private=tokens.private_pem(fresh),
        public=tokens.public_jwk(fresh),
        created_at=at,
    )
    session.add(row)
    await session.flush()
    await note(session, f"keys:{purpose}", "signing key made", fresh.kid, by, at)
