"""The officers' queue: what is due next, filtered as one likes, and taking the next case."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity.actor import CASEWORK, EVERYWHERE, Actor, Role
from portal.guards import roles
from portal.request import Request
from portal.window.looking import address
from services.applications import desk
from services.applications.bundling import queries as bundles
from services.applications.commands import receiving
from services.applications.desk import Lamp, Tray, Wanted
from services.applications.window import views
from services.catalogue import queries as catalogue
from services.catalogue.finding import queries as finding
from services.workflow import calendar
from services.workflow.rules import Calendar, local_day, working_days_between
from storage.database import Session

MINE, ALL = "mine", "all"
TABS = (Tray.INTAKE, Tray.CORRECTION, Tray.REVIEW, Tray.DECISION, Tray.DELIVERY, MINE, Tray.DONE, ALL)
FIRST_TRAY = ((Role.WINDOW, Tray.INTAKE), (Role.REVIEWER, Tray.REVIEW), (Role.APPROVER, Tray.DECISION))
LONGEST_SEARCH = 60
DAYS = ("since", "until", "filed_since", "filed_until")
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it stands in the address: it can be kept as a bookmark or a view, and sent on."""

    tray: str
    item: str = ""
    light: str = ""
    q: str = ""
    since: str = ""
    until: str = ""
    filed_since: str = ""
    filed_until: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.item or self.light or self.q or self.since or self.until or self.filed)

    @property
    def filed(self) -> bool:
        """Whether it is narrowed by when cases were handed in."""
        return bool(self.filed_since or self.filed_until)

    @property
    def words(self) -> dict[str, str]:
        """What the address says, without what says nothing."""
        return {key: value for key, value in asdict(self).items() if value}

    def address(self, **changed: str) -> str:
        return f"/window?{urlencode(self.words | changed)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list. `left`: working days until its limit ends, negative when it has ended; `joint`: the bundle it
    is part of, with the day by which all of it is to be decided."""

    case: Any
    lamp: Lamp | None
    left: int | None
    step: Any
    joint: Any = None


class QueuePages(Controller):
    path = "/window"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:queue")
    async def queue(
        self,
        *,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        after: FromQuery[str] = "",
        nothing: FromQuery[str] = "",
        unknown: FromQuery[str] = "",
    ) -> Template:
        """The list that the address asks for by the names of `Asked`."""
        asked, today = read(actor, request.query_params), local_day(now)
        found = await desk.queue(session, actor, wanted(asked, today, after))
        lines = await _lines(session, found[: desk.PAGE], today)
        items = await finding.listing(session, limit=MOST_ITEMS)
        context = {
            "asked": asked,
            "tabs": TABS,
            "counts": await desk.counts(session, actor),
            "counted": desk.COUNTED,
            "lines": lines,
            "next_page": asked.address(after=_key(lines[-1])) if len(found) > desk.PAGE else None,
            "later": bool(after),
            "items": [one for one in items if actor.serves(one.department.code)],
            "lamps": list(Lamp),
            "views": [(view, read(actor, view.asked)) for view in await views.of(session, actor)],
            "nothing_left": bool(nothing),
            "unknown": one_line(unknown),
            "everywhere": EVERYWHERE in actor.departments,
            "clerk": actor.has(Role.WINDOW),
        }
        return Template("window/queue.html", context=context)

    @post("/next", name="window:next")
    async def take_next(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Redirect:
        """Claim what is due next and open it; with nothing left, back to the queue that says so."""
        number = await desk.next_for(session, actor)
        if number is None:
            return Redirect("/window?nothing=left", status_code=303)
        await receiving.claim(session, actor, number, at=now)
        return Redirect(address(number, done="claim"), status_code=303)


def one_line(text: str) -> str:
    """What somebody typed to search, as one line of at most 60 printable characters."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_SEARCH]


def read(actor: Actor, typed: Mapping[str, Any]) -> Asked:
    """A list as it was asked for, in an address or in a view kept earlier; what makes no sense counts as not said."""
    words = {key: one_line(str(typed.get(key, ""))) for key in ("item", "q")}
    days = {key: str(_day(str(typed.get(key, ""))) or "") for key in DAYS}
    tray, light = typed.get("tray", ""), typed.get("light", "")
    return Asked(
        tray if tray in TABS else _first_tray(actor),
        light=light if light in set(Lamp) else "",
        **words,
        **days,
    )


def _first_tray(actor: Actor) -> str:
    return next((tray for role, tray in FIRST_TRAY if actor.has(role)), Tray.INTAKE)


def wanted(asked: Asked, today: date, after: str = "") -> Wanted:
    """The same for the domain."""
    return Wanted(
        today=today,
        tray=Tray(asked.tray) if asked.tray in set(Tray) else None,
        mine=asked.tray == MINE,
        lamp=Lamp(asked.light) if asked.light else None,
        item_code=asked.item or None,
        text=asked.q or None,
        since=_day(asked.since),
        until=_day(asked.until),
        filed_since=_day(asked.filed_since),
        filed_until=_day(asked.filed_until),
        after=_place(after),
        limit=desk.PAGE + 1,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _place(after: str) -> tuple[date, str] | None:
    """Where the following page begins; a place nobody could have been sent to is the beginning."""
    day, _, number = one_line(after).partition("~")
    due = _day(day)
    return (due, number) if due and number else None


def _key(line: Line) -> str:
    return f"{line.case.due_on}~{line.case.number}"


async def _lines(session: Session, cases: Any, today: date) -> list[Line]:
    days = await calendar.load(session)
    items = await catalogue.get_versions(session, {(case.item_code, case.item_version) for case in cases})
    joint = await bundles.joint_of(session, [case.id for case in cases])
    return [
        Line(
            case,
            desk.lamp(case.state, case.due_on, case.yellow_on, today),
            _left(today, case.due_on, days) if case.closed_at is None else None,
            items[case.item_code, case.item_version].definition.step(case.step) if case.step else None,
            joint.get(case.id),
        )
        for case in cases
    ]


def _left(today: date, due: date | None, days: Calendar) -> int | None:
    return working_days_between(today, due, days) if due is not None else None
