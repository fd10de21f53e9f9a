"""The four measures: what they say of each officer, the cases behind every number, and the officer's own answer."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Protocol
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor, Role
from identity.numbers import mask_name
from portal import forms, guards
from portal.dependencies import Transactions
from portal.forms import Form
from portal.request import Request
from portal.supervision import measure_words, showing, wording
from portal.supervision.showing import cursor, moment_and_text
from services.oversight import records
from services.oversight.errors import MeasureAnswered, MeasureNotFound, TextMissing
from services.oversight.indicators import personal
from services.oversight.measures import commands, queries
from services.oversight.measures.kinds import MeasureKind
from services.oversight.rules import latest_months
from services.workflow.rules import ZONE, local_day
from storage.database import Session

PAGE = 50
OWN = "/window/profile"


class Finding(Protocol):
    """What these pages use of a finding; they know no tables."""

    id: UUID
    officer: UUID
    officer_name: str
    department_code: str
    kind: Any
    about: str
    node: str
    numbers: dict[str, Any]
    flagged: bool
    until: date
    shown_from: date | None
    answer: str | None
    answered_at: datetime | None


class Answer(forms.Fields):
    answer: str = Field(min_length=4, max_length=2000)


class MeasurePages(Controller):
    path = "/supervision"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/measures", name="supervision:measures")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        kind: FromQuery[str] = "",
        department: FromQuery[str] = "",
        page: FromQuery[int] = 1,
    ) -> Template:
        names = await showing.departments(session)
        chosen = MeasureKind(kind) if kind in set(MeasureKind) else MeasureKind.WORKLOAD
        wanted = department if department in names else ""
        number = max(1, min(page, 1_000))
        found = await queries.listing(
            session,
            actor,
            chosen,
            today=local_day(now),
            department=wanted or None,
            limit=PAGE + 1,
            offset=(number - 1) * PAGE,
        )
        here = f"/supervision/measures?kind={chosen.value}&department={wanted}&page="
        context = {
            "kind": chosen.value,
            "kinds": list(MeasureKind),
            "rows": await sentences(session, found[:PAGE]),
            "previous_page": f"{here}{number - 1}" if number > 1 else None,
            "next_page": f"{here}{number + 1}" if len(found) > PAGE else None,
            "departments": names,
            "department": wanted,
            "words": measure_words,
        }
        return Template("supervision/measures.html", context=context)

    @get("/officers/{officer:uuid}", name="supervision:officer")
    async def officer(
        self,
        transactions: NamedDependency[Transactions],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        officer: FromPath[UUID],
    ) -> Template:
        """Whoever looks leaves a trace, so this page writes although it only shows."""
        async with transactions() as session:
            found = await commands.look_at_officer(session, actor, officer, at=now)
            context = {
                "rows": await sentences(session, found),
                "officer": found[0] if found else None,
                "departments": await showing.departments(session),
                "words": measure_words,
                "address": f"/supervision/officers/{officer}",
                "months": await _months(session, actor, officer, now) if found else [],
            }
        return Template("supervision/officer.html", context=context)

    @get("/officers/{officer:uuid}/{measure_id:uuid}", name="supervision:officer-acts")
    async def acts(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        officer: FromPath[UUID],
        measure_id: FromPath[UUID],
        before: FromQuery[str] = "",
    ) -> Template:
        return await _acts(session, actor, officer, measure_id, now, before, "/supervision/officers")


class OwnProfile(Controller):
    path = OWN
    guards = [guards.roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="measuring:own")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        return await _own(session, actor, now, Form.empty(), None)

    @get("/{measure_id:uuid}", name="measuring:own-acts")
    async def acts(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        measure_id: FromPath[UUID],
        before: FromQuery[str] = "",
    ) -> Template:
        return await _acts(session, actor, actor.person_id, measure_id, now, before, "")

    @post("/{measure_id:uuid}", name="measuring:answer")
    async def answer(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        measure_id: FromPath[UUID],
    ) -> Template | Redirect:
        form = await forms.read(request, Answer)
        if form.value is not None:
            try:
                await commands.answer(session, actor, measure_id, text=form.value.answer, at=now)
                return Redirect(OWN, status_code=303)
            except MeasureAnswered:
                return Redirect(OWN, status_code=303)
            except TextMissing:
                form = form.wrong(answer="too-short")
        page = await _own(session, actor, now, form, measure_id)
        page.status_code = 422
        return page


async def sentences(session: Session, found: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Each finding with what it says; persons it is about are masked."""
    parties = await queries.party_names(session, found)  # type: ignore[arg-type]  # the rows themselves, seen through a Protocol
    rows = []
    for one in found:
        name, organisation = parties.get(one.about, ("", False))
        shown = name if organisation else mask_name(name) if name else ""
        rows.append((one, measure_words.said(one.kind.value, one.numbers, shown)))
    return rows


async def _months(
    session: Session, actor: Actor, officer: UUID, now: datetime
) -> Sequence[personal.OwnMonth]:
    """The last six months, this one as far as it has gone."""
    first = latest_months(local_day(now), personal.MONTHS)[-1]
    since = datetime.combine(first, time(), ZONE)
    return await personal.months(session, actor, officer, since=since, until=now)


async def _own(
    session: Session, actor: Actor, now: datetime, form: Form[Any], wrong: UUID | None
) -> Template:
    found = await queries.profile(session, actor, actor.person_id, today=local_day(now))
    context = {
        "rows": await sentences(session, found),
        "looks": await records.looks(session, subject=str(actor.person_id), limit=20),
        "months": await _months(session, actor, actor.person_id, now),
        "form": form,
        "wrong": wrong,
        "words": measure_words,
        "address": OWN,
    }
    return Template("supervision/own_profile.html", context=context)


async def _acts(
    session: Session, actor: Actor, officer: UUID, measure_id: UUID, now: datetime, before: str, room: str
) -> Template:
    found = await queries.profile(session, actor, officer, today=local_day(now))
    measure = next((one for one in found if one.id == measure_id), None)
    if measure is None:
        raise MeasureNotFound(str(measure_id))
    since = now - commands.YEAR
    acts = await queries.acts(session, measure, since=since, before=moment_and_text(before), limit=PAGE + 1)
    address = f"{room}/{officer}/{measure_id}" if room else f"{OWN}/{measure_id}"
    following = None
    if len(acts) > PAGE:
        following = f"{address}?before={cursor(acts[PAGE - 1].at, acts[PAGE - 1].number)}".replace("+", "%2B")
    (row,) = await sentences(session, [measure])
    context = {
        "row": row,
        "acts": acts[:PAGE],
        "next_page": following,
        "words": measure_words,
        "wording": wording,
        "supervising": bool(room),
        "back": f"{room}/{officer}" if room else OWN,
    }
    return Template("supervision/acts.html", context=context)
