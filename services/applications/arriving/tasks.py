"""What a worker does with arriving files: scan what waits in quarantine, forget uploads nobody went on with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from services.applications.arriving import commands, scanning
from services.applications.arriving.receiving import SCAN
from services.applications.arriving.rules import Verdict
from services.applications.arriving.scanning import ScannerAway
from services.applications.models import CaseFile
from storage import queue, unnamed
from storage.database import Sessions
from storage.errors import ObjectNotFound, StoreUnavailable
from storage.objects import ObjectStore

__all__ = ["SCAN", "SWEEP", "SWEEP_OBJECTS", "scan", "sweep", "sweep_objects"]

SWEEP = "applications.sweep-uploads"
SWEEP_OBJECTS = "applications.sweep-objects"
AT_ONCE = 20_000
"""Objects asked about in one transaction."""
UNNAMED_KEPT = timedelta(days=1)
"""So long an object may lie without a row: no transaction lasts nearly as long."""
AGAIN = timedelta(minutes=1)

log = structlog.get_logger()


async def scan(*, sessions: Sessions, objects: ObjectStore, file_id: str) -> None:
    """Have a file in quarantine looked at; as long as the scanner is away, come back. What is infected goes."""
    async with sessions() as session, session.begin():
        file = await session.get(CaseFile, UUID(file_id))
    if file is None:
        return  # taken back meanwhile
    try:
        finding = await scanning.installed().scan(await objects.get(file.digest))
    except ObjectNotFound:
        return
    except ScannerAway as away:
        log.warning("file still not scanned", why=away.why)
        async with sessions() as session, session.begin():
            await queue.enqueue(session, SCAN, at=datetime.now(UTC) + AGAIN, file_id=file_id)
        return
    if finding.verdict is Verdict.INFECTED:
        log.warning("file infected", what=finding.what)
    async with sessions() as session, session.begin():
        gone = await commands.settle(session, UUID(file_id), finding, at=datetime.now(UTC))
    if gone:
        await objects.delete(gone)


async def sweep_objects(*, sessions: Sessions, objects: ObjectStore) -> None:
    """Nightly: delete what was stored a day ago for a transaction that failed. While the store is away nothing happens."""
    try:
        gone = await sweep_before(sessions, objects, datetime.now(UTC) - UNNAMED_KEPT)
    except StoreUnavailable as away:
        log.warning("objects not swept", why=away.why)
        return
    if gone:
        log.info("objects nobody names deleted", count=len(gone))


async def sweep_before(sessions: Sessions, objects: ObjectStore, before: datetime) -> list[str]:
    """Delete what was put before this moment and is named by no row; the digests. Raises StoreUnavailable."""
    gone: list[str] = []
    waiting: list[str] = []
    async for digest in objects.listing(before=before):
        waiting.append(digest)
        if len(waiting) == AT_ONCE:
            gone += await _sweep(sessions, objects, waiting)
            waiting = []
    return gone + await _sweep(sessions, objects, waiting)


async def _sweep(sessions: Sessions, objects: ObjectStore, digests: Sequence[str]) -> list[str]:
    """One batch: what seems unnamed is asked about once more, alone, in a transaction of its own."""
    async with sessions() as session, session.begin():
        found = await unnamed.unnamed(session, digests) if digests else []
    gone = []
    for digest in found:
        async with sessions() as session, session.begin():
            if await unnamed.delete(session, objects, digest):
                gone.append(digest)
    return gone


async def sweep(*, sessions: Sessions) -> None:
    """Throw away what has lain unfinished for days."""
    async with sessions() as session, session.begin():
        await commands.sweep(session, at=datetime.now(UTC))
