from datetime import UTC, date, datetime
from time import monotonic

import psycopg
import pytest

from portal.cli.demo import population
from services.sharing.adapters.sql import SQLSource
from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong

pytestmark = pytest.mark.anyio
PERSON = "520102199001010018"
QUERY = "SELECT id_number, name, born_on, recorded_at FROM person WHERE id_number = :subject"
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def register(server):
    """The sample population register on the test server; dropped with its reader afterwards."""
    made = {"database": "test_population", "reader": "test_population_reader"}
    for _ in range(2):
        address = population.prepare(server.cluster.url(), password='reader\'s "secret"', at=AT, **made)
    yield address
    server.drop("test_population")
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        connection.execute("DROP ROLE test_population_reader")


@pytest.fixture
async def open_source(register):
    opened = []

    def source(**change):
        settings = {
            "name": "sample",
            "resource": "population",
            "url": register,
            "password": 'reader\'s "secret"',
            "query": QUERY,
            "subject_column": "id_number",
            "mapping": {"name": "name", "born_on": "born_on"},
        }
        opened.append(SQLSource(**settings | change))
        return opened[-1]

    yield source
    for one in opened:
        await one.close()


async def trouble(source, subject=PERSON, fields=("name",)) -> SourceTrouble:
    with pytest.raises(SourceTrouble) as caught:
        await source.rows(subject, fields)
    return caught.value


async def test_a_person_is_found_with_the_fields_asked_for(open_source):
    (row,) = await open_source(as_of_column="recorded_at").rows(PERSON, ["name", "born_on"])
    assert row.subject == PERSON
    assert row.values == {"name": "示例甲", "born_on": date(1990, 1, 1)}
    assert row.as_of == AT


async def test_a_person_the_register_does_not_hold_gives_no_rows(open_source):
    assert await open_source().rows("520101198503120013", ["name"]) == []


@pytest.mark.parametrize(
    "subject", ["' OR '1'='1", "'; DROP TABLE person; --", "%", ":subject", "\\", "a'||'b"]
)
async def test_whatever_stands_in_the_parameter_stays_a_parameter(open_source, subject):
    source = open_source()
    assert await source.rows(subject, ["name"]) == []
    assert len(await source.rows(PERSON, ["name"])) == 1


async def test_the_connection_can_only_read(open_source, server):
    owner = server.cluster.url("test_population")
    writing = "WITH gone AS (DELETE FROM person RETURNING *) SELECT * FROM gone WHERE id_number = :subject"
    for url, password in ((None, 'reader\'s "secret"'), (owner, None)):
        source = open_source(query=writing, password=password, **({"url": url} if url else {}))
        assert isinstance(await trouble(source), SourceWrong)
    assert len(await open_source().rows(PERSON, ["name"])) == 1


async def test_a_slow_statement_is_stopped_by_the_database(open_source):
    slow = "SELECT id_number, name, pg_sleep(5) FROM person WHERE id_number = :subject"
    began = monotonic()
    assert isinstance(await trouble(open_source(query=slow, timeout=0.2)), SourceSlow)
    assert monotonic() - began < 2


async def test_a_server_that_is_not_there_is_down(open_source, tmp_path):
    for url in ("postgresql://x@127.0.0.1:1/x", f"postgresql://x@/x?host={tmp_path}"):
        source = open_source(url=url)
        assert isinstance(await trouble(source), SourceDown)
        with pytest.raises(SourceDown):
            await source.check()


async def test_a_query_the_register_does_not_understand_is_wrong(open_source):
    assert isinstance(await trouble(open_source(query="SELECT nothing FROM person")), SourceWrong)
    assert isinstance(await trouble(open_source(), fields=["address"]), SourceWrong)
    assert isinstance(await trouble(open_source(mapping={"name": "nickname"})), SourceWrong)


async def test_a_connection_that_was_cut_is_made_anew(open_source, server):
    source = open_source()
    await source.check()
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test_population'"
        )
    assert len(await source.rows(PERSON, ["name"])) == 1


async def test_the_reader_sees_the_register_and_may_not_touch_it(register):
    with psycopg.connect(register, password='reader\'s "secret"') as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM person")
