"""The generated city as a board finds it on a Monday noon: so many cases in all, the last seven weeks' half done.

Laid by two processes side by side, by COPY into tables whose indexes are built afterwards.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from multiprocessing import get_context

import psycopg

from services.oversight.measures.office import A_DAY, Office
from services.workflow.rules import ZONE
from tests.bench.oversight_city import DEPARTMENTS, TWO_YEARS, Case, City
from tests.bench.oversight_loading import fill, prepare, without_indexes

TODAY = date(2025, 11, 3)
WEEKS = 96
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZONE)
AT_NOON = WEEKS * 5 * A_DAY + 180
"""Office minutes of the city's life until then."""
ARRIVED = AT_NOON / (TWO_YEARS * 0.95)
"""Which share of the city's cases was handed in by then."""
MORE = 1.015
"""Somewhat more, so that there are eight steps for every case asked for."""
SHORTEST, SPREAD = 8, 27
"""A case of the last weeks takes 8 to 34 working days: tens of thousands of a million run."""
AS_THEY_CAME = (
    "CREATE INDEX bench_arrival ON application (submitted_at)",
    "CLUSTER application USING bench_arrival",
    "DROP INDEX bench_arrival",
)
"""Cases lie as they came, not item by item as they are made."""
REST = (
    "UPDATE application SET state = 'suspended' WHERE state = 'accepted' AND hashtext(number) % 20 = 0",
    "INSERT INTO application_material (application_id, code, supply, required, changed_at) SELECT id, code,"
    " CASE hashtext(number || code) % 4 WHEN 0 THEN 'handed-in' ELSE 'obtained' END, true, submitted_at"
    " FROM application, unnest(ARRAY['photo', 'identity']) AS code"
    " ORDER BY submitted_at",
    "INSERT INTO application_rating (application_id, grade, by, at) SELECT id, 1 + abs(hashtext(number)) % 5,"
    " applicant_id, closed_at FROM application WHERE closed_at IS NOT NULL AND hashtext(number) % 3 = 0",
    "INSERT INTO oversight_card (id, application_number, department_code, kind, rule, rule_version, inputs, raised_at)"
    " SELECT gen_random_uuid(), number, department_code, CASE WHEN hashtext(number) % 20 = 0 THEN 'red' ELSE 'yellow'"
    " END, 'T2R', 1, '{}', decided_at FROM application WHERE decided_at IS NOT NULL AND hashtext(number) % 10 = 0",
)
HELD = (
    "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL), count(*) FILTER (WHERE due_on < %(today)s AND"
    " state <> 'suspended') FROM application"
)


def lay_until_noon(url: str, cases: int) -> tuple[dict[str, int], int]:
    """As superuser: a city that holds about so many cases at NOON, with their steps, materials, ratings and cards.

    Says how many cases it holds, how many of them run and are late, and how many steps there are.
    """
    city = City(round(cases * MORE / ARRIVED), plant=False)
    prepare(url)
    indexes = without_indexes(url)
    halves = [range(first, DEPARTMENTS, 2) for first in (0, 1)]
    with ProcessPoolExecutor(len(halves), mp_context=get_context("fork")) as pool:
        steps = sum(pool.map(partial(_half, url, city), halves))
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        for statement in (*AS_THEY_CAME, *indexes, *REST):
            connection.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        counts = connection.execute(HELD, {"today": TODAY}).fetchone() or ()
    return dict(zip(("held at noon", "running", "late"), counts, strict=True)), steps


def _half(url: str, city: City, places: Iterable[int]) -> int:
    os.nice(5)
    return fill(url, city, standing(city.walk(places), city.hours))


def standing(cases: Iterable[Case], hours: Office) -> Iterator[Case]:
    """The cases as they stand at NOON; those of the last weeks take their time."""
    for case in cases:
        if case.submitted < AT_NOON:
            _take_time(case, hours)
            case.events = [event for event in case.events if event.at <= NOON]
            yield case


def _take_time(case: Case, hours: Office) -> None:
    """Stretch a case of the last weeks from its first to its last event."""
    days = SHORTEST + zlib.crc32(case.number.encode()) % SPREAD
    if case.submitted < AT_NOON - (SHORTEST + SPREAD) * A_DAY:
        return
    begun, ended = (hours.elapsed(case.events[place].at) for place in (0, -1))
    longer = days * A_DAY / max(1, ended - begun)
    for place, event in enumerate(case.events):
        minute = begun + round((hours.elapsed(event.at) - begun) * longer)
        at = hours.moment(minute).astimezone(event.at.tzinfo)
        case.events[place] = replace(event, at=at, details=_due(event.details, at - event.at))


def _due(details: object, later: timedelta) -> dict[str, object]:
    """The limit moves with the deed that begins it."""
    told = dict(details) if isinstance(details, dict) else {}
    if "due" in told:
        told["due"] = (date.fromisoformat(str(told["due"])) + later).isoformat()
    return told
