"""`yiwang passwords`: the local list of passwords nobody may use."""

from pathlib import Path
from typing import Annotated

import typer

from identity import breached
from identity.breached import ListUnreadable
from portal.cli.errors import FileUnusable
from portal.settings import current

app = typer.Typer(help="The list of passwords that nobody may choose.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The list of passwords that nobody may choose."""


@app.command()
def build() -> None:
    """Make the small list anew, by rule; an imported one is replaced."""
    count = breached.build(current().known_passwords)
    typer.echo(f"{count} passwords listed")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A downloaded list, one SHA-1 a line, `SHA1:count` or `SHA1`.")
    ],
) -> None:
    """Add a downloaded list. Nothing is sent anywhere; the file is only read."""
    folder = current().known_passwords
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open(encoding="ascii") as lines:
            count = breached.merge(folder, lines)
    except ListUnreadable as exc:
        raise FileUnusable(str(file), f"{exc}; nothing was changed.") from None
    except UnicodeDecodeError:
        raise FileUnusable(str(file), "is no list of digests; nothing was changed.") from None
    typer.echo(f"{count} digests added")
