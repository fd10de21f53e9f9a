"""`yiwang demo`: the whole portal on one machine, and `yiwang seed`: its sample data alone."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from subprocess import Popen
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from portal.cli import serving
from portal.cli.demo import laying, people
from portal.cli.demo.departments import CENTRE
from portal.cli.errors import PortTaken
from portal.cli.supervising import Part, Supervisor, answers, child
from portal.settings import APPLICATION_ROLE, DATABASE, HUB_DATABASE, OWNER_ROLE, Settings
from storage import embedded
from storage.embedded import Cluster

REGISTER = "portal.cli.demo.market_register:from_environment"
PARTS_FILE = "parts.json"
"""Process ids by part, for whoever watches or tests the demonstration."""


def seed() -> None:
    """Fill an empty, migrated portal with the sample city (示例数据)."""
    from portal.cli.demo import seeding  # half the portal: only for this command

    asyncio.run(seeding.lay(Settings()))
    typer.echo("sample data laid")


def demo(
    port: Annotated[
        int, typer.Option(help="Port of the portal; the hub takes the next, a sample register the one after.")
    ] = 8000,
    data: Annotated[Path, typer.Option(help="Folder for everything the demonstration keeps.")] = Path("var"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything kept before.")] = False,
) -> None:
    """Run database, hub, registers, worker and web together, with sample people."""
    for one in (port, port + 1, port + 2):
        _require_free(one)
    if fresh:
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True)
    environment = _environment(port, data)
    os.environ.update(environment)
    settings = Settings()
    supervisor = Supervisor()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _start(supervisor, settings, environment)
        _announce(settings)
        supervisor.watch(lambda: _tell(settings, supervisor))
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop()


def _environment(port: int, data: Path) -> dict[str, str]:
    return {
        "YIWANG_DATA": str(data.resolve()),
        "YIWANG_PORT": str(port),
        "YIWANG_HUB_PORT": str(port + 1),
        "YIWANG_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "YIWANG_HUB_URL": f"http://127.0.0.1:{port + 1}",
        "YIWANG_PARTY": CENTRE.code,
        "YIWANG_DEMO": "true",
        "YIWANG_LOG_FORMAT": "json",
    }


def _start(supervisor: Supervisor, settings: Settings, environment: dict[str, str]) -> None:
    cluster = settings.cluster
    embedded.prepare(cluster)
    supervisor.start(_database(cluster))
    for name in (DATABASE, HUB_DATABASE):
        embedded.ensure_database(cluster, name, owner=OWNER_ROLE, users=(APPLICATION_ROLE,))
    register_port = settings.hub_port + 1
    register = f"http://{settings.host}:{register_port}"
    secrets = laying.prepare(settings, cluster, register=register)
    known = environment | secrets
    logs = settings.data / "logs"
    logs.mkdir(exist_ok=True)
    server = _server(REGISTER, settings.host, register_port)
    hub = _server(serving.HUB, settings.host, settings.hub_port)
    web = _server(serving.WEB, settings.host, settings.port, settings.processes)
    supervisor.start(
        _served("register", server, known, logs, f"{register}/health"),
        _served("hub", hub, known, logs, f"{settings.hub_url}/health/live"),
        _served("worker", ["portal.cli.main", "worker"], environment, logs, None),
        _served("web", web, environment, logs, f"{settings.public_url}/health/live"),
    )
    _tell(settings, supervisor)


def _server(target: str, host: str, port: int, processes: int = 1) -> list[str]:
    """What `python -m` needs to serve `target`."""
    return [serving.__name__, target, host, str(port), str(processes)]


def _database(cluster: Cluster) -> Part:
    def launch() -> Popen[bytes]:
        return embedded.launch(cluster)

    return Part("postgresql", launch, lambda: embedded.running(cluster) is not None)


def _served(
    name: str, arguments: list[str], environment: dict[str, str], logs: Path, url: str | None
) -> Part:
    def launch() -> Popen[bytes]:
        return child(arguments, environment, logs / f"{name}.log")

    return Part(name, launch, (lambda: answers(url)) if url else (lambda: True))


def _tell(settings: Settings, supervisor: Supervisor) -> None:
    """Write who runs where; replaced whole, so that a reader never sees half of it."""
    pids = {part.name: part.process.pid for part in supervisor.parts if part.process is not None}
    draft = settings.data / f".{PARTS_FILE}"
    draft.write_text(json.dumps({"demo": os.getpid()} | pids))
    draft.replace(settings.data / PARTS_FILE)


def _announce(settings: Settings) -> None:
    """The sample people and how to sign in; the last line says that everything answers."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table(title=f"Sample people (示例); everybody's password: {people.PASSWORD}")
    for heading in ("who", "account", "post", "second factor (TOTP secret)"):
        table.add_column(heading, overflow="fold")
    for person in people.PEOPLE:
        if person.signs_in:
            table.add_row(f"{person.name} {person.name_en}", person.phone, "", "")
    for member in people.STAFF:
        table.add_row(f"{member.name} {member.name_en}", member.login, member.position_en, member.totp_secret)
    console.print(table)
    console.print("The sign-in page shows the same list and today's codes. Stop with Ctrl-C.")
    sys.stdout.write(f"ready {settings.public_url}\n")
    sys.stdout.flush()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(port) from None


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
