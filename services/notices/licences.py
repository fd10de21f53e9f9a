"""What the holder of a licence is told of it, by the entries of its own chain."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import PartyKind
from identity.errors import DepartmentUnknown
from identity.mandates import queries as mandates
from identity.models import Person
from licensing import queries, types
from licensing.kinds.reading import met
from licensing.models import Licence
from services.catalogue.form import Pair
from services.catalogue.messages import Node
from services.notices.licence_wording import ENDING
from services.notices.told import Told, due_of
from services.notices.wording import Values
from storage.database import Session
from storage.ledger import Entry

TAIL = 4
"""Characters of a licence's number that may stand outside the portal."""


def node_of(node: Node, details: Mapping[str, object], *, of_case: bool, later_version: bool) -> Node | None:
    """What an entry of a licence's chain tells its holder; None where it is told in another place, or not at all.

    `of_case`: a case led to the licence, and tells of its making and of its end by itself. A suspension that went
    over to a later version is no new one, and a waiting version ends with the licence it was to follow.
    """
    if "carried_from" in details or "because" in details:
        return None
    if of_case:
        return None if node is Node.LICENCE_ENDED else node
    if node is Node.LICENCE_READY:
        return Node.LICENCE_REPLACED if later_version else None
    return node


async def told(session: Session, entry: Entry, licence: Licence, node: Node) -> Told:
    await met(session, [licence])
    kind = types.get(licence.type_code, licence.type_version)
    values = Values(
        item=Pair(kind.name.zh, kind.name.en),
        number=licence.number[-TAIL:],
        office=await _office(session, licence),
        due=due_of(entry) or licence.valid_until,
    )
    return Told(
        node,
        await _holders(session, licence, entry),
        values,
        (ENDING,),
        licence=licence.identifier,
        case=licence.application_number if queries.of_a_case(licence) else "",
    )


async def _office(session: Session, licence: Licence) -> Pair:
    try:
        found = await identity.department(session, licence.issuer_code)
    except DepartmentUnknown:
        return Pair(licence.issuer_name, licence.issuer_name)
    return Pair(found.name, found.name_en or found.name)


async def _holders(session: Session, licence: Licence, entry: Entry) -> tuple[UUID, ...]:
    """The holder, and a child's guardians; of a firm who runs it. Nobody while the holder is not registered."""
    if licence.holder_kind is PartyKind.ORGANISATION:
        return tuple(dict.fromkeys(await mandates.runners(session, licence.holder_id, entry.at)))
    guarding = await mandates.guardians(session, licence.holder_id, entry.at)
    known = await session.scalars(sa.select(col(Person.id)).where(col(Person.id) == licence.holder_id))
    return tuple(dict.fromkeys([*known, *guarding]))
