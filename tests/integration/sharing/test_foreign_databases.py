"""MariaDB and SQLite registers, real ones: found, missed, parameters stay parameters, read-only, limited in time."""

import getpass
import secrets
import shutil
import sqlite3
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pymysql
import pytest

from services.sharing.adapters.sql_threads import ThreadedSQLSource
from services.sharing.configuration import load
from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong

pytestmark = pytest.mark.anyio
PERSON = "520102199001010018"
SQL = ("' OR '1'='1", "'; DROP TABLE person; --", "%", ":subject", "\\", "%(subject)s")
PASSWORD = secrets.token_hex(8)
ROWS = "INSERT INTO person VALUES ('520102199001010018', '示例甲', '1990-01-01')"


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory):
    """A real mariadbd on a socket of its own, with one table and a reader. Skips where it is not installed."""
    scripts = sorted(Path("/usr/share").glob("*/*_system_tables*.sql"))  # the tables, then their first rows
    if not (shutil.which("mariadbd") and scripts):
        pytest.skip("mariadbd is not installed")
    folder = tmp_path_factory.mktemp("maria")
    data, socket = folder / "data", folder / "s"
    (data / "mysql").mkdir(parents=True)
    user = getpass.getuser()
    lean = ["--innodb-buffer-pool-size=16M", "--innodb-flush-method=fsync", "--skip-networking"]
    settings = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--user={user}", *lean]
    system = "USE mysql;\n" + "\n".join(one.read_text() for one in scripts)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*settings, "--bootstrap"], input=system, text=True, check=True, **quiet)
    server = subprocess.Popen([*settings, f"--socket={socket}", f"--pid-file={folder / 'pid'}"], **quiet)
    try:
        _prepare(str(socket), server)
        yield f"mysql://reader@localhost/register?unix_socket={socket}"
    finally:
        server.terminate()
        server.wait(30)


def _prepare(socket, server):
    deadline = monotonic() + 60
    while not Path(socket).exists():
        assert server.poll() is None
        assert monotonic() < deadline
        sleep(0.05)
    connection = pymysql.connect(unix_socket=socket, user="root", charset="utf8mb4", autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE register CHARACTER SET utf8mb4")
        cursor.execute("USE register")
        cursor.execute("CREATE TABLE person (id_number CHAR(18), name VARCHAR(40), born_on DATE)")
        cursor.execute(ROWS)
        cursor.execute(f"CREATE USER reader@localhost IDENTIFIED BY '{PASSWORD}'")
        cursor.execute("GRANT ALL ON register.* TO reader@localhost")


@pytest.fixture
def sqlite(tmp_path):
    with sqlite3.connect(tmp_path / "register.db") as connection:
        connection.execute("CREATE TABLE person (id_number TEXT, name TEXT, born_on TEXT)")
        connection.execute(ROWS)
    connection.close()
    return f"sqlite:///{tmp_path / 'register.db'}"


def source(url, password=None, **change):
    settings = {
        "name": "sample",
        "resource": "population",
        "url": url,
        "password": password,
        "query": "SELECT id_number, name, born_on FROM person WHERE id_number = :subject",
        "subject_column": "id_number",
        "mapping": {"name": "name", "born_on": "born_on"},
    }
    return ThreadedSQLSource(**settings | change)


async def trouble(opened, subject=PERSON, fields=("name",)) -> SourceTrouble:
    with pytest.raises(SourceTrouble) as caught:
        await opened.rows(subject, fields)
    await opened.close()
    return caught.value


async def holds(url, password, slow, writing):
    opened = source(url, password)
    await opened.check()
    (row,) = await opened.rows(PERSON, ["name", "born_on"])
    assert (row.subject, row.values["name"], str(row.values["born_on"])) == (PERSON, "示例甲", "1990-01-01")
    assert await opened.rows("520101198503120013", ["name"]) == []
    for subject in SQL:
        assert await opened.rows(subject, ["name"]) == []
    assert len(await opened.rows(PERSON, ["name"])) == 1
    await opened.close()
    assert isinstance(await trouble(source(url, password, query=writing)), SourceWrong)
    assert isinstance(await trouble(source(url, password, query="SELECT nothing FROM person")), SourceWrong)
    assert isinstance(await trouble(source(url, password), fields=["address"]), SourceWrong)
    began = monotonic()
    assert isinstance(await trouble(source(url, password, query=slow, timeout=0.3)), SourceSlow)
    assert monotonic() - began < 5


async def test_a_real_mariadb_register(mariadb):
    slow = "SELECT id_number, name, SLEEP(20) FROM person WHERE id_number = :subject"
    writing = "DELETE FROM person WHERE id_number = :subject RETURNING id_number, name"
    await holds(mariadb, PASSWORD, slow, writing)
    assert isinstance(await trouble(source(mariadb, "wrong")), SourceDown)
    assert isinstance(await trouble(source("mysql://reader@127.0.0.1:1/register", "x")), SourceDown)


async def test_a_sqlite_file(sqlite, tmp_path):
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT max(i) AS id_number, :subject AS name FROM n"
    )
    await holds(sqlite, None, slow, "DELETE FROM person WHERE id_number = :subject RETURNING *")
    assert isinstance(await trouble(source(f"sqlite:///{tmp_path / 'none.db'}")), SourceDown)
    (tmp_path / "broken.db").write_bytes(b"no database at all, but long enough to be looked at twice")
    assert isinstance(await trouble(source(f"sqlite:///{tmp_path / 'broken.db'}")), SourceWrong)


async def test_both_are_opened_by_configuration_alone(sqlite, tmp_path):
    file = tmp_path / "sources.yaml"
    query = "SELECT id_number, name FROM person WHERE id_number = :subject"
    file.write_text(
        f"""
sources:
  - {{kind: sql, name: maria, resource: people, url: "mariadb://reader@127.0.0.1:1/x", secret: S,
      query: "{query}", subject: id_number, fields: {{name: name}}}}
  - {{kind: sql, name: lite, resource: population, url: "sqlite:///register.db",
      query: "{query}", subject: id_number, fields: {{name: name}}}}
"""
    )
    maria, lite = load(file, {"S": "x"})
    with pytest.raises(SourceDown):
        await maria.check()
    assert [row.values for row in await lite.rows(PERSON, ["name"])] == [{"name": "示例甲"}]
    for one in (maria, lite):
        await one.close()
