"""实名认证: how surely one is known, and two proofs beside the ID number that raise it. Claiming one's firm."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import numbers, queries
from identity.actor import Actor
from identity.mandates import controlling
from identity.mandates.errors import TooManyChecks
from identity.mandates.rules import PROOFS_NEEDED, Proof, require_level
from identity.numbers import NumberWrong
from identity.rules import Level
from portal import forms
from portal.dependencies import Transactions
from portal.forms import CreditCode, Form
from portal.guards import citizen, fresh
from portal.language import gettext as _
from portal.register_checks import check_representative, conclude_person
from portal.request import Request
from portal.resources import Resources
from services.sharing.errors import ExchangeError
from storage.database import Session

HERE = "/my/identity"
Short = Annotated[str, Field(max_length=40)]


class Proofs(forms.Fields):
    phone: Short = ""
    social_card: Short = ""
    fund_account: Short = ""
    driving_file: Short = ""

    def given(self) -> dict[Proof, str]:
        """What was filled in, without blanks, under what it proves. Raises NumberWrong for a phone that is none."""
        fields = {proof: getattr(self, proof.value.replace("-", "_")) for proof in Proof}
        found = {proof: numbers.plain(text).upper() for proof, text in fields.items() if text}
        return found | ({Proof.PHONE: numbers.phone(self.phone)} if self.phone else {})


class Claim(forms.Fields):
    credit_code: CreditCode


class IdentityPages(Controller):
    path = HERE
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="identity:show")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], done: FromQuery[str] = ""
    ) -> Template:
        return await _page(session, actor, Form.empty(), done=done)

    @post("/", name="identity:check")
    async def check(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """Which of the proofs did not fit is not said: somebody else's number cannot be tried out here."""
        form, given = _given(await forms.read(request, Proofs))
        status = 422
        if given:
            try:
                passed, checked = await conclude_person(
                    resources.sessions, resources.hub, actor.person_id, given, at=now
                )
            except TooManyChecks:
                form, status = form.wrong(phone=_("今天试得太多了。请明天再试，或者带身份证到窗口办理")), 429
            else:
                if passed:
                    return Redirect(f"{HERE}?done=verified", status_code=303)
                form = form.wrong(phone=_not_passed(silent=bool(checked.silent)))
        async with transactions() as session:
            return await _page(session, actor, form, status=status)


class FirmPages(Controller):
    path = "/my/firms"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/new", name="firms:show")
    async def show(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        return await _firm_page(session, actor, Form.empty())

    @post("/new", name="firms:claim", guards=[fresh()])
    async def claim(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """The register decides: a code that does not exist and a firm of somebody else get the same answer."""
        form = await forms.read(request, Claim)
        status = 422
        async with transactions() as session:
            own = await queries.profile(session, actor.person_id)
        require_level(own.level, Level.REGISTRY)
        if form.value is not None:
            code = form.value.credit_code
            try:
                firm = await check_representative(
                    resources.hub,
                    person_id=actor.person_id,
                    id_number=own.id_number,
                    credit_code=code,
                    at=now,
                )
            except ExchangeError:
                form, status = form.wrong(credit_code=_("登记机关暂时没有回应，请过几分钟再试")), 503
            else:
                if firm is not None:
                    async with transactions() as session:
                        await controlling.take_control(
                            session,
                            actor.person_id,
                            credit_code=code,
                            name=firm.name,
                            evidence=firm.evidence,
                            at=now,
                        )
                    return Redirect("/acting-for", status_code=303)
                form = form.wrong(credit_code=_("登记里您不是这个单位的法定代表人，或者单位不在存续状态"))
        async with transactions() as session:
            return await _firm_page(session, actor, form, status)


def _given(form: Form[Proofs]) -> tuple[Form[Proofs], dict[Proof, str]]:
    """The proofs, once there are two; else the form with what is wrong."""
    if form.value is None:
        return form, {}
    try:
        given = form.value.given()
    except NumberWrong as wrong:
        return form.wrong(phone=f"{wrong.kind}:{wrong.why}"), {}
    if len(given) < PROOFS_NEEDED:
        return form.wrong(phone=_("请至少填写两项")), {}
    return form, given


def _not_passed(*, silent: bool) -> str:
    if silent:
        return _("有的部门暂时没有回应，没能核验。请过几分钟再试，或者带身份证到窗口办理")
    return _("核验没有通过。请检查填写的内容和注册时的姓名，或者带身份证到窗口办理")


async def _page(
    session: Session, actor: Actor, form: Form[Any], *, done: str = "", status: int = 200
) -> Template:
    own = await queries.profile(session, actor.person_id)
    context: dict[str, Any] = {
        "form": form,
        "done": done,
        "level": own.level,
        "name": own.name,
        "number": numbers.mask_id(own.id_number),
    }
    return Template("citizen/identity.html", context=context, status_code=status)


async def _firm_page(session: Session, actor: Actor, form: Form[Any], status: int = 200) -> Template:
    own = await queries.profile(session, actor.person_id)
    context = {"form": form, "level": own.level}
    return Template("citizen/firm_claim.html", context=context, status_code=status)
