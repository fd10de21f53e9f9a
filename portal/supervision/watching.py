"""The board, and the list behind every number on it."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.request import Request
from portal.supervision import showing, wording
from portal.supervision.showing import cursor, day_and_text, moment_and_text
from services.oversight import board
from services.oversight.board import EVENTS, NEVER, Happened, Period, Watched
from services.oversight.rules import CaseLight, Indicator
from services.workflow.rules import local_day
from storage.database import Session

PAGE = 50
CASES = "/supervision/cases"
ASKED = ("department", "light", "event", "since", "until", "on_time")
"""What narrows a list, as it stands in its address."""


class WatchingPages(Controller):
    path = "/supervision"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:board")
    async def board(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        today = local_day(now)
        found = await board.board(session, actor, today=today)
        context = {
            "board": found,
            "lights": list(CaseLight),
            "late": await showing.case_rows(session, found.late, today),
            "near": await showing.case_rows(session, found.near, today),
            "departments": await showing.departments(session),
            "indicators": list(Indicator),
            "wording": wording,
            "now": now,
            "address": address,
        }
        return Template("supervision/board.html", context=context)

    @get("/cases", name="supervision:cases")
    async def cases(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """Running cases by what is due next; with `event`, those to which it happened between two days."""
        today = local_day(now)
        names = await showing.departments(session)
        asked = {key: request.query_params.get(key, "") for key in ASKED}
        asked["event"] = asked["event"] if asked["event"] in EVENTS else ""
        asked["department"] = asked["department"] if asked["department"] in names else ""
        after = request.query_params.get("after", "")
        found, last = await _listed(session, actor, asked, after, today)
        context = {
            "rows": await showing.case_rows(session, found[:PAGE], today),
            "asked": asked,
            "period": _period(asked, today),
            "departments": names,
            "next_page": address(**asked, after=last) if len(found) > PAGE else None,
            "wording": wording,
        }
        return Template("supervision/cases.html", context=context)


def address(**asked: Any) -> str:
    """The address of a list; empty entries are left out."""
    words = {key: str(value) for key, value in asked.items() if value not in ("", None)}
    return f"{CASES}?{urlencode(words)}" if words else CASES


async def _listed(
    session: Session, actor: Actor, asked: dict[str, str], after: str, today: date
) -> tuple[list[Any], str]:
    """One case more than a page shows, and the cursor of the last one shown."""
    department = asked["department"] or None
    if asked["event"]:
        happened = Happened(
            event=asked["event"],
            period=_period(asked, today),
            department=department,
            on_time={"yes": True, "no": False}.get(asked["on_time"]),
            after=moment_and_text(after),
            limit=PAGE + 1,
        )
        found = await board.happened(session, actor, happened)
        return found, cursor(*_place(found, EVENTS[asked["event"]]))
    shown = CaseLight(asked["light"]) if asked["light"] in set(CaseLight) else None
    watched = Watched(today, department=department, light=shown, after=day_and_text(after), limit=PAGE + 1)
    found = await board.watched(session, actor, watched)
    return found, cursor(*_place(found, "due_on"))


def _place(found: list[Any], key: str) -> tuple[Any, str]:
    """By what the last case shown is ordered, and its number."""
    if not found:
        return NEVER, ""
    last = found[:PAGE][-1]
    return getattr(last, key) or NEVER, last.number


def _period(asked: dict[str, str], today: date) -> Period:
    """The days asked for; today where they are not days."""
    first, last = _day(asked["since"], today), _day(asked["until"], today)
    return Period(min(first, last), max(first, last))


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise
