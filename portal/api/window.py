"""The officers' door: the cases of their departments, and what is done with them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from identity.actor import CASEWORK, Actor
from portal.api import bodies, cursors, fee_deeds, law_deeds, reading
from portal.api.case_schemas import (
    ApplicationPage,
    ApplicationSeen,
    Defects,
    Nothing,
    Opinion,
    ProcedureResult,
    Reason,
    Review,
    Suspension,
)
from portal.api.description import ROOT, refusals
from portal.api.standing import plain_number
from portal.guards import roles
from portal.request import Request
from services.applications import desk
from services.applications.commands import closing, deciding, receiving, reviewing
from services.applications.desk import Lamp, Wanted
from services.applications.rules import OPEN, Deed, State
from services.workflow.rules import local_day
from storage.database import Session

MOST = 100

Doing: TypeAlias = Callable[[Session, Actor, str, Any, datetime], Awaitable[object]]


async def _claim(session: Session, actor: Actor, number: str, _: Nothing, at: datetime) -> object:
    return await receiving.claim(session, actor, number, at=at)


async def _accept(session: Session, actor: Actor, number: str, said: Opinion, at: datetime) -> object:
    return await receiving.accept(session, actor, number, opinion=said.opinion, at=at)


async def _correction(session: Session, actor: Actor, number: str, said: Defects, at: datetime) -> object:
    defects = [(one.target, one.note) for one in said.defects]
    return await receiving.request_correction(session, actor, number, defects=defects, at=at)


async def _refuse_acceptance(
    session: Session, actor: Actor, number: str, said: Reason, at: datetime
) -> object:
    return await receiving.refuse_acceptance(session, actor, number, reason=said.reason, at=at)


async def _review(session: Session, actor: Actor, number: str, said: Review, at: datetime) -> object:
    return await reviewing.review(
        session, actor, number, opinion=said.opinion, favourable=said.favourable, at=at
    )


async def _suspend(session: Session, actor: Actor, number: str, said: Suspension, at: datetime) -> object:
    return await reviewing.suspend(
        session, actor, number, kind=said.procedure, reason=said.reason, days=said.days, at=at
    )


async def _resume(session: Session, actor: Actor, number: str, said: ProcedureResult, at: datetime) -> object:
    return await reviewing.resume(session, actor, number, result=said.result, at=at)


async def _extend(session: Session, actor: Actor, number: str, said: Reason, at: datetime) -> object:
    return await reviewing.extend(session, actor, number, reason=said.reason, at=at)


async def _grant(session: Session, actor: Actor, number: str, said: Opinion, at: datetime) -> object:
    return await deciding.grant(session, actor, number, opinion=said.opinion, at=at)


async def _refuse(session: Session, actor: Actor, number: str, said: Reason, at: datetime) -> object:
    return await deciding.refuse(session, actor, number, reason=said.reason, at=at)


async def _deliver(session: Session, actor: Actor, number: str, _: Nothing, at: datetime) -> object:
    return await closing.deliver(session, actor, number, at=at)


DEEDS: Mapping[str, tuple[type[Struct], Doing]] = {
    Deed.CLAIM: (Nothing, _claim),
    Deed.ACCEPT: (Opinion, _accept),
    Deed.REQUEST_CORRECTION: (Defects, _correction),
    Deed.REFUSE_ACCEPTANCE: (Reason, _refuse_acceptance),
    Deed.REVIEW: (Review, _review),
    Deed.SUSPEND: (Suspension, _suspend),
    Deed.RESUME: (ProcedureResult, _resume),
    Deed.EXTEND: (Reason, _extend),
    Deed.GRANT: (Opinion, _grant),
    Deed.REFUSE: (Reason, _refuse),
    Deed.DELIVER: (Nothing, _deliver),
    **law_deeds.DEEDS,
    **fee_deeds.DEEDS,
}
"""Each deed with what has to be said for it."""


def _bodies() -> dict[str, Any]:
    """One schema for each deed, titled by it."""
    return {"oneOf": [bodies.schema_of(kind) | {"title": str(deed)} for deed, (kind, _) in DEEDS.items()]}


class Window(Controller):
    path = f"{ROOT}/window/cases"
    tags = ["window"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listCases",
        summary="待办列表",
        description="The cases of one's departments by what is due next. Without `state`: those that are open.",
        responses=refusals(401, 403),
    )
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        *,
        states: Annotated[
            list[State] | None, QueryParameter(name="state", description="one or several states")
        ] = None,
        mine: FromQuery[bool] = False,
        light: Annotated[Lamp | None, QueryParameter(description="the light of the running limit")] = None,
        item: Annotated[str | None, QueryParameter(pattern="^[a-z0-9-]{1,100}$")] = None,
        q: Annotated[
            str | None,
            QueryParameter(max_length=60, description="how the applicant's name or the number begins"),
        ] = None,
        filed_since: Annotated[date | None, QueryParameter(description="first day of submission")] = None,
        filed_until: Annotated[date | None, QueryParameter(description="last day of submission")] = None,
        after: Annotated[str | None, QueryParameter(description="`next` of the page before")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 50,
    ) -> ApplicationPage:
        wanted = Wanted(
            today=local_day(now),
            within=frozenset(states) if states else OPEN,
            mine=mine,
            lamp=light,
            item_code=item,
            text=q if q and q.isprintable() else None,
            filed_since=filed_since,
            filed_until=filed_until,
            after=cursors.read(after, date.fromisoformat) if after else None,
            limit=limit + 1,
        )
        found = await desk.queue(session, actor, wanted)
        last = found[limit - 1] if len(found) > limit else None
        return ApplicationPage(
            applications=[reading.line(one, now) for one in found[:limit]],
            next=cursors.written(last.due_on, last.number) if last and last.due_on else None,
        )

    @post(
        "/{number:str}/{deed:str}",
        operation_id="doDeed",
        summary="办理",
        description="Does a deed: claim, accept, request-correction, refuse-acceptance, review, suspend, resume, "
        "extend, grant, refuse, deliver, and what the law adds: correct-on-the-spot, accept-to-follow, refer, "
        "tell-not-needed, send-back, offer-hearing, ask-for-hearing, call-hearing, close-hearing, terminate, "
        "verify-commitment, review-decision, revoke, cancel, archive; take-fee, refund-fee and waive-fee record what was paid. "
        "Each takes its own words. Who received a case never decides it (`acceptor-may-not-decide`), and two persons "
        "verify what the law wants two for (`already-spoke`).",
        responses=refusals(401, 403, 404, 409, 422),
        operation_class=bodies.taking({bodies.JSON: _bodies()}, required=False),
        status_code=200,
    )
    async def do(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        deed: FromPath[str],
    ) -> ApplicationSeen:
        if deed not in DEEDS:
            raise NotFoundException
        kind, doing = DEEDS[deed]
        await doing(session, actor, plain_number(number), await bodies.read(request, kind), now)
        return await reading.whole(session, actor, number, at=now)
