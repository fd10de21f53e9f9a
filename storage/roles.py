"""What the application's database role may do: read and write rows, append to the ledger, change no structure."""

import psycopg
from psycopg import sql

from storage.ledger_schema import PRIVATE

PLAIN_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
)


def grant(connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
    """Give `role` its rights on everything the migrations made. Run by the owner after every migration."""
    name = sql.Identifier(role)
    for statement in PLAIN_GRANTS:
        connection.execute(sql.SQL(statement).format(role=name))
    for table in PRIVATE:
        connection.execute(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {role}").format(
                table=sql.Identifier(table), role=name
            )
        )
    connection.execute(sql.SQL("REVOKE ALL ON alembic_version FROM {role}").format(role=name))
    connection.execute(sql.SQL("GRANT SELECT ON alembic_version TO {role}").format(role=name))
