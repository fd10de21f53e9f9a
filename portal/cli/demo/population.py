"""The sample population register (示例人口库): a PostgreSQL database of its own, read through a role of its own."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from identity.numbers import Sex, birth_date, sex
from portal.cli.demo.people import NEWCOMER, PEOPLE, STAFF, SamplePerson
from portal.cli.demo.residents import RESIDENTS

DATABASE = "sample_population"
READER = "sample_population_reader"

TABLE = """
CREATE TABLE IF NOT EXISTS person (
  id_number text PRIMARY KEY,
  name text NOT NULL,
  sex text NOT NULL CHECK (sex IN ('男', '女')),
  born_on date NOT NULL,
  ethnicity text NOT NULL,
  address text,
  household text,
  recorded_at timestamptz NOT NULL
)
"""
ENTER = """
INSERT INTO person (id_number, name, sex, born_on, ethnicity, address, household, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id_number) DO UPDATE SET name = excluded.name, sex = excluded.sex, born_on = excluded.born_on,
  ethnicity = excluded.ethnicity, address = excluded.address, household = excluded.household
"""
Line = tuple[str, str, str, object, str, str, str, datetime]


def prepare(
    server_url: str, *, password: str, at: datetime, database: str = DATABASE, reader: str = READER
) -> str:
    """Make the register on a server (as a role that may create databases) and fill it; twice changes nothing.

    Returns the address by which `reader`, which may only read, reaches it; the password is not in it.
    """
    with psycopg.connect(server_url, autocommit=True) as connection:
        _make_reader(connection, reader, password)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    with psycopg.connect(server_url, dbname=database) as connection:
        connection.execute(TABLE)
        with connection.cursor() as cursor:
            cursor.executemany(ENTER, [_line(person, at) for person in citizens()])
        connection.execute(sql.SQL("GRANT SELECT ON person TO {}").format(sql.Identifier(reader)))
    return _address(server_url, database, reader)


def citizens() -> Sequence[SamplePerson]:
    """Whom the register holds: the sample citizens but for those it does not know, a newcomer, residents, the staff."""
    staff = (
        SamplePerson(
            key=one.login,
            name=one.name,
            name_en=one.name_en,
            id_number=one.id_number,
            phone=one.phone,
            address="示例省示例市南区示例街道十一号",
            household="示例省示例市南区示例街道十一号",
        )
        for one in STAFF
    )
    return [*(person for person in PEOPLE if person.registered), NEWCOMER, *RESIDENTS, *staff]


def _make_reader(connection: psycopg.Connection, reader: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader]).fetchone()
    verb = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
    connection.execute(verb.format(sql.Identifier(reader), sql.Literal(password)))
    connection.execute(
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(reader))
    )


def _line(person: SamplePerson, at: datetime) -> Line:
    return (
        person.id_number,
        person.name,
        "男" if sex(person.id_number) is Sex.MALE else "女",
        birth_date(person.id_number),
        person.ethnicity,
        person.address,
        person.household,
        at,
    )


def _address(server_url: str, database: str, reader: str) -> str:
    parts = conninfo_to_dict(server_url)
    host, port = str(parts.get("host", "127.0.0.1")), str(parts.get("port", "5432"))
    if host.startswith("/"):
        return f"postgresql://{reader}@/{database}?host={host}&port={port}"
    return f"postgresql://{reader}@{host}:{port}/{database}"
