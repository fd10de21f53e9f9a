"""The command `yiwang`. A command is loaded when it is called for: starting one part loads that part alone."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from portal.cli.errors import CommandError
from portal.cli.loading import at_once

COMMANDS = {
    "serve": "running:serve",
    "worker": "running:worker",
    "hub": "running:hub",
    "department": "department:department",
    "exchange": "exchange:app",
    "migrate": "running:migrate",
    "doctor": "checking:doctor",
    "calendar": "calendar:app",
    "catalogue": "catalogue:app",
    "licence": "licence:app",
    "ledger": "ledger:app",
    "oversight": "oversight:app",
    "admin": "administering:app",
    "passwords": "passwords:app",
    "keys": "ring:app",
    "seed": "demo.command:seed",
    "demo": "demo.command:demo",
    "sample-cases": "demo.running_cases.command:sample_cases",
    "tour": "tour.command:tour",
}
"""Each command, in the order of the help: the module under `portal.cli` and its function or group."""

OURS = {"storage", "identity", "licensing", "services", "portal"}
"""What these packages raise on purpose from a module called `errors` is a sentence already."""


class Commands(TyperGroup):
    """The commands by name, each loaded on its first use."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with at_once():
            found = getattr(importlib.import_module(f"portal.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
        else:
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command(cmd_name)(found)
            command = typer.main.get_command(alone)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="yiwang",
    cls=Commands,
    help="Yiwang (一网): a one-stop government services portal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def yiwang() -> None:
    """Yiwang (一网): a one-stop government services portal."""


def main() -> None:
    """Run the command line; what we refuse on purpose is one sentence and exit code 1."""
    try:
        app()
    except CommandError as exc:
        _end(exc.sentence)
    except OSError as exc:
        _end(f"{exc.strerror or exc}: {exc.filename}" if exc.filename else f"{exc.strerror or exc}.")
    except Exception as exc:
        sentence = _sentence(exc)
        if sentence is None:
            raise
        _end(sentence)


def _sentence(exc: Exception) -> str | None:
    """What an error says for itself; None for one that nobody meant."""
    if type(exc).__module__ == "sqlalchemy.exc" and type(exc).__name__ == "OperationalError":
        return f"The database does not answer: {str(getattr(exc, 'orig', exc)).splitlines()[0]}"
    for kind in type(exc).__mro__:
        package, _, module = kind.__module__.partition(".")
        if package in OURS and module.split(".")[-1] in {"errors", "templating"}:
            return f"{exc}."
    return None


def _end(sentence: str) -> None:
    sys.stderr.write(f"yiwang: {sentence}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
