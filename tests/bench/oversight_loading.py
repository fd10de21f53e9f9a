"""Laying the generated city into a database of its own, by COPY."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice, takewhile
from typing import Any

import psycopg

from services.oversight.measures.following import row_of
from services.workflow.rules import Calendar, Clock, due, local_day, yellow_on
from storage import cipher
from storage.ledger import GENESIS, link_hash
from tests.bench.oversight_city import DEPARTMENTS, LIMITS, Case, City, body, department, steps

APPLICATION = (
    "id number query_code item_code item_version item_name department_code channel applicant_kind applicant_id"
    " applicant_name filed_by filed_by_name state outcome delivery answers origins revision received_by corrections"
    " due_provisional created_at updated_at submitted_at accepted_at decided_at closed_at on_time deemed reason"
    " step claimed_by claimed_by_name due_on yellow_on limit_days"
)
STEP = "number position entry item_code department_code deed node officer officer_name holder since at minutes late"
ENTRY = "id chain position at actor deed subject body previous hash"
DECIDED = {"application granted", "application refused"}
SOME = 20_000
BIG = ("application", "oversight_step")
INDEXES = (
    "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s)"
    " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
)


class _Row:
    """What `row_of` wants to know of a case."""

    def __init__(self, case: Case) -> None:
        self.number, self.item_code, self.department_code = case.number, case.item, case.department


STATES = {
    "application submitted": "submitted",
    "application corrected": "submitted",
    "correction requested": "correcting",
    "application accepted": "accepted",
    "step reviewed": "accepted",
    "application granted": "granted",
    "application refused": "refused",
    "result delivered": "delivered",
}
NEXT = {"application accepted": "review", "step reviewed": "decide"}
LIMIT_DAYS = {"submitted": LIMITS["accept"], "accepted": LIMITS["decide"], "granted": 10, "refused": 10}


def lay(url: str, city: City, *, ledger: bool = False, until: datetime | None = None) -> int:
    """As superuser (no triggers): lay departments, cases and their steps, with `ledger` also the entries they come from.

    Says how many steps. `until`: the city as it stood at that moment, cases still running and their limits with it.
    """
    prepare(url)
    total = fill(url, city, city.walk() if until is None else _until(city.walk(), until), ledger=ledger)
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("application", "oversight_step", "ledger_entry"):
            connection.execute(f"VACUUM ANALYZE {table}")
    return total


def _until(cases: Iterable[Case], until: datetime) -> Iterator[Case]:
    for case in cases:
        case.events = list(takewhile(lambda event: event.at <= until, case.events))
        if case.events:
            yield case


def prepare(url: str) -> None:
    """What there must be before cases: departments, and a calendar without holidays."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        _departments(connection)
        _plain_calendar(connection)


def fill(url: str, city: City, walk: Iterable[Case], *, ledger: bool = False) -> int:
    """Lay these cases and their steps, some thousand at a time; how many steps. Several may do so side by side."""
    total, cases = 0, iter(walk)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        while some := list(islice(cases, SOME)):
            total += _lay(connection, city, some, ledger)
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
        _copy(connection, "ledger_entry", ENTRY, _chained(cases))
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
    moved = [event for event in case.events if event.deed in STATES]
    state, taken = STATES[moved[-1].deed], case.events[-1]
    named = '{"zh": "示例事项", "en": "Sample item"}'
    first, last = case.events[0].at, case.events[-1].at
    outcome = ("refused" if "application refused" in ends else "granted") if decided else None
    holds = taken.deed == "application claimed"
    return (
        case.applicant, case.number, "CODE2345", case.item, 1, named, case.department, "online", "person",
        case.applicant, "示例申请人", case.filed_by, "示例经办人", state, outcome, "electronic", answers, "{}", 0, "[]",
        sum(event.deed == "correction requested" for event in case.events), False, first, last, first,
        ends.get("application accepted"), decided, ends.get("result delivered"), True if decided else None, False,
        reason if outcome == "refused" else None, NEXT.get(moved[-1].deed), taken.officer if holds else None,
        taken.name if holds else None, *_limit(state, [one.at for one in moved if one.deed != "step reviewed"][-1]),
    )  # fmt: skip


def _limit(state: str, since: datetime) -> tuple[date | None, date | None, int | None]:
    """Last day, first yellow day and working days of the limit that runs, as the product's own rules set them."""
    if state not in LIMIT_DAYS:
        return None, None, None
    clock, days = Clock(local_day(since), LIMIT_DAYS[state]), Calendar({}, frozenset(range(2024, 2028)))
    return due(clock, days).on, yellow_on(clock, days), clock.limit_days


def _chained(cases: list[Case]) -> list[tuple[Any, ...]]:
    entries = []
    for case in cases:
        previous = GENESIS
        for event in case.events:
            text = body(case, event)
            linked = link_hash(previous, event.position, text)
            actor = event.officer or "system:portal"
            place = (event.entry, case.number, event.position, event.at)
            entries.append((*place, actor, event.deed, case.number, text, previous, linked))
            previous = linked
    return entries


def without_indexes(url: str) -> list[str]:
    """Drop the indexes of the big tables that no constraint needs, so that laying is quick; how each is made again."""
    with psycopg.connect(url) as connection:
        found = connection.execute(INDEXES, [list(BIG)]).fetchall()
        for name, _definition in found:
            connection.execute(f"DROP INDEX {name}".encode())
    return [definition for _name, definition in found]
