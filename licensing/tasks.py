"""What a worker does for licences later: `licensing.issue`, and once a day `licensing.expire`."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from licensing import commands
from licensing.errors import LicenceNotFound, LicenceUnfit, MoveNotOpen, PrintFailed, SealMissing
from licensing.sealing import Sealer
from storage.database import Sessions
from storage.objects import ObjectStore

ISSUE, EXPIRE, REMIND = "licensing.issue", "licensing.expire", "licensing.remind"


async def issue_licence(
    licence_id: str,
    *,
    sessions: Sessions,
    objects: ObjectStore,
    sealer: Sealer,
    public_url: str,
    issued: Callable[[str], Awaitable[None]] | None = None,
) -> None:
    """Issue one licence; then, committed, hand its application's number to `issued`. Safe to run again.

    One that can never be made as it stands (its contents, its page, its missing seal) is set aside for a person to
    see to; what is only away for a while is raised, and the queue tries again.
    """
    number, at = UUID(licence_id), datetime.now(UTC)
    try:
        async with sessions() as session, session.begin():
            licence = await commands.issue(
                session, number, objects=objects, sealer=sealer, public_url=public_url, at=at
            )
    except LicenceNotFound:
        return
    except (LicenceUnfit, PrintFailed, SealMissing, MoveNotOpen) as refusal:
        async with sessions() as session, session.begin():
            await commands.set_aside(session, number, refusal, at=at)
        return
    if issued is not None:
        await issued(licence.application_number)


async def expire_licences(*, sessions: Sessions) -> None:
    """Record which periods ran out (失效), in transactions of bounded size. Safe to run again; daily is enough."""
    more = True
    while more:
        async with sessions() as session, session.begin():
            more = bool(await commands.expire(session, at=datetime.now(UTC)))


async def remind_holders(*, sessions: Sessions) -> None:
    """Record whose periods end soon, in transactions of bounded size. Safe to run again; daily is enough."""
    more = True
    while more:
        async with sessions() as session, session.begin():
            more = bool(await commands.remind(session, at=datetime.now(UTC)))
