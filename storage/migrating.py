"""Bringing a database to the structure this version needs: our tables by Alembic, the queue's by its own files."""

from pathlib import Path

import procrastinate
import psycopg
from alembic.config import Config
from psycopg.conninfo import conninfo_to_dict

from alembic import command
from storage import roles
from storage.database import driver_url
from storage.structure import script_folder

LOCK = 7_301
"""Advisory lock key: two nodes migrating at once take turns."""

QUEUE_FILES = Path(procrastinate.schema.migrations_path)


def config(url: str) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(script_folder()))
    settings.attributes["url"] = driver_url(url)
    return settings


def upgrade(owner_url: str, *, application_url: str | None = None) -> None:
    """Bring the database at `owner_url` up to date and give the role of `application_url` its rights."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _upgrade_queue(connection)
        command.upgrade(config(owner_url), "head")
        role = conninfo_to_dict(application_url).get("user") if application_url else None
        if role and role != conninfo_to_dict(owner_url).get("user"):
            roles.grant(connection, str(role))


def _upgrade_queue(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Lay the queue's own schema, or its migration files that came with a newer version, once each."""
    connection.execute("CREATE TABLE IF NOT EXISTS queue_migration (file text PRIMARY KEY)")
    files = sorted(path.name for path in QUEUE_FILES.glob("*.sql"))
    done = {str(row[0]) for row in connection.execute("SELECT file FROM queue_migration")}
    with connection.transaction():
        if not done:
            connection.execute(procrastinate.schema.SchemaManager.get_schema())
        for name in files:
            if done and name not in done:
                connection.execute((QUEUE_FILES / name).read_bytes())
        missing = [(name,) for name in files if name not in done]
        connection.cursor().executemany("INSERT INTO queue_migration (file) VALUES (%s)", missing)
