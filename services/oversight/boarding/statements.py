"""The SQL with which the board's summaries are kept: always from the cases' own rows, never from what was kept before."""

import sqlalchemy as sa

from services.oversight.indicators.definitions import COUNTED, statement
from services.oversight.rules import STOPPED, WATCHED

NEVER = "DATE '9999-12-31'"
KEY = "department_code, item_code, paused, yellow_on, due_on"
DAY_KEY = "day, indicator, department_code, item_code"
SHARE = "number, indicator, day, department_code, item_code, numerator, denominator"


def _listed(states: frozenset[str]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


PAUSED = f"a.state IN ({_listed(frozenset(STOPPED))})"
STANDING = (
    "SELECT a.number, a.department_code, a.item_code,"  # noqa: S608  every part stands in this file
    f" {PAUSED} AS paused, CASE WHEN {PAUSED} THEN {NEVER} ELSE coalesce(a.yellow_on, {NEVER}) END AS yellow_on,"
    f" CASE WHEN {PAUSED} THEN {NEVER} ELSE coalesce(a.due_on, {NEVER}) END AS due_on"
    f" FROM application a WHERE a.state IN ({_listed(frozenset(WATCHED))})"
)
"""Every running case as it stands; where the limit is stopped no day changes its light."""

_ADD_LIGHTS = (
    f"INSERT INTO oversight_light ({KEY}, cases) SELECT {KEY}, {{sign}}count(*) FROM moved GROUP BY {KEY}"  # noqa: S608
    f" ON CONFLICT ({KEY}) DO UPDATE SET cases = oversight_light.cases + excluded.cases"
)
TAKE_BACK = sa.text(
    f"WITH moved AS (DELETE FROM oversight_open WHERE number = ANY(:numbers) RETURNING {KEY}) "  # noqa: S608
    + _ADD_LIGHTS.format(sign="-")
)
PUT = sa.text(
    f"WITH moved AS (INSERT INTO oversight_open (number, {KEY}) {STANDING} AND a.number = ANY(:numbers)"
    f" RETURNING {KEY}) " + _ADD_LIGHTS.format(sign="")
)
PUT_ALL = sa.text(
    f"WITH moved AS (INSERT INTO oversight_open (number, {KEY}) {STANDING} RETURNING {KEY}) "
    + _ADD_LIGHTS.format(sign="")
)
DROP_EMPTY = sa.text("DELETE FROM oversight_light WHERE cases = 0")

_ADD_DAYS = (
    f"INSERT INTO oversight_day ({DAY_KEY}, numerator, denominator)"  # noqa: S608
    f" SELECT {DAY_KEY}, {{sign}}sum(numerator), {{sign}}sum(denominator) FROM moved GROUP BY {DAY_KEY}"
    f" ON CONFLICT ({DAY_KEY}) DO UPDATE SET numerator = oversight_day.numerator + excluded.numerator,"
    " denominator = oversight_day.denominator + excluded.denominator"
)
_OF_CASES = " UNION ALL ".join(
    statement(one, by_case=True, only=" AND a.number = ANY(:numbers)") for one in COUNTED
)
_OF_DAYS = " UNION ALL ".join(statement(one, by_case=True, short=True) for one in COUNTED)
TAKE_BACK_SHARES = sa.text(
    f"WITH moved AS (DELETE FROM oversight_share WHERE number = ANY(:numbers) AND day >= :first RETURNING {SHARE}) "  # noqa: S608
    + _ADD_DAYS.format(sign="-")
)
PUT_SHARES = sa.text(
    f"WITH moved AS (INSERT INTO oversight_share ({SHARE}) {_OF_CASES} RETURNING {SHARE}) "
    + _ADD_DAYS.format(sign="")
)
PUT_ALL_SHARES = sa.text(
    f"WITH moved AS (INSERT INTO oversight_share ({SHARE}) {_OF_DAYS} RETURNING {SHARE}) "
    + _ADD_DAYS.format(sign="")
)
DROP_EMPTY_DAYS = sa.text("DELETE FROM oversight_day WHERE day >= :first AND denominator = 0")
NO_DAYS = sa.text("DELETE FROM oversight_day WHERE day >= :first")
NO_SHARES = sa.text("DELETE FROM oversight_share")
NO_OPEN = sa.text("DELETE FROM oversight_open")
NO_LIGHTS = sa.text("DELETE FROM oversight_light")

DIFFERING_CASES = sa.text(f"""
SELECT coalesce(s.number, o.number) AS example
FROM ({STANDING}) s FULL JOIN oversight_open o ON o.number = s.number
WHERE (s.number, s.department_code, s.item_code, s.paused, s.yellow_on, s.due_on)
      IS DISTINCT FROM (o.number, o.department_code, o.item_code, o.paused, o.yellow_on, o.due_on)
  AND NOT EXISTS (
      SELECT 1 FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.id
      WHERE e.chain = coalesce(s.number, o.number) AND (l.leaf IS NULL OR l.leaf >= :leaf))
ORDER BY 1
""")  # noqa: S608
"""Running cases kept otherwise than they stand, but for those that moved and were not taken up yet: in one snapshot."""
DIFFERING_LIGHTS = sa.text(f"""
SELECT concat_ws(' ', department_code, item_code) AS example
FROM (SELECT {KEY}, count(*) AS counted FROM oversight_open GROUP BY {KEY}) c
FULL JOIN oversight_light k USING ({KEY})
WHERE c.counted IS DISTINCT FROM k.cases ORDER BY 1
""")  # noqa: S608
