"""The S3 server of the tests ends with the test run, however that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.contracts.conftest import CEPH
from tests.support.radosgw import RadosGateway

PROJECT = Path(__file__).parents[2]
TEST_RUN = f"""
import pathlib, time
from tests.support import ceph_packages, radosgw
with radosgw.running(ceph_packages.obtain(pathlib.Path({str(CEPH)!r}))) as server:
    print(*server.processes(), flush=True)
    time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and only waits to be fetched does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}


def test_a_killed_test_run_leaves_no_server_behind(s3_server: RadosGateway, tmp_path: Path):
    command, environment = [sys.executable, "-c", TEST_RUN], os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        pids = [int(word) for word in run.stdout.readline().split()]
        assert len(pids) == 3
        assert all(map(is_alive, pids))
        os.kill(run.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_alive, pids))
    assert all(map(is_alive, s3_server.processes()))
