"""What narrows a list, in one value: a page shows it and an export writes it, so both list the same."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from identity.actor import Actor
from services.applications.models import Application
from services.oversight.boarding import lists
from services.oversight.boarding.cutting import Cut, Period
from services.oversight.boarding.lists import EVENTS, Counted, Happened, Watched
from services.oversight.boarding.tables import NEVER
from services.oversight.rules import CardKind, CaseLight
from storage.database import Session

After = tuple[Any, str]
"""By what the last case was ordered, and what tells it from others."""


class Kept(StrEnum):
    """What can be narrowed and kept as a file."""

    CASES = "cases"
    CARDS = "cards"
    BOARD = "board"


@dataclass(frozen=True, slots=True)
class Filter:
    """Running cases by light; or with `event` those it happened to, with `key` those an indicator counts, in a period.

    With `table` instead the board as it stands, or the cards raised in a period, of one `card` or of both.
    """

    period: Period
    cut: Cut = lists.EVERYTHING
    light: CaseLight | None = None
    event: str = ""
    key: str = ""
    part: str = "of"
    on_time: bool | None = None
    table: Kept = Kept.CASES
    card: CardKind | None = None

    @property
    def by_moment(self) -> bool:
        """Whether the list is ordered by moments, not by due days."""
        return bool(self.key or self.event)


async def page(
    session: Session, actor: Actor, wanted: Filter, *, today: date, after: After | None, limit: int
) -> tuple[list[Application], After]:
    """At most `limit` cases that the actor may see, and the place of the last of them."""
    if wanted.key:
        counted = Counted(wanted.key, wanted.part, wanted.period, wanted.cut, after, limit)
        lines = await lists.counted(session, actor, counted)
        return [line.case for line in lines], (lines[-1].at, lines[-1].key) if lines else (NEVER, "")
    department, item = wanted.cut.department, wanted.cut.item
    if wanted.event:
        found = await lists.happened(
            session,
            actor,
            Happened(wanted.event, wanted.period, department, wanted.on_time, after, limit, item),
        )
        return found, _place(found, EVENTS[wanted.event])
    watched = Watched(today, department, wanted.light, after, limit, item)
    found = await lists.watched(session, actor, watched)
    return found, _place(found, "due_on")


def _place(found: list[Application], name: str) -> After:
    return (getattr(found[-1], name) or NEVER, found[-1].number) if found else (NEVER, "")


def written(wanted: Filter) -> dict[str, str]:
    """The filter as it is kept with an export; empty entries are left out."""
    told = {
        "first": wanted.period.first.isoformat(),
        "last": wanted.period.last.isoformat(),
        "department": wanted.cut.department or "",
        "item": wanted.cut.item or "",
        "light": wanted.light.value if wanted.light else "",
        "event": wanted.event,
        "key": wanted.key,
        "part": wanted.part if wanted.key else "",
        "on_time": {True: "yes", False: "no", None: ""}[wanted.on_time],
        "table": "" if wanted.table is Kept.CASES else wanted.table.value,
        "card": wanted.card.value if wanted.card else "",
    }
    return {name: text for name, text in told.items() if text}


def read(kept: dict[str, str]) -> Filter:
    """The same read back."""
    light, card = kept.get("light"), kept.get("card")
    return Filter(
        period=Period(date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"])),
        cut=Cut(kept.get("department"), kept.get("item")),
        light=CaseLight(light) if light else None,
        event=kept.get("event", ""),
        key=kept.get("key", ""),
        part=kept.get("part", "of"),
        on_time={"yes": True, "no": False}.get(kept.get("on_time", "")),
        table=Kept(kept.get("table", Kept.CASES)),
        card=CardKind(card) if card else None,
    )
