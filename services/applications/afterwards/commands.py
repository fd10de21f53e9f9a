"""容缺受理, 后补, 承诺核查: accepted on a promise, kept or not; granted on a word, true or not."""

from collections.abc import Sequence
from datetime import datetime

from identity.actor import Actor
from identity.mandates.rules import require_power
from licensing.sheets import chinese_date
from services.applications import queries as cases
from services.applications.afterwards import queries
from services.applications.afterwards.recording import promise
from services.applications.afterwards.rules import FOLLOW_DAYS, require_may_follow
from services.applications.commands.drafting import take_file
from services.applications.commands.receiving import say, take, take_up
from services.applications.commands.recording import record
from services.applications.commands.submitting import MET
from services.applications.errors import (
    ApplicationNotFound,
    MaterialUnknown,
    NothingToVerify,
)
from services.applications.models import Application, CaseFile
from services.applications.rules import Deed, next_state, require_reason
from services.catalogue import queries as catalogue
from services.catalogue.codes import Necessity
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage.database import Session
from storage.objects import ObjectStore


async def accept_to_follow(
    session: Session,
    actor: Actor,
    number: str,
    *,
    codes: Sequence[str],
    days: int = FOLLOW_DAYS,
    opinion: str = "",
    at: datetime,
) -> Application:
    """容缺受理: the main materials are there, and the applicant signed that these minor ones follow.

    `codes` are materials the item publishes as 容缺后补; `days` working days, at most `FOLLOW_DAYS`. The certificate
    names them and the last day. Raises MaterialNotSpared.
    """
    application = await take(session, actor, number, Deed.ACCEPT_TO_FOLLOW)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    materials = item.definition.materials
    may_follow = {one.code for one in materials if one.necessity is Necessity.MAY_FOLLOW}
    met = {one.code for one in await cases.materials_of(session, application) if one.supply in MET}
    require_may_follow(codes, may_follow, met)
    until = await promise(session, application, codes, days=days, at=at)
    named = "、".join(one.name.zh for one in materials if one.code in codes)
    return await take_up(
        session,
        actor,
        application,
        item.definition,
        deed=Deed.ACCEPT_TO_FOLLOW,
        opinion=opinion,
        at=at,
        told={"follow": named, "follow_by": chinese_date(until.isoformat())},
        to_follow=list(codes),
        follow_by=str(until),
    )


async def follow_up(
    session: Session,
    actor: Actor,
    number: str,
    definition: ItemDefinition,
    code: str,
    *,
    name: str,
    content: bytes,
    objects: ObjectStore,
    at: datetime,
) -> CaseFile:
    """The applicant hands in what was to follow, also after its day as long as nobody ended the case.

    Raises StepNotOpen, MaterialUnknown where nothing of the kind was to follow, and as handing in does.
    """
    application = await _own(session, actor, number)
    application.state = next_state(application.state, Deed.FOLLOW_UP)
    promised = next((one for one in await queries.to_follow(session, application) if one.code == code), None)
    material = definition.material(code)
    if promised is None or material is None:
        raise MaterialUnknown(code)
    file = await take_file(
        session, actor, application, material, name=name, content=content, objects=objects, at=at
    )
    in_time = local_day(at) <= promised.due_on
    promised.met_at = application.updated_at = at
    await record(session, actor, application, "material followed", at=at, material=code, in_time=in_time)
    return file


async def _own(session: Session, actor: Actor, number: str) -> Application:
    application = await cases.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    require_power(actor, application.applicant_id, application.item_code)
    return application


async def verify(
    session: Session, actor: Actor, number: str, *, code: str, holds: bool, finding: str, at: datetime
) -> Application:
    """承诺核查: whether what was committed to is true. Where it is not, the grant can be revoked (行政许可法 69).

    A finding against the applicant says why. Raises NothingToVerify, ReasonMissing.
    """
    text = finding.strip() if holds else require_reason(Deed.REVOKE, finding)
    application = await take(session, actor, number, Deed.VERIFY_COMMITMENT)
    open_ones = {one.code: one for one in await queries.checks_of(session, application) if not one.checked_at}
    if code not in open_ones:
        raise NothingToVerify(code)
    check = open_ones[code]
    check.holds, check.finding, check.checked_at = holds, text, at
    check.checked_by, check.checked_by_name = actor.person_id, actor.name
    application.state = next_state(application.state, Deed.VERIFY_COMMITMENT)
    application.updated_at = at
    say(session, actor, application, "verify", Deed.VERIFY_COMMITMENT, text, at)
    await record(session, actor, application, "commitment verified", at=at, material=code, holds=holds)
    return application
