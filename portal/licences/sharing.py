"""授权用证: whom a licence is shared with, for what and until when; and what others share with the party acted for."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import Actor, Party, PartyKind
from identity.errors import OrganisationUnknown
from identity.numbers import NumberWrong, credit_code, id_number
from licensing import presenting, queries, sharing, types
from licensing.errors import ShareUnsound
from portal import forms, licence_words
from portal.forms import Form
from portal.guards import citizen
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from storage.database import Session


class Wish(forms.Fields):
    kind: Literal["person", "organisation"]
    name: str = Field(max_length=100)
    number: str = Field(max_length=30)
    purpose: str = Field(max_length=sharing.LONGEST_PURPOSE)
    days: int = Field(ge=1, le=90)
    shown: list[str] = Field(default=[])


class SharingPages(Controller):
    path = "/my/licences/{identifier:str}/shares"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:shares")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> Template:
        return await _page(session, actor, identifier, Form.empty(), now)

    @post("/", name="licences:share")
    async def share(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> Template | Redirect:
        """Name and number must belong together: a number alone tells nobody whose it is."""
        form = await forms.read(request, Wish)
        wish = form.value
        if wish is None:
            return await _page(session, actor, identifier, form, now, code=422)
        recipient = await _recipient(session, wish)
        if recipient is None:
            wrong = form.wrong(number=_("姓名（名称）和号码对不上，或者对方还没有在本平台注册"))
            return await _page(session, actor, identifier, wrong, now, code=422)
        try:
            await sharing.share(
                session,
                actor,
                identifier,
                recipient=recipient,
                purpose=wish.purpose,
                days=wish.days,
                at=now,
                shown=wish.shown,
            )
        except ShareUnsound:
            wrong = form.wrong(number=_("不用授权给持证人自己"))
            return await _page(session, actor, identifier, wrong, now, code=422)
        return Redirect(f"/my/licences/{identifier}/shares", status_code=303)

    @post("/{share:uuid}/withdrawal", name="licences:withdraw-share")
    async def withdraw(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
        share: FromPath[UUID],
    ) -> Redirect:
        await sharing.withdraw(session, actor, share, at=now)
        return Redirect(f"/my/licences/{identifier}/shares", status_code=303)


class SharedPages(Controller):
    path = "/my/shared-licences"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:shared")
    async def listing(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        """What others share now."""
        found = [
            {"share": made, "name": pick(types.get(licence.type_code, licence.type_version).name)}
            for made, licence in await sharing.shared_with(session, actor, at=now)
        ]
        return Template("licences/shared.html", context={"shares": found, "seen": None})

    @post("/{share:uuid}", name="licences:look")
    async def look(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        share: FromPath[UUID],
    ) -> Template:
        """One of them, as far as its holder agreed; its holder reads that it was looked at."""
        made, seen = await sharing.look(session, actor, share, at=now)
        fields = [{"key": pick(name), "value": text} for name, text in seen.fields]
        context: dict[str, Any] = {
            "shares": [],
            "share": made,
            "seen": seen,
            "state": licence_words.licence_state(seen.state),
            "fields": fields,
        }
        return Template("licences/shared.html", context=context)


async def _page(
    session: Session, actor: Actor, identifier: str, form: Form[Any], now: datetime, code: int = 200
) -> Template:
    licence = await queries.get(session, actor, identifier)
    shares = [
        {"share": one, "open": one.withdrawn_at is None and one.expires_at > now}
        for one in await sharing.of_licence(session, licence)
    ]
    context: dict[str, Any] = {
        "licence": licence,
        "kind": types.get(licence.type_code, licence.type_version),
        "options": [(element, pick(name)) for element, name in presenting.showable(licence)],
        "usual": presenting.USUAL,
        "shares": shares,
        "form": form,
    }
    return Template("licences/shares.html", context=context, status_code=code)


async def _recipient(session: Session, wish: Wish) -> Party | None:
    """The registered person or organisation of this name and number."""
    try:
        if wish.kind == "organisation":
            firm = await identity.organisation(session, credit_code(wish.number))
            return Party(PartyKind.ORGANISATION, firm.id, firm.name) if firm.name == wish.name else None
        person = await identity.person_id(session, id_number(wish.number))
    except (NumberWrong, OrganisationUnknown):
        return None
    if person is None:
        return None
    profile = await identity.profile(session, person)
    return Party(PartyKind.PERSON, person, profile.name) if profile.name == wish.name else None
