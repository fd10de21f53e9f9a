"""代办和监护: who acts for me, for whom I act, what waits for an answer; asking, answering, withdrawing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from identity.errors import NumberWrong
from identity.mandates import commands, errors, queries
from identity.mandates.rules import ENDS_SOON, Kind
from portal import forms, mandating
from portal.citizen.materials import LARGEST_UPLOAD, UNFIT, told
from portal.dependencies import Transactions
from portal.forms import Form, IdNumber, PersonName
from portal.guards import citizen, fresh
from portal.language import gettext as _
from portal.mandating import MOST_ITEMS, WAYS, Way, Wish
from portal.request import Request
from portal.resources import Resources
from services.applications.arriving import receiving
from services.applications.documents_in import Received
from services.catalogue.codes import Source
from services.catalogue.definition import Material
from services.catalogue.finding import queries as finding
from services.catalogue.form import Pair
from storage.database import Session

HERE = "/my/mandates"
DAYS = ("30", "180", "365", "1095")
FILE = "evidence"
PROOF = Material(
    code=FILE,
    name=Pair("监护关系证明", "Proof of guardianship"),
    source=Source.UPLOAD,
    why=Pair(
        "登记里查不到监护关系时，由工作人员核对", "For an officer where no register shows the guardianship"
    ),
    basis=Pair("《民法典》第二十七条", "Civil Code, Article 27"),
)


class Child(forms.Fields):
    name: PersonName
    id_number: IdNumber


class Another(Child):
    scope: Literal["all", "named"]
    items: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=MOST_ITEMS)
    days: Literal["30", "180", "365", "1095"]


class ForFirm(Another):
    firm: UUID


class Administrator(Child):
    firm: UUID
    days: Literal["30", "180", "365", "1095"]


MODELS: Mapping[Kind, type[Child]] = {
    Kind.GUARDIAN: Child,
    Kind.CHILD: Another,
    Kind.AGENT: ForFirm,
    Kind.ADMINISTRATOR: Administrator,
}


class MandatePages(Controller):
    path = HERE
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="mandates:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        done: FromQuery[str] = "",
    ) -> Template:
        context: dict[str, Any] = {
            "done": done,
            "soon": now + ENDS_SOON,
            "acting": await queries.acting(session, actor.person_id, now),
            "given": await queries.given(session, actor.person_id, now),
            "waiting": await queries.waiting_for(session, actor.person_id, now),
            "asked": await queries.asked(session, actor.person_id, now),
            "ended": await queries.ended(session, actor.person_id, now),
            "items": {one.code: one.short_name for one in await finding.listing(session, limit=MOST_ITEMS)},
        }
        return Template("citizen/mandates.html", context=context)

    @get("/new", name="mandates:choose", guards=[fresh()])
    async def choose(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        way: FromQuery[str] = "",
    ) -> Template:
        """Asked who they are before they choose a paper to hand in: a file is not kept while somebody signs in."""
        if way in WAYS:
            return await _form(session, actor, now, way, Form.empty())
        firms = await queries.firms_run(session, actor.person_id, now)
        context = {"form": Form(errors={"way": "not-chosen"} if way else {}), "firms": firms}
        return Template("citizen/mandate_kinds.html", context=context)

    @post("/new", name="mandates:ask", guards=[fresh()], request_max_body_size=LARGEST_UPLOAD)
    async def ask(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        way: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Ask; for a child the registers are asked at once, and where they do not know an officer will look."""
        if way not in WAYS:
            return Redirect(f"{HERE}/new", status_code=303)
        form = await forms.read(request, MODELS[WAYS[way].kind])
        paper: Received | None = None
        try:
            paper = await _paper(request) if WAYS[way].kind is Kind.GUARDIAN else None
        except UNFIT as unfit:
            form = form.wrong(**{FILE: told(unfit)})
        asked: UUID | None = None
        if form.value is not None:
            wish = _wish(WAYS[way], form.value, paper, now)
            async with transactions() as session:
                asked, form = await _ask(session, resources, actor, wish, form, now)
        if asked is None:
            async with transactions() as session:
                return await _form(session, actor, now, way, form, 422)
        if WAYS[way].kind is Kind.GUARDIAN:
            confirmed = await mandating.by_register(transactions, resources, actor, asked, at=now)
            return Redirect(f"{HERE}?done={'guardian' if confirmed else 'window'}", status_code=303)
        return Redirect(f"{HERE}?done=asked", status_code=303)

    @post("/{mandate_id:uuid}/withdraw", name="mandates:withdraw")
    async def withdraw(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        mandate_id: FromPath[UUID],
    ) -> Redirect:
        await commands.withdraw(session, actor.person_id, mandate_id, at=now)
        return Redirect(f"{HERE}?done=withdrawn", status_code=303)

    @post("/requests/{request_id:uuid}/confirm", name="mandates:confirm", guards=[fresh()])
    async def confirm(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        request_id: FromPath[UUID],
    ) -> Redirect:
        await commands.confirm(session, actor.person_id, request_id, at=now)
        return Redirect(f"{HERE}?done=confirmed", status_code=303)

    @post("/requests/{request_id:uuid}/decline", name="mandates:decline")
    async def decline(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        request_id: FromPath[UUID],
    ) -> Redirect:
        await commands.decline(session, actor.person_id, request_id, at=now)
        return Redirect(f"{HERE}?done=declined", status_code=303)

    @post("/requests/{request_id:uuid}/cancel", name="mandates:cancel")
    async def cancel(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        request_id: FromPath[UUID],
    ) -> Redirect:
        await commands.cancel(session, actor.person_id, request_id, at=now)
        return Redirect(f"{HERE}?done=cancelled", status_code=303)


