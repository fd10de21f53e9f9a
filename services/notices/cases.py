"""What a message is about: the case behind an entry of the ledger, who is to be told, and what the placeholders say."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import CASEWORK, EVERYWHERE, PartyKind, Role
from licensing.models import Licence
from licensing.queries import of_a_case
from services.applications import queries as applications
from services.applications.bundling import queries as bundling
from services.applications.bundling.models import BundleApplication
from services.applications.commands.recording import PORTAL
from services.applications.errors import ApplicationNotFound
from services.applications.models import Application
from services.applications.rules import Delivery
from services.catalogue import queries as catalogue
from services.catalogue.form import Pair
from services.catalogue.messages import OF_LICENCES, Node
from services.notices import licences
from services.notices.told import Told, due_of
from services.notices.wording import Values
from storage.database import Session
from storage.ledger import Entry

LICENCE = "licence:"
SEVERAL = Pair("有关部门", "the departments concerned")


async def told_by(session: Session, entry: Entry, node: Node) -> Told | None:
    """What an entry tells; None where there is nothing to tell: the draft is gone, or it is told in another place."""
    if bundling.is_bundle(entry.chain):
        return await _of_bundle(session, entry, node)
    if entry.chain.startswith(LICENCE):
        return await _of_licence(session, entry, node)
    return await _of_case(session, entry, entry.chain, node)


async def _of_licence(session: Session, entry: Entry, node: Node) -> Told | None:
    licence = await session.get(Licence, UUID(entry.chain.removeprefix(LICENCE)))
    if licence is None:
        return None
    later, of_case = licence.replaces is not None, of_a_case(licence)
    told = licences.node_of(node, entry.details, of_case=of_case, later_version=later)
    if told is None or told in OF_LICENCES or not of_case:
        return await licences.told(session, entry, licence, told) if told else None
    return await _of_case(session, entry, licence.application_number, told)


async def _of_case(session: Session, entry: Entry, number: str, node: Node) -> Told | None:
    try:
        application = await applications.by_number(session, number)
    except ApplicationNotFound:
        return None
    if node is Node.OVERSIGHT:
        return await _to_officers(session, entry, application)
    if node is Node.LICENCE_READY and application.delivery is not Delivery.COUNTER:
        return None  # delivered in the same moment, which is a message of its own
    if node is Node.SUBMITTED and entry.actor != PORTAL and await bundling.part_of(session, application):
        return None  # handed in with its bundle, and told of as one
    return await of_application(session, application, node, due=due_of(entry))


async def of_application(
    session: Session, application: Application, node: Node, *, due: date | None = None
) -> Told:
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    values = Values(
        item=item.definition.short_name,
        number=application.number,
        office=item.definition.department.name,
        due=due or application.due_on,
    )
    # At the window too: there `filed_by` is who stood at the counter, never the clerk who typed.
    people = _people(application.applicant_kind, application.applicant_id, application.filed_by)
    return Told(node, people, values, item.definition.messages)


async def _to_officers(session: Session, entry: Entry, application: Application) -> Told:
    """To whom the entry names; else to the department's leaders, and what nobody answered to its supervisors."""
    told = await of_application(session, application, Node.OVERSIGHT, due=due_of(entry))
    named = [entry.details.get(key) for key in ("to_person", "also")]
    people = tuple(dict.fromkeys(UUID(one) for one in named if isinstance(one, str)))
    if not people or entry.deed == "warning left unanswered":
        people += await _in_charge(session, application.department_code, entry.deed)
    return replace(told, people=tuple(dict.fromkeys(people)), own=())


async def _in_charge(session: Session, department: str, deed: str) -> tuple[UUID, ...]:
    """Supervisors of a department for what stays unanswered; otherwise who approves there, or all who work there."""
    staff = [one for one in await identity.staff_listing(session) if one.active]
    if deed == "warning left unanswered":
        of = {department, EVERYWHERE}
        return tuple(one.person_id for one in staff if Role.SUPERVISOR in one.roles and of & one.departments)
    own = [one for one in staff if one.department_code == department and set(CASEWORK) & one.roles]
    leaders = [one for one in own if Role.APPROVER in one.roles]
    return tuple(one.person_id for one in leaders or own)


async def _of_bundle(session: Session, entry: Entry, node: Node) -> Told | None:
    query = sa.select(BundleApplication).where(col(BundleApplication.number) == entry.chain)
    bundle = await session.scalar(query)
    if bundle is None:
        return None
    name = bundle.definition["name"]
    values = Values(Pair(name["zh"], name["en"]), bundle.number, SEVERAL, bundle.promised_on)
    people = _people(bundle.applicant_kind, bundle.applicant_id, bundle.filed_by)
    return Told(node, people, values)


def _people(kind: PartyKind, applicant: UUID, filed_by: UUID) -> tuple[UUID, ...]:
    """The person applied for and who applied for them; for an organisation who applied."""
    if kind is PartyKind.PERSON:
        return tuple(dict.fromkeys((applicant, filed_by)))
    return (filed_by,)
