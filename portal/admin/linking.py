"""目录账号: which account of the city's own directory is whose, said by a security administrator and by nobody else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries
from identity.actor import Actor, Role
from identity.errors import PersonUnknown
from identity.openid import directory
from identity.openid.errors import ArrivalRefused
from identity.openid.relying import Counterpart
from portal import forms
from portal.forms import Form
from portal.guards import fresh, roles
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

DIRECTORY = "/admin/directory"


class Linking(forms.Fields):
    person: UUID
    subject: str = Field(max_length=directory.LONGEST_SUBJECT)


class DirectoryRoom(Controller):
    path = DIRECTORY
    guards = [roles(Role.SECURITY_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:directory")
    async def show(self, request: Request, session: NamedDependency[Session]) -> Template:
        return await _page(request, session, Form.empty())

    @post("/", name="admin:link-directory", guards=[fresh()])
    async def link(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form, party = await forms.read(request, Linking), _party(request)
        if "person" in form.errors:
            form = form.wrong(person="not-chosen")
        if form.value is None:
            return await _page(request, session, form, 422)
        said = form.value
        try:
            await directory.link(session, actor, party.issuer, said.person, said.subject, at=now)
        except PersonUnknown:
            return await _page(request, session, form.wrong(person="not-chosen"), 422)
        except ArrivalRefused as refusal:
            return await _page(request, session, form.wrong(subject=_words(refusal.why)), 422)
        return Redirect(DIRECTORY, status_code=303)

    @post("/{person_id:uuid}/unlink", name="admin:unlink-directory", guards=[fresh()])
    async def unlink(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        person_id: FromPath[UUID],
    ) -> Redirect:
        await directory.unlink(session, actor, _party(request).issuer, person_id, at=now)
        return Redirect(DIRECTORY, status_code=303)


def _party(request: Request) -> Counterpart:
    """The directory the settings name; 404 where they name none."""
    found: Counterpart | None = request.app.state.get("staff_directory")
    if found is None:
        raise NotFoundException
    return found


def _words(why: str) -> str:
    if why == "claimed":
        return _("这个编号已经关联了另一个人，请先解除")
    return _("目录里的编号只有英文、数字和符号，请检查")


async def _page(request: Request, session: Session, form: Form[Any], status: int = 200) -> Template:
    party = _party(request)
    staff = [one for one in await queries.staff_listing(session) if one.active]
    context = {
        "form": form,
        "party": party,
        "linked": await directory.listing(session, party.issuer),
        "staff": [(str(one.person_id), f"{one.name} {one.login or ''}") for one in staff],
    }
    return Template("admin/directory.html", context=context, status_code=status)
