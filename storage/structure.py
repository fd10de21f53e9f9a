"""Which structure this version of the program needs, and which one a database has: without loading the migrations."""

from pathlib import Path

import psycopg
from psycopg import errors


def script_folder() -> Path:
    """`alembic/` beside the packages in a checkout, inside the package in an installed wheel."""
    checkout = Path(__file__).parent.parent / "alembic"
    return checkout if (checkout / "env.py").exists() else Path(__file__).parent / "migrations"


def newest() -> str:
    """The revision this version of the program needs: revisions are numbered, and files carry their number."""
    return max(file.name.partition("_")[0] for file in (script_folder() / "versions").glob("[0-9]*_*.py"))


def found(url: str) -> str | None:
    """The revision of the database at `url`; None if it was never migrated."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except errors.UndefinedTable:
            return None
    return str(row[0]) if row else None
