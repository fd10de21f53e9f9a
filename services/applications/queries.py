"""Reading cases. Who may see which case is decided here, once (`visible_to`)."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, select
from sqlmodel import col

from identity.actor import CASEWORK, EVERYWHERE, Actor, Role
from services.applications.bundling.queries import waiting_part
from services.applications.errors import ApplicationNotFound
from services.applications.models import (
    Application,
    CaseDocument,
    CaseFile,
    CaseMaterial,
    Correction,
    Fact,
    Opinion,
    Rating,
)
from services.applications.rules import Deed, State
from storage.database import Session

STAFF_READERS = CASEWORK | {Role.SUPERVISOR, Role.AUDIT_ADMIN}
PAGE = 50


def visible_to(actor: Actor) -> Select[Application]:
    """The applications this actor may see: the single place where that is decided.

    Applicants see their own and those of the parties they act for, under a mandate for named items those of these
    items and what they began themselves; officers and supervisors see what was handed
    in to the departments they serve, never a draft.
    """
    cases = select(Application)
    if actor.has(*STAFF_READERS):
        handed_in = cases.where(col(Application.state) != State.DRAFT)
        if EVERYWHERE in actor.departments:
            return handed_in
        return handed_in.where(col(Application.department_code).in_(actor.departments))
    return cases.where(sa.or_(col(Application.applicant_id).in_(actor.whole), *_within(actor)))


def _within(actor: Actor) -> list[sa.ColumnElement[bool]]:
    return [
        sa.and_(
            col(Application.applicant_id) == party,
            sa.or_(col(Application.item_code).in_(items), col(Application.filed_by) == actor.person_id),
        )
        for party, items in actor.within
    ]


async def get(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Application:
    """The case `number` as `actor` may see it; `lock=True` holds it until the transaction ends.

    Raises ApplicationNotFound, the same whether there is none or it is not theirs.
    """
    query = visible_to(actor).where(col(Application.number) == _storable(number))
    if lock:
        # What the caller read before the lock may be out of date by now.
        query = query.with_for_update().execution_options(populate_existing=True)
    application = await session.scalar(query)
    if application is None:
        raise ApplicationNotFound(number)
    return application


async def by_number(session: Session, number: str, *, lock: bool = False) -> Application:
    """The case for the portal's own work (jobs), where there is no actor. Raises ApplicationNotFound."""
    query = select(Application).where(col(Application.number) == _storable(number))
    if lock:
        # What the caller read before the lock may be out of date by now.
        query = query.with_for_update().execution_options(populate_existing=True)
    application = await session.scalar(query)
    if application is None:
        raise ApplicationNotFound(number)
    return application


async def known(session: Session, number: str) -> bool:
    """Whether there is a case of this number at all: for the portal's own work."""
    found = select(sa.literal(1)).where(col(Application.number) == _storable(number))
    return bool(await session.scalar(found))


def _storable(number: str) -> str:
    """A number from an address. PostgreSQL has no text with NUL: such a number names nothing. Raises ApplicationNotFound."""
    if not number.isprintable():
        raise ApplicationNotFound(number)
    return number


async def by_query_code(session: Session, number: str, code: str) -> Application:
    """Progress for whoever holds the receipt: number and 查询码 together. Raises ApplicationNotFound."""
    application = await session.scalar(
        select(Application).where(
            col(Application.number) == _storable(number),
            col(Application.query_code) == _storable(code.strip().upper()),
            col(Application.state) != State.DRAFT,
        )
    )
    if application is None:
        raise ApplicationNotFound(number)
    return application


async def mine(session: Session, actor: Actor, *, limit: int = PAGE) -> list[Application]:
    """The cases of the party acted for, newest first: drafts, running and finished.

    Drafts that are filled in with their bundle are left out: the bundle stands for them.
    """
    query = (
        visible_to(actor)
        .where(col(Application.applicant_id) == actor.acting_for.id, ~waiting_part())
        .order_by(col(Application.created_at).desc())
        .limit(limit)
    )
    return list(await session.scalars(query))


async def drafts_of(session: Session, actor: Actor, item_code: str) -> list[Application]:
    """Drafts of this item that the party acted for already has, newest first."""
    query = (
        visible_to(actor)
        .where(
            col(Application.applicant_id) == actor.acting_for.id,
            col(Application.item_code) == item_code,
            col(Application.state) == State.DRAFT,
            ~waiting_part(),
        )
        .order_by(col(Application.created_at).desc())
    )
    return list(await session.scalars(query))


async def materials_of(session: Session, application: Application) -> list[CaseMaterial]:
    query = select(CaseMaterial).where(col(CaseMaterial.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(CaseMaterial.code))))


async def files_of(session: Session, application: Application) -> list[CaseFile]:
    query = select(CaseFile).where(col(CaseFile.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(CaseFile.at))))


async def file_of(session: Session, application: Application, file_id: UUID) -> CaseFile:
    """One uploaded file of a case the caller may see. Raises ApplicationNotFound."""
    file = await session.get(CaseFile, file_id)
    if file is None or file.application_id != application.id:
        raise ApplicationNotFound(str(file_id))
    return file


async def facts_of(session: Session, application: Application) -> list[Fact]:
    query = select(Fact).where(col(Fact.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(Fact.resource))))


async def opinions_of(session: Session, application: Application) -> list[Opinion]:
    query = select(Opinion).where(col(Opinion.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(Opinion.at))))


async def spoken_at(session: Session, application: Application, step: str) -> set[str]:
    """Who gave an opinion at this step that still counts; stopping the clock or extending it is no opinion."""
    query = select(col(Opinion.officer_id)).where(
        col(Opinion.application_id) == application.id,
        col(Opinion.step) == step,
        col(Opinion.deed) == Deed.REVIEW,
        ~col(Opinion.superseded),
    )
    return {str(officer) for officer in await session.scalars(query)}


async def corrections_of(session: Session, application: Application) -> list[Correction]:
    query = select(Correction).where(col(Correction.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(Correction.requested_at))))


async def open_correction(session: Session, application: Application) -> Correction | None:
    query = select(Correction).where(
        col(Correction.application_id) == application.id, col(Correction.answered_at).is_(None)
    )
    found: Correction | None = await session.scalar(query)
    return found


async def documents_of(session: Session, application: Application) -> list[CaseDocument]:
    query = select(CaseDocument).where(col(CaseDocument.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(CaseDocument.requested_at), col(CaseDocument.kind))))


async def document_of(session: Session, application: Application, document_id: UUID) -> CaseDocument:
    """One document of a case the caller may see. Raises ApplicationNotFound."""
    document = await session.get(CaseDocument, document_id)
    if document is None or document.application_id != application.id:
        raise ApplicationNotFound(str(document_id))
    return document


async def rating_of(session: Session, application: Application) -> Rating | None:
    found: Rating | None = await session.get(Rating, application.id)
    return found


async def supplies(session: Session, applications: Sequence[Application]) -> dict[UUID, list[CaseMaterial]]:
    """The materials of several cases in one query, by case."""
    found: dict[UUID, list[CaseMaterial]] = {application.id: [] for application in applications}
    query = select(CaseMaterial).where(col(CaseMaterial.application_id).in_(found))
    for material in await session.scalars(query):
        found[material.application_id].append(material)
    return found
