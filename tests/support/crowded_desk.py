"""A city with a hundred departments and as many cases as one likes, laid by one statement."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from storage import cipher
from storage.database import open_engine

DEPARTMENTS = 100
INDEXES = (
    "ix_application_queue",
    "ix_application_item_queue",
    "ix_application_named",
    "ix_application_numbered",
    "ix_application_filed",
    "ix_application_claimed",
    "ix_application_applicant",
    "ix_application_closed",
)
ANSWERS = '{"name": "示例", "about": "' + "示例" * 200 + '"}'

LAID = """
INSERT INTO application (id, number, query_code, item_code, item_version, item_name, department_code, channel,
  applicant_kind, applicant_id, applicant_name, filed_by, filed_by_name, state, outcome, delivery, step, answers,
  origins, revision, claimed_by, claimed_by_name, received_by, corrections, due_on, yellow_on, due_provisional,
  limit_days, created_at, updated_at, submitted_at, closed_at)
SELECT gen_random_uuid(), '115201' || lpad((n % 200)::text, 25, '0') || '20261123' || lpad(n::text, 8, '0'), 'CODE', 'item-' || n % 200, 1,
  '{"zh": "示例事项", "en": "Sample item"}', 'D' || lpad((n % 100)::text, 17, '0'), 'online', 'person',
  md5((n % (:cases / 10 + 1))::text)::uuid,
  CASE WHEN n % 10 < 3 THEN '示例市第' || n / 10 || '号公司'
       ELSE substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', 1 + (n / 10 % 20)::int, 1) || '示例' || n % 1000 END,
  md5(n::text)::uuid, '示例', standing.state, CASE WHEN standing.over THEN 'granted' END, 'electronic',
  CASE WHEN standing.state IN ('accepted', 'suspended') THEN CASE WHEN n % 3 = 0 THEN 'review' ELSE 'decide' END END,
  :answers, '{}', 0, CASE WHEN n % 5000 = 1 AND NOT standing.over THEN CAST(:clerk AS uuid)
                          WHEN n % 4 = 1 AND NOT standing.over THEN md5(n::text)::uuid END,
  CASE WHEN n % 4 = 1 AND NOT standing.over THEN '示例' END, '[]', 0, standing.due, standing.due - 3, false, 10,
  now(), now(), (standing.due - (1 + n % 9)::int + time '10:00') AT TIME ZONE 'Asia/Shanghai', CASE WHEN standing.over THEN now() END
FROM generate_series(1, :cases) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN k < 6 THEN 'submitted' WHEN k < 8 THEN 'correcting' WHEN k < 20 THEN 'accepted'
  WHEN k < 21 THEN 'suspended' WHEN k < 23 THEN 'granted' ELSE 'delivered' END AS state, k >= 23 AS over,
  CAST(:today AS date) + CASE WHEN k < 23 THEN (n / 100 % 31)::int - 5 ELSE -(n / 100 % 1000)::int - 1 END AS due
  FROM (SELECT n / 100 % 100 AS k) AS kind) AS standing
"""


def code_of(place: int) -> str:
    """The code of the department at this place, from 0."""
    return f"D{place:017d}"


def number_of(n: int) -> str:
    """The number of the n-th case, from 1."""
    return f"115201{n % 200:025d}20261123{n:08d}"


async def crowd(url: str, *, cases: int, today: date, claimed_by: UUID) -> None:
    """Lay the departments and the cases; the indexes are made anew afterwards, as a restored database has them."""
    engine = open_engine(url)
    values = {
        "cases": cases,
        "today": today,
        "clerk": claimed_by,
        "answers": cipher.ring().seal(ANSWERS, "application.answers"),
    }
    async with engine.begin() as connection:
        indexes = await connection.scalars(
            sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = ANY(:names)"), {"names": list(INDEXES)}
        )
        definitions = list(indexes)
        for index in INDEXES:
            await connection.execute(sa.text(f"DROP INDEX {index}"))
        departments = [
            {"code": code_of(place), "name": f"示例部门{place}", "region": "520100"}
            for place in range(DEPARTMENTS)
        ]
        named = sa.text(
            "INSERT INTO department (code, name, name_en, short, short_en, region)"
            " VALUES (:code, :name, '', :name, '', :region)"
        )
        await connection.execute(named, departments)
        await connection.execute(sa.text(LAID), values)
        for definition in definitions:
            await connection.execute(sa.text(definition))
    await engine.dispose()
    tidy = open_engine(url, isolation_level="AUTOCOMMIT")
    async with tidy.connect() as connection:
        await connection.execute(sa.text("VACUUM ANALYZE application"))
    await tidy.dispose()
