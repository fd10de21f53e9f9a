"""The rows that handing in a case writes, in plain SQL: the same for the bare handler and for pgbench.

`:number` is the case, `:key` its idempotency key. Six rows are written or changed: the case, its clock, its
receipt, the job that prints it, the ledger's entry and the head of its chain.
"""

HAND_IN = (
    "UPDATE application SET state = 'submitted', submission_key = CAST(:key AS text), submitted_at = now(),"
    " updated_at = now(), due_on = current_date + 7, yellow_on = current_date + 5, limit_days = 5"
    " WHERE number = CAST(:number AS text) AND state = 'draft'",
    "INSERT INTO case_clock (case_number, kind, started_on, limit_days, due_on, provisional, basis)"
    " VALUES (CAST(:number AS text), 'intake', current_date, 5, current_date + 7, false, 'basis')",
    "INSERT INTO application_document (id, application_id, kind, ordinal, number, requested_at)"
    " SELECT gen_random_uuid(), id, 'receipt', 1, number || '-R', now() FROM application"
    " WHERE number = CAST(:number AS text)",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)"
    " VALUES ('bench', 'bench.print', 0, CAST(:number AS text), '{\"document_id\": \"bench\"}')",
    "SELECT ledger_append(json_build_object('actor', 'bench', 'at', now(), 'chain', CAST(:number AS text),"
    " 'deed', 'application submitted', 'details', json_build_object('answers', CAST(:key AS text)),"
    " 'on_behalf_of', NULL, 'subject', CAST(:number AS text))::text)",
)


def number(kind: str, n: int) -> str:
    """The n-th prepared case of a kind (O ours, B bare, P pgbench)."""
    return f"BENCH{kind}{n:07d}"


PGBENCH_NUMBER = "concat('BENCHP', lpad(CAST(:n AS text), 7, '0'))"


def pgbench_script() -> str:
    """The same as one transaction of pgbench; each takes the next prepared case."""
    body = ";\n".join(
        statement.replace("CAST(:number AS text)", PGBENCH_NUMBER).replace(
            "CAST(:key AS text)", "CAST(:n AS text)"
        )
        for statement in HAND_IN
    )
    return f"SELECT nextval('bench_case') AS n \\gset\nBEGIN;\n{body};\nCOMMIT;\n"
