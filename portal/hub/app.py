"""The hub as an application of its own (`yiwang hub`): signed messages in, signed messages out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException
from litestar.params import FromPath, FromQuery
from sqlalchemy.exc import SQLAlchemyError

from identity.tokens import Signer, Verifiers, jwks
from portal.hub import metaservices, problems
from portal.hub.schemas import ContractEntry, DirectoryEntry, Health, contract_entry, directory_entry
from services.sharing import commands, keeping, queries
from services.sharing.contracts import deeds
from services.sharing.exchange import exchange, uses
from services.sharing.messages import MEDIA_TYPE
from services.sharing.rules import Outcome
from services.sharing.sources import Sources
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage.database import Session, Sessions
from storage.lanes import Lanes

LARGEST = 65_536
TIDY_SECONDS = 600
HubRequest = Request[Any, Any, State]

# Nothing here is guarded by who is signed in: what is personal is guarded by signatures and contracts, in the
# domain, and the rest (directory, contracts, keys, health) is meant for every department.
OPEN = {"public": True}


@dataclass(frozen=True, slots=True)
class Hub:
    """What every handler stands on. `keys` are the public keys by which the hub's answers are verified."""

    sessions: Sessions
    key: Signer
    keys: Verifiers
    sources: Sources
    clock: Callable[[], datetime]
    lanes: Lanes | None = None


def create_hub(
    sessions: Sessions,
    *,
    key: Signer,
    keys: Verifiers,
    sources: Sources,
    clock: Callable[[], datetime],
    lanes: Lanes | None = None,
) -> Litestar:
    """The hub on `sessions`, signing with `key`; `keys` holds its public half and those not yet forgotten.

    `lanes` lead to the same database, for what every exchange does there.
    """
    hub = Hub(sessions, key, keys, sources, clock, lanes)

    def provide_hub() -> Hub:
        return hub

    return Litestar(
        route_handlers=[
            take_exchange,
            show_directory,
            list_contracts,
            show_contract,
            show_keys,
            show_services,
            describe,
            take_uses,
            take_notice,
            tell_open_cases,
            take_deed,
            live,
            ready,
        ],
        dependencies={"hub": Provide(provide_hub, sync_to_thread=False)},
        exception_handlers=problems.HANDLERS,
        request_max_body_size=LARGEST,
        lifespan=[lambda _: _housekeeping(hub)],
        openapi_config=None,
        opt=OPEN,
    )


@post("/exchange", status_code=200)
async def take_exchange(request: HubRequest, hub: NamedDependency[Hub]) -> Response[bytes]:
    """One signed request; 200 with the signed answer, or a problem that carries the signed refusal."""
    compact = await _message(request)
    run = hub.lanes.run if hub.lanes else None
    answered = await exchange(
        hub.sessions.begin, compact, sources=hub.sources, key=hub.key, at=hub.clock(), run=run
    )
    if answered.outcome is Outcome.REFUSED:
        return problems.refusal(answered.reason, answer=answered.compact)
    return _signed(answered.compact)


@post("/uses", status_code=200)
async def take_uses(request: HubRequest, hub: NamedDependency[Hub]) -> Response[bytes]:
    """A signed question for the uses of a subject's data; 200 with the signed list."""
    compact = await _message(request)
    async with hub.sessions.begin() as session:
        return _signed(await uses(session, compact, key=hub.key, at=hub.clock()))


@post("/cases", status_code=200)
async def take_notice(request: HubRequest, hub: NamedDependency[Hub]) -> Response[bytes]:
    """The keeper of a case tells of it, signed; 200 with the signed acknowledgement."""
    compact = await _message(request)
    async with hub.sessions.begin() as session:
        return _signed(await keeping.take_notice(session, compact, key=hub.key, at=hub.clock()))


