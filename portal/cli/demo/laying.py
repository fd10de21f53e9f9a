"""What a demonstration needs before its parts start: tables, registers, sample city.

Once all of it is in the data folder, a start finds it by one file and two numbers and loads nothing of the portal.
"""

import asyncio
import json
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from portal.settings import Settings
from storage import structure
from storage.embedded import Cluster

MARK = "laid.json"
MADE_OF = (
    ("portal.cli.demo", ""),
    ("services.catalogue", "items"),
    ("services.catalogue", "bundles"),
    ("licensing", "types"),
)
"""The folders, each in a package, whose files are the sample city."""


def prepare(settings: Settings, cluster: Cluster, *, register: str) -> dict[str, str]:
    """Lay tables, registers and sample city unless this very version of them is there.

    `register` is the address of the sample market register. Returns the secrets by which the hub reaches the
    registers, for its environment.
    """
    mark = settings.data / MARK
    wanted = _wanted(settings, register)
    found = json.loads(mark.read_text()) if mark.exists() else {}
    if found.get("version") == wanted and _whole(settings):
        return dict(found["secrets"])
    from portal.cli import databases
    from portal.cli.demo import seeding  # half the portal, needed for the first start only

    databases.prepare(settings)
    secrets = seeding.lay_registers(settings, register, cluster.url())
    asyncio.run(seeding.lay(settings))
    draft = mark.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"version": wanted, "secrets": secrets}))
    draft.replace(mark)
    return secrets


def _wanted(settings: Settings, register: str) -> dict[str, Any]:
    return {
        "sample": _digest(),
        "structure": structure.newest(),
        "queue": version("procrastinate"),
        "register": register,
        "folder": str(settings.data.resolve()),
    }


def _whole(settings: Settings) -> bool:
    """Whether both databases have the structure this version needs."""
    urls = (settings.owner_url, settings.hub_owner_url)
    return all(structure.found(url) == structure.newest() for url in urls)


def _digest() -> str:
    """What the sample city is made of: another text anywhere in it is another city."""
    told = sha256()
    for package, folder in MADE_OF:
        for file in sorted(Path(str(files(package))).joinpath(folder).glob("*.*")):
            told.update(file.read_bytes())
    return told.hexdigest()
