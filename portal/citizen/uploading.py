"""Large files piece by piece, for the script of the material page: begun, gone on with after a lost line, given up.

Without the script the page's own form sends the file whole; both end in the same deed.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from identity.actor import Actor
from portal import drafting
from portal.citizen import tasks
from portal.citizen.case import open_case
from portal.citizen.materials import UNFIT, material_of, told
from portal.guards import citizen
from portal.request import Request
from portal.resources import Resources
from services.applications.arriving import commands, queries
from services.applications.arriving.rules import LARGEST_PIECE, LONGEST_MARK, PIECE
from services.applications.errors import UploadGap
from storage.database import Session

LARGEST_BEGINNING = 4_096
LONGEST_NAME = 500


class Beginning(msgspec.Struct, frozen=True):
    """Which file is coming; `mark` is how the browser knows it again (its date of change)."""

    name: str
    size: int
    mark: str = ""


class Uploads(Controller):
    path = "/applications/{number:str}/materials/{code:str}/uploads"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/", name="uploads:begin", request_max_body_size=LARGEST_BEGINNING)
    async def begin(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Response[dict[str, Any]]:
        """201 `{id, received, piece}`: the same file again goes on where it stopped; 422 `{told}` where it is unfit."""
        case = await open_case(session, actor, number, now, lock=True)
        material = material_of(case, code)
        coming = _read(await request.body())
        if coming is None:
            return Response({"told": ""}, status_code=400)
        try:
            upload = await commands.begin(
                session,
                actor,
                case.number,
                material,
                name=coming.name[:LONGEST_NAME],
                size=coming.size,
                mark=coming.mark[:LONGEST_MARK],
                at=now,
            )
        except UNFIT as unfit:
            return Response({"told": told(unfit)}, status_code=422)
        return Response({"id": str(upload.id), "received": upload.received, "piece": PIECE}, status_code=201)

    @put("/{upload_id:uuid}", name="uploads:piece", request_max_body_size=LARGEST_PIECE)
    async def piece(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
        upload_id: FromPath[UUID],
    ) -> Response[dict[str, Any]]:
        """200 `{received}`, or `{done}` with the last piece; 409 `{received}` where it stands elsewhere; 422 `{told}`."""
        content = await request.body()  # a line that is lost before the end of a piece leaves nothing of it
        case = await open_case(session, actor, number, now, lock=True)
        material_of(case, code)
        upload = await queries.upload(session, actor, case.number, upload_id)
        try:
            received = await commands.add(session, upload, _start(request), content, at=now)
        except UploadGap as gap:
            return Response({"received": gap.received}, status_code=409)
        if received < upload.size:
            return Response({"received": received}, status_code=200)
        try:
            await drafting.hand_in(
                session,
                actor,
                case.number,
                case.definition,
                code,
                name=upload.name,
                content=await commands.take(session, upload),
                objects=resources.objects,
                at=now,
            )
        except UNFIT as unfit:
            return Response({"told": told(unfit)}, status_code=422)
        return Response({"done": True}, status_code=200)

    @post("/{upload_id:uuid}/removal", name="uploads:give-up")
    async def give_up(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
        upload_id: FromPath[UUID],
    ) -> Redirect:
        """Throw away what has arrived of a file."""
        case = await open_case(session, actor, number, now, lock=True)
        await commands.give_up(session, await queries.upload(session, actor, case.number, upload_id))
        return Redirect(tasks.material_address(case, code), status_code=303)


def _start(request: Request) -> int:
    """Where the piece belongs; nowhere if the address does not say."""
    text = request.query_params.get("start", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1


def _read(body: bytes) -> Beginning | None:
    try:
        coming = msgspec.json.decode(body, type=Beginning)
    except msgspec.MsgspecError:
        return None
    return coming if coming.name and coming.size < 2**31 else None
