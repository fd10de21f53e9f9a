"""A licence's next version: changed (变更), renewed (延续) or replaced (补发).

The number and the serial stay, the version segment of the identifier counts on and the new one names the old
(GB/T 36904, 关联证照标识). The old one counts until the new one is sealed, so that nobody is ever without.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from identity.actor import Actor
from licensing import metadata, queries, types
from licensing.errors import ApplicationHasLicence, MoveNotOpen
from licensing.metadata import BASIS, EARLIER, EDITION, ISSUED_WITH, REASON, UNLIMITED
from licensing.models import Licence
from licensing.numbering import Identifier, make_identifier, read_identifier
from licensing.presenting import CHECK_CODE_LENGTH, draw_code
from licensing.recording import WORKER, record
from licensing.rules import (
    Edition,
    Move,
    State,
    local_day,
    next_state,
    renewed_from,
    require_edition,
    require_reason,
    require_renewal,
    valid_until,
)
from storage.database import Session

Chance = Callable[[int], bytes]
WORDS = {Edition.CHANGE: "变更", Edition.RENEWAL: "延续", Edition.REPLACEMENT: "补发"}
DEEDS = {
    Edition.CHANGE: "licence change intended",
    Edition.RENEWAL: "licence renewal intended",
    Edition.REPLACEMENT: "licence replacement intended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """What a later version is to be. `fields` are changed values by field key, `period` its first and last day."""

    edition: Edition
    application_number: str
    period: tuple[date, date | None]
    reason: str
    basis: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    holder_name: str | None = None


async def change(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    application_number: str,
    fields: Mapping[str, Any],
    reason: str,
    basis: str,
    at: datetime,
    holder_name: str | None = None,
    chance: Chance = secrets.token_bytes,
) -> Licence:
    """Intend a version with other contents (变更); its period stays. A worker seals it (`commands.issue`).

    `fields` are the values that change, by field key; `holder_name` the holder's new name. Called again for the
    same application it returns the same licence. Raises LicenceNotFound where it is not theirs to change,
    ReasonMissing, MoveNotOpen, ApplicationHasLicence.
    """
    earlier = await queries.in_charge(session, actor, identifier)
    wanted = _Version(
        edition=Edition.CHANGE,
        application_number=application_number,
        period=(earlier.valid_from, earlier.valid_until),
        reason=reason,
        basis=basis,
        fields=fields,
        holder_name=holder_name,
    )
    return await _succeed(session, actor, earlier, wanted, at, chance)


async def replace(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    application_number: str,
    reason: str,
    basis: str,
    at: datetime,
    chance: Chance = secrets.token_bytes,
) -> Licence:
    """Intend a version that takes the place of a lost or damaged one (补发): same contents, same period.

    Raises what `change` raises.
    """
    earlier = await queries.in_charge(session, actor, identifier)
    wanted = _Version(
        edition=Edition.REPLACEMENT,
        application_number=application_number,
        period=(earlier.valid_from, earlier.valid_until),
        reason=reason,
        basis=basis,
    )
    return await _succeed(session, actor, earlier, wanted, at, chance)


async def renew(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    application_number: str,
    applied_on: date,
    reason: str,
    basis: str,
    at: datetime,
    fields: Mapping[str, Any] | None = None,
    chance: Chance = secrets.token_bytes,
) -> Licence:
    """Intend a version with a new period (延续), counted from the decision at `at`.

    `applied_on` is the day the renewal was asked for: the type's notice before the end (行政许可法 50). One asked
    for in time and decided after the end begins on the day after it. Raises what `change` raises, RenewalNotOpen.
    """
    earlier = await queries.in_charge(session, actor, identifier)
    validity = types.get(earlier.type_code, earlier.type_version).validity
    start = renewed_from(require_renewal(earlier.valid_until, applied_on, validity.notice), local_day(at))
    wanted = _Version(
        edition=Edition.RENEWAL,
        application_number=application_number,
        period=(start, valid_until(start, validity.years)),
        reason=reason,
        basis=basis,
        fields=fields or {},
    )
    return await _succeed(session, actor, earlier, wanted, at, chance)


async def _succeed(
    session: Session, actor: Actor, earlier: Licence, wanted: _Version, at: datetime, chance: Chance
) -> Licence:
    reason, basis = require_reason(wanted.reason, wanted.basis)
    known = await queries.of_application(session, wanted.application_number)
    if known is not None and known.replaces == earlier.id:
        return known
    if known is not None:
        raise ApplicationHasLicence(wanted.application_number, known.type_code)
    require_edition(queries.state_of(earlier, at), wanted.edition)
    if earlier.replaced_by or await queries.waiting_successor(session, earlier):
        raise MoveNotOpen("succeeded", wanted.edition)
    successor = _successor(earlier, wanted, at, draw_code(CHECK_CODE_LENGTH, chance))
    # When it is sealed, nobody is there to be asked.
    successor.elements |= {REASON: reason, BASIS: basis}
    session.add(successor)
    told = {"basis": basis, "replaces": earlier.identifier}
    await record(session, successor, DEEDS[wanted.edition], str(actor.person_id), at, **told)
    return successor


def _successor(earlier: Licence, wanted: _Version, at: datetime, check_code: str) -> Licence:
    identifier = _next(earlier)
    elements = _elements(earlier, wanted, identifier, local_day(at))
    return Licence(
        id=uuid4(),
        identifier=str(identifier),
        type_code=earlier.type_code,
        type_version=earlier.type_version,
        trust=earlier.trust,
        version=identifier.version,
        number=earlier.number,
        application_number=wanted.application_number,
        check_code=check_code,
        holder_kind=earlier.holder_kind,
        holder_id=earlier.holder_id,
        holder_name=elements["CZZT"],
        issuer_code=earlier.issuer_code,
        issuer_name=earlier.issuer_name,
        elements=elements,
        valid_from=wanted.period[0],
        valid_until=wanted.period[1],
        intended_at=at,
        replaces=earlier.id,
    )


def _next(earlier: Licence) -> Identifier:
    """The same serial, the next version. Raises NumberUnsound after 999 of them."""
    before = read_identifier(earlier.identifier)
    return make_identifier(before.type_code, before.issuer_code, before.serial, before.version + 1)


def _elements(earlier: Licence, wanted: _Version, identifier: Identifier, today: date) -> dict[str, str]:
    """The earlier elements without those of its seal, with what this version changes."""
    licence_type = types.get(earlier.type_code, earlier.type_version)
    given = metadata.plain(wanted.fields)
    filled = metadata.fill(licence_type, given, today)
    own = {each.element: filled[each.element] for each in licence_type.fields if each.key in given}
    named = licence_type.field(licence_type.holder.name_field or "")
    bearer = own.get(named.element) if named else wanted.holder_name
    start, until = wanted.period
    kept = {key: text for key, text in earlier.elements.items() if key not in ISSUED_WITH}
    of_this = {
        "ZZBS": str(identifier),
        "ZZBFRQ": today.isoformat(),
        "CZZT": bearer or earlier.elements["CZZT"],
        "ZZYXQQSRQ": start.isoformat(),
        "ZZYXQJZRQ": until.isoformat() if until else UNLIMITED,
        EDITION: WORDS[wanted.edition],
        EARLIER: earlier.identifier,
    }
    return kept | own | of_this


async def take_over(
    session: Session, earlier: Licence, licence: Licence, notes: Mapping[str, str], at: datetime
) -> None:
    """Make `licence`, sealed at this moment, count instead of `earlier`; a suspension goes over to it.

    `notes` hold reason and basis of the later version. Both rows are locked, `earlier` first. Raises MoveNotOpen
    where the earlier one was revoked or cancelled.
    """
    suspended = earlier.state is State.SUSPENDED
    if suspended:
        licence.state = next_state(licence.state, Move.SUSPEND)
        licence.ended_at = earlier.ended_at
        licence.ended_reason, licence.ended_basis = earlier.ended_reason, earlier.ended_basis
    if earlier.state is not State.EXPIRED:
        earlier.state = next_state(earlier.state, Move.SUPERSEDE)
        earlier.ended_at, earlier.ended_reason, earlier.ended_basis = at, notes.get(REASON), notes.get(BASIS)
    earlier.replaced_by = licence.id
    await record(session, earlier, "licence superseded", WORKER, at, by=licence.identifier)
    if suspended:
        told = {"basis": licence.ended_basis or "", "carried_from": earlier.identifier}
        await record(session, licence, "licence suspended", WORKER, at, **told)
