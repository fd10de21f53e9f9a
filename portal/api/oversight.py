"""The supervisors' door: the board, cards, orders."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from identity.actor import Actor, Role
from portal.api import cursors, reading
from portal.api.description import ROOT, refusals
from portal.api.oversight_schemas import (
    BoardRowSeen,
    BoardSeen,
    CardPage,
    CardSeen,
    OrderGiven,
    OrderPage,
    OrderSeen,
    RateSeen,
)
from portal.api.schemas import told
from portal.api.standing import plain_number
from portal.guards import roles
from services.oversight import board, commands, queries
from services.oversight.board import BoardRow
from services.oversight.rules import CardKind, Rate
from services.workflow.rules import local_day
from storage.database import Session

MOST = 100
LONGEST_PERIOD = 366


class Oversight(Controller):
    path = f"{ROOT}/oversight"
    tags = ["oversight"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/board",
        operation_id="getBoard",
        summary="监察总览",
        description="Running cases by department and light, shares of the last `days` days, what happened today, "
        "and the latest and the nearly late cases. Only the departments one supervises.",
        responses=refusals(401, 403),
    )
    async def board(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        days: Annotated[int, QueryParameter(ge=1, le=LONGEST_PERIOD)] = 30,
    ) -> BoardSeen:
        found = await board.board(session, actor, today=local_day(now), days=days)
        return BoardSeen(
            today=found.today,
            first=found.period.first,
            last=found.period.last,
            departments=[_row(row) for row in found.rows],
            everything=_row(found.everything),
            flow=found.flow,
            cards={str(kind): count for kind, count in found.cards.items()},
            late=[reading.line(one, now) for one in found.late],
            near=[reading.line(one, now) for one in found.near],
        )

    @get(
        "/cards",
        operation_id="listCards",
        summary="黄牌和红牌",
        description="Cards, the latest first.",
        responses=refusals(401, 403),
    )
    async def cards(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        kind: Annotated[CardKind | None, QueryParameter(description="yellow or red")] = None,
        department: Annotated[str | None, QueryParameter(pattern="^[0-9A-Z]{18}$")] = None,
        after: Annotated[str | None, QueryParameter(description="`next` of the page before")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 50,
    ) -> CardPage:
        before = cursors.read(after, _moment) if after else None
        found = await queries.cards(
            session, actor, kind=kind, department=department, before=before, limit=limit + 1
        )
        page = found[:limit]
        last = page[-1] if len(found) > limit else None
        return CardPage(
            cards=[told(CardSeen, one) for one in page],
            next=cursors.written(last.raised_at.isoformat(), last.application_number) if last else None,
        )

    @post(
        "/orders",
        operation_id="issueOrder",
        summary="督办",
        description="Orders an officer or a department to act on a case and to reply by a day.",
        responses=refusals(401, 403, 404, 422),
    )
    async def order(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[OrderGiven],
    ) -> OrderSeen:
        number = plain_number(data.application_number)
        order = await commands.issue_order(
            session,
            actor,
            number,
            text=data.text,
            due_on=data.due_on,
            to_person=data.to_person,
            at=now,
        )
        return told(OrderSeen, order)

    @get(
        "/orders",
        operation_id="listOrders",
        summary="督办单",
        description="Supervision orders, the latest first; `closed` narrows them.",
        responses=refusals(401, 403),
    )
    async def orders(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        closed: Annotated[bool | None, QueryParameter(description="only closed, or only open ones")] = None,
        after: Annotated[str | None, QueryParameter(description="`next` of the page before")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 50,
    ) -> OrderPage:
        before = cursors.read(after, _moment) if after else None
        found = await queries.orders(session, actor, closed=closed, before=before, limit=limit + 1)
        page = found[:limit]
        last = page[-1] if len(found) > limit else None
        return OrderPage(
            orders=[told(OrderSeen, one) for one in page],
            next=cursors.written(last.issued_at.isoformat(), last.number) if last else None,
        )


def _row(row: BoardRow) -> BoardRowSeen:
    return BoardRowSeen(
        department=row.department,
        total=row.total,
        lights={str(light): count for light, count in row.lights.items()},
        rates={str(kind): _rate(rate) for kind, rate in row.rates.items()},
    )


def _rate(rate: Rate) -> RateSeen:
    percent = float(rate.percent) if rate.percent is not None else None
    return RateSeen(numerator=rate.numerator, denominator=rate.denominator, percent=percent)


def _moment(text: str) -> datetime:
    """Raises ValueError for one without a zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found
