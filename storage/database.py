"""Where rows live: one metadata, one naming scheme, one session type, on PostgreSQL only."""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.ext.asyncio import AsyncSession as Session
from sqlmodel import SQLModel

from storage.errors import DatabaseUnfit

__all__ = [
    "Moment",
    "Session",
    "Sessions",
    "choice",
    "driver_url",
    "metadata",
    "open_engine",
    "open_sessions",
    "require_fit",
]

Sessions = async_sessionmaker[Session]
Moment = sa.DateTime(timezone=True)

OLDEST_SERVER = 150_000

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def driver_url(url: str) -> str:
    """The same address spelled for SQLAlchemy with psycopg 3: `postgresql+psycopg://…`."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise DatabaseUnfit("not-postgresql", scheme)
    return f"postgresql+psycopg://{rest}"


def open_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine for `url`; `options` go to SQLAlchemy (pool_size …). Connections are made on first use."""
    pooled = {} if "poolclass" in options else {"pool_size": 10, "max_overflow": 10}
    return create_async_engine(
        driver_url(url), **{"pool_pre_ping": True, "hide_parameters": True, **pooled, **options}
    )


def open_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, class_=Session, expire_on_commit=False)


def choice(options: type[StrEnum]) -> sa.Enum:
    """A text column that the database itself limits to the values of `options`."""
    return sa.Enum(
        options,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=40,
        name=options.__name__.lower(),
    )


async def require_fit(session: Session) -> None:
    """Refuse a database on which the portal would be silently wrong.

    pg_trgm indexes no Chinese when lc_ctype is `C`, and anything but UTF8 loses rare characters.
    Raises DatabaseUnfit("too-old" | "encoding" | "locale", found).
    """
    row = (
        await session.execute(
            sa.text(
                "SELECT current_setting('server_version_num')::int AS version,"
                " pg_encoding_to_char(encoding) AS encoding, datctype AS ctype"
                " FROM pg_database WHERE datname = current_database()"
            )
        )
    ).one()
    if row.version < OLDEST_SERVER:
        raise DatabaseUnfit("too-old", str(row.version))
    if row.encoding != "UTF8":
        raise DatabaseUnfit("encoding", row.encoding)
    if row.ctype in {"C", "POSIX"}:
        raise DatabaseUnfit("locale", row.ctype)
