"""What was held back goes on when the part before it has its result; where that fails, the applicant is left the draft.

Registers are asked between two transactions, never inside one (decision 0001). Every step may be run again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from identity import representing
from identity.actor import Party, PartyKind
from licensing import queries as licensing
from licensing import serving, types
from licensing.models import Licence
from services.applications import queries as cases
from services.applications.bundling import reading
from services.applications.bundling.merging import Member, Whole
from services.applications.bundling.models import BundleApplication, Standing
from services.applications.bundling.queries import BEHIND
from services.applications.bundling.recording import record as record_bundle
from services.applications.bundling.starting import fits
from services.applications.commands import gathering, papers, submitting
from services.applications.commands.closing import result_ready
from services.applications.commands.papers import Paper
from services.applications.commands.recording import PORTAL, record
from services.applications.errors import ApplicationError
from services.applications.models import Application, CaseMaterial, Fact, Gathering, Supply
from services.applications.rules import Outcome
from services.sharing.client import HubClient
from storage.database import Session, Sessions

FAILED = frozenset({Outcome.REFUSED, Outcome.NOT_ACCEPTED, Outcome.WITHDRAWN})


async def release(sessions: Sessions, hub: HubClient, number: str, *, at: datetime) -> bool:
    """Hand in what waited for the case `number`, if nothing else is waited for; whether to come again later."""
    async with sessions() as session, session.begin():
        ready = await _prepare(session, number, at)
    again = False
    for held in ready:
        if await gathering.gather(sessions, hub, held, at=at):
            again = True
            continue
        async with sessions() as session, session.begin():
            await _go_on(session, held, at)
    return again


async def _prepare(session: Session, number: str, at: datetime) -> list[str]:
    """The numbers of the held cases that may go on, made ready for the registers; others are left to the applicant."""
    whole = await reading.of_case(session, number)
    if whole is None:
        return []
    ready = []
    for member in _waiting(whole):
        before = _before(whole, member)
        if any(one.application.outcome in FAILED for one in before):
            await _leave(session, whole.bundle, member, "an earlier part was not granted", at)
        elif all([await _has_result(session, one.application) for one in before]):
            if member.branch.part.standing is Standing.HELD:
                await _hand_to_founded(session, whole, member, before, at)
                await _ask_anew(session, member, at)
                member.branch.part.standing = Standing.RELEASED
            ready.append(member.application.number)
    return ready


async def _go_on(session: Session, number: str, at: datetime) -> None:
    """Supply what the earlier parts made, and hand the case in; a case that cannot go is left to the applicant."""
    whole = await reading.of_case(session, number)
    member = (
        next((one for one in _waiting(whole) if one.application.number == number), None) if whole else None
    )
    if whole is None or member is None:
        return
    await _supply(session, whole, member, at)
    case, bundle = member.application, whole.bundle
    try:
        await submitting.require_complete(session, case, at)
    except ApplicationError as refusal:
        await _leave(session, bundle, member, type(refusal).__name__, at)
        return
    key = bundle.submission_key or number
    await submitting.hand_over(
        session, None, case, member.definition, key=key, delivery=bundle.delivery, at=at, bundle=bundle.number
    )
    await papers.request(session, case, Paper.RECEIPT, at=at)
    member.branch.part.standing = Standing.HANDED_IN
    await record_bundle(session, None, bundle, "bundle part handed in", at=at, case=number)


def _waiting(whole: Whole) -> list[Member]:
    return [one for one in whole.members if one.branch.part.standing in BEHIND]


def _before(whole: Whole, member: Member) -> list[Member]:
    part = whole.definition.part(member.item)
    return [one for item in (part.after if part else ()) if (one := whole.member(item))]


async def _has_result(session: Session, case: Application) -> bool:
    return case.outcome is Outcome.GRANTED and await result_ready(session, case)


async def _leave(session: Session, bundle: BundleApplication, member: Member, why: str, at: datetime) -> None:
    """From now on an ordinary draft of the applicant's."""
    member.branch.part.standing = Standing.LEFT
    member.application.updated_at = at
    await record(session, None, member.application, "left to the applicant", at=at, why=why)
    case = member.application.number
    await record_bundle(session, None, bundle, "bundle part left to the applicant", at=at, case=case, why=why)


async def _hand_to_founded(
    session: Session, whole: Whole, member: Member, before: Sequence[Member], at: datetime
) -> None:
    """The applicant of an item for firms is the firm that an earlier part has founded; its founder may act for it."""
    case = member.application
    if fits(member.definition, case.applicant_kind):
        return
    for one in before:
        licence = await licensing.of_application(session, one.application.number)
        firm = await _founded(session, licence, whole.bundle, at) if licence else None
        if firm is not None:
            case.applicant_kind, case.applicant_id, case.applicant_name = firm.kind, firm.id, firm.name
            await record(
                session, None, case, "applicant founded", at=at, licence=licence and licence.identifier
            )


async def _founded(
    session: Session, licence: Licence, bundle: BundleApplication, at: datetime
) -> Party | None:
    """The firm a registration brought into being: its code is the number of its licence (GB 32100)."""
    holder = types.get(licence.type_code, licence.type_version).holder
    field = types.get(licence.type_code, licence.type_version).field(holder.name_field or "")
    if not holder.code_is_number or field is None:
        return None
    name = licence.elements[field.element]
    firm = await representing.register_organisation(
        session,
        name=name,
        credit_code=licence.number,
        legal_representative=bundle.filed_by,
        by=PORTAL,
        at=at,
    )
    return Party(PartyKind.ORGANISATION, firm, name)


async def _ask_anew(session: Session, member: Member, at: datetime) -> None:
    """What a register could not say before the earlier result existed it is asked once more."""
    case = member.application
    await session.execute(
        sa.update(Fact)
        .where(col(Fact.application_id) == case.id, col(Fact.outcome) != Gathering.HIT)
        .values(outcome=Gathering.WAITING, attempts=0, at=at)
    )


async def _supply(session: Session, whole: Whole, member: Member, at: datetime) -> None:
    """The results of the earlier parts are the materials that the bundle says they make."""
    origin = await _result(session, _before(whole, member))
    made = {
        code
        for item, _, code in (name.partition(".") for name in whole.definition.made_on_the_way)
        if item == member.item
    }
    met = await session.scalars(
        sa.update(CaseMaterial)
        .where(
            col(CaseMaterial.application_id) == member.application.id,
            col(CaseMaterial.code).in_(made),
            col(CaseMaterial.supply).in_([Supply.WAITING, Supply.NEEDED]),
        )
        .values(supply=Supply.OBTAINED, origin=origin, changed_at=at)
        .returning(col(CaseMaterial.code))
    )
    licence = await licensing.of_application(session, _before(whole, member)[-1].application.number)
    if met.all() and licence is not None:
        await serving.use_as_material(
            session,
            licence,
            application_number=member.application.number,
            purpose=f"办理{member.definition.name.zh}",
            actor=str(member.application.filed_by),
            at=at,
        )


async def _result(session: Session, before: Sequence[Member]) -> Mapping[str, str | None]:
    """Where the result stands: the licence, or the decision, of the last of the earlier parts."""
    case = before[-1].application
    licence = await licensing.of_application(session, case.number)
    if licence is not None:
        return {"licence": licence.identifier}
    documents = await cases.documents_of(session, case)
    decision = next((one.number for one in documents if one.kind == Paper.GRANT), None)
    return {"decision": decision, "case": case.number}
