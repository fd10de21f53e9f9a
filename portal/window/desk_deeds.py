"""On one's own desk: ticking what was checked, handing a case over, putting it back."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, post
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
from portal.window import casefile
from portal.window.casefile import Tried
from portal.window.doing import status_of
from portal.window.looking import address
from services.applications.errors import ApplicationError, ApplicationNotFound, ReasonMissing
from services.applications.rules import Deed
from services.applications.window import checking, handing_over
from services.applications.window.errors import ColleagueUnfit
from services.applications.window.points import FORM
from storage.database import Session

LONGEST = 300


class HandOver(forms.Fields):
    colleague: UUID
    hand_over_reason: str = Field(max_length=LONGEST)


class Checks(forms.Fields):
    """`met` are the ticks, `material:photo|complete`; the note to each target is the field `wrong-…`."""

    met: list[str] = Field(default_factory=list)


class DeskDeeds(Controller):
    path = "/window/cases/{number:str}"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/checks", name="window:check")
    async def check(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Keep the ticks; the page comes back with the words that follow from them in the forms of the deeds."""
        form = await forms.read(request, Checks)
        met: dict[str, set[str]] = {}
        for tick in form.value.met if form.value else []:
            target, _bar, point = tick.partition("|")
            met.setdefault(target, set()).add(point)
        notes = {
            f"material:{name.removeprefix('wrong-material-')}" if name != f"wrong-{FORM}" else FORM: text
            for name, text in form.typed.items()
            if name.startswith("wrong-") and isinstance(text, str)
        }
        try:
            async with session.begin_nested():
                found = await checking.check(
                    session, actor, casefile.readable(number), met=met, notes=notes, at=now
                )
        except ApplicationNotFound:
            raise
        except ApplicationError as refused:
            return await _again(session, actor, number, Tried(None, form, refused), now)
        deed = Deed.REQUEST_CORRECTION if any(one.note for one in found) else None
        return Redirect(address(number, anchor=f"deed-{deed}" if deed else "deeds"), status_code=303)

    @post("/hand-over", name="window:hand-over")
    async def hand_over(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Onto a colleague's desk, with the reason."""
        form = await forms.read(request, HandOver)
        if form.value is None:
            words = {"colleague": _("请选择接手的同事"), "hand_over_reason": _("请写明理由，至少四个字")}
            form = Form(form.typed, {name: words.get(name, code) for name, code in form.errors.items()})
            return await _again(session, actor, number, Tried(None, form), now)
        said = form.value
        try:
            async with session.begin_nested():
                await handing_over.hand_over(
                    session,
                    actor,
                    casefile.readable(number),
                    to=said.colleague,
                    reason=said.hand_over_reason,
                    at=now,
                )
        except ApplicationNotFound:
            raise
        except ReasonMissing:
            wrong = form.wrong(hand_over_reason=_("请写明理由，至少四个字"))
            return await _again(session, actor, number, Tried(None, wrong), now)
        except ColleagueUnfit:
            wrong = form.wrong(colleague=_("这位同事不能接手，请另选一位"))
            return await _again(session, actor, number, Tried(None, wrong), now)
        except ApplicationError as refused:
            return await _again(session, actor, number, Tried(None, form, refused), now)
        return Redirect(address(number, done="hand-over"), status_code=303)

    @post("/put-back", name="window:put-back")
    async def put_back(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Off one's desk: whoever comes next may take it."""
        try:
            async with session.begin_nested():
                await handing_over.put_back(session, actor, casefile.readable(number), at=now)
        except ApplicationNotFound:
            raise
        except ApplicationError as refused:
            return await _again(session, actor, number, Tried(None, Form.empty(), refused), now)
        return Redirect(address(number, done="put-back"), status_code=303)


async def _again(session: Session, actor: Actor, number: str, tried: Tried, now: datetime) -> Template:
    """The case as it stands now, why it was not done, and what was typed."""
    status = status_of(tried.refusal) if tried.refusal else 422
    return await casefile.page(session, actor, number, now=now, tried=tried, status=status)
