"""Must hold 1: hub, three departments and portal are processes of their own (once, hosts of their own) that meet by HTTP only."""

import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest
import yaml

from identity import keys, tokens
from portal.hub.department import own_key
from portal.hub.process import HUB
from services.sharing import commands
from services.sharing.rules import Form
from storage.database import open_engine, open_sessions
from tests.integration.sharing.builders import contract, resource
from tests.support import hub_caller, postgres

COLUMNS = {
    "population": ("name", "姓名", "name", "示例甲"),
    "marriages": ("spouse", "配偶", "name", "示例壬"),
    "insurance": ("months", "月数", "integer", "132"),
}
TERMS = {
    "population": {},
    "marriages": {"form": Form.VERIFY},
    "insurance": {
        "form": Form.DERIVED,
        "fields": ["over_ten_years"],
        "derived": {"over_ten_years": {"field": "months", "rule": "at-least", "value": 120}},
    },
}


class Host:
    """Where a process runs: this host under a free port, or a network namespace with an address of its own."""

    def __init__(self, address, prefix=()):
        self.address, self.prefix = address, list(prefix)
        self.port = 8000 if prefix else free_port()

    @property
    def url(self):
        return f"http://{self.address}:{self.port}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def namespaces():
    """Whether this machine lets us make network namespaces."""
    name = f"yt{secrets.token_hex(2)}"
    if os.geteuid() != 0 or shutil.which("ip") is None or ip("netns", "add", name):
        return False
    ip("netns", "del", name)
    return True


@contextmanager
def one_host():
    """Five ports of this host. Skips where hosts of their own show the same and more."""
    if namespaces():
        pytest.skip("held on five hosts instead")
    yield [Host("127.0.0.1") for _ in range(5)]


@contextmanager
def five_hosts():
    """Five network namespaces on one bridge. Skips where that is not allowed."""
    mark = secrets.token_hex(2)
    bridge, spaces = f"yb{mark}", [f"yn{mark}{place}" for place in range(5)]
    if not namespaces():
        pytest.skip("network namespaces need root and ip")
    try:
        ip("link", "add", bridge, "type", "bridge")
        ip("link", "set", bridge, "up")
        for place, space in enumerate(spaces):
            outside, inside = f"yo{mark}{place}", f"yi{mark}{place}"
            ip("netns", "add", space)
            ip("link", "add", outside, "type", "veth", "peer", "name", inside)
            ip("link", "set", outside, "master", bridge, "up")
            ip("link", "set", inside, "netns", space)
            ip("-n", space, "addr", "add", f"10.213.77.{place + 1}/24", "dev", inside)
            ip("-n", space, "link", "set", inside, "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield [
            Host(f"10.213.77.{place + 1}", ("ip", "netns", "exec", space))
            for place, space in enumerate(spaces)
        ]
    finally:
        for space in spaces:
            ip("netns", "del", space)
        ip("link", "del", bridge)


def ip(*arguments):
    return subprocess.run(["ip", *arguments], capture_output=True, check=False).returncode


async def lay(url, portal):
    """The hub's directory, contracts and keys; its published key set."""
    engine = open_engine(url, pool_size=1)
    at = datetime.now(UTC)
    who = {"actor": "system:test", "at": at}
    try:
        async with open_sessions(engine)() as session, session.begin():
            own = await keys.ensure(session, HUB, at=at)
            for place, (code, (field, title, kind, _)) in enumerate(COLUMNS.items()):
                told = {
                    "name": field,
                    "title": {"zh": title, "en": field},
                    "type": kind,
                    "sensitivity": "personal",
                }
                entry = resource(at, code=code, catalogue_code=f"30100{place}/1", fields=[told])
                await commands.publish(session, entry, **who)
                terms = {"fields": [field], **TERMS[code]}
                row = contract(at, number=f"QY-{code}", item_code="marriage-benefit", resource=code, **terms)
                await commands.conclude(session, row, **who)
            known = tokens.verifiers(portal)[portal.kid]
            speaks = {"party": hub_caller.PORTAL, "speaks_for": [hub_caller.CONSUMER], "keeps_cases": True}
            await commands.admit(session, known, **speaks, actor="system:test", at=at - timedelta(days=1))
            return tokens.jwks(own.verifiers)
    finally:
        await engine.dispose()


