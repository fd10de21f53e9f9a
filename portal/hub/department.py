"""`yiwang department`: a department's own side as a process, beside its registers. No database, only a folder.

The folder holds `sources.yaml` (as a hub's), `hub-keys.json` (the hub's key set, handed over) and, made at the first
start, `key.pem` and `keys.json`: what the department hands to the hub.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException

from identity import tokens
from identity.tokens import Signer, jwks, verifiers
from portal.hub import problems
from services.sharing import department
from services.sharing.adapters.department import KeySet
from services.sharing.configuration import load
from services.sharing.department import Department
from services.sharing.errors import MessageRefused
from services.sharing.messages import MEDIA_TYPE
from services.sharing.rules import Reason
from services.sharing.sources import Patience, Sources
from storage.processes import end_with_server

FOLDER = "YIWANG_DEPARTMENT"
LARGEST = 65_536
PATIENCE = Patience(tries=2, each=0.8, total=0.9, pause=0.02)
"""Shorter than the hub's for the whole call: an answer nobody waits for helps nobody."""


@dataclass(frozen=True)
class Desk:
    side: Department
    hubs: KeySet
    clock: Callable[[], datetime]


def create_department(side: Department, *, hubs: KeySet, clock: Callable[[], datetime]) -> Litestar:
    """The department's side as an application."""
    desk = Desk(side, hubs, clock)

    def provide_desk() -> Desk:
        return desk

    async def close(_: Litestar) -> None:
        await side.sources.close()

    return Litestar(
        route_handlers=[take_question, show_keys, health],
        dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
        exception_handlers=problems.HANDLERS,
        request_max_body_size=LARGEST,
        openapi_config=None,
        on_shutdown=[close],
        opt={"public": True},
    )


@post("/ask", status_code=200)
async def take_question(request: Request[Any, Any, State], desk: NamedDependency[Desk]) -> Response[bytes]:
    """One signed question of a hub; 200 with the signed answer."""
    if request.content_type[0] != MEDIA_TYPE:
        raise ClientException(status_code=415)
    try:
        compact = (await request.body()).decode("ascii")
        known = desk.hubs.verifiers()
    except (UnicodeDecodeError, OSError, ValueError):
        raise MessageRefused(Reason.UNVERIFIED) from None
    reply = await department.answer(desk.side, compact, known, at=desk.clock())
    return Response(reply.encode(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


@get("/keys")
async def show_keys(desk: NamedDependency[Desk]) -> dict[str, list[dict[str, str]]]:
    """The department's public keys (RFC 7517)."""
    return jwks(verifiers(desk.side.key))


@get("/health")
async def health(desk: NamedDependency[Desk]) -> dict[str, dict[str, str]]:
    return {"sources": await desk.side.sources.states()}


def from_environment() -> Litestar:
    """What a department's process serves. It ends with the process that started it."""
    end_with_server()
    folder = Path(os.environ[FOLDER]).resolve()
    sources = load(folder / "sources.yaml", os.environ)
    opened = Sources(sources, chance=random.random, monotonic=monotonic, patience=PATIENCE)
    side = Department(own_key(folder), opened, folder / "journal.jsonl")
    return create_department(side, hubs=KeySet(folder / "hub-keys.json"), clock=lambda: datetime.now(UTC))


def own_key(folder: Path) -> Signer:
    """The department's key, made at the first start; its public half is written beside it, to be handed over."""
    path = folder / "key.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(tokens.private_pem(tokens.new_signer()), encoding="ascii")
    key = tokens.signer(path.read_text(encoding="ascii"))
    published = msgspec.json.encode(jwks(verifiers(key)))
    if not (folder / "keys.json").exists() or (folder / "keys.json").read_bytes() != published:
        (folder / "keys.json").write_bytes(published)
    return key
