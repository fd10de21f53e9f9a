"""The command: both cases, then where licence and evidence lie."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from portal.cli.tour import benefit, catering
from portal.cli.tour.client import Client
from portal.cli.tour.errors import TourError
from portal.cli.tour.report import Report
from portal.cli.tour.tour import Tour
from portal.cli.tour.visitors import Visitors

BASE_URL = "http://127.0.0.1:8000"


def tour(
    base_url: Annotated[str, typer.Option(help="Where a demonstration is running.")] = BASE_URL,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line: step, ok, detail.")] = False,
    out: Annotated[Path, typer.Option(help="Where licence and evidence are kept.")] = Path("var/tour"),
) -> None:
    """Walk two cases end to end over HTTP as citizen, firm, clerk, reviewers, approver and supervisor."""
    client, report = Client(base_url), Report(as_json=as_json)
    on = Tour(client, Visitors(client), report, out)
    today = datetime.now(UTC).date()
    try:
        bundle = catering.walk(on, today)
        benefit.walk(on, today)
        report.tell("licence file", str(on.licence))
        report.tell("evidence file", str(bundle))
    except TourError:
        pass  # the step that did not hold was told
    finally:
        client.close()
    if report.failed:
        raise typer.Exit(1)
