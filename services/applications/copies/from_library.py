"""免证办: the copy of a licence that stands for a material of a case, marked with what it is for and until when."""

import hashlib
from datetime import datetime, time, timedelta

from identity.actor import Actor
from licensing import queries as licensing
from licensing import serving
from licensing.copying import Note
from licensing.rules import CHINA
from licensing.rules import State as Standing
from services.applications import queries
from services.applications.commands.recording import record
from services.applications.copies import burning
from services.applications.copies.commands import Copy
from services.applications.copies.rules import Level, good_until
from services.applications.errors import MaterialUnknown
from services.applications.models import Application
from services.catalogue import queries as catalogue
from services.workflow.rules import local_day
from storage.database import Session
from storage.objects import ObjectStore


async def copy_of_held(
    session: Session, actor: Actor, number: str, code: str, *, objects: ObjectStore, at: datetime
) -> Copy:
    """The annotated copy of the licence that stands for the material `code`; the holder reads that it was opened.

    Raises ApplicationNotFound, MaterialUnknown where no licence stands for it, licensing.LicenceNotFound where that
    licence does not count any more, and what the store raises.
    """
    application = await queries.get(session, actor, number)
    identifier = await _held(session, application, code)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    facts = await licensing.by_identifier(session, identifier, at=at)
    last = good_until(local_day(at), facts.valid_until)
    note = Note(
        maker=item.definition.department.name.zh,
        purpose=f"办理{item.definition.name.zh}",
        until=datetime.combine(last + timedelta(days=1), time.min, CHINA) - timedelta(seconds=1),
        at=at,
    )
    made = await serving.material_copy(
        session,
        identifier,
        application_number=application.number,
        note=note,
        actor=str(actor.person_id),
        objects=objects,
    )
    digest = hashlib.sha256(made).hexdigest()
    await record(
        session, actor, application, "copy made", at=at, level=Level.A, original=identifier, copied=digest
    )
    return Copy(f"{Level.A}-{facts.number}.pdf", burning.PDF, made)


async def no_longer_good(session: Session, application: Application, *, at: datetime) -> frozenset[str]:
    """The codes of materials for which a licence stands that does not count now."""
    found = set()
    for material in await queries.materials_of(session, application):
        identifier = (material.origin or {}).get("licence")
        if identifier:
            state = (await licensing.by_identifier(session, identifier, at=at)).state
            if state is not Standing.VALID:
                found.add(material.code)
    return frozenset(found)


async def _held(session: Session, application: Application, code: str) -> str:
    for material in await queries.materials_of(session, application):
        if material.code == code and (material.origin or {}).get("licence"):
            return str((material.origin or {})["licence"])
    raise MaterialUnknown(code)
