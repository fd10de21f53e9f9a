"""帮办: a clerk fills an application in with somebody at the counter who shows who they are.

Every deed stands in the record with the clerk's name and on whose behalf it was done. The applicant says yes with a
signature, on the screen or on paper, before anything is handed in; and the clerk who helped never decides the case.
"""

import base64
import binascii
import io
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from PIL import Image, UnidentifiedImageError
from sqlmodel import col

from identity.actor import Actor, Party, PartyKind, Role
from identity.errors import PersonUnknown
from identity.mandates.queries import represented
from identity.mandates.rules import require_power
from identity.models import Person
from identity.sessions import limits_of, parties_of
from services.applications import documents_in, queries
from services.applications.arriving import receiving
from services.applications.commands import starting, submitting
from services.applications.commands.recording import record
from services.applications.elsewhere import commands as elsewhere
from services.applications.elsewhere.rules import receiver
from services.applications.errors import ApplicationNotFound, NotYourDeed
from services.applications.models import Application
from services.applications.rules import Channel, Delivery, State
from services.applications.window.consent import Consent
from services.applications.window.errors import SignatureMissing, SignatureUnreadable
from services.applications.window.models import AssistedFiling
from services.catalogue.codes import Format, Source
from services.catalogue.definition import ItemDefinition, Material
from services.catalogue.errors import ItemNotFound
from services.catalogue.queries import Item
from storage.database import Session
from storage.objects import ObjectStore
from storage.unnamed import keep

ASSIST = "assist"
DRAWN = "data:image/png;base64,"
LARGEST_DRAWING = 400_000
"""Characters of a drawn signature as the page sends it."""
MOST_PIXELS = 4_000_000
SCAN_FORMATS = (Format.PDF, Format.JPG, Format.PNG, Format.HEIC)
SCAN_MB = 10
MOST = 50


def for_applicant(clerk: Actor, party: Party) -> Actor:
    """The clerk while they fill in for this applicant: sees and does what the applicant could, in their own name."""
    return Actor(
        person_id=clerk.person_id,
        name=clerk.name,
        roles=frozenset({Role.CITIZEN}),
        acting_for=party,
        parties=frozenset({party.id}),
        session_id=clerk.session_id,
        assurance=clerk.assurance,
    )


async def begin(
    session: Session, clerk: Actor, item: Item, *, present: Actor, at: datetime
) -> tuple[Application, Actor]:
    """Open a draft for whom `present`, the person at the counter, acts for.

    An item of another department is received where that has agreed to it (收受分离). Raises NotYourDeed, ItemNotFound
    (of a department the clerk neither serves nor may receive for), PowerMissing, LevelTooLow,
    WrongApplicant, ItemSuspended.
    """
    if not clerk.has(Role.WINDOW) or present.person_id == clerk.person_id:
        raise NotYourDeed(ASSIST, Role.WINDOW)
    place = None
    if not clerk.serves(item.definition.department.code):
        place = receiver(item.definition, clerk.departments)
        if place is None:
            raise ItemNotFound(item.code)
    require_power(present, present.acting_for.id, item.code)
    assistant = for_applicant(clerk, present.acting_for)
    application = await starting.start(
        session, assistant, item, channel=Channel.WINDOW, at=at, present=present.person_id
    )
    application.filed_by, application.filed_by_name = present.person_id, present.name
    application.received_by = [str(clerk.person_id)]
    session.add(
        AssistedFiling(
            application_id=application.id,
            clerk_id=clerk.person_id,
            clerk_name=clerk.name,
            person_id=present.person_id,
            person_name=present.name,
            begun_at=at,
        )
    )
    await session.flush()
    if place is not None:
        await elsewhere.begin(session, clerk, application, place, at=at)
    return application, assistant


async def opened(
    session: Session, clerk: Actor, number: str, *, lock: bool = False
) -> tuple[Application, AssistedFiling, Actor]:
    """A draft this clerk fills in for somebody, and the clerk as they may act for it.

    Raises ApplicationNotFound, also for drafts of others and for what was handed in.
    """
    if not number.isprintable():
        raise ApplicationNotFound(number)
    query = (
        sa.select(Application, AssistedFiling)
        .join(AssistedFiling, col(AssistedFiling.application_id) == col(Application.id))
        .where(
            col(Application.number) == number,
            col(Application.state) == State.DRAFT,
            col(AssistedFiling.clerk_id) == clerk.person_id,
        )
    )
    if lock:
        query = query.with_for_update(of=Application).execution_options(populate_existing=True)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise ApplicationNotFound(number)
    application, filing = row
    party = Party(application.applicant_kind, application.applicant_id, application.applicant_name)
    return application, filing, for_applicant(clerk, party)


