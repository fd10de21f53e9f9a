"""What a worker does for licences later: `licensing.issue`, and once a day `licensing.expire`."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from licensing import commands
from licensing.errors import LicenceNotFound
from licensing.sealing import Sealer
from storage.database import Sessions
from storage.objects import ObjectStore

ISSUE, EXPIRE = "licensing.issue", "licensing.expire"


async def issue_licence(
    licence_id: str,
    *,
    sessions: Sessions,
    objects: ObjectStore,
    sealer: Sealer,
    public_url: str,
    issued: Callable[[str], Awaitable[None]] | None = None,
) -> None:
    """Issue one licence; then, committed, hand its application's number to `issued`. Safe to run again."""
    async with sessions() as session, session.begin():
        try:
            licence = await commands.issue(
                session,
                UUID(licence_id),
                objects=objects,
                sealer=sealer,
                public_url=public_url,
                at=datetime.now(UTC),
            )
        except LicenceNotFound:
            return
    if issued is not None:
        await issued(licence.application_number)


async def expire_licences(*, sessions: Sessions) -> None:
    """Record which periods ran out (失效), in transactions of bounded size. Safe to run again; daily is enough."""
    more = True
    while more:
        async with sessions() as session, session.begin():
            more = bool(await commands.expire(session, at=datetime.now(UTC)))