def department(folder, code, hub_keys):
    """A department's folder: its register, its configuration, the hub's keys; its own are made."""
    folder.mkdir()
    field, title, _, value = COLUMNS[code]
    (folder / "register.csv").write_text(f"号码,{title}\n{hub_caller.PERSON},{value}\n", encoding="utf-8")
    source = {"kind": "file", "name": code, "resource": code, "path": "register.csv", "subject": "号码"}
    told = {"sources": [source | {"fields": {field: title}}]}
    (folder / "sources.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    (folder / "hub-keys.json").write_text(json.dumps(hub_keys))
    own_key(folder)


@contextmanager
def running(host, arguments, health, **environment):
    command = [*host.prefix, sys.executable, "-m", "portal.cli.main", *arguments]
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        yield process, f"{host.url}{health}"
    finally:
        process.terminate()
        process.wait(30)


def wait(host, url, process):
    """Until it answers, asked from its own host."""
    deadline = monotonic() + 90
    path = url.removeprefix(host.url)
    ask = (
        f"import socket as s, sys; c = s.create_connection(('{host.address}', {host.port}), 2); c.settimeout(3);"
        f" c.sendall(b'GET {path} HTTP/1.0\\r\\n\\r\\n'); sys.exit(b' 200' not in c.recv(64))"
    )
    while monotonic() < deadline and process.poll() is None:
        asked = [*host.prefix, sys.executable, "-SE", "-c", ask]
        if subprocess.run(asked, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return
        sleep(0.3)
    raise AssertionError(f"{url} did not come up")


def start(stack, places, data, hub_keys, database):
    """Three departments and the hub between them, running and answering."""
    folder = data.parent
    sources, started = [], []
    for code, host in zip(COLUMNS, places[1:4], strict=True):
        department(folder / code, code, hub_keys)
        shutil.copy(folder / code / "keys.json", data / "hub" / f"{code}.json")
        sources.append(
            {
                "kind": "department",
                "name": code,
                "resource": code,
                "url": host.url,
                "keys": f"{code}.json",
                "timeout": 3.0,
            }
        )
        asked = [
            "department",
            "--folder",
            str(folder / code),
            "--port",
            str(host.port),
            "--host",
            host.address,
        ]
        started.append((host, *stack.enter_context(running(host, asked, "/health"))))
    (data / "hub" / "sources.yaml").write_text(yaml.safe_dump({"sources": sources}))
    settings = {
        "YIWANG_DATA": str(data),
        "YIWANG_HOST": places[0].address,
        "YIWANG_HUB_DATABASE_URL": database,
        "YIWANG_PARTY": hub_caller.PORTAL,
    }
    asked = ["hub", "--port", str(places[0].port)]
    started.append((places[0], *stack.enter_context(running(places[0], asked, "/health/live", **settings))))
    for host, process, url in started:
        wait(host, url, process)


@pytest.mark.parametrize("hosts", [one_host, five_hosts])
def test_hub_departments_and_portal_meet_by_signed_http_only(server, data_folder, tmp_path, hosts):
    database = server.copy()
    portal = tokens.new_signer()
    (tmp_path / "portal.pem").write_text(tokens.private_pem(portal))
    hub_keys = asyncio.run(lay(server.url(database, postgres.APPLICATION), portal))
    (tmp_path / "hub-keys.json").write_text(json.dumps(hub_keys))
    data = tmp_path / "hub"
    (data / "hub").mkdir(parents=True)
    (data / "keys").symlink_to(data_folder / "keys")
    with ExitStack() as stack:
        places = stack.enter_context(hosts())
        start(stack, places, data, hub_keys, server.url(database, postgres.APPLICATION))
        call = [sys.executable, "-m", "tests.support.hub_caller", places[0].url]
        keys_and_own = [str(tmp_path / "hub-keys.json"), str(tmp_path / "portal.pem")]
        done = subprocess.run(
            [*places[4].prefix, *call, *keys_and_own], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {
            "population": ["hit", "", {"name": "示例甲"}],
            "marriages": ["hit", "", {"spouse": True}],
            "insurance": ["hit", "", {"over_ten_years": True}],
            "/exchange": 401,
            "/steward": 401,
            "/cases": 401,
        }
        for code in COLUMNS:
            (line,) = (tmp_path / code / "journal.jsonl").read_text().splitlines()
            assert json.loads(line)["outcome"] == "hit"
            assert hub_caller.PERSON not in line
    server.drop(database)
