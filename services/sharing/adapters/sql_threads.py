"""MySQL, MariaDB and SQLite registers: the same one configured query, on a thread, read-only, with a time limit.

Their drivers wait where they stand, so every question takes a thread; the statement's own limit is what ends it.
"""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.sharing.adapters.sql import MOST_ROWS, row_of
from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong
from services.sharing.presenting import Row

MYSQL_SLOW = {1969, 3024, 1317}  # max_statement_time (MariaDB), max_execution_time (MySQL), interrupted
MYSQL_GONE = {1040, 1042, 1043, 1045, 1044, 1049, 1053, 1080, 2002, 2003, 2005, 2006, 2013, 2055}
STEPS = 10_000
"""SQLite looks at the clock after so many of its own steps."""


class ThreadedSQLSource:
    """`url` mysql://reader@host/database or sqlite:///folder/register.db; everything else as `SQLSource`."""

    def __init__(
        self,
        *,
        name: str,
        resource: str,
        url: str,
        password: str | None,
        query: str,
        subject_column: str,
        mapping: Mapping[str, str],
        as_of_column: str | None = None,
        timeout: float = 1.0,
        connections: int = 5,
    ) -> None:
        self.name = name
        self.resource = resource
        self._query = sa.text(query)
        self._subject = subject_column
        self._mapping = mapping
        self._as_of = as_of_column
        self._timeout = timeout
        address = sa.make_url(url)
        if password is not None:
            address = address.set(password=password)
        self._sqlite = address.get_backend_name() == "sqlite"
        opened = _sqlite if self._sqlite else _mysql
        self._engine = opened(address, timeout, connections)

    async def rows(self, subject: str, fields: Sequence[str]) -> list[Row]:
        found = await asyncio.to_thread(self._read, self._query, {"subject": subject})
        return [row_of(self.name, line, fields, self._mapping, self._subject, self._as_of) for line in found]

    async def check(self) -> None:
        await asyncio.to_thread(self._read, sa.text("SELECT 1"), {})

    async def close(self) -> None:
        await asyncio.to_thread(self._engine.dispose)

    def _read(self, query: sa.TextClause, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            with self._engine.connect() as connection:
                if self._sqlite:
                    _limit(connection, self._timeout)
                lines = connection.execute(query, given).mappings().fetchmany(MOST_ROWS)
                return [dict(line) for line in lines]
        except (SQLAlchemyError, OSError) as exc:
            raise self._trouble(exc) from exc

    def _trouble(self, exc: Exception) -> SourceTrouble:
        if isinstance(exc, PoolTimeout):
            return SourceSlow(self.name, "pool")
        cause = exc.orig if isinstance(exc, DBAPIError) else exc
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorname", "")
            if code in {"SQLITE_INTERRUPT", "SQLITE_BUSY", "SQLITE_LOCKED"}:
                return SourceSlow(self.name, code)
            gone = code in {"SQLITE_CANTOPEN", "SQLITE_IOERR"}
            return SourceDown(self.name, code) if gone else SourceWrong(self.name, code)
        number = cause.args[0] if cause is not None and cause.args else 0
        if number in MYSQL_SLOW or "timed out" in str(cause):
            return SourceSlow(self.name, str(number))
        gone = isinstance(cause, OSError) or number in MYSQL_GONE
        return SourceDown(self.name, str(number)) if gone else SourceWrong(self.name, str(number))


def _mysql(address: sa.URL, timeout: float, connections: int) -> sa.Engine:
    engine = sa.create_engine(
        address.set(drivername="mysql+pymysql"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeout,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": max(1, round(timeout)), "read_timeout": timeout + 1},
    )

    @sa.event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        maria = "MariaDB" in connection.get_server_info()
        limit = f"max_statement_time={timeout}" if maria else f"max_execution_time={int(timeout * 1000)}"
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute(f"SET SESSION {limit}")

    return engine


def _sqlite(address: sa.URL, timeout: float, connections: int) -> sa.Engine:
    path = Path(address.database or "").resolve()

    def connect() -> sqlite3.Connection:
        opened = sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, timeout=timeout, check_same_thread=False
        )
        opened.execute("PRAGMA query_only = ON")
        return opened

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True)


def _limit(connection: sa.Connection, seconds: float) -> None:
    deadline = monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: monotonic() > deadline, STEPS)
