"""A real S3 server for the tests: Ceph radosgw with one monitor and one storage daemon, on loopback.

Everything it keeps is in one temporary folder and in the storage daemon's memory, and goes with it. The three
programs run in the foreground and are killed by the kernel when the thread that started them ends, so a test
run that is killed leaves nothing behind. Two faults can be made: `stop_gateway` (connections are refused) and
`frozen` (connections are taken and never answered).
"""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.support.ceph_packages import CephPrograms

ATTEMPTS = 3  # a free port may be taken by somebody else before Ceph binds it
PATIENCE = 60.0
REGION = "us-east-1"

# With its cache on, a gateway tells every change to the others, and waits half a minute for one that was killed.
# Without cephx the messenger modes must be crc: radosgw asks for "secure" otherwise and cannot connect.
CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor},v1:127.0.0.1:{monitor_old}]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon cluster mode = crc
ms mon service mode = crc
run dir = {home}
admin socket =
pid file =
crash dir = {home}
log file = {home}/$name.log
log to stderr = false
mon cluster log file = {home}/cluster.log
keyring = {home}/keyring
plugin dir = {libraries}/ceph
erasure code dir = {libraries}/ceph/erasure-code
osd class dir = {libraries}/rados-classes
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
[mon]
mon data = {home}/monitor
mon data avail warn = 1
mon data avail crit = 1
mon tick interval = 1
paxos propose interval = 0.02
paxos min wait = 0.01
[osd]
osd data = {home}/daemon
osd objectstore = memstore
osd memory target = 939524096
memstore device bytes = 1073741824
[client.admin]
rgw data = {home}
rgw frontends = beast endpoint=127.0.0.1:{gateway} tcp_nodelay=1
rgw thread pool size = 32
rgw cache enabled = false
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw enable usage log = false
"""


class CephNotStarted(Exception):
    """A daemon ended or did not answer; the text holds the end of its log."""


class RadosGateway:
    """One running server. `endpoint` is `127.0.0.1:port`; the user may do everything."""

    region = REGION
    access_key = "test-user"

    def __init__(self, programs: CephPrograms) -> None:
        self._programs = programs
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._home = Path(tempfile.mkdtemp(prefix="radosgw-"))
        self.secret_key = uuid4().hex
        monitor_old, monitor, self._port = _free_ports(3)
        self.endpoint = f"127.0.0.1:{self._port}"
        self._fsid = str(uuid4())
        self._monitors = f"[v2:127.0.0.1:{monitor},v1:127.0.0.1:{monitor_old}]"
        (self._home / "ceph.conf").write_text(
            CONFIGURATION.format(
                fsid=self._fsid,
                home=self._home,
                libraries=programs.libraries,
                monitor=monitor,
                monitor_old=monitor_old,
                gateway=self._port,
            )
        )

    def start(self) -> None:
        """Make an empty cluster of one and wait for the gateway. Raises CephNotStarted."""
        (self._home / "monitor").mkdir()
        (self._home / "daemon").mkdir()
        self._make_maps()
        self._spawn("ceph-mon", "-i", "a")
        self._tool("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", self._fsid)
        self._spawn("ceph-osd", "-i", "0")
        self.start_gateway()
        self._add_user()

    def _make_maps(self) -> None:
        """The first maps name the storage daemon, so the `ceph` command (and its Python) is not needed."""
        monitor_map, daemon_map = str(self._home / "monmap"), str(self._home / "osdmap")
        fsid = ("--fsid", self._fsid)
        self._tool("monmaptool", "--create", *fsid, "--addv", "a", self._monitors, monitor_map)
        self._tool("osdmaptool", "--clobber", "--createsimple", "1", daemon_map)
        maps = ("--monmap", monitor_map, "--osdmap", daemon_map)
        self._tool("ceph-mon", "-i", "a", "--mkfs", *fsid, *maps)

    def _add_user(self) -> None:
        keys = (f"--access-key={self.access_key}", f"--secret-key={self.secret_key}")
        self._tool("radosgw-admin", "user", "create", "--uid=test", "--display-name=test", *keys)

    def start_gateway(self) -> None:
        self._spawn("radosgw", "-n", "client.admin")
        self._await_answer(time.monotonic() + PATIENCE)

    def stop_gateway(self) -> None:
        """From now on connections are refused; what was stored is there again after `start_gateway`."""
        _end(self._daemons.pop("radosgw"))

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The kernel takes connections for the gateway, and nobody answers them."""
        gateway = self._daemons["radosgw"]
        gateway.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            gateway.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Kill everything: the data is in memory, and politeness makes the daemons wait for one another."""
        for daemon in self._daemons.values():
            _end(daemon)
        self._daemons.clear()
        shutil.rmtree(self._home, ignore_errors=True)

    def processes(self) -> list[int]:
        """The ids of the running daemons."""
        return [daemon.pid for daemon in self._daemons.values()]

    def _environment(self) -> dict[str, str]:
        return self._programs.environment() | {"CEPH_CONF": str(self._home / "ceph.conf")}

    def _tool(self, name: str, *arguments: str) -> None:
        command = [self._programs.path(name), *arguments]
        try:
            subprocess.run(
                command,
                env=self._environment(),
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=True,
            )
        except subprocess.CalledProcessError as failed:
            raise CephNotStarted(f"{name}: {failed.stderr[-1500:]}") from failed
        except subprocess.TimeoutExpired as failed:
            raise CephNotStarted(f"{name} did not end in {PATIENCE:g} s") from failed

    def _spawn(self, name: str, *arguments: str) -> None:
        leash = ("setpriv", "--pdeathsig", "KILL", "--")
        with (self._home / f"{name}.out").open("ab") as output:
            self._daemons[name] = subprocess.Popen(
                [*leash, self._programs.path(name), *arguments, "-f"],
                env=self._environment(),
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in the terminal is for pytest, which then stops us
            )

    def _await_answer(self, deadline: float) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline:
            for name, daemon in self._daemons.items():
                if daemon.poll() is not None:
                    raise CephNotStarted(f"{name} ended with {daemon.returncode}: {self._last_words()}")
            try:
                direct.open(f"http://{self.endpoint}/swift/healthcheck", timeout=2).close()
            except urllib.error.HTTPError as answered:
                answered.close()
            except OSError:
                time.sleep(0.05)
                continue
            return
        raise CephNotStarted(f"no answer from the gateway in {PATIENCE:g} s: {self._last_words()}")

    def _last_words(self) -> str:
        logs = sorted([*self._home.glob("*.log"), *self._home.glob("*.out")])
        return "\n".join(log.read_text(errors="replace")[-800:] for log in logs)


@contextmanager
def running(programs: CephPrograms) -> Iterator[RadosGateway]:
    """A started server, stopped at the end. Raises CephNotStarted when three attempts fail."""
    for attempt in range(1, ATTEMPTS + 1):
        gateway = RadosGateway(programs)
        try:
            try:
                gateway.start()
            except CephNotStarted:
                if attempt == ATTEMPTS:
                    raise
                continue
            yield gateway
            return
        finally:
            gateway.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _end(daemon: subprocess.Popen[bytes]) -> None:
    daemon.kill()
    daemon.wait()
