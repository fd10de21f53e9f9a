"""What a worker does with arriving files: scan what waits in quarantine, forget uploads nobody went on with."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from services.applications.arriving import commands, scanning
from services.applications.arriving.receiving import SCAN
from services.applications.arriving.rules import Verdict
from services.applications.arriving.scanning import ScannerAway
from services.applications.models import CaseFile
from storage import queue
from storage.database import Sessions
from storage.errors import ObjectNotFound
from storage.objects import ObjectStore

__all__ = ["SCAN", "SWEEP", "scan", "sweep"]

SWEEP = "applications.sweep-uploads"
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


async def sweep(*, sessions: Sessions) -> None:
    """Throw away what has lain unfinished for days."""
    async with sessions() as session, session.begin():
        await commands.sweep(session, at=datetime.now(UTC))
