"""One file, whole: scanned as it was sent, judged and cleaned, and written down with what is known of it."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from services.applications import documents_in
from services.applications.arriving import scanning
from services.applications.arriving.models import FileCheck
from services.applications.arriving.rules import Trust, Verdict, first_trust
from services.applications.arriving.scanning import ScannerAway
from services.applications.documents_in import Received, safe_name
from services.applications.errors import FileInfected
from services.catalogue.definition import Material
from storage import queue
from storage.database import Session

SCAN = "applications.scan"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file fit to be kept, what a scanner said of it, and the digest of it as it was sent."""

    received: Received
    verdict: Verdict
    sent_digest: str
    trust: Trust


async def receive(name: str, content: bytes, material: Material) -> Arrived:
    """Look at a file as it came. Raises what `documents_in.receive` does, and FileInfected.

    With the scanner away it is taken into quarantine: nobody is kept from applying, and nobody opens it.
    """
    digest = hashlib.sha256(content).hexdigest()
    verdict = await _verdict(name, content)
    received = await asyncio.to_thread(documents_in.receive, name, content, material)
    return Arrived(received, verdict, digest, first_trust(material.issuer))


async def _verdict(name: str, content: bytes) -> Verdict:
    try:
        found = await scanning.installed().scan(content)
    except ScannerAway as away:
        log.warning("file not scanned", why=away.why)
        return Verdict.WAITING
    if found.verdict is Verdict.INFECTED:
        log.warning("file infected", what=found.what)
        raise FileInfected(safe_name(name), found.what)
    return found.verdict


async def note(session: Session, file_id: UUID, arrived: Arrived, *, at: datetime) -> None:
    """Write down what is known of a file just kept; one in quarantine is scanned as soon as that is possible."""
    scanned = None if arrived.verdict is Verdict.WAITING else at
    session.add(
        FileCheck(
            file_id=file_id,
            verdict=arrived.verdict,
            scanned_at=scanned,
            sent_digest=arrived.sent_digest,
            trust=arrived.trust,
        )
    )
    if arrived.verdict is Verdict.WAITING:
        await session.flush()
        await queue.enqueue(session, SCAN, file_id=str(file_id))
