"""What docs/items.md tells an official to do, done to the letter: its blocks are read from the page and executed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import anyio
import pytest

from services.catalogue import queries
from storage import ledger
from tests.journeys.conftest import checked, portal_on
from tests.unit.applications.test_documents_in import pdf

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "items.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
CODE = "dog-registration"


class Block(NamedTuple):
    kind: str
    text: str


BLOCKS = [Block(one["kind"], one["text"]) for one in BLOCK.finditer(PAGE)]


def commanded(held, folder):
    """Runs a line of the page as the operator's shell would; what it printed."""
    url = held.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {"YIWANG_DATA": str(held.settings.data), "YIWANG_DATABASE_URL": url}
    program = Path(sys.executable).with_name("yiwang")

    def run(line):
        name, *arguments = line.split()
        assert name == "yiwang"
        return subprocess.run(
            [program, *arguments],
            cwd=folder,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


async def asked(client, block, said):
    """Sends a request as the page writes it; `said` has the number and the token of earlier answers."""
    first, *rest = block.text.strip().splitlines()
    method, path = first.format_map(said).split()
    headers = {"authorization": f"Bearer {said['access_token']}"} if "access_token" in said else {}
    while rest and re.match(r"[A-Za-z-]+: ", rest[0]):
        name, _, value = rest.pop(0).partition(": ")
        headers[name] = value
    if rest and rest[0].startswith("< "):
        file = (rest[0].removeprefix("< "), pdf(), "application/pdf")
        return await client.request(method, path, headers=headers, files={"file": file})
    return await client.request(method, path, headers=headers, json=json.loads("\n".join(rest)))


async def test_the_page_can_be_done_to_the_letter(held_for_real, tmp_path):
    run = commanded(held_for_real, tmp_path)
    (item,) = [block.text for block in BLOCKS if block.kind == "yaml"]
    (tmp_path / f"{CODE}.yaml").write_text(item, "utf-8")
    said: dict[str, str] = {}
    printed = ""
    async with portal_on(held_for_real) as opened:
        client = opened().client
        for block in BLOCKS:
            if block.kind == "sh":
                for line in block.text.splitlines():
                    done = await anyio.to_thread.run_sync(run, line)
                    assert done.returncode == 0, (line, done.stdout, done.stderr)
                    printed = done.stdout
            elif block.kind == "output":
                assert printed == block.text
            elif block.kind == "http":
                answer = await asked(client, block, said)
                assert answer.status_code in {200, 201}, (block.text, answer.text)
                said |= answer.json()
        assert said["state"] == "submitted"
        guide = checked(await opened().get(f"/items/{CODE}"))
        assert "养犬登记" in guide.text
        assert CODE in (await opened().get("/items?q=狗证")).text
    assert {block.kind for block in BLOCKS} == {"sh", "output", "http", "yaml"}
    await recorded(held_for_real)


async def recorded(held):
    """One version, whatever was exported and imported again, and every step in the ledger."""
    async with held.sessions() as session, session.begin():
        assert (await queries.get(session, CODE)).version == 1
        entries = await ledger.entries(session, f"item:{CODE}")
    assert [entry.deed for entry in entries] == [
        "draft begun",
        "draft submitted",
        "draft approved",
        "item published",
    ]
    assert entries[2].details["note"] == "outside the portal: 示例寅"
