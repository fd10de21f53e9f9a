"""`yiwang department`: a department's own side of the exchange."""

import os
from pathlib import Path
from typing import Annotated

import typer

from portal.cli import serving
from portal.hub.department import FOLDER, own_key

TARGET = "portal.hub.department:from_environment"


def department(
    folder: Annotated[Path, typer.Option(help="Folder with sources.yaml and hub-keys.json.")],
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    keys: Annotated[
        bool, typer.Option("--keys", help="Only make the key, say where it is, and end.")
    ] = False,
) -> None:
    """Serve a department's own side: its registers answer signed questions of the hub, in the contract's form."""
    own_key(folder.resolve())
    if keys:
        typer.echo(str(folder.resolve() / "keys.json"))
        return
    os.environ[FOLDER] = str(folder.resolve())
    serving.serve(TARGET, port, host=host)
