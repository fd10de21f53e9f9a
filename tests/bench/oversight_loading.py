"""Laying the generated city into a database of its own, by COPY."""

from collections.abc import Iterable
from typing import Any

import psycopg

from services.oversight.measures.following import row_of
from storage import cipher
from storage.ledger import GENESIS, link_hash
from tests.bench.oversight_city import DEPARTMENTS, Case, City, body, department, steps

APPLICATION = (
    "id number query_code item_code item_version item_name department_code channel applicant_kind applicant_id"
    " applicant_name filed_by filed_by_name state outcome delivery answers origins revision received_by corrections"
    " due_provisional created_at updated_at submitted_at accepted_at decided_at closed_at on_time deemed reason"
)
STEP = "number position entry item_code department_code deed node officer officer_name holder since at minutes late"
ENTRY = "id chain position at actor deed subject body previous hash"
CHAIN = "chain position previous hash"
DECIDED = {"application granted", "application refused"}
SOME = 20_000


class _Row:
    """What `row_of` wants to know of a case."""

    def __init__(self, case: Case) -> None:
        self.number, self.item_code, self.department_code = case.number, case.item, case.department


def lay(url: str, city: City, *, ledger: bool = False) -> int:
    """As superuser (no triggers): lay departments, cases and their steps, with `ledger` also the entries they come from; how many steps."""
    total = 0
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        _departments(connection)
        _plain_calendar(connection)
        cases: list[Case] = []
        for case in city.walk():
            cases.append(case)
            if len(cases) == SOME:
                total += _lay(connection, city, cases, ledger)
                cases = []
        total += _lay(connection, city, cases, ledger)
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("application", "oversight_step", "ledger_entry"):
            connection.execute(f"VACUUM ANALYZE {table}")
    return total


def _departments(connection: psycopg.Connection[Any]) -> None:
    for place in range(DEPARTMENTS):
        connection.execute(
            "INSERT INTO department (code, name, name_en, short, short_en, region)"
            " VALUES (%s, %s, '', %s, '', '520100') ON CONFLICT DO NOTHING",
            (department(place), f"示例部门{place}", f"示例{place}"),
        )


def _plain_calendar(connection: psycopg.Connection[Any]) -> None:
    """The city knows no holidays: Monday to Friday, as its office hours were reckoned."""
    connection.execute("DELETE FROM calendar_day")
    connection.execute(
        "INSERT INTO calendar_year (year, notice, published_at)"
        " SELECT year, '示例', now() FROM generate_series(2024, 2027) AS year ON CONFLICT DO NOTHING"
    )


def _lay(connection: psycopg.Connection[Any], city: City, cases: list[Case], ledger: bool) -> int:
    answers = cipher.ring().seal("{}", "application.answers")
    _copy(connection, "application", APPLICATION, (_application(case, answers) for case in cases))
    rows = [row_of(_Row(case), step) for case in cases for step in steps(city, case)]
    _copy(connection, "oversight_step", STEP, (tuple(row.values()) for row in rows))
    if ledger:
        entries, heads = _chained(cases)
        _copy(connection, "ledger_entry", ENTRY, entries)
        _copy(connection, "ledger_chain", CHAIN, heads)
    return len(rows)


def _copy(
    connection: psycopg.Connection[Any], table: str, columns: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    named = ", ".join(columns.split())
    with connection.cursor().copy(f"COPY {table} ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _application(case: Case, answers: bytes) -> tuple[Any, ...]:
    reason = cipher.ring().seal("示例理由", "application.reason")
    ends = {event.deed: event.at for event in case.events}
    decided = next((at for deed, at in ends.items() if deed in DECIDED), None)
    named = '{"zh": "示例事项", "en": "Sample item"}'
    first, last = case.events[0].at, case.events[-1].at
    return (
        case.applicant, case.number, "CODE2345", case.item, 1, named, case.department, "online", "person",
        case.applicant, "示例申请人", case.filed_by, "示例经办人", "delivered",
        "refused" if case.refused else "granted", "electronic", answers, "{}", 0, "[]", case.corrections, False,
        first, last, first, case.accepted_at(), decided, last, True, False, reason if case.refused else None,
    )  # fmt: skip


def _chained(cases: list[Case]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    entries, heads = [], []
    for case in cases:
        previous, before = GENESIS, GENESIS
        for event in case.events:
            text = body(case, event)
            linked = link_hash(previous, event.position, text)
            actor = event.officer or "system:portal"
            entries.append(
                (
                    event.entry,
                    case.number,
                    event.position,
                    event.at,
                    actor,
                    event.deed,
                    case.number,
                    text,
                    previous,
                    linked,
                )
            )
            before, previous = previous, linked
        heads.append((case.number, len(case.events), before, previous))
    return entries, heads
