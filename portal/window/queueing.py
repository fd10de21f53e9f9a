"""The officers' queue: what is due next, and taking the next case."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity.actor import CASEWORK, EVERYWHERE, Actor, Role
from portal.guards import roles
from portal.window.looking import address
from services.applications import desk
from services.applications.commands import receiving
from services.applications.desk import Lamp, Tray, Wanted
from services.catalogue import queries as catalogue
from services.catalogue.finding import queries as finding
from services.workflow import calendar
from services.workflow.rules import Calendar, local_day, working_days_between
from storage.database import Session

MINE, ALL = "mine", "all"
TABS = (Tray.INTAKE, Tray.CORRECTION, Tray.REVIEW, Tray.DECISION, Tray.DELIVERY, MINE, Tray.DONE, ALL)
FIRST_TRAY = ((Role.WINDOW, Tray.INTAKE), (Role.REVIEWER, Tray.REVIEW), (Role.APPROVER, Tray.DECISION))
LONGEST_SEARCH = 60
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it stands in the address: it can be kept as a bookmark and sent on."""

    tray: str
    item: str = ""
    light: str = ""
    q: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.item or self.light or self.q)

    def address(self, **changed: str) -> str:
        words = {"tray": self.tray, "item": self.item, "light": self.light, "q": self.q} | changed
        return f"/window?{urlencode({key: value for key, value in words.items() if value})}"


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list. `left`: working days until its limit ends, negative when it has ended."""

    case: Any
    lamp: Lamp | None
    left: int | None
    step: Any


class QueuePages(Controller):
    path = "/window"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:queue")
    async def queue(
        self,
        *,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        tray: FromQuery[str] = "",
        item: FromQuery[str] = "",
        light: FromQuery[str] = "",
        q: FromQuery[str] = "",
        after: FromQuery[str] = "",
        nothing: FromQuery[str] = "",
    ) -> Template:
        asked = Asked(
            tray if tray in TABS else _first_tray(actor),
            one_line(item),
            light if light in set(Lamp) else "",
            one_line(q),
        )
        today = local_day(now)
        found = await desk.queue(session, actor, _wanted(asked, today, after))
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
            "nothing_left": bool(nothing),
            "everywhere": EVERYWHERE in actor.departments,
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


def _first_tray(actor: Actor) -> str:
    return next((tray for role, tray in FIRST_TRAY if actor.has(role)), Tray.INTAKE)


def _wanted(asked: Asked, today: date, after: str) -> Wanted:
    return Wanted(
        today=today,
        tray=Tray(asked.tray) if asked.tray in set(Tray) else None,
        mine=asked.tray == MINE,
        lamp=Lamp(asked.light) if asked.light else None,
        item_code=asked.item or None,
        text=asked.q or None,
        after=_place(after),
        limit=desk.PAGE + 1,
    )


def _place(after: str) -> tuple[date, str] | None:
    """Where the following page begins; a place nobody could have been sent to is the beginning."""
    day, _, number = one_line(after).partition("~")
    try:
        return (date.fromisoformat(day), number) if number else None
    except ValueError:
        return None


def _key(line: Line) -> str:
    return f"{line.case.due_on}~{line.case.number}"


async def _lines(session: Session, cases: Any, today: date) -> list[Line]:
    days = await calendar.load(session)
    definitions = {
        key: (await catalogue.get_version(session, *key)).definition
        for key in {(case.item_code, case.item_version) for case in cases}
    }
    return [
        Line(
            case,
            desk.lamp(case.state, case.due_on, case.yellow_on, today),
            _left(today, case.due_on, days) if case.closed_at is None else None,
            definitions[case.item_code, case.item_version].step(case.step) if case.step else None,
        )
        for case in cases
    ]


def _left(today: date, due: date | None, days: Calendar) -> int | None:
    return working_days_between(today, due, days) if due is not None else None
