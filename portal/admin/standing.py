"""暂停, 恢复, 取消, 拆分, 合并: one page each, with what it means for people before it is done."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from portal import forms, guards
from portal.admin.effective import ITEMS, DayOfEffect, back, judged
from portal.forms import Form
from portal.language import gettext
from portal.request import Request
from services.catalogue import queries as catalogue
from services.catalogue.errors import ItemNotFound
from services.catalogue.lint.elements import SLUG
from services.catalogue.maintenance import queries, regrouping, standing
from services.catalogue.maintenance.errors import CodeTaken, DraftExists, ReasonMissing, SuccessorUnknown
from services.catalogue.queries import Item
from storage.database import Session


class Why(forms.Fields):
    reason: str = Field(max_length=500)


class Ending(DayOfEffect):
    """Why, from which day, and where people go instead."""

    reason: str = Field(max_length=500)
    successors: list[str] = Field(default_factory=list)


class Codes(forms.Fields):
    """New codes, one a line (a split), or the one code that stays (a merger)."""

    codes: str = Field(max_length=1000)


class Others(forms.Fields):
    others: list[str] = Field(default_factory=list)
    into: str = Field(max_length=60)


class StandingPages(Controller):
    path = "/admin/items/{code:str}"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/suspension", name="admin:suspension")
    async def suspension(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        return await _page(session, "suspension", code, Form.empty())

    @post("/suspension", name="admin:suspend-item")
    async def suspend(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Why)
        if form.value is None:
            return await _page(session, "suspension", code, form, 422)
        await standing.suspend(session, code, reason=form.value.reason, actor=actor, at=now)
        return back(code)

    @post("/resumption", name="admin:resume-item")
    async def resume(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        await standing.resume(session, code, actor=actor, at=now)
        return back(code)

    @get("/ending", name="admin:ending")
    async def ending(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        return await _page(session, "ending", code, Form.empty())

    @post("/ending", name="admin:cancel-item")
    async def cancel(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = judged(await forms.read(request, Ending), now=now)
        if form.value is None:
            return await _page(session, "ending", code, form, 422)
        try:
            await standing.cancel(
                session,
                code,
                reason=form.value.reason,
                actor=actor,
                at=now,
                from_day=form.value.on(),
                successors=form.value.successors,
            )
        except ReasonMissing:
            return await _page(session, "ending", code, form.wrong(reason="missing"), 422)
        return back(code)

    @get("/splitting", name="admin:splitting")
    async def splitting(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        return await _page(session, "splitting", code, Form.empty())

    @post("/splitting", name="admin:split-item")
    async def split(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Codes)
        into = form.value.codes.split() if form.value is not None else []
        if form.value is not None and not all(SLUG.fullmatch(one) and len(one) <= 60 for one in into):
            form = form.wrong(codes=gettext("代码只能是小写英文、数字和连字符"))
        if form.value is None:
            return await _page(session, "splitting", code, form, 422)
        try:
            await regrouping.split(session, code, into, actor=actor, at=now)
        except (CodeTaken, DraftExists, SuccessorUnknown) as exc:
            return await _page(session, "splitting", code, form.wrong(codes=_refused(exc)), 422)
        return Redirect(ITEMS, status_code=303)

    @get("/merging", name="admin:merging")
    async def merging(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        return await _page(session, "merging", code, Form.empty())

    @post("/merging", name="admin:merge-items")
    async def merge(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Others)
        if form.value is not None and not (SLUG.fullmatch(form.value.into) and form.value.others):
            mistake = {"into": gettext("代码只能是小写英文、数字和连字符")}
            form = form.wrong(**(mistake if form.value.others else {"others": "not-chosen"}))
        if form.value is None:
            return await _page(session, "merging", code, form, 422)
        try:
            draft = await regrouping.merge(
                session, [code, *form.value.others], form.value.into, actor=actor, at=now
            )
        except (CodeTaken, DraftExists, SuccessorUnknown) as exc:
            return await _page(session, "merging", code, form.wrong(into=_refused(exc)), 422)
        return back(draft.code)


def _refused(exc: CodeTaken | DraftExists | SuccessorUnknown) -> str:
    if isinstance(exc, DraftExists):
        words = {"name": exc.draft.edited_by, "code": exc.draft.code}
        return gettext("%(name)s正在编辑 %(code)s，请先商量好") % words
    if isinstance(exc, CodeTaken):
        return gettext("已经有代码是 %(code)s 的事项") % {"code": exc.code}
    return gettext("至少要有两个不同的事项，而且不能是原来的代码")


async def _page(session: Session, deed: str, code: str, form: Form[Any], status: int = 200) -> Template:
    """The page of one deed. Raises ItemNotFound."""
    item: Item | None = await catalogue.newest_version(session, code)
    if item is None:
        raise ItemNotFound(code)
    others = [
        (one.code, one.name)
        for one in await queries.kept(session, limit=5_000)
        if one.standing in {"published", "suspended"} and one.code != code
    ]
    context = {"item": item, "form": form, "others": others}
    return Template(f"admin/{deed}.html", context=context, status_code=status)
