"""`yiwang licence`: who sealed a licence file, whether it was altered, whether it was revoked as far as is known."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError

from licensing import queries, verifying
from licensing.authority import ROOT_FILE
from licensing.errors import LicensingError
from licensing.queries import PublicFacts
from licensing.rules import State
from licensing.verifying import Finding, Verdict
from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings, current
from storage import cipher
from storage.database import open_engine, open_sessions

app = typer.Typer(help="Verify a licence file.", no_args_is_help=True)

SENTENCES = {
    Finding.SOUND: "sealed by one of our departments, the whole file, unaltered",
    Finding.APPENDED: "what was sealed is unaltered, but something was added afterwards",
    Finding.UNKNOWN_SEALER: "unaltered, but none of the known authorities stands behind the seal",
    Finding.ALTERED: "altered: this is not what was sealed",
    Finding.UNSEALED: "a PDF without a seal",
    Finding.UNREADABLE: "not a PDF that can be read",
}

File = Annotated[Path, typer.Argument(help="The licence as PDF.")]
Root = Annotated[
    list[Path] | None, typer.Option(help="A root certificate (PEM) to trust; default: this data folder's.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Do not ask the register whether it was revoked.")]


@app.command()
def verify(file: File, root: Root = None, offline: Offline = False) -> None:
    """Verify a licence file; needs nothing but the file and the root certificate. Exit code 0 only if it is good."""
    settings = current()
    try:
        pdf = file.read_bytes()
    except OSError as exc:
        raise FileUnusable(str(file), exc.strerror or "cannot be read.") from exc
    verdict = verifying.verify(pdf, roots=_roots(settings, root or []))
    if not verdict.sound:
        _tell(verdict)
        raise NotProven(f"{file}: {SENTENCES[verdict.finding]}.")
    typer.echo(f"{file}: {SENTENCES[verdict.finding]}")
    _tell(verdict)
    facts = None if offline else asyncio.run(_register(settings, verdict.identifier or ""))
    _tell_state(file, facts)


def _tell(verdict: Verdict) -> None:
    """What the file says of itself, as far as it can be read."""
    told = {
        "sealed by": verdict.sealer,
        "department": verdict.department,
        "sealed at": verdict.sealed_at.isoformat() if verdict.sealed_at else None,
        "licence": verdict.elements.get("ZZMC"),
        "identifier": verdict.identifier,
        "holder": verdict.elements.get("CZZT"),
    }
    for name, value in told.items():
        if value:
            typer.echo(f"  {name}: {value}")


def _tell_state(file: Path, facts: PublicFacts | None) -> None:
    if facts is None:
        typer.echo("  state: not known here; ask the portal's page /verify")
        return
    typer.echo(f"  state: {facts.state}{f' since {facts.ended_on}' if facts.ended_on else ''}")
    if facts.state is not State.VALID:
        raise NotProven(f"{file}: the file is genuine, but the licence is {facts.state}.")


def _roots(settings: Settings, given: list[Path]) -> list[x509.Certificate]:
    paths = given or [path for path in (settings.keys / "seals" / ROOT_FILE,) if path.is_file()]
    return [_certificate(path) for path in paths]


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise FileUnusable(str(path), "is no certificate that can be read.") from exc


async def _register(settings: Settings, identifier: str) -> PublicFacts | None:
    """What the register of this machine says of the licence; None where there is no register, or it is away."""
    ring = settings.keys / "ring.json"
    if not identifier or not ring.is_file():
        return None
    cipher.install(cipher.load_ring(ring))
    engine = open_engine(settings.application_url, pool_size=1, connect_args={"connect_timeout": 3})
    try:
        async with open_sessions(engine)() as session, session.begin():
            return await queries.by_identifier(session, identifier, at=datetime.now(UTC))
    except (SQLAlchemyError, OSError, LicensingError):
        return None
    finally:
        await engine.dispose()
