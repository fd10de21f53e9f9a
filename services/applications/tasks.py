"""What a worker does later for a case: thin calls of commands, each safe to run again."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from licensing import tasks as licensing
from licensing.sealing import Sealer
from services.applications import queries
from services.applications.bundling import printing as bundle_printing
from services.applications.bundling import redating, releasing
from services.applications.bundling.queries import RELEASE, let_follow
from services.applications.commands import closing, gathering, printing
from services.applications.commands.starting import GATHER
from services.applications.errors import ApplicationNotFound
from services.applications.facts import commands as facts
from services.applications.facts.queries import closed_cases
from services.sharing.client import HubClient
from services.sharing.errors import AnswerForged, ExchangeRefused, HubUnavailable
from storage import queue
from storage.database import Sessions
from storage.objects import ObjectStore

AGAIN = timedelta(seconds=15)
TELL_CLOSED = "hub.tell-closed"


async def gather(number: str, *, sessions: Sessions, hub: HubClient) -> None:
    """Fetch what is still open for a draft; as long as a register does not answer, come back later."""
    at = datetime.now(UTC)
    try:
        again = await gathering.gather(sessions, hub, number, at=at)
    except ApplicationNotFound:
        return  # the draft was thrown away meanwhile
    if again:
        async with sessions() as session, session.begin():
            await queue.enqueue(session, GATHER, at=at + AGAIN, number=number)


async def tell_closed(*, sessions: Sessions, hub: HubClient) -> None:
    """Tell the hub which of the cases it believes open are closed or gone. A hub that is away waits.

    What registers said for them is forgotten here at the same time.
    """
    at = datetime.now(UTC)
    try:
        believed = await hub.cases_open(at=at)
        async with sessions() as session, session.begin():
            ended = await closed_cases(session, believed)
            await facts.forget(session, ended)
        for number in ended:
            await hub.announce(
                case_number=number, item="", applicant="", subjects=(), operators=(), at=at, open=False
            )
    except (HubUnavailable, ExchangeRefused, AnswerForged):
        return


async def print_paper(
    document_id: str, *, sessions: Sessions, objects: ObjectStore, sealer: Sealer, public_url: str
) -> None:
    """Print, seal and keep one paper; then deliver the result if that was all that was missing."""
    async with sessions() as session, session.begin():
        number, sheet = await printing.lay_out(session, UUID(document_id), public_url=public_url)
    if sheet is not None:
        digest = await objects.put(await printing.make(sheet, sealer=sealer))
        async with sessions() as session, session.begin():
            await printing.keep(session, sheet, digest, at=datetime.now(UTC))
    if number is not None:
        await deliver(number, sessions=sessions)


async def issue_licence(
    licence_id: str, *, sessions: Sessions, objects: ObjectStore, sealer: Sealer, public_url: str
) -> None:
    """Issue one licence, then deliver the result of its case if that was all that was missing."""
    await licensing.issue_licence(
        licence_id,
        sessions=sessions,
        objects=objects,
        sealer=sealer,
        public_url=public_url,
        issued=partial(deliver, sessions=sessions),
    )


async def deliver(number: str, *, sessions: Sessions) -> None:
    """Deliver the result if it is whole, and let go on what a bundle held back for it.

    A licence that was taken over from a table, or changed by its department, belongs to no case: nothing is delivered.
    """
    async with sessions() as session, session.begin():
        if not await queries.known(session, number):
            return
        await closing.deliver_electronically(session, number, at=datetime.now(UTC))
        await let_follow(session, await queries.by_number(session, number))


async def release(number: str, *, sessions: Sessions, hub: HubClient) -> None:
    """Hand in what waited for this case; as long as a register does not answer, come back later."""
    at = datetime.now(UTC)
    if await releasing.release(sessions, hub, number, at=at):
        async with sessions() as session, session.begin():
            await queue.enqueue(session, RELEASE, at=at + AGAIN, number=number)


async def redate(number: str, *, sessions: Sessions) -> None:
    """Move the joint date of the bundle this case is part of, if it lawfully has to be later now."""
    async with sessions() as session, session.begin():
        await redating.follow(session, number, at=datetime.now(UTC))


async def print_bundle_receipt(
    number: str, *, sessions: Sessions, objects: ObjectStore, sealer: Sealer, public_url: str
) -> None:
    """Print, seal and keep the one receipt of a bundle."""
    async with sessions() as session, session.begin():
        receipt = await bundle_printing.lay_out(session, number, public_url=public_url)
    if receipt is None:
        return
    digest = await objects.put(await asyncio.to_thread(bundle_printing.make, receipt, sealer=sealer))
    async with sessions() as session, session.begin():
        await bundle_printing.keep(session, number, digest, at=datetime.now(UTC))
