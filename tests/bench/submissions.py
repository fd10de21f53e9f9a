"""Cases handed in per second, durably: our API beside a bare handler and beside pgbench writing the same six rows."""

import httpx
import psycopg
from psycopg import sql

from portal.cli.demo import people
from tests.bench import bare, load
from tests.bench.ledger import WRITERS, pgbench
from tests.bench.statements import number, pgbench_script
from tests.bench.table import Results
from tests.support.demonstration import Demonstration

CASES = 1600
"""Prepared cases for each way: every one is handed in once."""
WARM = 100
ITEM = "unemployment-benefit"
APPLICANT = people.person("person-d")
OURS, BARE, PGBENCH = "cases handed in, our API", "the same rows, bare handler", "the same rows, pgbench"
ANSWERS = {
    "applicant_phone": APPLICANT.phone,
    "registers": True,
    "wishes": ["placement"],
    "bank": "示例银行示例市支行",
    "bank_card": "6222020000000000018",
}


def measure(results: Results, demo: Demonstration, *, owner_url: str, application_url: str) -> None:
    """On a running demonstration whose worker is paused, so that printing receipts takes no part."""
    token = sign_in(demo.url)
    draft = prepare(demo.url, token)
    for kind in "OBP":
        copy_draft(owner_url, draft, kind)
    pgbench_rate = pgbench(pgbench_script(), application_url, transactions=CASES // WRITERS)
    with bare.serving(application_url, processes=2) as port:
        beside = hand_in(port, "B", "/cases/{number}/submission", {})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    own = hand_in(demo.port, "O", "/api/v1/applications/{number}/submission", headers)
    results.add(OURS, own.rate, beside=BARE, note=own.note)
    results.add(BARE, beside.rate, beside=PGBENCH, note=f"Litestar, SQLAlchemy Core; {beside.note}")
    results.add(PGBENCH, pgbench_rate, note=f"{WRITERS} clients, prepared statements")


def hand_in(port: int, kind: str, path: str, headers: dict[str, str]) -> load.Shot:
    def shot(n: int) -> bytes:
        case = number(kind, n)
        return load.request(
            "POST", path.format(number=case), headers=headers | {"Idempotency-Key": case}, body=b"{}"
        )

    load.fire(port, [shot(n) for n in range(1, WARM + 1)])
    return load.fire(port, [shot(n) for n in range(WARM + 1, CASES + 1)])


def sign_in(url: str) -> str:
    answer = httpx.post(
        f"{url}/api/v1/sessions", json={"account": APPLICANT.phone, "password": people.PASSWORD}
    )
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


def prepare(url: str, token: str) -> str:
    """One draft with everything there: facts from the registers, answers, nothing to hand in."""
    with httpx.Client(
        base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as api:
        made = api.post("/applications", json={"item_code": ITEM})
        made.raise_for_status()
        case: str = made.json()["number"]
        api.patch(f"/applications/{case}", json={"answers": ANSWERS}).raise_for_status()
    return case


COPIED = ("application_material", "application_fact")


def copy_draft(owner_url: str, draft: str, kind: str) -> None:
    """Copies of one draft under numbers of their own, with their materials and facts."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        names = columns(connection, "application")
        made = {"id": "gen_random_uuid()", "number": f"'BENCH{kind}' || lpad(g::text, 7, '0')"}
        connection.execute(
            sql.SQL(
                "INSERT INTO application ({names}) SELECT {values} FROM application AS a,"
                " generate_series(1, {cases}) AS g WHERE a.number = {draft}"
            ).format(
                names=sql.SQL(", ").join(map(sql.Identifier, names)),
                values=sql.SQL(", ").join(sql.SQL(made.get(name, f'a."{name}"')) for name in names),
                cases=CASES,
                draft=draft,
            )
        )
        for table in COPIED:
            copy_rows(connection, table, draft, kind)
        connection.execute("CREATE SEQUENCE IF NOT EXISTS bench_case")
        connection.execute("GRANT ALL ON SEQUENCE bench_case TO PUBLIC")
        connection.execute("ANALYZE")


def copy_rows(connection: psycopg.Connection[tuple[object, ...]], table: str, draft: str, kind: str) -> None:
    names = columns(connection, table)
    values = [sql.SQL("c.id" if name == "application_id" else f'r."{name}"') for name in names]
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS r JOIN application AS a"
            " ON a.id = r.application_id AND a.number = {draft} CROSS JOIN application AS c"
            " WHERE c.number LIKE {kind}"
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(values),
            draft=draft,
            kind=f"BENCH{kind}%",
        )
    )


def columns(connection: psycopg.Connection[tuple[object, ...]], table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        [table],
    )
    return [str(row[0]) for row in rows]
