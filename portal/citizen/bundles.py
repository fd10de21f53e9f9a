"""一件事: the guide of a bundle, and beginning it. Filling in and following go on under `/applications`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity import queries as identity
from identity.actor import Actor, PartyKind
from portal import drafting, forms
from portal.citizen.case import plain_number
from portal.citizen.filling import Anything
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from portal.sending import PDF, sent
from services.applications.bundling import queries, starting
from services.applications.errors import WrongApplicant
from services.applications.rules import Channel
from services.catalogue import bundles
from services.catalogue import queries as catalogue
from services.catalogue.bundles import Bundle, pooling
from services.catalogue.definition import ItemDefinition
from storage.database import Session


class BundlePages(Controller):
    path = "/bundles"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{code:str}", name="bundles:guide")
    async def guide(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        bundle = named(code)
        return Template("public/bundle.html", context=await _told(session, bundle))


class BundleStartingPages(Controller):
    path = "/bundles/{code:str}/apply"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="bundles:start")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template:
        bundle = named(code)
        parties = await identity.parties(session, actor.person_id, now)
        context = await _told(session, bundle) | {
            "acting_for": actor.acting_for,
            "fits": _fits(bundle, actor.acting_for.kind),
            "others": [one for one in parties if one != actor.acting_for and _fits(bundle, one.kind)],
            "drafts": await queries.drafts_of(session, actor, bundle.code),
        }
        return Template("citizen/bundle_start.html", context=context)

    @post("/", name="bundles:begin")
    async def begin(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        """The drafts are committed before the registers are asked, so that their record names cases that exist."""
        bundle = named(code)
        chosen = (await forms.read(request, Anything)).typed.get("parts", [])
        async with transactions() as session:
            begun = await starting.start(
                session,
                actor,
                bundle,
                chosen=[chosen] if isinstance(chosen, str) else chosen,
                channel=Channel.ONLINE,
                at=now,
            )
            number = begun.number
        await drafting.gather(resources, actor, number, at=now)
        return Redirect(f"/applications/{number}", status_code=303)


class BundleReceipts(Controller):
    path = "/applications/{number:str}/receipt"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="bundles:receipt")
    async def receipt(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        number: FromPath[str],
    ) -> Response[bytes]:
        """The sealed receipt. 404 while it is not printed yet, and for a single case, whose papers are elsewhere."""
        bundle = await queries.get(session, actor, plain_number(number))
        if bundle.receipt is None:
            raise NotFoundException
        return sent(await resources.objects.get(bundle.receipt), f"{bundle.number}.pdf", PDF)


def named(code: str) -> Bundle:
    """The bundle with this code. 404 when there is none."""
    found = next((one for one in bundles.shipped() if one.code == code), None)
    if found is None:
        raise NotFoundException
    return found


async def _told(session: Session, bundle: Bundle) -> dict[str, Any]:
    """What guide and start page say: the parts, every material once, one time, one price."""
    items = {part.item: (await catalogue.get(session, part.item)).definition for part in bundle.parts}
    pool = pooling.pool(bundle, items)
    return {
        "bundle": bundle,
        "parts": [_part(bundle, items, part.item) for part in bundle.parts],
        "materials": [one.material for one in pool.materials],
        "questions": (
            len(list(pool.form.questions())),
            sum(len(list(one.form.questions())) for one in items.values()),
        ),
        "papers": sum(len(one.materials) for one in items.values()),
        "days": pool.promised_days,
        "charged": [one for one in items.values() if one.fee.charged],
        "visits": sum(one.visits.count for one in items.values()),
        "optional": [
            (part.item, pick(items[part.item].short_name), pick(part.optional))
            for part in bundle.parts
            if part.optional
        ],
    }


def _part(bundle: Bundle, items: Mapping[str, ItemDefinition], code: str) -> dict[str, Any]:
    part = bundle.part(code)
    after = part.after if part else ()
    return {
        "definition": items[code],
        "after": [pick(items[one].short_name) for one in after],
        "why": pick(part.why) if part and part.why else None,
        "optional": pick(part.optional) if part and part.optional else None,
    }


def _fits(bundle: Bundle, kind: PartyKind) -> bool:
    """Whether this kind of party may apply for the bundle."""
    try:
        starting.require_audience(bundle, kind)
    except WrongApplicant:
        return False
    return True
