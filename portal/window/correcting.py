"""What people say is wrong in a department's data, and the department's answers."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor
from identity.privacy import correcting
from identity.privacy.rules import Verdict
from portal import forms
from portal.forms import Form
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from services.workflow.rules import local_day
from storage.database import Session

CORRECTIONS = "/window/corrections"


class Answer(forms.Fields):
    verdict: Literal["corrected", "right", "elsewhere"]
    text: str = Field(min_length=2, max_length=1000)


class CorrectionQueue(Controller):
    path = CORRECTIONS
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:corrections")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        answered: FromQuery[str] = "",
    ) -> Template:
        context = {
            "entries": await correcting.queue(session, actor, answered=bool(answered)),
            "answered": bool(answered),
            "today": local_day(now),
        }
        return Template("window/corrections.html", context=context)

    @get("/{request_id:uuid}", name="window:correction")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        request_id: FromPath[UUID],
    ) -> Template:
        return await _page(session, actor, request_id, Form.empty())

    @post("/{request_id:uuid}", name="window:answer-correction")
    async def answer(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        request_id: FromPath[UUID],
    ) -> Template | Redirect:
        form = await forms.read(request, Answer)
        if form.value is None:
            return await _page(session, actor, request_id, _in_words(form), 422)
        said = form.value
        await correcting.answer(
            session, actor, request_id, verdict=Verdict(said.verdict), text=said.text, at=now
        )
        return Redirect(CORRECTIONS, status_code=303)


def _in_words(form: Form[Answer]) -> Form[Answer]:
    words = {"verdict": _("请选择核实的结果"), "text": _("请写明核实了什么、怎样处理")}
    errors = {
        name: code if code == "too-long" else words.get(name, code) for name, code in form.errors.items()
    }
    return Form(form.typed, errors)


async def _page(
    session: Session, actor: Actor, request_id: UUID, form: Form[Any], status: int = 200
) -> Template:
    entry = await correcting.one(session, actor, request_id)
    return Template("window/correction.html", context={"entry": entry, "form": form}, status_code=status)
