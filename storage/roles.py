"""What the application's database role may do: read and write rows, append to the ledger, change no structure."""

import psycopg
from psycopg import sql

from storage import checkpoint_schema, ledger_schema

READ_ONLY = (*ledger_schema.PRIVATE, *checkpoint_schema.PRIVATE)
"""Tables only functions of the database write."""
UNDELETED = ("hub_use",)
"""Tables whose rows are written and completed, and never go."""

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
    for table in READ_ONLY:
        _revoke(connection, "INSERT, UPDATE, DELETE, TRUNCATE", table, name)
    for table in checkpoint_schema.APPEND_ONLY:
        _revoke(connection, "UPDATE, DELETE, TRUNCATE", table, name)
    for table in UNDELETED:
        _revoke(connection, "DELETE, TRUNCATE", table, name)
    connection.execute(sql.SQL("REVOKE ALL ON alembic_version FROM {role}").format(role=name))
    connection.execute(sql.SQL("GRANT SELECT ON alembic_version TO {role}").format(role=name))


def _revoke(
    connection: psycopg.Connection[tuple[object, ...]], rights: str, table: str, role: sql.Identifier
) -> None:
    statement = sql.SQL("REVOKE {rights} ON {table} FROM {role}")
    connection.execute(statement.format(rights=sql.SQL(rights), table=sql.Identifier(table), role=role))
