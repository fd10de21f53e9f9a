"""The list behind every number of the board and of the indicators."""

from datetime import date, datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.request import Request
from portal.supervision import cutting, indicator_words, showing, wording
from portal.supervision.cutting import CASES, address
from portal.supervision.showing import cursor, day_and_text, moment_and_text
from services.oversight import board
from services.oversight.board import EVENTS
from services.oversight.boarding import filters
from services.oversight.boarding.filters import Filter
from services.oversight.boarding.lists import PARTS
from services.oversight.indicators.definitions import BY_KEY
from services.oversight.rules import CaseLight
from services.workflow.rules import local_day
from storage.database import Session

PAGE = 50
ASKED = ("department", "item", "light", "event", "key", "part", "since", "until", "on_time")
"""What narrows a list, as it stands in its address."""


class WatchingPages(Controller):
    path = CASES
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:cases")
    async def cases(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """Running cases by what is due next; with `event` or `key`, those that were counted between two days."""
        today, names = local_day(now), await cutting.named(session)
        asked = asked_of(dict(request.query_params.items()), names)
        wanted, text = filter_of(asked, today), request.query_params.get("after", "")
        after = moment_and_text(text) if wanted.by_moment else day_and_text(text)
        found, last = await filters.page(session, actor, wanted, today=today, after=after, limit=PAGE)
        more = (
            len(found) == PAGE
            and (await filters.page(session, actor, wanted, today=today, after=last, limit=1))[0]
        )
        context = {
            "rows": await showing.case_rows(session, found, today),
            "asked": asked,
            "period": cutting.period(asked, today),
            "names": names,
            "next_page": address(**asked, after=cursor(*last)) if more else None,
            "none": not found,
            "wording": wording,
            "words": indicator_words,
        }
        return Template("supervision/cases.html", context=context)


def asked_of(given: dict[str, str], names: cutting.Named) -> dict[str, str]:
    """What narrows the list; what is not known is as if it were not there."""
    asked = {key: given.get(key, "") for key in ASKED}
    cut = names.cut(asked)
    asked |= {"department": cut.department or "", "item": cut.item or ""}
    asked["event"] = asked["event"] if asked["event"] in EVENTS else ""
    asked["key"] = asked["key"] if asked["key"] in BY_KEY else ""
    asked["part"] = asked["part"] if asked["key"] and asked["part"] in PARTS else "of" if asked["key"] else ""
    asked["light"] = asked["light"] if asked["light"] in set(CaseLight) else ""
    return asked


def filter_of(asked: dict[str, str], today: date) -> Filter:
    """What `asked_of` gave, as the list is asked for."""
    return Filter(
        period=cutting.period(asked, today),
        cut=board.Cut(asked["department"] or None, asked["item"] or None),
        light=CaseLight(asked["light"]) if asked["light"] else None,
        event="" if asked["key"] else asked["event"],
        key=asked["key"],
        part=asked["part"] or "of",
        on_time={"yes": True, "no": False}.get(asked["on_time"]),
    )