@post("/cases/open", status_code=200)
async def tell_open_cases(request: HubRequest, hub: NamedDependency[Hub]) -> Response[bytes]:
    """The cases a keeper told of that are open here, signed."""
    compact = await _message(request)
    async with hub.sessions.begin() as session:
        return _signed(await keeping.believed_open(session, compact, key=hub.key, at=hub.clock()))


@post("/steward", status_code=200)
async def take_deed(request: HubRequest, hub: NamedDependency[Hub]) -> Response[bytes]:
    """A department's steward asks or does something, signed; 200 with the signed answer."""
    compact = await _message(request)
    async with hub.sessions.begin() as session:
        answer = await deeds.do(session, compact, key=hub.key, due_after=_due_after, at=hub.clock())
        return _signed(answer)


@get("/directory")
async def show_directory(hub: NamedDependency[Hub]) -> list[DirectoryEntry]:
    async with _reading(hub) as session:
        return [directory_entry(resource) for resource in await queries.directory(session)]


@get("/contracts")
async def list_contracts(
    hub: NamedDependency[Hub], consumer: FromQuery[str | None] = None, item: FromQuery[str | None] = None
) -> list[ContractEntry]:
    """The contracts in force, narrowed by consumer and item."""
    async with _reading(hub) as session:
        found = await queries.contracts(session, consumer=consumer, item=item, at=hub.clock())
        return [contract_entry(contract) for contract in found]


@get("/contracts/{number:str}")
async def show_contract(number: FromPath[str], hub: NamedDependency[Hub]) -> ContractEntry:
    async with _reading(hub) as session:
        return contract_entry(await queries.contract(session, number))


@get("/services")
async def show_services(hub: NamedDependency[Hub]) -> list[dict[str, Any]]:
    """Who provides what, and by which method it is asked."""
    async with _reading(hub) as session:
        return metaservices.services([directory_entry(one) for one in await queries.directory(session)])


@get("/openapi.json")
async def describe() -> dict[str, Any]:
    """The hub's OpenAPI description."""
    return metaservices.openapi()


@get("/keys")
async def show_keys(hub: NamedDependency[Hub]) -> dict[str, list[dict[str, str]]]:
    """The hub's public keys as a JWK set (RFC 7517)."""
    return jwks(hub.keys)


@get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@get("/health/ready")
async def ready(hub: NamedDependency[Hub]) -> Response[Health]:
    """Ready while the database is there: a source in trouble is a normal day, and is named."""
    states, database = await asyncio.gather(hub.sources.states(), _database(hub))
    up = database == "up"
    serves = {one.name: resource for resource, one in hub.sources.by_resource.items()}
    health = Health("ready" if up else "not-ready", database, states, serves)
    return Response(health, status_code=200 if up else 503)


async def _due_after(session: Session, at: datetime, days: int) -> date:
    return due_on(local_day(at), days, await calendar.load(session)).on


async def _message(request: HubRequest) -> str:
    if request.content_type[0] != MEDIA_TYPE:
        raise ClientException(status_code=415)
    try:
        return (await request.body()).decode("ascii")
    except UnicodeDecodeError:
        raise ClientException(status_code=400) from None


def _signed(compact: str) -> Response[bytes]:
    return Response(compact.encode(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


@asynccontextmanager
async def _reading(hub: Hub) -> AsyncIterator[Session]:
    async with hub.sessions.begin() as session:
        await session.execute(sa.text("SET TRANSACTION READ ONLY"))
        yield session


async def _database(hub: Hub) -> str:
    try:
        async with asyncio.timeout(2), hub.sessions() as session:
            await session.execute(sa.text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return "down"
    return "up"


@asynccontextmanager
async def _housekeeping(hub: Hub) -> AsyncIterator[None]:
    task = asyncio.create_task(_tidying(hub))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await hub.sources.close()
        if hub.lanes:
            await hub.lanes.close()


async def _tidying(hub: Hub) -> None:
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        with suppress(SQLAlchemyError, OSError):
            async with hub.sessions.begin() as session:
                await commands.tidy(session, at=hub.clock())
