"""The command `yiwang`."""

import sys

import typer
from sqlalchemy.exc import OperationalError

from identity.errors import IdentityError
from licensing.errors import LicensingError
from portal.cli import calendar, catalogue, checking, ledger, licence, running
from portal.cli.demo import command as demo
from portal.cli.errors import CommandError
from portal.cli.tour.command import tour
from portal.templating import AssetsNotBuilt
from services.catalogue.errors import CatalogueError
from services.sharing.errors import SharingError
from storage.errors import StorageError

OURS = (StorageError, IdentityError, LicensingError, CatalogueError, SharingError, AssetsNotBuilt)

app = typer.Typer(
    name="yiwang",
    help="Yiwang (一网): a one-stop government services portal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(running.serve)
app.command()(running.worker)
app.command()(running.hub)
app.command()(running.migrate)
app.command()(checking.doctor)
app.add_typer(calendar.app, name="calendar")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(licence.app, name="licence")
app.add_typer(ledger.app, name="ledger")
app.command()(demo.seed)
app.command()(demo.demo)
app.command()(tour)


def main() -> None:
    """Run the command line; what we refuse on purpose is one sentence and exit code 1."""
    try:
        app()
    except CommandError as exc:
        _end(exc.sentence)
    except OURS as exc:
        _end(f"{exc}.")
    except OperationalError as exc:
        _end(f"The database does not answer: {str(exc.orig).splitlines()[0]}")
    except OSError as exc:
        _end(f"{exc.strerror or exc}: {exc.filename}" if exc.filename else f"{exc.strerror or exc}.")


def _end(sentence: str) -> None:
    sys.stderr.write(f"yiwang: {sentence}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
