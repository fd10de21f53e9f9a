"""For whom a deed is done: the party chosen in the session, the one named in the call, or the case's applicant."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from identity import numbers
from identity import queries as identity
from identity.actor import Actor, Party, PartyKind
from identity.errors import PartyNotYours
from services.applications import queries
from services.applications.errors import ApplicationNotFound
from storage.database import Session


async def party_of(session: Session, actor: Actor, wanted: str, at: datetime) -> Party:
    """The party `wanted` (an id or a credit code), if the actor may act for it.

    Raises PartyNotYours, OrganisationUnknown, NumberWrong.
    """
    party_id = await _party_id(session, wanted)
    for party in await identity.parties(session, actor.person_id, at):
        if party.id == party_id:
            return party
    raise PartyNotYours(wanted)


async def _party_id(session: Session, wanted: str) -> UUID:
    try:
        return UUID(wanted)
    except ValueError:
        code = numbers.credit_code(wanted)
    return (await identity.organisation(session, code)).id


async def for_party(session: Session, actor: Actor, wanted: str | None, at: datetime) -> Actor:
    """The actor, standing for `wanted` if a call names somebody."""
    if wanted is None:
        return actor
    return replace(actor, acting_for=await party_of(session, actor, wanted, at))


async def for_applicant(session: Session, actor: Actor, number: str) -> Actor:
    """The actor, standing for the applicant of a case that is theirs, so that the record says on whose behalf.

    Raises ApplicationNotFound.
    """
    application = await queries.get(session, actor, plain_number(number))
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    return as_party(actor, application.applicant_kind, application.applicant_id, application.applicant_name)


def as_party(actor: Actor, kind: PartyKind, party_id: UUID, name: str) -> Actor:
    """The actor, standing for this party of theirs."""
    return replace(actor, acting_for=Party(kind, party_id, name))


def plain_number(number: str) -> str:
    """The number as PostgreSQL can be asked for it. Raises ApplicationNotFound for what no number holds."""
    if not (number.isascii() and number.isalnum()):
        raise ApplicationNotFound(number)
    return number
