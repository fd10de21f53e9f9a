"""合法性审核: drafts that wait for a lawyer, what each changes, and the verdict. Never by one who wrote it."""

from datetime import datetime
from typing import Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from portal import forms, guards
from portal.admin import wording
from portal.admin.comparing import shown
from portal.forms import Form
from portal.known import known
from portal.request import Request
from services.catalogue import queries as catalogue
from services.catalogue.lint.drafts import definition_of
from services.catalogue.maintenance import commands, queries
from services.catalogue.maintenance.errors import ReasonMissing
from services.catalogue.maintenance.rules import DraftState
from services.catalogue.problems import explain
from services.catalogue.rules import builtins
from services.catalogue.writing import dumped
from storage.database import Session

REVIEWS = "/admin/reviews"


class Verdict(forms.Fields):
    revision: int
    verdict: Literal["approve", "return"]
    reason: str = Field("", max_length=500)


class ReviewPages(Controller):
    path = REVIEWS
    guards = [guards.roles(Role.LEGAL)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:reviews")
    async def listing(self, session: NamedDependency[Session]) -> Template:
        context = {
            "waiting": await queries.drafts(session, state=DraftState.IN_REVIEW),
            "done": await queries.drafts(session, state=DraftState.APPROVED),
            "wording": wording,
        }
        return Template("admin/reviews.html", context=context)

    @get("/{code:str}", name="admin:review")
    async def show(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        return await _page(session, code, Form.empty())

    @post("/{code:str}", name="admin:judge")
    async def judge(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Verdict)
        if form.value is None:
            return await _page(session, code, form, 422)
        said = form.value
        if said.verdict == "approve":
            await commands.approve_draft(
                session, code, actor=actor, at=now, revision=said.revision, note=said.reason
            )
            return Redirect(REVIEWS, status_code=303)
        try:
            await commands.return_draft(
                session, code, reason=said.reason, actor=actor, at=now, revision=said.revision
            )
        except ReasonMissing:
            return await _page(session, code, form.wrong(reason="missing"), 422)
        return Redirect(REVIEWS, status_code=303)


async def _page(session: Session, code: str, form: Form[Any], status: int = 200) -> Template:
    """The draft whole, and what it changes. Raises DraftNotFound."""
    draft = await queries.draft(session, code)
    newest = await catalogue.newest_version(session, code)
    whole = definition_of(draft.definition)
    content = draft.definition if whole is None else builtins(whole)
    old = builtins(newest.definition) if newest is not None else None
    context = {
        "draft": draft,
        "name": draft.definition.get("name"),
        "newest": newest,
        "differences": shown(queries.compared(old, content)) if old is not None else [],
        "text": dumped(content),
        "problems": await queries.problems_of(draft, known()),
        "explain": explain,
        "saves": await queries.saves(session, code),
        "form": form,
        "wording": wording,
    }
    return Template("admin/review.html", context=context, status_code=status)
