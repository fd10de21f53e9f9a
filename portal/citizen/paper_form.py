"""The application form of a case on paper: as it stands now, for keeping or for taking to the counter."""

import asyncio
from datetime import datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from identity.actor import Actor
from licensing import forms
from licensing.forms import FormData
from portal.citizen.case import Case, open_case
from portal.citizen.materials import sent
from portal.guards import citizen
from portal.language import gettext as _
from services.catalogue import papering
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
        content = await asyncio.to_thread(forms.application_form, _data(case, now))
        return sent(content, _("申请表 %(number)s.pdf") % {"number": case.number}, "application/pdf")


def _data(case: Case, now: datetime) -> FormData:
    definition = case.definition
    values = case.checked(complete=False).values
    return FormData(
        item_name=definition.name.zh,
        item_code=definition.code,
        version=case.application.item_version,
        department=definition.department.name.zh,
        at=case.application.submitted_at or now,
        blocks=papering.filled(definition, case.application.answers, today=case.today, facts=case.facts),
        materials=papering.materials(definition, {**case.facts, **values}, today=case.today),
        number=case.number,
        applicant=case.application.applicant_name,
        dated=case.application.submitted_at is not None,
        sample=definition.sample,
    )
