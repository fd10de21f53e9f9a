"""听证 as the applicant sees it: told of the right, asked for within five days, called, closed (行政许可法 46–48)."""

from datetime import datetime
from typing import Any, TypeAlias

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal.citizen.case import BundleCase, Case, open_case
from portal.guards import citizen
from services.applications import queries
from services.applications.errors import HearingNotOpen
from services.applications.hearing import commands
from services.applications.hearing import queries as hearings
from services.applications.hearing.rules import Standing, standing
from services.applications.rules import Deed, open_deeds
from storage.database import Session

Row: TypeAlias = Any
"""A row of the case table: doors do not name tables."""


class HearingPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/hearing", name="hearing:ask")
    async def ask(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        told = await seen(session, await queries.get(session, actor, case.number), case)
        if told is None or not told["may_ask"]:
            raise HearingNotOpen(Deed.ASK_FOR_HEARING)
        return Template("citizen/hearing.html", context={"case": case, "hearing": told})

    @post("/{number:str}/hearing", name="hearing:asked")
    async def asked(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        case = await open_case(session, actor, number, now, lock=True)
        await commands.ask_oneself(session, actor, case.number, at=now)
        return Redirect(f"/applications/{case.number}", status_code=303)


async def seen(session: Session, row: Row, case: Case) -> dict[str, Any] | None:
    """The latest hearing that was offered to the applicant; nothing where none was."""
    if case.changeable or isinstance(case, BundleCase):
        return None
    latest = await hearings.offered_to_applicant(session, row)
    if latest is None:
        return None
    stands = standing(latest.days, case.today)
    return {
        "standing": stands.value,
        "interest": latest.interest,
        "ask_by": latest.ask_by,
        "asked_at": latest.asked_at,
        "sits_at": latest.sits_at,
        "place": latest.place,
        "chair": latest.chair_name,
        "open_to_public": latest.open_to_public,
        "may_ask": stands is Standing.OFFERED and Deed.ASK_FOR_HEARING in open_deeds(case.application.state),
    }
