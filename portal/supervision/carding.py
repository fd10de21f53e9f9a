"""Cards: which due events the sweep found, under which rule."""

from datetime import datetime
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.supervision import showing, wording
from portal.supervision.showing import cursor, moment_and_text
from services.oversight import queries
from services.oversight.rules import EVENTS, RULES, CardKind
from storage.database import Session

PAGE = 50


class CardPages(Controller):
    path = "/supervision/cards"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:cards")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        kind: FromQuery[str] = "",
        department: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Template:
        names = await showing.departments(session)
        asked = {
            "kind": kind if kind in set(CardKind) else "",
            "department": department if department in names else "",
        }
        found = await queries.cards(
            session,
            actor,
            kind=CardKind(asked["kind"]) if asked["kind"] else None,
            department=asked["department"] or None,
            before=moment_and_text(before),
            limit=PAGE + 1,
        )
        following = None
        if len(found) > PAGE:
            last = found[PAGE - 1]
            words = asked | {"before": cursor(last.raised_at, last.application_number)}
            following = f"/supervision/cards?{urlencode({key: text for key, text in words.items() if text})}"
        context = {
            "cards": found[:PAGE],
            "asked": asked,
            "departments": names,
            "rules": (*RULES, *EVENTS),
            "next_page": following,
            "wording": wording,
        }
        return Template("supervision/cards.html", context=context)
