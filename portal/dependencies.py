"""What every handler may ask for by name. The one place where a request's transaction is opened and closed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import TypeAlias

from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException
from sqlalchemy import text

from identity.actor import Actor
from portal.request import Request
from portal.resources import Resources
from storage.database import Session
from storage.objects import ObjectStore

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
READ_ONLY = text("SET TRANSACTION READ ONLY")

Transactions: TypeAlias = Callable[[], AbstractAsyncContextManager[Session]]


async def provide_session(request: Request) -> AsyncIterator[Session]:
    """Open the request's one transaction: commit when the handler returns, roll back when it raises."""
    async with resources_of(request.app.state).sessions() as session, session.begin():
        if request.method in SAFE_METHODS:
            await session.execute(READ_ONLY)
        yield session


async def provide_transactions(request: Request) -> Transactions:
    """For the few deeds that must commit before they ask another system (decision 0001): one transaction a call."""
    sessions = resources_of(request.app.state).sessions

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Session]:
        async with sessions() as session, session.begin():
            yield session

    return transaction


async def provide_actor(request: Request) -> Actor:
    if request.user is None:
        raise NotAuthorizedException
    return request.user


async def provide_now() -> datetime:
    return datetime.now(UTC)


async def provide_resources(state: State) -> Resources:
    return resources_of(state)


async def provide_objects(state: State) -> ObjectStore:
    return resources_of(state).objects


def resources_of(state: State) -> Resources:
    found: Resources = state.resources
    return found


DEPENDENCIES = {
    "session": Provide(provide_session),
    "transactions": Provide(provide_transactions),
    "actor": Provide(provide_actor),
    "now": Provide(provide_now),
    "resources": Provide(provide_resources),
    "objects": Provide(provide_objects),
}
