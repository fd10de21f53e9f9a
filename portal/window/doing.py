"""Doing something with a case: one address for each deed. A deed that is refused leaves nothing but what was typed."""

from datetime import datetime
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor
from portal import forms
from portal.forms import Form
from portal.guards import fresh, roles
from portal.language import gettext as _
from portal.request import Request
from portal.window import casefile, deed_forms
from portal.window.casefile import Tried
from portal.window.looking import address
from services.applications import desk, queries
from services.applications.commands import receiving, unmasking
from services.applications.commands.unmasking import Need
from services.applications.errors import (
    ApplicationError,
    ApplicationNotFound,
    NothingToCorrect,
    NotYourDeed,
    ReasonMissing,
    UnknownTarget,
)
from services.applications.rules import Deed
from services.catalogue import queries as catalogue
from services.workflow.errors import WorkflowError
from storage.database import Session

NEXT = "next"
"""The value of the button that opens the next case after the deed."""


class Unmasking(forms.Fields):
    question: list[str] = Field(default_factory=list, min_length=1)
    need: Need


class DeedPages(Controller):
    path = "/window/cases/{number:str}"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/unmasking", name="window:unmask", guards=[fresh()])
    async def unmask(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        """The case page with these numbers whole, this once; the look is on the record."""
        form = await forms.read(request, Unmasking)
        if form.value is None:
            tried = Tried(None, form.wrong(unmasking=_("请勾选要查看的内容，并选择用途")))
            return await casefile.page(session, actor, number, now=now, tried=tried, status=422)
        questions = form.value.question
        try:
            async with session.begin_nested():
                await unmasking.unmask(
                    session,
                    actor,
                    casefile.readable(number),
                    questions=questions,
                    need=form.value.need,
                    at=now,
                )
        except ApplicationNotFound:
            raise
        except ApplicationError as refused:
            return await _refused(session, actor, number, Tried(None, form, refused), now)
        return await casefile.page(session, actor, number, now=now, unmasked=questions)

    @post("/{deed:str}", name="window:deed")
    async def do(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        deed: FromPath[str],
    ) -> Template | Redirect:
        wanted = _known(deed)
        form = await forms.read(request, deed_forms.FORMS[wanted])
        if form.value is not None and wanted is Deed.REQUEST_CORRECTION:
            form = await _with_defects(session, actor, number, form)
        if form.value is None:
            return await casefile.page(session, actor, number, now=now, tried=Tried(wanted, form), status=422)
        try:
            # A savepoint: the rules of a deed may refuse after its first rows are written, and the page must
            # still be read in this request's transaction.
            async with session.begin_nested():
                await _do(session, actor, casefile.readable(number), wanted, form, now)
        except ApplicationNotFound:
            raise
        except (ApplicationError, WorkflowError) as refused:
            return await _refused(session, actor, number, Tried(wanted, form, refused), now)
        return await _onward(session, actor, number, wanted, form, now)


def _known(deed: str) -> Deed:
    wanted = next((one for one in deed_forms.FORMS if one.value == deed), None)
    if wanted is None:
        raise NotFoundException
    return wanted


async def _do(
    session: Session, actor: Actor, number: str, deed: Deed, form: Form[Any], now: datetime
) -> None:
    if deed is Deed.REQUEST_CORRECTION:
        found, _mistakes = deed_forms.defects(form, await _targets(session, actor, number))
        await receiving.request_correction(session, actor, number, defects=found, at=now)
    else:
        await deed_forms.DOING[deed](session, actor, number, form.value, now)


async def _with_defects(session: Session, actor: Actor, number: str, form: Form[Any]) -> Form[Any]:
    """The correction form with every mistake between ticks and notes."""
    _found, mistakes = deed_forms.defects(form, await _targets(session, actor, number))
    return form.wrong(**mistakes) if mistakes else form


async def _targets(session: Session, actor: Actor, number: str) -> list[str]:
    case = await queries.get(session, actor, casefile.readable(number))
    item = await catalogue.get_version(session, case.item_code, case.item_version)
    return list(casefile.names(item.definition))


async def _onward(
    session: Session, actor: Actor, number: str, deed: Deed, form: Form[Any], now: datetime
) -> Redirect:
    """Back to the case with a notice, or with «…并取下一件» on to the next one."""
    if form.typed.get("then") == NEXT:
        following = await desk.next_for(session, actor)
        if following is None:
            return Redirect("/window?nothing=left", status_code=303)
        await receiving.claim(session, actor, following, at=now)
        return Redirect(address(following, done=Deed.CLAIM), status_code=303)
    return Redirect(address(number, done=deed), status_code=303)


async def _refused(session: Session, actor: Actor, number: str, tried: Tried, now: datetime) -> Template:
    """The case as it stands now, why the deed was not done, and what was typed."""
    field = deed_forms.misplaced(tried.refusal, tried.deed)
    if field is not None:
        tried = Tried(tried.deed, tried.form.wrong(**{field: _("请写明理由，至少四个字")}))
        return await casefile.page(session, actor, number, now=now, tried=tried, status=422)
    status = status_of(tried.refusal)
    return await casefile.page(session, actor, number, now=now, tried=tried, status=status)


def status_of(refused: Exception | None) -> int:
    """As portal/refusals.py has it, which a door cannot import because it knows the API's problems."""
    if isinstance(refused, (ReasonMissing, NothingToCorrect, UnknownTarget)):
        return 422
    return 403 if isinstance(refused, NotYourDeed) else 409
