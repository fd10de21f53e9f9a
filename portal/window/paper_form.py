"""The application form of a case, to be printed at the counter: what the applicant declared, sensitive numbers masked."""

import asyncio
from datetime import datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from identity.actor import CASEWORK, Actor
from licensing import forms
from portal.guards import roles
from portal.language import gettext as _
from portal.window import casefile
from portal.window.looking import PDF, inline
from services.applications import queries
from services.applications.commands.submitting import facts_by_name
from services.applications.paper_form import form_of
from services.catalogue import queries as catalogue
from storage.database import Session


class PaperForms(Controller):
    path = "/window/cases/{number:str}/form.pdf"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:paper-form")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        case = await queries.get(session, actor, casefile.readable(number))
        item = await catalogue.get_version(session, case.item_code, case.item_version)
        facts = facts_by_name(await queries.facts_of(session, case))
        data = form_of(case, item.definition, facts, at=now, masked=True)
        content = await asyncio.to_thread(forms.application_form, data)
        return inline(content, PDF, _("申请表 %(number)s.pdf") % {"number": case.number})
