"""Marked copies of what lies in a case, and the note that a file was compared with its original."""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from identity.actor import CASEWORK, Actor, Role
from licensing import queries as licensing
from licensing.errors import LicenceNotFound
from portal.guards import roles
from portal.resources import Resources
from portal.window import casefile
from portal.window.looking import address
from services.applications import queries
from services.applications.copies import commands as copies
from services.applications.copies import from_library
from services.applications.copies.commands import Copy
from services.applications.errors import ResultNotReady
from storage.database import Session


class Copies(Controller):
    path = "/window/cases/{number:str}"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/files/{file_id:uuid}/copy", name="window:copy-file", status_code=200)
    async def file(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Response[bytes]:
        wanted = casefile.readable(number)
        return _sent(
            await copies.copy_of_file(session, actor, wanted, file_id, objects=resources.objects, at=now)
        )

    @post("/documents/{document_id:uuid}/copy", name="window:copy-document", status_code=200)
    async def document(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        number: FromPath[str],
        document_id: FromPath[UUID],
    ) -> Response[bytes]:
        case = await queries.get(session, actor, casefile.readable(number))
        document = await queries.document_of(session, case, document_id)
        if document.digest is None:
            raise ResultNotReady(number)
        content = await resources.objects.get(document.digest)
        name = f"{document.number}.pdf"
        return _sent(await copies.copy_of_paper(session, actor, case.number, content, name, at=now))

    @post("/licence/copy", name="window:copy-licence", status_code=200)
    async def licence(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        case = await queries.get(session, actor, casefile.readable(number))
        licence = await licensing.of_application(session, case.number)
        if licence is None:
            raise LicenceNotFound(number)
        content = await licensing.document(session, actor, licence.identifier, objects=resources.objects)
        ends, name = licence.valid_until, f"{licence.number}.pdf"
        return _sent(
            await copies.copy_of_paper(session, actor, case.number, content, name, ends=ends, at=now)
        )

    @post("/materials/{code:str}/licence", name="window:copy-held", status_code=200)
    async def held(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Response[bytes]:
        wanted = casefile.readable(number)
        return _sent(
            await from_library.copy_of_held(session, actor, wanted, code, objects=resources.objects, at=now)
        )

    @post("/files/{file_id:uuid}/original", name="window:original", guards=[roles(Role.WINDOW)])
    async def compare(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Redirect:
        await copies.compare(session, actor, casefile.readable(number), file_id, at=now)
        return Redirect(address(number, anchor="papers"), status_code=303)


def _sent(copy: Copy) -> Response[bytes]:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(copy.name)}",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(copy.content, media_type=copy.media_type, headers=headers)
