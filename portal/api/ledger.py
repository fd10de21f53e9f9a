"""Evidence: the signed checkpoint for everyone, a case's bundle for those who may see the case."""

import asyncio
from datetime import datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from identity.actor import Actor
from portal.api.description import ROOT, refusals
from portal.api.standing import plain_number
from portal.dependencies import Transactions
from portal.guards import signed_in
from portal.resources import Resources
from services.applications import queries
from services.oversight import commands, records
from storage import checkpoints, ledger_bundle
from storage.database import Session
from storage.signed_notes import Verifier

NOTE = "text/plain; charset=utf-8"


class Ledger(Controller):
    path = f"{ROOT}/ledger"
    tags = ["ledger"]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/checkpoint",
        operation_id="getCheckpoint",
        summary="最新检查点",
        description="The newest signed checkpoint (C2SP tlog-checkpoint). Keep it: two of them prove that nothing "
        "between them was rewritten. Not found until the first entries are gathered.",
        responses=refusals(404),
        opt={"public": True},
        security=[{}],
        media_type=NOTE,
    )
    async def checkpoint(self, session: NamedDependency[Session]) -> str:
        newest = await checkpoints.newest(session)
        if newest is None:
            raise NotFoundException
        return newest.note

    @get(
        "/key",
        operation_id="getLedgerKey",
        summary="存证公钥",
        description="The log's public key in the form of signed notes. For real proof take it from a place that "
        "is not this portal.",
        responses=refusals(),
        opt={"public": True},
        security=[{}],
        media_type=NOTE,
    )
    async def key(self, resources: NamedDependency[Resources]) -> str:
        return f"{await log_key(resources)}\n"

    @get(
        "/cases/{number:str}",
        operation_id="getEvidence",
        summary="办件存证包",
        description="A case's evidence in one file that proves itself offline (`yiwang ledger verify FILE`): every "
        "entry, their chain, the place in the log and the signed checkpoint.",
        responses=refusals(401, 404),
        guards=[signed_in],
    )
    async def bundle(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        key = await log_key(resources)
        async with transactions() as session:
            if actor.is_staff:  # not their own case: that they took its record along is recorded as well
                await commands.look(session, actor, plain_number(number), at=now, deed=records.EXPORTED)
            await queries.get(session, actor, plain_number(number))
            content = await ledger_bundle.export(session, number, key, at=now)
        return Response(
            content,
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="evidence-{number}.json"'},
        )


async def log_key(resources: Resources) -> Verifier:
    """The log's public key; the file is read anew, since the worker may have made it a moment ago."""
    settings = resources.settings
    signer = await asyncio.to_thread(checkpoints.log_key, settings.keys, settings.public_url)
    return signer.verifier
