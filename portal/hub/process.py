"""The hub as a process: its own database, key and sources, from the environment."""

import asyncio
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from litestar import Litestar

from identity import keys
from identity.keys import Keys
from identity.tokens import Signer
from portal import logs
from portal.hub.app import create_hub
from portal.settings import Settings, current
from services.sharing.adapters.licences import Library
from services.sharing.configuration import Side, load
from services.sharing.sources import Sources
from storage import cipher
from storage.database import open_engine, open_sessions
from storage.lanes import Lanes
from storage.processes import end_with_server

HUB = "hub"
"""The purpose of the hub's signing keys."""


def from_environment() -> Litestar:
    """What a hub process serves. It ends with the process that started it."""
    end_with_server()
    settings = current()
    logs.configure(settings.log_format, settings.log_level)
    cipher.follow(settings.keys / "ring.json")
    known = asyncio.run(_keys(settings))
    sources = sources_of(settings, known.signer)
    engine = open_engine(settings.hub_application_url, pool_size=settings.pool_size)
    return create_hub(
        open_sessions(engine),
        key=known.signer,
        keys=known.verifiers,
        sources=sources,
        clock=lambda: datetime.now(UTC),
        lanes=Lanes(settings.hub_application_url, most=settings.pool_size),
    )


def sources_of(settings: Settings, key: Signer) -> Sources:
    """The registers this hub asks, `key` being the one it signs with; their secrets are in the environment."""
    opened = load(sources_file(settings), os.environ, side_of(settings, key))
    return Sources(opened, chance=random.random, monotonic=monotonic)


def sources_file(settings: Settings) -> Path:
    """Where the hub's keeper writes which registers there are."""
    return settings.data.resolve() / "hub" / "sources.yaml"


def side_of(settings: Settings, key: Signer) -> Side:
    """Who this hub is to its sources, with the licence library of the portal beside it."""
    engine = open_engine(settings.application_url, pool_size=2)
    library = Library(open_sessions(engine), lambda: datetime.now(UTC), engine.dispose)
    return Side(settings.party, key, library)


async def _keys(settings: Settings) -> Keys:
    engine = open_engine(settings.hub_application_url, pool_size=1)
    try:
        async with open_sessions(engine)() as session, session.begin():
            return await keys.ensure(session, HUB, at=datetime.now(UTC))
    finally:
        await engine.dispose()
