"""`yiwang licence`: who sealed a licence file, whether it was altered, whether it was revoked as far as is known."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError

from identity.errors import TokenRefused
from identity.tokens import Verifiers
from licensing import queries, recognising, showing, verifying
from licensing import status as statuses
from licensing.authority import ROOT_FILE
from licensing.errors import LicensingError
from licensing.queries import PublicFacts
from licensing.rules import State
from licensing.verdicts import Finding, Verdict
from portal.cli import licence_import, licence_keys
from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings, current
from storage import cipher
from storage.database import open_engine, open_sessions

app = typer.Typer(
    help="E-licences: verify a file, take in existing ones, the keys of seals.", no_args_is_help=True
)
app.add_typer(licence_keys.app, name="keys")
app.command("import")(licence_import.import_)
app.command("blank")(licence_import.blank)

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
Status = Annotated[
    Path | None, typer.Option(help="A status list fetched before, from the address the file names (JWT).")
]
Keys = Annotated[
    Path | None, typer.Option(help="The published keys of status lists (JSON), from /licences/keys.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Do not ask the register whether it was revoked.")]


@app.command()
def verify(
    file: File, root: Root = None, offline: Offline = False, status: Status = None, keys: Keys = None
) -> None:
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
    if status is not None:
        _tell_list(file, pdf, status, keys)
        return
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
    typer.echo(f"  trust: {facts.trust}")
    if facts.state is not State.VALID:
        raise NotProven(f"{file}: the file is genuine, but the licence is {facts.state}.")


@app.command("check-code")
def check_code(
    code: Annotated[str, typer.Argument(help="What the QR code says that was shown without a network.")],
    keys: Annotated[Path, typer.Option(help="The published keys (JSON), from /licences/keys.")],
    url: Annotated[str, typer.Option(help="The portal the keys belong to, as its address begins.")] = "",
) -> None:
    """Check a code shown without a network; needs nothing but the published keys. Exit code 0 only if it is good."""
    try:
        told = showing.read(code, _keys(keys), public_url=url or current().public_url, at=datetime.now(UTC))
    except TokenRefused as exc:
        raise NotProven(f"The code is not good: {exc.why}.") from exc
    typer.echo(f"good until {told.until.isoformat()}")
    rows = {"licence": told.type_name.zh, "number": told.number, "holder": told.holder}
    rows |= {"issuer": told.issuer, "identifier": told.identifier}
    rows |= {"valid until": told.valid_until.isoformat() if told.valid_until else "without end"}
    rows |= {name.zh: text for name, text in told.fields}
    for name, text in rows.items():
        typer.echo(f"  {name}: {text}")
    typer.echo(f"  status published at: {told.status[0]} place {told.status[1]}")


def _tell_list(file: Path, pdf: bytes, status: Path, keys: Path | None) -> None:
    """What a status list fetched before says of the licence, and how old it is."""
    place = statuses.referred(recognising.record_of(pdf))
    if place is None:
        raise FileUnusable(str(file), "names no status list.")
    if keys is None:
        raise FileUnusable(str(status), "needs --keys to be believed.")
    at = datetime.now(UTC)
    try:
        told = statuses.read(_text(status), _keys(keys), uri=place[0], index=place[1], at=at)
    except TokenRefused as exc:
        raise NotProven(f"{status}: the status list is not good: {exc.why}.") from exc
    minutes = int((at - told.published_at).total_seconds() // 60)
    typer.echo(f"  state: {told.state} as of {told.published_at.isoformat()}, {minutes} minutes ago")
    if told.state is not State.VALID:
        raise NotProven(f"{file}: the file is genuine, but the licence does not count.")


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, ValueError) as exc:
        raise FileUnusable(str(path), "cannot be read.") from exc


def _keys(path: Path) -> Verifiers:
    try:
        return statuses.known_keys(json.loads(_text(path)))
    except (ValueError, AttributeError, TokenRefused) as exc:
        raise FileUnusable(str(path), "is no set of keys.") from exc


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
