"""`yiwang licence keys`: which department may seal with what, a new key for a seal, one that was lost."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from cryptography import x509

from identity import queries as identity
from identity.errors import DepartmentUnknown
from licensing.authority import Authority, Seal
from portal.cli.errors import SealUnknown
from portal.cli.transactions import within
from portal.resources import authority_of
from portal.settings import current
from storage import ledger
from storage.database import Session

BY = "system:cli"
app = typer.Typer(help="The keys of departments' seals.", no_args_is_help=True)
Department = Annotated[str, typer.Argument(help="The department's credit code.")]
Name = Annotated[str, typer.Argument(help="The seal's name, as `yiwang licence keys list` shows it.")]


@app.callback()
def _group() -> None:
    """The keys of departments' seals."""


@app.command("list")
def list_() -> None:
    """Show who may seal with what, until when each certificate is good, and what was put away or revoked."""
    authority = authority_of(current(), at=datetime.now(UTC))
    for seal, certificate in authority.enrolled():
        typer.echo(f"{seal.department}  {seal.department_name}  {seal.name}  {_told(authority, certificate)}")
    for certificate in authority.retired():
        typer.echo(f"put away  {_told(authority, certificate)}")


@app.command()
def enrol(department: Department, name: Name) -> None:
    """Give a department a seal: from now on it may seal with it. Done already, nothing changes."""
    settings, at = current(), datetime.now(UTC)
    authority = authority_of(settings, at=at)

    async def deed(session: Session) -> None:
        try:
            found = await identity.department(session, department)
        except DepartmentUnknown:
            raise SealUnknown(department) from None
        seal = Seal(found.code, found.name, name)
        if any((one.department, one.name) == (seal.department, seal.name) for one, _ in authority.enrolled()):
            return
        await _record(session, seal, "seal enrolled", at)
        authority.enrol(seal, at)

    asyncio.run(within(settings, deed))
    typer.echo(_told(authority, authority.key_of(_known(authority, department, name)).certificate))


@app.command()
def rotate(department: Department, name: Name) -> None:
    """Seal with a new key from now on; the old one is destroyed, what it sealed stays valid.

    Running workers take the new key up with the next licence.
    """
    _changed(department, name, "seal key rotated", revoke=False)


@app.command()
def revoke(department: Department, name: Name) -> None:
    """The key was lost or stolen: rotate it and put its certificate onto the revocation list.

    What it sealed without a time stamp can no longer be believed, and has to be sealed again.
    """
    _changed(department, name, "seal key revoked", revoke=True)


def _changed(department: str, name: str, what: str, *, revoke: bool) -> None:
    settings, at = current(), datetime.now(UTC)
    authority = authority_of(settings, at=at)
    seal = _known(authority, department, name)

    async def deed(session: Session) -> None:
        # On record before the key is gone: a key destroyed without a trace would be worse than a trace without.
        await _record(session, seal, what, at, serial=f"{authority.key_of(seal).certificate.serial_number:x}")
        old = authority.rotate(seal, at)
        if revoke:
            authority.revoke(old, at)

    asyncio.run(within(settings, deed))
    typer.echo(f"{seal.title}: {_told(authority, authority.key_of(seal).certificate)}")


def _known(authority: Authority, department: str, name: str) -> Seal:
    """The enrolled seal of this department and name. Raises SealUnknown."""
    for seal, _certificate in authority.enrolled():
        if (seal.department, seal.name) == (department, name):
            return seal
    raise SealUnknown(department, name)


def _told(authority: Authority, certificate: x509.Certificate) -> str:
    revoked = "  revoked" if certificate.serial_number in authority.revoked() else ""
    until = certificate.not_valid_after_utc.date()
    return f"certificate {certificate.serial_number:x} good until {until}{revoked}"


async def _record(session: Session, seal: Seal, deed: str, at: datetime, **details: str) -> None:
    await ledger.append(
        session,
        chain=f"seal:{seal.department}",
        deed=deed,
        subject=seal.title,
        actor=BY,
        at=at,
        details=details,
    )
