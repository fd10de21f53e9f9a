"""One transaction for one command: its connection is made for it and closed behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from portal.settings import Settings
from storage import cipher
from storage.database import Session, open_engine, open_sessions

Done = TypeVar("Done")


@asynccontextmanager
async def transaction(url: str) -> AsyncIterator[Session]:
    """A session in a transaction of the database at `url`: kept when the block ends well, undone otherwise."""
    engine = open_engine(url, pool_size=1)
    try:
        async with open_sessions(engine)() as session, session.begin():
            yield session
    finally:
        await engine.dispose()


async def within(settings: Settings, deed: Callable[[Session], Awaitable[Done]], *, url: str = "") -> Done:
    """Do a deed in one transaction with its record; what is sealed at rest can be read and written in it.

    `url`: the database, the portal's own unless told.
    """
    cipher.follow(settings.keys / "ring.json")
    async with transaction(url or settings.application_url) as session:
        return await deed(session)
