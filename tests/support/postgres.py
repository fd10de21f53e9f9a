"""The real PostgreSQL of a test run: one throw-away server, one template database, copies of it in a moment."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from storage import embedded, migrating
from storage.embedded import Cluster

OWNER = "yiwang_owner"
APPLICATION = "yiwang_app"
TEMPLATE = "yiwang_template"
SHARED = "yiwang_shared"
"""The one database in which every test is rolled back; the template itself must stay without connections."""
_names = count(1)


@dataclass(frozen=True)
class Server:
    cluster: Cluster
    process: subprocess.Popen[bytes]

    def url(self, database: str = SHARED, user: str = OWNER) -> str:
        return self.cluster.url(database, user)

    def copy(self, name: str | None = None) -> str:
        """The name of a new database, a copy of the migrated template."""
        name = name or f"copy_{next(_names)}"
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {OWNER}")
        return name

    def drop(self, name: str) -> None:
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def serving() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="yiwang-pg-", dir="/tmp"))
    cluster = Cluster(folder, durable=False)
    embedded.prepare(cluster)
    process = embedded.launch(cluster)
    try:
        embedded.wait_until_ready(cluster, process)
        embedded.ensure_database(cluster, TEMPLATE, owner=OWNER, users=(APPLICATION,))
        migrating.upgrade(cluster.url(TEMPLATE, OWNER), application_url=cluster.url(TEMPLATE, APPLICATION))
        server = Server(cluster, process)
        server.copy(SHARED)
        yield server
    finally:
        embedded.stop(process)
        shutil.rmtree(folder, ignore_errors=True)
