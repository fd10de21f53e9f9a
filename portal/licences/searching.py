"""证照库 as a department sees it: what it issued, found by number, identifier or holder."""

from datetime import datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from identity.actor import CASEWORK, Actor
from licensing import queries, types
from licensing.importing import awaiting
from portal import licence_words
from portal.guards import roles
from portal.language import pick
from portal.resources import Resources
from portal.sending import PDF, sent
from storage.database import Session

MOST = 100
LONGEST = 120


class DepartmentLicences(Controller):
    path = "/window/licences"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:department")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        q: FromQuery[str] = "",
    ) -> Template:
        """The newest hundred that fit."""
        sought = "".join(letter for letter in q if letter.isprintable())[:LONGEST]
        rows = await queries.searched(session, actor, sought, most=MOST)
        awaited = await awaiting.among(session, {one.holder_id for one in rows})
        found = [
            {
                "licence": one,
                "awaited": one.holder_id in awaited,
                "name": pick(types.get(one.type_code, one.type_version).name),
                "state": licence_words.licence_state(queries.state_of(one, now)),
            }
            for one in rows
        ]
        return Template("licences/department.html", context={"entries": found, "q": sought, "most": MOST})

    @get("/{identifier:str}/document", name="licences:department-document")
    async def document(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        identifier: FromPath[str],
    ) -> Response[bytes]:
        """The sealed file, for those whose department issued it."""
        licence = await queries.get(session, actor, identifier)
        content = await queries.document(session, actor, identifier, objects=resources.objects)
        return sent(content, f"{licence.number}.pdf", PDF)
