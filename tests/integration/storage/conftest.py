import psycopg
import pytest

from storage import checkpoint_schema, checkpoints
from tests.support import postgres


@pytest.fixture(scope="session", autouse=True)
def interim(server):
    import sqlalchemy as sa
    from storage.database import driver_url, metadata
    from storage import roles
    for name in (postgres.SHARED, postgres.TEMPLATE):
        url = server.cluster.url(name, postgres.OWNER)
        with psycopg.connect(url, autocommit=True) as c:
            if c.execute("select 1 from pg_proc where proname='ledger_sequence'").fetchone():
                continue
        e = sa.create_engine(driver_url(url)); metadata.create_all(e); e.dispose()
        with psycopg.connect(url, autocommit=True) as c:
            for s in checkpoint_schema.UP:
                c.execute(s)
            roles.grant(c, postgres.APPLICATION)
            for t in checkpoint_schema.PRIVATE:
                c.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {t} FROM {postgres.APPLICATION}")
            for t in checkpoint_schema.APPEND_ONLY:
                c.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {t} FROM {postgres.APPLICATION}")
