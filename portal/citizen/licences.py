"""我的证照: the library, and one licence with its sealed file."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from identity.actor import Actor
from licensing import presenting, queries, types
from licensing.rules import REMIND_BEFORE, local_day
from licensing.types import FieldKind, LicenceType
from portal import licence_words
from portal.guards import citizen
from portal.language import pick
from portal.resources import Resources
from portal.sending import PDF, sent
from portal.templating import day
from storage.database import Session


class LicencePages(Controller):
    path = "/my/licences"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:library")
    async def library(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        held = await queries.listing(session, actor)
        shown = [
            {
                "licence": one,
                "name": pick(types.get(one.type_code, one.type_version).name),
                "state": licence_words.licence_state(queries.state_of(one, now)),
                "ends_in": _days_left(one.valid_until, now) if str(one.state) == "valid" else None,
            }
            for one in held
        ]
        return Template("citizen/licences.html", context={"licences": shown})

    @get("/{identifier:str}", name="licences:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> Template:
        licence = await queries.get(session, actor, identifier)
        kind = types.get(licence.type_code, licence.type_version)
        state = queries.state_of(licence, now)
        context: dict[str, Any] = {
            "licence": licence,
            "kind": kind,
            "state": licence_words.licence_state(state),
            "fields": _fields(kind, licence.elements),
            "trust": licence_words.trust(licence.trust),
            "of_case": queries.of_a_case(licence),
            "issued_on": queries.issued_on(licence),
            "usual": presenting.USUAL,
            "presentable": str(state) == "valid" and licence.holder_id == actor.acting_for.id,
        }
        return Template("citizen/licence.html", context=context)

    @get("/{identifier:str}/document", name="licences:document")
    async def document(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        identifier: FromPath[str],
    ) -> Response[bytes]:
        licence = await queries.get(session, actor, identifier)
        content = await queries.document(session, actor, identifier, objects=resources.objects)
        name = f"{pick(types.get(licence.type_code, licence.type_version).name)} {licence.number}.pdf"
        return sent(content, name, PDF)


def _days_left(until: date | None, now: datetime) -> int | None:
    """Days to the end of a period that ends soon enough to be told of."""
    left = (until - local_day(now)).days if until else None
    return left if left is not None and 0 <= left <= REMIND_BEFORE else None


def _fields(kind: LicenceType, elements: Mapping[str, str]) -> list[dict[str, str]]:
    """The fields printed on the licence, as its holder reads them."""
    return [
        {"key": pick(field.name), "value": _worded(field.kind, elements[field.element])}
        for field in kind.fields
        if field.shown and field.kind is not FieldKind.PICTURE and elements.get(field.element)
    ]


def _worded(kind: FieldKind, text: str) -> str:
    """A date as a date; everything else as it stands on the licence."""
    try:
        return day(date.fromisoformat(text)) if kind is FieldKind.DATE else text
    except ValueError:
        return text
