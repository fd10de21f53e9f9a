"""A department's SQL database: one configured query, bound parameters, a read-only connection with a time limit."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong
from services.sharing.presenting import Row
from storage.database import open_engine

MOST_ROWS = 5
CANCELLED = "57014"  # query_canceled: statement_timeout
SHUTTING_DOWN = "57P"
CONNECTION = "08"


class SQLSource:
    """`query` names its parameter `:subject` and returns the columns of `mapping` (field → column).

    `subject_column` and `as_of_column` name the register's own key and, where it has one, its moment of truth.
    """

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
        address = sa.make_url(url)
        if password is not None:
            address = address.set(password=password)
        limits = f"-c default_transaction_read_only=on -c statement_timeout={int(timeout * 1000)}"
        self._engine = open_engine(
            address.render_as_string(hide_password=False),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=timeout,
            hide_parameters=True,
            connect_args={"options": limits, "connect_timeout": max(2, int(timeout)), "prepare_threshold": 3},
        )

    async def rows(self, subject: str, fields: Sequence[str]) -> list[Row]:
        try:
            async with self._engine.connect() as connection:
                result = await connection.execute(self._query, {"subject": subject})
                found = result.mappings().fetchmany(MOST_ROWS)
        except (SQLAlchemyError, OSError) as exc:
            raise self._trouble(exc) from exc
        return [
            row_of(self.name, dict(line), fields, self._mapping, self._subject, self._as_of) for line in found
        ]

    async def check(self) -> None:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(sa.text("SELECT 1"))
        except (SQLAlchemyError, OSError) as exc:
            raise self._trouble(exc) from exc

    async def close(self) -> None:
        await self._engine.dispose()

    def _trouble(self, exc: Exception) -> SourceTrouble:
        if isinstance(exc, PoolTimeout):
            return SourceSlow(self.name, "pool")
        state = str(getattr(exc.orig, "sqlstate", None) or "") if isinstance(exc, DBAPIError) else ""
        if state == CANCELLED:
            return SourceSlow(self.name, "statement")
        gone = isinstance(exc, OperationalError | OSError) or state.startswith((SHUTTING_DOWN, CONNECTION))
        return SourceDown(self.name, state) if gone else SourceWrong(self.name, state or type(exc).__name__)


def row_of(
    source: str,
    line: Mapping[str, object],
    fields: Sequence[str],
    mapping: Mapping[str, str],
    subject: str,
    as_of: str | None,
) -> Row:
    """One line of an answer under the directory's names. Raises SourceWrong where a column is missing."""
    wanted = {field: mapping[field] for field in fields if field in mapping}
    missing = [column for column in (*wanted.values(), subject) if column not in line]
    if missing or len(wanted) < len(fields):
        raise SourceWrong(source, "columns")
    moment = line.get(as_of) if as_of else None
    return Row(
        subject=str(line[subject] or "").strip().upper(),
        values={field: line[column] for field, column in wanted.items()},
        as_of=moment if isinstance(moment, datetime) and moment.tzinfo else None,
    )
