"""`yiwang sample-cases` beside a demonstration: lawful cases in every state, with their record; only time is against them."""

import psycopg

from portal.cli.demo.residents import RESIDENTS
from portal.settings import DATABASE
from storage.embedded import Cluster
from tests.support.demonstration import Demonstration
from tests.support.waiting import until

COUNT = 40
NAMES = [one.name for one in RESIDENTS]
STATES = "SELECT state, count(*) FROM application WHERE applicant_name = ANY(%s) GROUP BY state"
SPARED = (
    "SELECT count(*) FILTER (WHERE m.supply = 'obtained') FROM application_material m"
    " JOIN application a ON a.id = m.application_id WHERE a.applicant_name = ANY(%s)"
)
BEHIND = (
    "SELECT count(*) FROM ledger_entry e WHERE e.chain IN (SELECT number FROM application WHERE applicant_name = ANY(%s))"
    " AND NOT EXISTS (SELECT 1 FROM oversight_step s WHERE s.number = e.chain)"
)
BROKEN = (
    "SELECT DISTINCT c.rule FROM oversight_card c JOIN application a ON a.number = c.application_number"
    " WHERE a.applicant_name = ANY(%s)"
)
SUMMED = "SELECT coalesce(sum(denominator), 0) FROM oversight_day WHERE indicator = 'spared'"
OF_TIME = {"T0Y", "T0R", "T1Y", "T1", "T2Y", "T2R", "T3", "T4", "E1R"}


def test_cases_are_laid_whole_and_nothing_but_time_is_against_them(demo: Demonstration) -> None:
    told = demo.yiwang("sample-cases", "--count", str(COUNT))
    assert (told.returncode, told.stdout.strip()) == (0, f"{COUNT} sample cases laid"), told.stderr
    with psycopg.connect(Cluster(demo.data / "postgres").url(DATABASE), autocommit=True) as connection:

        def asked(statement: str, values: tuple[object, ...] = (NAMES,)) -> list[tuple[object, ...]]:
            return connection.execute(statement.encode(), values).fetchall()

        states = {str(state): count for state, count in asked(STATES)}
        assert sum(int(str(count)) for count in states.values()) == COUNT
        assert set(states) >= {"submitted", "correcting", "accepted", "suspended"}
        assert int(str(asked(SPARED)[0][0])) > COUNT / 2, (
            "the registers were asked at that moment and answered"
        )
        until(lambda: asked(BEHIND) == [(0,)], seconds=60)
        assert {str(rule) for (rule,) in asked(BROKEN)} <= OF_TIME
        assert int(str(asked(SUMMED, ())[0][0])) > COUNT, "the days of the cases have their sums"
    assert demo.yiwang("ledger", "verify").returncode == 0


def test_without_a_demonstration_it_says_so_and_changes_nothing(
    demo: Demonstration, tmp_path_factory
) -> None:
    elsewhere = Demonstration(demo.process, demo.port, tmp_path_factory.mktemp("empty"))
    told = elsewhere.yiwang("sample-cases")
    assert told.returncode == 1
    assert "holds no demonstration" in told.stderr + told.stdout
    assert "Traceback" not in told.stderr
