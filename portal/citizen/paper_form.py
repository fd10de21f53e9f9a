"""The application form of a case on paper: as it stands now, for keeping or for taking to the counter."""

import asyncio
from datetime import datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from identity.actor import Actor
from licensing import forms
from portal.citizen.case import open_case
from portal.guards import citizen
from portal.language import gettext as _
from portal.sending import PDF, sent
from services.applications.paper_form import form_of
from storage.database import Session


class PaperForms(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/form.pdf", name="paper-form:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        case = await open_case(session, actor, number, now)
        data = form_of(case.application, case.definition, case.facts, at=now)
        content = await asyncio.to_thread(forms.application_form, data)
        return sent(content, _("申请表 %(number)s.pdf") % {"number": case.number}, PDF)
