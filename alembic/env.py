"""Alembic's entry: every package's tables on one metadata, over an async engine."""

import asyncio
import importlib
import pkgutil

from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

import identity
import licensing
import services
import storage
from alembic import context
from storage.database import metadata


def load_tables() -> None:
    for package in (storage, identity, licensing, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] in {"models", "ledger", "checkpoints"}:
                importlib.import_module(module.name)


def ours(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """The queue's tables and what only SQL made belong to their own files."""
    return not (
        kind == "table" and reflected and (name or "").startswith(("procrastinate_", "queue_migration"))
    )


def rendered(kind: str, value: object, _context: object) -> str | bool:
    """A sealed column is bytes to the database; a migration must not depend on how it is sealed."""
    sealed = kind == "type" and type(value).__name__ in {"SealedText", "SealedJSON"}
    return "sa.LargeBinary()" if sealed else False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=ours,
        compare_type=True,
        render_item=rendered,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


load_tables()
asyncio.run(run_online())
