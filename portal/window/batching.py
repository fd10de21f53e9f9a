"""Several ticked cases at once: claimed, accepted, handed over or printed, each with a result of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor
from licensing.joining import joined
from portal import forms
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from portal.window import casefile
from portal.window.looking import PDF, inline
from services.applications import desk, queries
from services.applications.commands import receiving
from services.applications.errors import ApplicationError, ResultNotReady
from services.applications.window import handing_over
from services.workflow.errors import WorkflowError
from storage.database import Session

HAND_OVER = "hand-over"
LONGEST = 300

Doing: TypeAlias = Callable[[str], Awaitable[object]]


class Batch(forms.Fields):
    number: list[str] = Field(default_factory=list)
    deed: Literal["claim", "accept", "hand-over", "print"]
    colleague: UUID | None = None
    hand_over_reason: str = Field("", max_length=LONGEST)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case; `refusal` says why nothing did."""

    number: str
    case: Any = None
    refusal: Exception | None = None


class BatchPages(Controller):
    path = "/window/batch"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/", name="window:batch")
    async def do(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """Do one deed on every ticked case, each by itself: one that is refused leaves the others done."""
        form = await forms.read(request, Batch)
        said = form.value
        if said is None or not said.number:
            return Redirect("/window?unknown=none", status_code=303)
        numbers = list(dict.fromkeys(said.number))[: desk.PAGE]
        if said.deed == HAND_OVER and (said.colleague is None or not said.hand_over_reason):
            return await _handing_over(session, actor, numbers, form)
        if said.deed == "print":
            results = [await _printable(session, actor, number) for number in numbers]
        else:
            doing = _doing(session, actor, said, now)
            results = [await _one(session, actor, number, doing) for number in numbers]
        ready = [one.number for one in results if one.refusal is None]
        context = {
            "deed": said.deed,
            "results": results,
            "ready": len(ready),
            "prints": f"/window/batch/papers?{urlencode({'number': ready}, doseq=True)}" if ready else "",
        }
        return Template("window/batch.html", context=context)

    @get("/papers", name="window:batch-papers")
    async def papers(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        number: FromQuery[list[str]],
    ) -> Response[bytes]:
        """The newest paper of each case as one file to be printed. Raises ResultNotReady where there is none."""
        digests = [await _newest(session, actor, one) for one in number[: desk.PAGE]]
        content = joined([await resources.objects.get(digest) for digest in digests])
        return inline(content, PDF, _("批量打印.pdf"))


def _doing(session: Session, actor: Actor, said: Batch, now: datetime) -> Doing:
    async def done(number: str) -> object:
        if said.deed == "claim":
            return await receiving.claim(session, actor, number, at=now)
        if said.deed == "accept":
            return await receiving.accept(session, actor, number, at=now)
        to, reason = said.colleague or actor.person_id, said.hand_over_reason
        return await handing_over.hand_over(session, actor, number, to=to, reason=reason, at=now)

    return done


async def _one(session: Session, actor: Actor, number: str, doing: Doing) -> Result:
    """One case in a savepoint of its own."""
    try:
        async with session.begin_nested():
            await doing(casefile.readable(number))
    except (ApplicationError, WorkflowError) as refused:
        return Result(number, await _seen(session, actor, number), refused)
    return Result(number, await _seen(session, actor, number))


async def _seen(session: Session, actor: Actor, number: str) -> Any:
    try:
        return await queries.get(session, actor, casefile.readable(number))
    except ApplicationError:
        return None


async def _printable(session: Session, actor: Actor, number: str) -> Result:
    seen = await _seen(session, actor, number)
    try:
        await _newest(session, actor, number)
    except ApplicationError as refused:
        return Result(number, seen, refused)
    return Result(number, seen)


async def _newest(session: Session, actor: Actor, number: str) -> str:
    """The digest of the newest paper that is printed. Raises ApplicationNotFound, ResultNotReady."""
    case = await queries.get(session, actor, casefile.readable(number))
    printed = [paper.digest for paper in await queries.documents_of(session, case) if paper.digest]
    if not printed:
        raise ResultNotReady(number)
    return printed[-1]


async def _handing_over(session: Session, actor: Actor, numbers: list[str], form: Any) -> Template:
    """To whom, and why: asked on a page of its own, for all of them at once."""
    cases = [case for number in numbers if (case := await _seen(session, actor, number)) is not None]
    known = await handing_over.colleagues(session, actor, cases[0]) if cases else []
    asked = form if {"colleague", "hand_over_reason"} & set(form.typed) else form.empty()
    if asked.typed:
        mistakes = {
            "colleague": "" if form.value.colleague else _("请选择接手的同事"),
            "hand_over_reason": "" if form.value.hand_over_reason else _("请写明理由，至少四个字"),
        }
        asked = form.wrong(**{name: text for name, text in mistakes.items() if text})
    context = {"cases": cases, "colleagues": known, "form": asked}
    return Template("window/batch_hand_over.html", context=context, status_code=422 if asked.errors else 200)
