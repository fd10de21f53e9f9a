"""A newer version of the item while a draft is open: what differs, what becomes of the answers, and going over to it."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import forms
from portal.citizen import changes
from portal.citizen.case import BundleCase, Case, open_case
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from services.applications.commands import gathering, moving
from services.catalogue import queries as catalogue
from services.catalogue import rows
from services.catalogue.errors import ItemNotFound, ItemWithdrawn
from services.catalogue.form import Form
from services.catalogue.queries import Item
from storage.database import Session


class Moving(forms.Fields):
    """The version that was looked at; another one by now is told, not taken."""

    version: int = Field(ge=1)


class VersionPages(Controller):
    path = "/applications/{number:str}/version"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="versions:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        case = await open_case(session, actor, number, now)
        newer = await newer_version(session, case)
        if newer is None:
            return Redirect(f"/applications/{case.number}", status_code=303)
        moved = moving.preview(case.application.answers, case.facts, case.definition, newer.definition, now)
        context: dict[str, Any] = {
            "case": case,
            "newer": newer,
            "changes": changes.told(case.definition, newer.definition),
            "to_answer": _labels(newer.definition.form, moved.to_answer),
            "left": _labels(case.definition.form, list(moved.left)),
        }
        return Template("citizen/version.html", context=context)

    @post("/", name="versions:move")
    async def move(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        """Go over to the version that was looked at; then what it asks of the registers is fetched."""
        form = await forms.read(request, Moving)
        if form.value is None:
            raise NotFoundException
        async with transactions() as session:
            case = await open_case(session, actor, number, now, lock=True)
            await moving.move_to_version(session, actor, case.number, version=form.value.version, at=now)
        await gathering.gather(resources.sessions, resources.hub, case.number, at=now)
        return Redirect(f"/applications/{case.number}", status_code=303)


async def newer_version(session: Session, case: Case) -> Item | None:
    """The version a draft may go over to; None where there is none, or nobody may apply any more."""
    if not case.is_draft or isinstance(case, BundleCase):
        return None
    try:
        newest = await catalogue.get(session, case.application.item_code)
    except (ItemNotFound, ItemWithdrawn):
        return None
    return newest if newest.version > case.application.item_version else None


def _labels(form: Form, names: tuple[str, ...] | list[str]) -> list[str]:
    """What the questions behind these names are called, each once."""
    found = [form.question(rows.owner(name)) for name in names]
    return list(dict.fromkeys(pick(one.label) for one in found if one))
