"""What the portal is measured against: Litestar with next to nothing on it, served in the same way."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import sqlalchemy as sa
from litestar import Litestar, MediaType, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import open_engine
from tests.bench.statements import HAND_IN
from tests.support.demonstration import ROOT, free_ports

DATABASE = "YIWANG_BENCH_DATABASE"
STATEMENTS = tuple(sa.text(statement) for statement in HAND_IN)


@get("/", media_type=MediaType.TEXT)
async def answer() -> str:
    return "ok"


@post("/cases/{number:str}/submission")
async def hand_in(number: FromPath[str], state: State) -> dict[str, str]:
    engine: AsyncEngine = state.engine
    values = {"number": number, "key": number}
    async with engine.begin() as connection:
        for statement in STATEMENTS:
            await connection.execute(statement, values)
    return {"number": number, "state": "submitted"}


def app() -> Litestar:
    """One bare answer and one bare handing-in, on the database named in the environment."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.engine = open_engine(os.environ[DATABASE])
        yield
        await app.state.engine.dispose()

    return Litestar([answer, hand_in], lifespan=[lifespan], openapi_config=None)


@contextmanager
def serving(database_url: str, *, processes: int) -> Iterator[int]:
    """The port of the bare application, served by granian in `processes` processes."""
    port = free_ports(1)
    served = ["tests.bench.bare:app", "127.0.0.1", str(port), str(processes)]
    server = subprocess.Popen(
        [sys.executable, "-m", "portal.cli.serving", *served],
        cwd=ROOT,
        env=os.environ | {DATABASE: database_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_end_with_parent,  # noqa: PLW1509  only a prctl call, no locks taken
    )
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError("the bare application does not answer")


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
