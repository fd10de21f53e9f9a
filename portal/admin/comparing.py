"""What differs between two versions of an item, or between its draft and a version; and a version as a file."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from identity.actor import Role
from portal import guards
from portal.admin import wording
from services.catalogue import queries as catalogue
from services.catalogue.comparing import Difference
from services.catalogue.lint.drafts import definition_of
from services.catalogue.maintenance import queries
from services.catalogue.rules import builtins
from services.catalogue.writing import dumped, to_yaml
from storage.database import Session

DRAFT = "draft"
MOST = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """One place that differs, as a page shows it: `before` and `after` as text, empty when there is nothing."""

    element: str
    path: str
    before: str
    after: str


class ComparingPages(Controller):
    path = "/admin/items"
    guards = [guards.roles(Role.CATALOGUE, Role.LEGAL)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{code:str}/differences", name="admin:differences")
    async def differences(
        self,
        session: NamedDependency[Session],
        code: FromPath[str],
        before: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Template:
        versions = await queries.versions(session, code)
        newest = str(versions[0].version)
        first = before or (str(versions[1].version) if len(versions) > 1 and after != DRAFT else newest)
        second = after or newest
        old, new = await _content(session, code, first), await _content(session, code, second)
        context = {
            "code": code,
            "name": new.get("name") or old.get("name"),
            "versions": versions,
            "has_draft": await queries.has_draft(session, code),
            "before": first,
            "after": second,
            "differences": shown(queries.compared(old, new)),
        }
        return Template("admin/differences.html", context=context)

    @get("/{code:str}/versions/{version:int}", name="admin:version-file")
    async def file(
        self, session: NamedDependency[Session], code: FromPath[str], version: FromPath[int]
    ) -> Response[bytes]:
        """The version as YAML: imported again it is the same."""
        item = await catalogue.get_version(session, code, version)
        return Response(
            to_yaml(item.definition).encode(),
            media_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{item.code}.{version}.yaml"'},
        )


def shown(found: list[Difference]) -> list[Shown]:
    """Differences for reading, the page's limit at most."""
    return [
        Shown(wording.element(one.path), one.path, _text(one.before), _text(one.after))
        for one in found[:MOST]
    ]


async def _content(session: Session, code: str, which: str) -> dict[str, Any]:
    """A version by its number, or the draft; read through its type where that can be, so that defaults are equal."""
    if which == DRAFT:
        draft = await queries.draft(session, code)
        whole = definition_of(draft.definition)
        return draft.definition if whole is None else builtins(whole)
    number = int(which) if which.isdecimal() and len(which) < 9 else 0
    return builtins((await catalogue.get_version(session, code, number)).definition)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return dumped(value).strip() if isinstance(value, (dict, list, tuple)) else str(value)
