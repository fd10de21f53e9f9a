"""The SQL that the measures are counted from: one pass over the steps of a scope and a period each."""

import sqlalchemy as sa

WITHIN = "s.at >= :since AND s.at < :until AND (:everywhere OR s.department_code = ANY(CAST(:departments AS text[])))"
DONE = (
    "s.deed IN ('application accepted', 'step reviewed', 'application granted', 'application refused')"
    " AND s.officer IS NOT NULL"
)


def _text(statement: str) -> sa.TextClause:
    return sa.text(statement.replace("{within}", WITHIN).replace("{done}", DONE))


WORK = _text("""
SELECT s.department_code, s.officer::text AS officer, s.item_code, s.node, count(*) AS times
FROM oversight_step s WHERE {within} AND {done} GROUP BY 1, 2, 3, 4
""")

WEIGHTS = _text("""
SELECT s.item_code, s.node, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.minutes) AS middle
FROM oversight_step s WHERE {within} AND {done} AND s.holder = s.officer GROUP BY 1, 2
""")

POOLS = _text("""
SELECT s.item_code, s.node, s.officer::text AS officer, count(*) AS times
FROM oversight_step s WHERE {within} AND {done} GROUP BY 1, 2, 3
""")

MET = _text("""
WITH acts AS (
    SELECT s.item_code, s.node, s.officer, party.id AS party
    FROM oversight_step s
    JOIN application a ON a.number = s.number
    CROSS JOIN LATERAL (
        SELECT a.applicant_id AS id UNION SELECT a.filed_by
    ) AS party
    WHERE {within} AND {done}
), often AS (
    SELECT party, node FROM acts GROUP BY party, node HAVING count(*) >= :fewest
)
SELECT acts.item_code, acts.node, acts.officer::text AS officer, acts.party::text AS party, count(*) AS times
FROM acts JOIN often USING (party, node) GROUP BY 1, 2, 3, 4
""")

TIMED = _text("""
WITH acts AS MATERIALIZED (
    SELECT s.officer, s.item_code, s.node, s.minutes
    FROM oversight_step s WHERE {within} AND {done} AND s.holder = s.officer
), pool AS (
    SELECT item_code, node, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS middle
    FROM acts GROUP BY 1, 2
), wide AS (
    SELECT item_code, node, percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(minutes - middle)) AS mad
    FROM acts JOIN pool USING (item_code, node) GROUP BY 1, 2
), ranked AS (
    SELECT officer, item_code, node, minutes,
           (percent_rank() OVER own + cume_dist() OVER own) / 2 AS place
    FROM acts WINDOW own AS (PARTITION BY item_code, node ORDER BY minutes)
)
SELECT officer::text AS officer, item_code, node, count(*) AS times, avg(place) AS place,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS own_middle, min(middle) AS middle, min(mad) AS mad
FROM ranked JOIN pool USING (item_code, node) JOIN wide USING (item_code, node)
WHERE pool.n >= :fewest GROUP BY 1, 2, 3
""")

CORRECTIONS = _text("""
SELECT s.item_code, s.officer::text AS officer, count(*) FILTER (WHERE s.deed = 'correction requested') AS times,
       count(*) AS chances
FROM oversight_step s
WHERE {within} AND s.officer IS NOT NULL AND s.node = 'accept'
  AND s.deed IN ('correction requested', 'application accepted', 'acceptance refused')
GROUP BY 1, 2
""")

REFUSALS = _text("""
SELECT s.item_code, s.officer::text AS officer, count(*) FILTER (WHERE s.deed = 'application refused') AS times,
       count(*) AS chances
FROM oversight_step s
WHERE {within} AND s.officer IS NOT NULL AND s.deed IN ('application granted', 'application refused')
GROUP BY 1, 2
""")

WAIVERS = _text("""
SELECT s.item_code, s.officer::text AS officer, count(DISTINCT s.number) FILTER (WHERE s.deed = 'fee waived') AS times,
       count(DISTINCT s.number) AS chances
FROM oversight_step s
WHERE {within} AND s.officer IS NOT NULL AND s.deed IN ('fee taken', 'fee waived')
GROUP BY 1, 2
""")

LATE = _text("""
SELECT s.department_code, coalesce(s.holder::text, '') AS holder, s.node, count(DISTINCT s.number) AS cases,
       sum(s.late) AS minutes
FROM oversight_step s WHERE {within} AND s.late > 0 GROUP BY 1, 2, 3
""")

STAYS = _text("""
SELECT s.department_code, s.item_code, s.node, s.number, s.officer::text AS officer, s.since, s.at AS taken
FROM oversight_step s WHERE {within} AND s.deed = 'application claimed' AND s.officer IS NOT NULL
UNION ALL
SELECT a.department_code, a.item_code, CASE WHEN a.state = 'submitted' THEN 'accept' ELSE a.step END, a.number, '',
       last.at, NULL
FROM application a
JOIN LATERAL (SELECT max(s.at) AS at FROM oversight_step s WHERE s.number = a.number) AS last ON last.at IS NOT NULL
WHERE a.state IN ('submitted', 'accepted') AND a.claimed_by IS NULL AND last.at >= :since AND last.at < :until
  AND (:everywhere OR a.department_code = ANY(CAST(:departments AS text[])))
""")

WRITTEN = _text("""
SELECT s.number, s.deed, s.at FROM oversight_step s
WHERE s.entry >= (SELECT min(entry) FROM oversight_step WHERE at >= :since) ORDER BY s.entry
""")

NAMES = sa.text("""
SELECT DISTINCT ON (s.officer) s.officer::text AS officer, s.officer_name, s.department_code
FROM oversight_step s WHERE s.officer = ANY(CAST(:officers AS uuid[])) AND s.at >= :since
ORDER BY s.officer, s.at DESC
""")

PARTIES = sa.text("""
SELECT DISTINCT ON (party) party::text AS party, name, organisation FROM (
    SELECT a.applicant_id AS party, a.applicant_name AS name, a.applicant_kind = 'organisation' AS organisation
    FROM application a WHERE a.applicant_id = ANY(CAST(:parties AS uuid[]))
    UNION ALL
    SELECT a.filed_by, a.filed_by_name, false
    FROM application a WHERE a.filed_by = ANY(CAST(:parties AS uuid[]))
) AS known ORDER BY party, organisation DESC
""")
