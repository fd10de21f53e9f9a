"""`yiwang keys`: the key ring of sealed values. A new key, sealing again, putting an old one away."""

import asyncio
import fcntl
import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

import identity
import licensing
import services
from identity.lookups import LOOKUPS as PEOPLE
from licensing.lookups import LOOKUPS as HOLDERS
from portal.cli.errors import KeyInUse, KeyRefused
from portal.settings import Settings, current
from services.sharing.lookups import LOOKUPS as USES
from storage import cipher, resealing, ring_changes
from storage.cipher import Algorithm, KeyRing
from storage.database import Sessions, metadata, open_engine, open_sessions
from storage.errors import KeyUnusable
from storage.resealing import SealedTable

LOOKUPS = PEOPLE + USES + HOLDERS
LOOKUP_KEY = "lookups"

app = typer.Typer(help="The keys that seal what the database keeps of people.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The key's name, as `yiwang keys list` shows it.")]


@app.callback()
def _group() -> None:
    """The keys that seal what the database keeps of people."""


@app.command("list")
def list_() -> None:
    """Show the keys, which one seals, and how many rows each still seals."""
    settings = current()
    cipher.follow(_path(settings))
    ring = cipher.ring()
    counts = asyncio.run(_counts(settings, list(ring.keys)))
    for name in ring.keys:
        kind = ring.algorithms.get(name, Algorithm.AES)
        typer.echo(f"{name}  {kind}  {counts[name]} rows{'  seals' if name == ring.current else ''}")
    typer.echo("look-up key: " + ("being changed, two are good" if ring.former_index_key else "one"))


@app.command()
def rotate(
    algorithm: Annotated[Algorithm, typer.Option(help="How the new key seals.")] = Algorithm.AES,
    hold: Annotated[bool, typer.Option(help="Add the key only; `yiwang keys use` makes it seal.")] = False,
    lookups: Annotated[bool, typer.Option(help="Change the key of the look-up hashes instead.")] = False,
) -> None:
    """Add a key and seal with it from now on. Running processes take it up with the next value they seal."""
    path = _path(current())
    with _changing(path) as ring:
        if lookups:
            cipher.replace_ring(path, ring_changes.change_index_key(ring))
            typer.echo("new look-up key; run `yiwang keys reencrypt`, then `yiwang keys retire lookups`")
            return
        changed, name = ring_changes.add_key(ring, algorithm=algorithm, hold=hold)
        cipher.replace_ring(path, changed)
    typer.echo(f"{name} ({algorithm}) added" + ("" if hold else "; it seals from now on"))


@app.command()
def use(name: Name) -> None:
    """Seal with a key that is in the ring already."""
    path = _path(current())
    with _changing(path) as ring:
        cipher.replace_ring(path, ring_changes.use_key(ring, name))
    typer.echo(f"{name} seals from now on")


@app.command()
def reencrypt() -> None:
    """Seal every value with the current key and make every look-up hash anew. May be stopped and run again."""
    settings = current()
    cipher.follow(_path(settings))
    for url in _databases(settings):
        asyncio.run(_reencrypt(url))


@app.command()
def retire(name: Name) -> None:
    """Take an old key out of the ring (`lookups`: the former look-up key). Refused while a row needs it."""
    settings = current()
    path = _path(settings)
    cipher.follow(path)
    with _changing(path) as ring:
        if name == LOOKUP_KEY:
            changed = ring_changes.drop_former_index_key(ring)
            needing = asyncio.run(_hashes(settings))
        else:
            changed = ring_changes.drop_key(ring, name)
            needing = asyncio.run(_counts(settings, [name]))[name]
        if needing:
            raise KeyInUse(name, needing)
        cipher.replace_ring(path, changed)
    typer.echo(f"{name} retired")


def _path(settings: Settings) -> Path:
    return settings.keys / "ring.json"


@contextmanager
def _changing(path: Path) -> Iterator[KeyRing]:
    """The ring as it is, while nobody else changes it. What cannot be done is one sentence."""
    ring = cipher.load_ring(path)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ring = cipher.load_ring(path)
        try:
            yield ring
        except KeyUnusable as exc:
            raise KeyRefused(exc.why, exc.name) from None


def sealed_tables() -> list[SealedTable]:
    """Every table of every package that keeps something sealed."""
    for package in (identity, licensing, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] == "models":
                importlib.import_module(module.name)
    return resealing.sealed_tables(metadata)


def _databases(settings: Settings) -> list[str]:
    """The portal's database and the hub's, once if they are one."""
    return list(dict.fromkeys((settings.application_url, settings.hub_application_url)))


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Sessions]:
    engine = open_engine(url, poolclass=sa.NullPool)
    try:
        yield open_sessions(engine)
    finally:
        await engine.dispose()


async def _counts(settings: Settings, names: list[str]) -> dict[str, int]:
    """How many rows each of these keys seals, in all databases together."""
    counts = dict.fromkeys(names, 0)
    for url in _databases(settings):
        async with _opened(url) as sessions, sessions() as session, session.begin():
            for table in sealed_tables():
                for name in names:
                    counts[name] += await resealing.rows_sealed_by(session, table, name)
    return counts


async def _hashes(settings: Settings) -> int:
    """How many rows do not carry the current look-up hash."""
    found = 0
    for url in _databases(settings):
        async with _opened(url) as sessions:
            for lookup in LOOKUPS:
                found += await resealing.hashes_to_make(sessions, lookup)
    return found


async def _reencrypt(url: str) -> None:
    async with _opened(url) as sessions:
        sealed = await reseal_all(sessions)
        made = await reindex_all(sessions)
    typer.echo(f"{sa.make_url(url).database}: {sealed} rows sealed again, {made} look-up hashes made anew")


async def reseal_all(sessions: Sessions) -> int:
    """Seal every row of one database anew, showing how far it is; the number of rows that were."""
    tables = sealed_tables()
    async with sessions() as session, session.begin():
        waiting = {table.name: await resealing.rows_to_seal(session, table) for table in tables}
    done = 0
    with typer.progressbar(length=sum(waiting.values()), label="sealing") as bar:
        for table in tables:
            if waiting[table.name]:
                async for rows in resealing.reseal(sessions, table):
                    bar.update(rows)
                    done += rows
    return done


async def reindex_all(sessions: Sessions) -> int:
    """Make every look-up hash of one database anew, showing how far it is; the number that changed."""
    async with sessions() as session, session.begin():
        rows = [await resealing.rows_of(session, lookup) for lookup in LOOKUPS]
    made = 0
    with typer.progressbar(length=sum(rows), label="look-ups") as bar:
        for lookup in LOOKUPS:
            async for walked, changed in resealing.reindex(sessions, lookup):
                bar.update(walked)
                made += changed
    return made