async def begun(session: Session, clerk: Actor) -> list[Application]:
    """The drafts this clerk has begun for others and not handed in, the latest first."""
    query = (
        sa.select(Application)
        .join(AssistedFiling, col(AssistedFiling.application_id) == col(Application.id))
        .where(col(AssistedFiling.clerk_id) == clerk.person_id, col(Application.state) == State.DRAFT)
        .order_by(col(Application.created_at).desc())
        .limit(MOST)
    )
    return list(await session.scalars(query))


async def of(session: Session, application: Application) -> AssistedFiling | None:
    """Who helped with this case, if somebody did."""
    found: AssistedFiling | None = await session.get(AssistedFiling, application.id)
    return found


def drawn(posted: str) -> bytes:
    """The signature as it was drawn on the screen, read and written anew. Raises SignatureMissing, SignatureUnreadable."""
    if not posted:
        raise SignatureMissing
    if not posted.startswith(DRAWN) or len(posted) > LARGEST_DRAWING:
        raise SignatureUnreadable
    try:
        content = base64.b64decode(posted.removeprefix(DRAWN), validate=True)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise SignatureUnreadable
            clean = picture.convert("LA")
    except (binascii.Error, OSError, UnidentifiedImageError, ValueError, SyntaxError) as exc:
        raise SignatureUnreadable from exc
    if clean.getchannel("A").getbbox() is None:
        raise SignatureMissing
    out = io.BytesIO()
    clean.save(out, "PNG")
    return out.getvalue()


async def scanned(name: str, content: bytes, definition: ItemDefinition) -> documents_in.Received:
    """A scan of the signed form of this item. Raises what `arriving.receiving.receive` raises."""
    paper = Material(
        code="signed-form",
        name=definition.name,
        source=Source.UPLOAD,
        why=definition.name,
        basis=definition.name,
        formats=SCAN_FORMATS,
        max_mb=SCAN_MB,
    )
    return (await receiving.receive(name, content, paper)).received


async def submit(
    session: Session,
    clerk: Actor,
    number: str,
    *,
    consent: Consent,
    signature: bytes,
    media_type: str,
    objects: ObjectStore,
    key: str,
    delivery: Delivery,
    at: datetime,
) -> Application:
    """Hand in what the applicant signed. Raises SignatureMissing, and what `submitting.submit` raises."""
    if not signature:
        raise SignatureMissing
    application, filing, assistant = await opened(session, clerk, number, lock=True)
    digest = await keep(session, objects, signature)
    filing.consent, filing.signature_digest = consent, digest
    filing.signature_type, filing.signed_at = media_type, at
    await record(
        session, assistant, application, "signed at the window", at=at, manner=consent, signature=digest
    )
    return await submitting.submit(session, assistant, number, key=key, delivery=delivery, at=at)


async def signature_of(session: Session, actor: Actor, number: str) -> AssistedFiling:
    """The signature of a case this officer may see. Raises ApplicationNotFound."""
    found = await of(session, await queries.get(session, actor, number))
    if found is None or found.signature_digest is None:
        raise ApplicationNotFound(number)
    return found


async def at_the_counter(session: Session, person_id: UUID, at: datetime) -> tuple[Actor, list[Party]]:
    """The person who showed who they are, as an applicant, and for whom they may apply: themself first.

    Raises PersonUnknown.
    """
    query = sa.select(col(Person.name), represented(person_id, at)).where(col(Person.id) == person_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise PersonUnknown
    others = parties_of(row[1])
    themself = Party(PartyKind.PERSON, person_id, row[0])
    actor = Actor(
        person_id=person_id,
        name=row[0],
        roles=frozenset({Role.CITIZEN}),
        acting_for=themself,
        parties=frozenset({person_id, *others}),
        within=limits_of(row[1]),
    )
    return actor, [themself, *sorted(others.values(), key=lambda party: (party.name, party.id))]
