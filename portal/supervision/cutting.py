"""What supervisors narrow boards and lists to, as it stands in an address: department, item, days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from portal.language import pick
from portal.supervision import showing
from services.catalogue import queries as catalogue
from services.oversight.board import Cut, Period
from storage.database import Session

CASES, CARDS, BOARD = "/supervision/cases", "/supervision/cards", "/supervision"
USUAL = timedelta(days=29)
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Named:
    """What one may choose from: departments and items by code, in the reader's language."""

    departments: Mapping[str, str]
    items: Mapping[str, str]

    def cut(self, asked: Mapping[str, str]) -> Cut:
        """The department and the item asked for; what there is not narrows nothing."""
        department, item = asked.get("department", ""), asked.get("item", "")
        return Cut(
            department if department in self.departments else None, item if item in self.items else None
        )


async def named(session: Session) -> Named:
    items = {
        item.code: pick({"zh": item.definition.name.zh, "en": item.definition.name.en})
        for item in await catalogue.in_force(session)
    }
    return Named(await showing.departments(session), dict(sorted(items.items(), key=lambda one: one[1])))


def period(asked: Mapping[str, str], today: date, usual: timedelta = timedelta(0)) -> Period:
    """The days asked for, both included; `usual` before today and today where they are not days; ten years at most."""
    first, last = _day(asked.get("since", ""), today - usual), _day(asked.get("until", ""), today)
    first, last = min(first, last), max(first, last)
    return Period(max(first, last - LONGEST), last)


def _day(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if 2000 <= found.year < 2100 else otherwise


def address(path: str = CASES, **asked: Any) -> str:
    """The address of a list; empty entries are left out."""
    words = {key: str(value) for key, value in asked.items() if value not in ("", None)}
    return f"{path}?{urlencode(words)}" if words else path
