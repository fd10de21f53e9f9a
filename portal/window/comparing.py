"""An earlier case of the same applicant beside the present one, answer by answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from identity.actor import CASEWORK, Actor
from portal.guards import roles
from portal.window import casefile, sheet
from portal.window.sheet import Answer
from services.applications import queries
from services.applications.commands.submitting import facts_by_name
from services.applications.window import comparing
from services.catalogue import queries as catalogue
from services.workflow.rules import local_day
from storage.database import Session


class ComparingPages(Controller):
    path = "/window/cases/{number:str}/beside/{other:str}"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:beside")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        other: FromPath[str],
    ) -> Template:
        """Sensitive numbers stay hidden on both sides; what differs is marked."""
        case = await queries.get(session, actor, casefile.readable(number))
        earlier = await comparing.beside(session, actor, case, casefile.readable(other))
        here, there = await _answers(session, case), await _answers(session, earlier)
        lines = [
            {
                "label": (here.get(key) or there[key]).label,
                "now": here[key].shown if key in here else "",
                "then": there[key].shown if key in there else "",
                "differs": _differs(here.get(key), there.get(key)),
            }
            for key in dict.fromkeys([*here, *there])
        ]
        context = {"case": case, "earlier": earlier, "lines": lines, "today": local_day(now)}
        return Template("window/beside.html", context=context)


async def _answers(session: Session, case: Any) -> Mapping[str, Answer]:
    item = await catalogue.get_version(session, case.item_code, case.item_version)
    parts = sheet.parts(
        item.definition,
        case.answers,
        case.origins,
        facts_by_name(await queries.facts_of(session, case)),
        on=local_day(case.submitted_at or case.created_at),
    )
    return {answer.key: answer for part in parts for answer in part.answers}


def _differs(here: Answer | None, there: Answer | None) -> bool:
    return (here.shown if here else "") != (there.shown if there else "")
