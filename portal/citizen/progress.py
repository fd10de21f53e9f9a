"""进度查询: number and query code from the receipt tell where a case stands, and nothing about whose it is."""

from datetime import datetime
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity import queries as identity
from portal.citizen import branches, telling
from portal.citizen.case import plain_number
from portal.citizen.following import light
from portal.citizen.history import public_history
from portal.forms import Form
from portal.language import gettext as _
from services.applications import queries
from services.applications.bundling import queries as bundles
from services.applications.bundling import reading
from services.applications.bundling.queries import is_bundle
from services.applications.errors import ApplicationNotFound
from services.workflow.rules import local_day
from storage.database import Session

LONGEST = 80


class ProgressPages(Controller):
    path = "/progress"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="progress:show")
    async def show(
        self,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        number: FromQuery[str] = "",
        code: FromQuery[str] = "",
    ) -> Template:
        """The form; with both filled in, what became of the case, or one sentence that never says which was wrong."""
        typed = {"number": _squeezed(number), "code": _squeezed(code)}
        if not number and not code:
            return _page(Form.empty())
        missing = {name: "missing" for name, text in typed.items() if not text}
        if missing:
            return _page(Form(dict(typed), missing), status=422)
        try:
            found = await _found(session, typed["number"], typed["code"], now)
        except ApplicationNotFound:
            wrong = _("没有找到这个办件，请对照回执检查办件编号和查询码")
            return _page(Form(dict(typed), {"number": wrong}), status=404)
        return _page(Form(dict(typed)), found=found)


async def _found(session: Session, number: str, code: str, now: datetime) -> dict[str, Any]:
    if is_bundle(number):
        bundle = await bundles.by_query_code(session, plain_number(number), code)
        return branches.public(await reading.of(session, bundle), local_day(now))
    application = await queries.by_query_code(session, plain_number(number), code)
    department = await identity.department(session, application.department_code)
    return {
        "number": application.number,
        "item": application.item_name,
        "department": department.name,
        "state": telling.state(application.state),
        "sentence": telling.said(telling.STATE_SENTENCES, application.state),
        "light": light(application, local_day(now)),
        "due": application.due_on if application.closed_at is None else None,
        "submitted_at": application.submitted_at,
        "events": await public_history(session, application.number),
    }


def _squeezed(text: str) -> str:
    """What was typed or pasted, without the gaps with which numbers are printed."""
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace())[:LONGEST]


def _page(form: Form[Any], *, found: dict[str, Any] | None = None, status: int = 200) -> Template:
    return Template("citizen/progress.html", context={"form": form, "found": found}, status_code=status)
