"""纪律处分: entered by the audit administrator against a department's month, and on the record."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from identity.errors import DepartmentUnknown
from portal import forms, guards
from portal.forms import Form
from portal.language import gettext as _
from portal.request import Request
from portal.supervision import part_words, showing
from services.oversight.errors import TextMissing, ThresholdWrong
from services.oversight.rules import latest_months
from services.oversight.scoring import commands, queries
from services.oversight.scoring.models import DisciplinePart
from services.oversight.scoring.rules import DISCIPLINE, MONTHS
from services.workflow.rules import local_day
from storage.database import Session

HERE = "/admin/discipline"


class Entry(forms.Fields):
    department: str
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$")
    part: DisciplinePart
    points: int
    reference: str = Field(max_length=100)
    reason: str = Field(max_length=500)


class DisciplinePages(Controller):
    path = HERE
    guards = [guards.roles(Role.AUDIT_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:discipline")
    async def show(self, session: NamedDependency[Session], now: NamedDependency[datetime]) -> Template:
        return await _page(session, Form.empty(), local_day(now))

    @post("/", name="admin:enter-discipline")
    async def enter(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form, today = await forms.read(request, Entry), local_day(now)
        chosen = {one.strftime("%Y-%m"): one for one in latest_months(today, MONTHS)}
        if form.value is not None and form.value.month not in chosen:
            form = form.wrong(month="not-an-option")
        if form.value is None:
            return await _page(session, form, today, 422)
        said = form.value
        try:
            await commands.discipline(
                session,
                actor,
                department=said.department,
                month=chosen[said.month],
                part=said.part,
                points=said.points,
                reference=said.reference,
                reason=said.reason,
                at=now,
            )
        except TextMissing as missing:
            return await _page(session, form.wrong(**{missing.field: _("请写明，至少四个字")}), today, 422)
        except ThresholdWrong:
            return await _page(session, form.wrong(points="not-an-option"), today, 422)
        except DepartmentUnknown:
            return await _page(session, form.wrong(department="not-an-option"), today, 422)
        return Redirect(HERE, status_code=303)


async def _page(session: Session, form: Form[Any], today: date, status: int = 200) -> Template:
    months = latest_months(today, MONTHS)
    context = {
        "form": form,
        "entries": await queries.entries(session, months),
        "months": months,
        "departments": await showing.departments(session),
        "parts": part_words.parts(),
        "choices": [one.value for one in DisciplinePart],
        "steps": DISCIPLINE,
    }
    return Template("supervision/discipline.html", context=context, status_code=status)
