"""The parts of the portal as commands: web, worker, hub, migrations."""

import asyncio
import sys
from typing import Annotated

import typer

from portal import logs
from portal.cli import databases, serving
from portal.jobs import jobs, loops
from portal.resources import open_resources
from portal.settings import Settings, current
from storage import structure
from storage.queue import run_worker

Port = Annotated[int | None, typer.Option(help="Port to listen on; default from the settings.")]


def serve(port: Port = None) -> None:
    """Serve the portal's pages and API."""
    settings = current()
    serving.serve(serving.WEB, port or settings.port, host=settings.host, processes=settings.processes)


def hub(
    port: Port = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the port.")] = 1,
) -> None:
    """Serve the sharing hub."""
    settings = current()
    serving.serve(serving.HUB, port or settings.hub_port, host=settings.host, processes=processes)


def worker() -> None:
    """Do the work that deeds left for later: fetching, printing, sealing, sweeping."""
    settings = current()
    logs.configure(settings.log_format, settings.log_level)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    async with open_resources(settings) as resources:
        sys.stdout.write("worker ready\n")
        sys.stdout.flush()
        await run_worker(settings.application_url, jobs(resources), loops=loops(resources))


def migrate() -> None:
    """Bring the databases of portal and hub to the structure this version needs."""
    databases.prepare(current())
    typer.echo(f"database at {structure.newest()}")
