"""Looking at a case: its page, the files handed in and the papers made, each inside the officer's own window."""

from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from identity.actor import CASEWORK, Actor
from licensing import queries as licensing
from licensing.errors import LicenceNotFound
from portal.guards import roles
from portal.resources import Resources
from portal.window import casefile
from services.applications import queries
from services.applications.arriving.queries import require_cleared
from services.applications.errors import ResultNotReady
from storage.database import Session

PDF = "application/pdf"
FRAMED = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"
)
"""A stranger's file: shown in our own frame, loads nothing. The browser's bare image page styles itself inline."""
SANDBOXED = f"{FRAMED}; sandbox allow-same-origin"
"""For pictures: no script, no form, no window; of our own origin, or the browser may not even fetch the site's icon.
The PDF viewers of some browsers do not start in a sandbox; they run apart from the page by themselves."""


class CasePages(Controller):
    path = "/window/cases/{number:str}"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:case")
    async def case(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        done: FromQuery[str] = "",
        phrase: FromQuery[str] = "",
    ) -> Template:
        return await casefile.page(session, actor, number, now=now, done=done, phrase=phrase)

    @get("/files/{file_id:uuid}", name="window:file")
    async def file(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Response[bytes]:
        case = await queries.get(session, actor, casefile.readable(number))
        file = await queries.file_of(session, case, file_id)
        await require_cleared(session, file.id)
        return inline(await resources.objects.get(file.digest), file.media_type, file.name)

    @get("/documents/{document_id:uuid}", name="window:document")
    async def document(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        number: FromPath[str],
        document_id: FromPath[UUID],
    ) -> Response[bytes]:
        case = await queries.get(session, actor, casefile.readable(number))
        document = await queries.document_of(session, case, document_id)
        if document.digest is None:
            raise ResultNotReady(number)
        return inline(await resources.objects.get(document.digest), PDF, f"{document.number}.pdf")

    @get("/licence", name="window:licence")
    async def licence(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        number: FromPath[str],
    ) -> Response[bytes]:
        case = await queries.get(session, actor, casefile.readable(number))
        licence = await licensing.of_application(session, case.number)
        if licence is None:
            raise LicenceNotFound(number)
        content = await licensing.document(session, actor, licence.identifier, objects=resources.objects)
        return inline(content, PDF, f"{licence.number}.pdf")


def address(number: str, *, done: str = "", anchor: str = "") -> str:
    """The page of a case, with the notice of what was just done."""
    query = f"?{urlencode({'done': done})}" if done else ""
    return f"/window/cases/{number}{query}{f'#{anchor}' if anchor else ''}"


def inline(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A file to be looked at in the page's frame, never run: its type is the one found by its content."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f"inline; filename*=UTF-8''{quote(name)}",
            "content-security-policy": FRAMED if media_type == PDF else SANDBOXED,
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
        },
    )
