"""An applicant begins a bundle: one number, one draft for every item chosen, and the registers asked for each."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from identity.actor import Actor, PartyKind
from services.applications.bundling import queries
from services.applications.bundling.models import BundleApplication, BundlePart
from services.applications.bundling.queries import PREFIX
from services.applications.bundling.recording import record
from services.applications.commands import gathering, starting
from services.applications.commands.recording import next_in_series
from services.applications.errors import WrongApplicant
from services.applications.rules import Channel
from services.catalogue import queries as catalogue
from services.catalogue.bundles import Bundle
from services.catalogue.codes import ORGANISATIONS, Audience
from services.catalogue.definition import ItemDefinition
from services.sharing.client import HubClient
from services.workflow.rules import local_day
from storage import queue
from storage.database import Session, Sessions


async def start(
    session: Session,
    actor: Actor,
    bundle: Bundle,
    *,
    chosen: Collection[str],
    channel: Channel,
    at: datetime,
) -> BundleApplication:
    """Open the drafts of a bundle for the party acted for; `chosen` are the optional items wanted.

    A part whose item is for firms only, while the firm is still to be founded by an earlier part, is drawn up
    in the founder's name. Raises WrongApplicant, catalogue.ItemWithdrawn, ItemNotFound.
    """
    require_audience(bundle, actor.acting_for.kind)
    wanted = [part for part in bundle.parts if not part.optional or part.item in chosen]
    items = {part.item: await catalogue.get(session, part.item) for part in wanted}
    row = BundleApplication(
        number=await _number(session, items[wanted[0].item].definition, at),
        query_code=starting.query_code(),
        code=bundle.code,
        definition=msgspec.to_builtins(bundle),
        channel=channel,
        applicant_kind=actor.acting_for.kind,
        applicant_id=actor.acting_for.id,
        applicant_name=actor.acting_for.name,
        filed_by=actor.person_id,
        created_at=at,
        updated_at=at,
    )
    session.add(row)
    await session.flush()
    places = {part.item: place for place, part in enumerate(bundle.parts)}
    for code in sorted(items):  # the series of numbers are locked in one order, whatever the bundle's
        case = await starting.draw_up(session, actor, items[code], channel=channel, at=at)
        session.add(BundlePart(application_id=case.id, bundle_id=row.id, place=places[code]))
        if fits(items[code].definition, actor.acting_for.kind):
            again = at + starting.FIRST_RETRY
            await queue.enqueue(session, starting.GATHER, at=again, number=case.number)
    await session.flush()
    await record(session, actor, row, "bundle drafted", at=at, code=bundle.code, items=sorted(items))
    return row


async def gather(sessions: Sessions, hub: HubClient, actor: Actor, number: str, *, at: datetime) -> None:
    """Have the registers asked for every part, each under its own item and number (数据契约)."""
    async with sessions() as session, session.begin():
        bundle = await queries.get(session, actor, number)
        cases = [
            branch.application
            for branch in await queries.branches_of(session, bundle)
            if fits(await _definition(session, branch), branch.application.applicant_kind)
        ]
    for case in cases:
        await gathering.gather(sessions, hub, case.number, at=at)


def require_audience(bundle: Bundle, kind: PartyKind) -> None:
    """Raises WrongApplicant when the bundle is not for this kind of party."""
    if not _among(bundle.audiences, kind):
        raise WrongApplicant(bundle.code, kind)


def fits(definition: ItemDefinition, kind: PartyKind) -> bool:
    """Whether this kind of party may apply for the item."""
    return _among(definition.audiences, kind)


def _among(audiences: Collection[Audience], kind: PartyKind) -> bool:
    if kind is PartyKind.PERSON:
        return Audience.PERSON in audiences
    return bool(ORGANISATIONS.intersection(audiences))


async def _definition(session: Session, branch: queries.Branch) -> ItemDefinition:
    case = branch.application
    return (await catalogue.get_version(session, case.item_code, case.item_version)).definition


async def _number(session: Session, lead: ItemDefinition, at: datetime) -> str:
    """YJS, the region (6), the day (8), a running number (4 or more digits)."""
    prefix = f"{PREFIX}{lead.region[:6]}{local_day(at):%Y%m%d}"
    return f"{prefix}{await next_in_series(session, prefix):04d}"