def _wish(way: Way, said: Child, paper: Received | None, now: datetime) -> Wish:
    days = getattr(said, "days", None)
    return Wish(
        way,
        said.name,
        said.id_number,
        items=said.items if isinstance(said, Another) and said.scope == "named" else None,
        until=now + timedelta(days=int(days)) if days else None,
        organisation=getattr(said, "firm", None),
        paper=paper,
    )


async def _ask(
    session: Session, resources: Resources, actor: Actor, wish: Wish, form: Form[Any], now: datetime
) -> tuple[UUID | None, Form[Any]]:
    """The id of the request, or the form with what is wrong."""
    try:
        return await mandating.ask(session, resources.objects, actor, wish, at=now), form
    except NumberWrong as wrong:
        return None, form.wrong(id_number=f"{wrong.kind}:{wrong.why}")
    except errors.OneselfNamed:
        return None, form.wrong(id_number=_("请填写对方的身份证号码，不能是您自己的"))
    except errors.NotAChild:
        return None, form.wrong(id_number=_("对方已满 18 周岁，不需要监护人。请对方自己办理，或者委托您代办"))
    except errors.ChildNeedsGuardian:
        return None, form.wrong(id_number=_("对方不满 18 周岁，只能由监护人代办"))
    except errors.ScopeWrong:
        return None, form.wrong(items=_("请至少选择一个事项"))


async def _paper(request: Request) -> Received | None:
    """The uploaded paper, if there is one, judged and not yet kept. Raises what `arriving.receiving.receive` does."""
    file = (await request.form()).get(FILE)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return (await receiving.receive(file.filename, await file.read(), PROOF)).received


async def _form(
    session: Session, actor: Actor, now: datetime, way: str, form: Form[Any], status: int = 200
) -> Template:
    chosen = WAYS[way]
    items = await finding.listing(session, audience=chosen.audience, limit=MOST_ITEMS)
    context: dict[str, Any] = {
        "form": form,
        "way": way,
        "kind": chosen.kind,
        "firms": await queries.firms_run(session, actor.person_id, now),
        "items": [(one.code, one.short_name) for one in items],
        "days": DAYS,
        "level": await queries.level(session, actor.person_id),
    }
    return Template("citizen/mandate_form.html", context=context, status_code=status)
