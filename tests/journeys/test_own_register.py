"""The page «Bring your own register» followed word by word: a CSV becomes a prefilled answer by configuration alone."""

import asyncio
import dataclasses
import re
import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import psycopg
import pytest
import typer.main

from identity import keys
from portal.cli.main import app
from portal.hub.app import create_hub
from portal.hub.process import HUB
from portal.settings import current
from services.sharing import configuration
from services.sharing.sources import Sources
from storage import cipher
from storage.database import open_engine, open_sessions
from tests.journeys.cases import begin
from tests.journeys.conftest import checked, entrance, portal_on
from tests.support import postgres
from tests.support.city import resources

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).parents[2] / "docs" / "own-register.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^ {3}```(\w+)(?: (file|append)=(\S+))?\n(.*?)^ {3}```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def ground(city, server, tmp_path, monkeypatch):
    """A data folder and databases of its own, copies of the sample city's, as this page's reader has them."""
    urls = {}
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        for name, variable in (("city", "YIWANG_DATABASE_URL"), ("city_hub", "YIWANG_HUB_DATABASE_URL")):
            copy = f"own_{name}"
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            connection.execute(f"CREATE DATABASE {copy} TEMPLATE {name} OWNER {postgres.OWNER}")
            urls[variable] = server.url(copy, postgres.APPLICATION)
    data = tmp_path / "data"
    (data / "hub").mkdir(parents=True)
    (data / "keys").symlink_to(city.settings.keys)
    (data / "hub" / "sources.yaml").write_text("sources:\n", encoding="utf-8")
    for variable, value in {**urls, "YIWANG_DATA": str(data), "YIWANG_PARTY": city.settings.party}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(data)
    current.cache_clear()
    yield data
    current.cache_clear()
    for name in ("own_city", "own_city_hub"):
        server.drop(name)


def follow_page(data):
    """Do what the page says: write its files, run its commands."""
    command = typer.main.get_command(app)
    for kind, how, name, indented in BLOCK.findall(PAGE):
        text = "".join(line.removeprefix("   ") for line in indented.splitlines(keepends=True))
        if kind == "console":
            for line in text.splitlines():
                if line.startswith("yiwang "):
                    command(shlex.split(line)[1:], standalone_mode=False)
                else:
                    subprocess.run(shlex.split(line), cwd=data, check=True)
        elif how == "append":
            with (data / name).open("a", encoding="utf-8") as file:
                file.write(text)
        else:
            (data / name).write_text(text, encoding="utf-8")


async def test_a_csv_becomes_a_prefilled_answer_by_following_the_page(city, ground, key_ring, capfd):
    try:
        await asyncio.to_thread(follow_page, ground)
    finally:
        cipher.install(key_ring)
    assert "benefit-cards: up" in capfd.readouterr().out
    settings = city.settings.model_copy(
        update={
            "database_url": current().database_url,
            "hub_database_url": current().hub_database_url,
        }
    )
    portal, hub = (open_engine(url) for url in (settings.application_url, settings.hub_application_url))
    sources = Sources(
        configuration.load(ground / "hub" / "sources.yaml", {}), chance=lambda: 0.5, monotonic=monotonic
    )
    try:
        async with open_sessions(hub)() as session, session.begin():
            own = await keys.ensure(session, HUB, at=datetime.now(UTC))
        hub_app = create_hub(
            open_sessions(hub),
            key=own.signer,
            keys=own.verifiers,
            sources=sources,
            clock=lambda: datetime.now(UTC),
        )
        ours = dataclasses.replace(city, settings=settings, hub_app=hub_app)
        async with resources(ours, open_sessions(portal), portal) as held, portal_on(held) as opened:
            person = await entrance(opened)("person-d")
            number = await begin(person, "unemployment-benefit")
            page = checked(await person.get(f"/applications/{number}/pages/payment"))
            (filled,) = re.findall(r'name="bank_card"[^>]*value="([^"]*)"', page.text)
            assert filled.replace(" ", "") == "6217000000000001234"
            assert page.text.count("来自政务数据共享平台") == 1
    finally:
        await sources.close()
        await portal.dispose()
        await hub.dispose()
