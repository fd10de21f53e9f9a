"""Cards: which due events the sweep found, under which rule."""

from datetime import date, datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.request import Request
from portal.supervision import cutting, wording
from portal.supervision.showing import cursor, moment_and_text
from services.oversight import queries
from services.oversight.boarding.cutting import EVER
from services.oversight.boarding.filters import Filter, Kept
from services.oversight.rules import EVENTS, RULES, CardKind
from services.workflow.rules import local_day
from storage.database import Session

PAGE = 50


class CardPages(Controller):
    path = "/supervision/cards"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:cards")
    async def listing(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        given = dict(request.query_params.items())
        names = await cutting.named(session)
        wanted = filter_of(given, names, local_day(now))
        period, cut = wanted.period if wanted.period != EVER else None, wanted.cut
        asked = {
            "kind": wanted.card.value if wanted.card else "",
            "department": cut.department or "",
            "item": cut.item or "",
            "since": str(period.first) if period else "",
            "until": str(period.last) if period else "",
        }
        found = await queries.cards(
            session,
            actor,
            kind=wanted.card,
            department=cut.department,
            item=cut.item,
            between=(period.start, period.end) if period else None,
            before=moment_and_text(given.get("before", "")),
            limit=PAGE + 1,
        )
        following = None
        if len(found) > PAGE:
            last = found[PAGE - 1]
            following = cutting.address(
                cutting.CARDS, **asked, before=cursor(last.raised_at, last.application_number)
            )
        context = {
            "cards": found[:PAGE],
            "asked": asked,
            "departments": names.departments,
            "names": names,
            "period": period,
            "rules": (*RULES, *EVENTS),
            "next_page": following,
            "wording": wording,
        }
        return Template("supervision/cards.html", context=context)


def filter_of(given: dict[str, str], names: cutting.Named, today: date) -> Filter:
    """What narrows the cards; days only where both are given."""
    kind, days = given.get("kind", ""), given.get("since") and given.get("until")
    return Filter(
        period=cutting.period(given, today) if days else EVER,
        cut=names.cut(given),
        table=Kept.CARDS,
        card=CardKind(kind) if kind in set(CardKind) else None,
    )
