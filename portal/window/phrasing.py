"""常用意见: the page where an officer keeps the words they use again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor
from portal import forms
from portal.forms import Form
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from services.applications.window import phrases
from services.applications.window.errors import FieldUnknown, PhraseUnknown
from storage.database import Session

HERE = "/window/phrases"


class Words(forms.Fields):
    phrase_deed: str
    phrase_text: str = Field(min_length=2, max_length=phrases.LONGEST)
    office: str = ""


class PhrasePages(Controller):
    path = HERE
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:phrases")
    async def listing(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        return await _page(session, actor, Form.empty())

    @post("/", name="window:keep-phrase")
    async def keep(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Words)
        if form.value is None:
            words = {"phrase_deed": _("请选择用在哪里"), "phrase_text": _("请写下常用的意见，最多 500 字")}
            mistakes = {name: words.get(name, code) for name, code in form.errors.items()}
            return await _page(session, actor, Form(form.typed, mistakes), 422)
        said = form.value
        try:
            await phrases.keep(
                session,
                actor,
                deed=said.phrase_deed,
                text=said.phrase_text,
                office=said.office == "yes",
                at=now,
            )
        except FieldUnknown as unknown:
            wrong = _("没有“%(name)s”这个字段") % {"name": unknown.name}
            return await _page(session, actor, form.wrong(phrase_text=wrong), 422)
        except PhraseUnknown:
            return await _page(session, actor, form.wrong(phrase_deed=_("请选择用在哪里")), 422)
        return Redirect(HERE, status_code=303)

    @post("/{phrase_id:uuid}/removal", name="window:remove-phrase")
    async def remove(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], phrase_id: FromPath[UUID]
    ) -> Redirect:
        await phrases.remove(session, actor, phrase_id)
        return Redirect(HERE, status_code=303)


async def _page(session: Session, actor: Actor, form: Form[Any], status: int = 200) -> Template:
    usable = await phrases.usable(session, actor)
    context = {
        "own": [one for one in usable if one.owner_id is not None],
        "office": [one for one in usable if one.owner_id is None],
        "answers_for_office": phrases.may_keep_for_office(actor),
        "deeds": phrases.DEEDS,
        "fields": phrases.FIELDS,
        "form": form,
    }
    return Template("window/phrases.html", context=context, status_code=status)
