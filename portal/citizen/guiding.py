"""The guide of an item (办事指南), its form on paper, and what its result will look like. Open to everyone."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from identity.actor import Party
from licensing import documents, forms, specimen, types
from licensing.documents import DocumentData, DocumentKind
from licensing.forms import FormData
from licensing.kinds.reading import current
from licensing.metadata import Issuer
from portal.guides import guide_context
from portal.language import gettext as _
from portal.language import pick
from portal.resources import Resources
from portal.sending import PDF, sent
from services.catalogue import papering, queries, samples
from services.catalogue.answers import check
from services.catalogue.definition import ItemDefinition
from services.catalogue.queries import Item
from services.catalogue.showing import shown
from services.workflow.rules import local_day
from storage.database import Session

MOST_KEPT = 64
"""Papers kept in memory: the same for everyone, made once for a version of an item."""
NOBODY = UUID(int=0)
_kept: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()


class GuidingPages(Controller):
    path = "/items/{code:str}"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="guiding:guide")
    async def guide(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        item = await queries.get(session, code)
        paused = {"suspension": await queries.suspension(session, code)}
        return Template("public/guide.html", context=guide_context(item.definition, item.version) | paused)

    @get("/form.pdf", name="guiding:form")
    async def form(
        self,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        code: FromPath[str],
        example: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The application form, blank, or with `example` filled in with sample answers and marked 示例."""
        item = await queries.get(session, code)
        name = _("%(item)s 申请表") % {"item": pick(item.definition.short_name)}
        if example:
            name += _("（示例）")
        content = await _printed(
            "example" if example else "blank", item, lambda: _form(item, now, example=bool(example))
        )
        return sent(content, f"{name}.pdf", PDF)

    @get("/result.pdf", name="guiding:result")
    async def result(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Response[bytes]:
        """The licence or decision this item leads to, with sample values, marked 样本."""
        item = await queries.get(session, code)
        link = f"{resources.settings.public_url.rstrip('/')}/items/{item.code}"
        content = await _printed(
            await _kind(session, item), item, lambda: _result(item.definition, now, link)
        )
        name = _("%(result)s 样本") % {"result": pick(item.definition.result.name)}
        return sent(content, f"{name}.pdf", PDF)


async def _kind(session: Session, item: Item) -> str:
    """What a specimen is kept as: a licence type may be published anew while the item stays."""
    slug = item.definition.result.licence_type
    return f"result {(await current(session, slug))[0]}" if slug else "result"


async def _printed(kind: str, item: Item, make: Callable[[], bytes]) -> bytes:
    """The paper as it was printed for this version before, else printed now."""
    key = (kind, item.code, item.version)
    if key not in _kept:
        _kept[key] = await asyncio.to_thread(make)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def _form(item: Item, at: datetime, *, example: bool) -> bytes:
    definition, today = item.definition, local_day(at)
    typed = samples.sample(definition.form, today=today) if example else {}
    values = check(definition.form, typed, today=today, complete=False).values if example else None
    return forms.application_form(
        FormData(
            item_name=definition.name.zh,
            item_code=item.code,
            version=item.version,
            department=definition.department.name.zh,
            at=at,
            blocks=papering.filled(definition, typed, today=today) if example else papering.blank(definition),
            materials=papering.materials(definition, values, today=today),
            applicant="示例申请人" if example else "",
            dated=example,
            mark="示　例" if example else None,
            sample=definition.sample,
        )
    )


def _result(definition: ItemDefinition, at: datetime, link: str) -> bytes:
    issuer = Issuer(definition.department.code, definition.department.name.zh)
    if definition.result.licence_type is not None:
        licence_type = types.get(definition.result.licence_type)
        holder = Party(licence_type.holder.kinds[0], NOBODY, "示例持证人")
        return specimen.specimen(licence_type, issuer=issuer, holder=holder, at=at, link=link)
    return documents.specimen(
        DocumentKind.GRANT,
        DocumentData(
            number="样本",
            application_number=definition.implementation_code,
            item_name=definition.name.zh,
            applicant="示例申请人",
            department=issuer.name,
            department_code=issuer.code,
            at=at,
            title=definition.result.name.zh,
            basis=[f"{basis.law.zh}{basis.article.zh}" for basis in definition.basis],
            facts=_facts(definition, at),
            contact=definition.contact.phone,
            link=link,
        ),
    )


def _facts(definition: ItemDefinition, at: datetime) -> list[tuple[str, str]]:
    """The answers that the decision fixes, as samples."""
    today = local_day(at)
    typed = samples.sample(definition.form, today=today)
    values = check(definition.form, typed, today=today, complete=False).values
    return [
        (question.label.zh, shown(question, values[question.key]))
        for question in definition.form.questions()
        if question.key in definition.result.fields.values() and question.key in values
    ]
