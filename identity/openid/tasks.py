"""What a worker does for other systems: thin, every one safe to run again."""

from datetime import UTC, datetime
from uuid import UUID

from identity.openid import calls, commands, leaving
from identity.openid.commands import TELL_LOGOUT
from identity.openid.errors import CounterpartUnusable, LogoutUndelivered
from storage.database import Sessions

ROTATE, SWEEP = "openid.rotate-keys", "openid.sweep"
ATTEMPTS = 12
"""With pauses that grow by three seconds: about three and a half minutes, then the failed job stays to be seen."""

__all__ = ["ATTEMPTS", "ROTATE", "SWEEP", "TELL_LOGOUT", "rotate", "sweep", "tell_logout"]


async def tell_logout(*, sessions: Sessions, issuer: str, ended: str, client: str) -> None:
    """Tell a client that a session ended (Back-Channel Logout 1.0, 2.5). Raises LogoutUndelivered: tried again."""
    async with sessions() as db, db.begin():
        told = await leaving.news(db, client, UUID(ended), issuer=issuer, at=datetime.now(UTC))
    if told is None:
        return
    try:
        status, _ = await calls.post_form(told.address, {"logout_token": told.token})
    except CounterpartUnusable as unusable:
        raise LogoutUndelivered(client, unusable.why) from None
    if status not in {200, 204}:
        raise LogoutUndelivered(client, f"answered {status}")


async def rotate(*, sessions: Sessions) -> None:
    """New signing keys; the old ones stay published for a day."""
    async with sessions() as db, db.begin():
        await commands.rotate_keys(db, by="system:openid", at=datetime.now(UTC))


async def sweep(*, sessions: Sessions) -> None:
    async with sessions() as db, db.begin():
        await commands.sweep(db, at=datetime.now(UTC))
