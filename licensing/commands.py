"""What is done with a licence: intended with the decision, issued once by the worker. What happens to it later is
in `ending`, `succeeding` and `presenting`, and called from here too.

The intent is recorded before the irreversible act: a licence that was intended and never sealed can be seen, and
the worker that died between sealing and committing leaves nothing behind but an unreferenced object.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import Actor, Party
from licensing import lint, metadata, numbering, pictures, queries, serials, sheets, status, types
from licensing.authority import Seal
from licensing.ending import cancel, expire, remind, restore, revoke, suspend
from licensing.errors import (
    ApplicationHasLicence,
    LicenceNotFound,
    LicenceUnfit,
    LicensingError,
    MoveNotOpen,
    PictureUnfit,
)
from licensing.kinds import reading
from licensing.metadata import Issuer, Naming
from licensing.models import Licence
from licensing.presenting import CHECK_CODE_LENGTH, draw_code, present, redeem
from licensing.recording import WORKER, record
from licensing.rules import Move, State, local_day, next_state, valid_until
from licensing.sealing import Sealer
from licensing.sheet import Sheet
from licensing.succeeding import change, renew, replace, take_over
from licensing.types import FieldKind, LicenceType
from storage.database import Session
from storage.objects import ObjectNotFound, ObjectStore

__all__ = [
    "cancel",
    "change",
    "expire",
    "intend",
    "issue",
    "present",
    "redeem",
    "remind",
    "renew",
    "replace",
    "restore",
    "revoke",
    "suspend",
]


ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:application, 0))")


async def intend(
    session: Session,
    *,
    type_code: str,
    application_number: str,
    holder: Party,
    issuer_department: str,
    fields: Mapping[str, Any],
    at: datetime,
    actor: str = WORKER,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Licence:
    """Number a licence in the decision's own transaction; a worker seals it later (`issue`).

    `type_code` is the type's slug or national code, `issuer_department` the department's code, `fields` values by
    the field keys of the type (text, date, several texts, or the digest of an uploaded picture); unknown keys are
    left out. Called again for the same application it returns the same licence.
    Raises TypeUnknown, ApplicationHasLicence, NumberUnsound, DepartmentUnknown.
    """
    type_version, licence_type = await reading.current(session, type_code)
    # Pressed twice at once: the second waits here and then finds what the first made.
    await session.execute(ONE_AT_A_TIME, {"application": f"licence {application_number}"})
    known = await queries.of_application(session, application_number)
    if known is not None:
        if known.type_code != licence_type.slug:
            raise ApplicationHasLicence(application_number, known.type_code)
        return known
    department = await identity.department(session, issuer_department)
    issuer = Issuer(department.code, department.name)
    licence = await _numbered(
        session,
        licence_type,
        issuer,
        holder,
        metadata.plain(fields),
        at,
        application_number=application_number,
        check_code=draw_code(CHECK_CODE_LENGTH, chance),
    )
    licence.type_version = type_version
    session.add(licence)
    await session.flush()
    await record(session, licence, "licence intended", actor, at, type=licence.type_code)
    return licence


async def _numbered(
    session: Session,
    licence_type: LicenceType,
    issuer: Issuer,
    holder: Party,
    fields: metadata.Fields,
    at: datetime,
    *,
    application_number: str,
    check_code: str,
) -> Licence:
    day = local_day(at)
    counted = day.year if licence_type.number.yearly else serials.ALWAYS
    number = None
    while number is None or await queries.number_known(session, licence_type.slug, number):
        # What was imported bears its own number: serials that would repeat it are passed over.
        serial = await serials.next_number(session, licence_type.code, counted)
        number = metadata.number(licence_type, fields, issuer=issuer, year=day.year, serial=serial)
    serial_segment = numbering.identifier_serial(day.year, serial)
    identifier = str(numbering.make_identifier(licence_type.code, issuer.code, serial_segment))
    until = valid_until(day, licence_type.validity.years)
    elements = metadata.compose(
        licence_type,
        metadata.fill(licence_type, fields, day),
        naming=Naming(identifier, number, day, until),
        issuer=issuer,
        holder=holder,
    )
    return Licence(
        id=uuid4(),
        identifier=identifier,
        type_code=licence_type.slug,
        number=number,
        application_number=application_number,
        check_code=check_code,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_name=elements["CZZT"],
        issuer_code=issuer.code,
        issuer_name=issuer.name,
        elements=elements,
        valid_from=day,
        valid_until=until,
        intended_at=at,
    )


async def issue(
    session: Session,
    licence_id: UUID,
    *,
    objects: ObjectStore,
    sealer: Sealer,
    public_url: str,
    at: datetime,
) -> Licence:
    """Lint, print, seal and keep an intended licence, and make it valid; a second call changes nothing.

    A later version takes the place of the earlier one here. The rows stay locked meanwhile, so that two workers cannot both seal it. Raises LicenceNotFound, LicenceUnfit
    (then it stays intended), PrintFailed, SealMissing, and what the object store raises.
    """
    # The earlier version first, as everyone who locks both does.
    earlier = await queries.locked_earlier(session, licence_id)
    licence = await session.scalar(sa.select(Licence).where(col(Licence.id) == licence_id).with_for_update())
    if licence is None:
        raise LicenceNotFound(str(licence_id))
    if licence.state is not State.INTENDED:
        return licence
    await reading.met(session, [licence])
    licence_type = types.get(licence.type_code, licence.type_version)
    notes, elements = licence.elements, metadata.sealed_elements(licence.elements, licence_type.seal, at)
    picture = await _fit_picture(session, licence, licence_type, elements, objects)
    address = sheets.check_address(public_url, licence.identifier, licence.check_code)
    sheet = sheets.licence_sheet(
        licence_type,
        elements,
        check_address=address,
        picture=picture,
        at=at,
        status=status.reference(public_url, licence.status_place or 0),
    )
    seal = Seal(licence.issuer_code, licence.issuer_name, licence_type.seal)
    document = await asyncio.to_thread(_sealed, sheet, sealer, seal, at)
    licence.document = await objects.put(document)
    licence.elements, licence.issued_at = elements, at
    licence.unfit_at = licence.unfit_why = None
    licence.state = next_state(licence.state, Move.ISSUE)
    await record(session, licence, "licence issued", WORKER, at, document=licence.document, seal=seal.title)
    if earlier is not None:
        await take_over(session, earlier, licence, notes, at)
    return licence


async def set_aside(session: Session, licence_id: UUID, refusal: LicensingError, *, at: datetime) -> Licence:
    """Record that an intended licence could not be made and why; it waits for `retry`. A made one is left alone."""
    licence = await session.get_one(Licence, licence_id, with_for_update=True)
    if licence.state is State.INTENDED:
        licence.unfit_at, licence.unfit_why = at, str(refusal)[:1000]
        await record(session, licence, "licence not made", WORKER, at, why=type(refusal).__name__)
    return licence


async def retry(session: Session, actor: Actor, identifier: str, *, at: datetime) -> Licence:
    """Have a licence made that could not be made before, after its ground was mended.

    The caller enqueues `licensing.tasks.ISSUE`. Raises LicenceNotFound, MoveNotOpen where nothing waits.
    """
    licence = await queries.in_charge(session, actor, identifier)
    if licence.state is not State.INTENDED or licence.unfit_at is None:
        raise MoveNotOpen(licence.state, "retry")
    licence.unfit_at = licence.unfit_why = None
    await record(session, licence, "licence to be made again", str(actor.person_id), at)
    return licence


async def _fit_picture(
    session: Session,
    licence: Licence,
    licence_type: LicenceType,
    elements: Mapping[str, str],
    objects: ObjectStore,
) -> str | None:
    """The holder's picture, if the type has one, once lint found nothing wrong. Raises LicenceUnfit."""
    picture, unfit = None, False
    for field in licence_type.fields:
        if field.kind is FieldKind.PICTURE and elements.get(field.element):
            try:
                content = await objects.get(elements[field.element])
                picture = await asyncio.to_thread(pictures.portrait, content)
            except (PictureUnfit, ObjectNotFound):
                unfit = True
    problems = lint.check(
        licence_type,
        elements,
        holder_kind=licence.holder_kind,
        number_taken=await queries.number_taken(session, licence),
        picture_unfit=unfit,
    )
    if problems:
        raise LicenceUnfit(licence.identifier, problems)
    return picture


def _sealed(sheet: Sheet, sealer: Sealer, seal: Seal, at: datetime) -> bytes:
    # The layout engine takes a second to load; processes that print nothing do without.
    from licensing import printing

    return sealer.seal(printing.print_document(sheet), seal, at=at)
