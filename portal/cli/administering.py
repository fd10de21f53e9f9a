"""`yiwang admin`: a city's departments and its first posts, where nobody is there yet who could enter them.

People come first: they sign up on the portal like anybody, choose their own password and set up an authenticator or a
passkey there. Only then are they appointed, so that no secret of theirs ever passes an operator's terminal. Every deed
stands in the ledger as the operator's, where audit administrators read it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from identity import queries, staffing
from identity.actor import EVERYWHERE, STAFF, Role
from identity.means import passkeys
from identity.numbers import NumberWrong, credit_code
from portal.cli.errors import AccountUnfit, DepartmentUnfit
from portal.cli.transactions import Done, within
from portal.settings import current
from storage.database import Session

BY = "system:cli"
ROLES = ", ".join(sorted(STAFF))

app = typer.Typer(help="Departments, and who holds which post.", no_args_is_help=True)
Account = Annotated[str, typer.Argument(help="What the person signs in with: telephone, ID number or login.")]
Code = Annotated[str, typer.Argument(help="The department's unified social credit code.")]


@app.callback()
def _group() -> None:
    """Departments, and who holds which post."""


@app.command("add-department")
def add_department(
    code: Code,
    name: Annotated[str, typer.Option(help="Full name, in Chinese.")],
    short: Annotated[str, typer.Option(help="Short name, in Chinese.")],
    region: Annotated[str, typer.Option(help="Region by GB/T 2260, six digits.")],
    name_en: Annotated[str, typer.Option(help="Full name, in English.")] = "",
    short_en: Annotated[str, typer.Option(help="Short name, in English.")] = "",
) -> None:
    """Enter a department, or bring its names up to date."""
    if len(region) != 6 or not (region.isascii() and region.isdigit()):
        raise DepartmentUnfit(region, "is no region: six digits are wanted.")
    try:
        known = credit_code(code)
    except NumberWrong:
        raise DepartmentUnfit(code, "is no unified social credit code.") from None
    names = {"name": name, "short": short, "name_en": name_en, "short_en": short_en}
    if not name.strip() or not short.strip():
        raise DepartmentUnfit(code, "needs a name and a short name.")

    async def deed(session: Session) -> None:
        at = datetime.now(UTC)
        await staffing.open_department(session, code=known, region=region, by=BY, at=at, **names)

    _do(deed)
    typer.echo(f"{known}  {name}")


@app.command()
def appoint(
    account: Account,
    role: Annotated[list[Role], typer.Argument(help=f"Posts: {ROLES}.")],
    department: Annotated[str, typer.Option(help="Credit code of the department they serve in.")],
    sees: Annotated[
        list[str] | None,
        typer.Option(help="Further departments whose cases they see; `*` for the whole city."),
    ] = None,
    position: Annotated[str, typer.Option(help="What the post is called, in Chinese.")] = "",
) -> None:
    """Give somebody a post, the first administrators above all. They sign up on the portal first, with a second factor.

    No two of system-admin, security-admin and audit-admin go to one person.
    """

    async def deed(session: Session) -> str:
        person, name = await _who(session, account)
        await _require_two_factors(session, person, account)
        for code in {department, *(sees or ())} - {EVERYWHERE}:
            await queries.department(session, code)
        await staffing.appoint(
            session,
            person,
            department_code=department,
            roles=role,
            departments={department, *(sees or ())},
            position=position,
            by=BY,
            at=datetime.now(UTC),
        )
        return name

    name = _do(deed)
    typer.echo(f"{name}: {', '.join(sorted(role))} in {department}")


@app.command()
def dismiss(account: Account) -> None:
    """End somebody's post; it ends with their next click."""

    async def deed(session: Session) -> tuple[str, bool]:
        person, name = await _who(session, account)
        return name, await staffing.dismiss(session, person, by=BY, at=datetime.now(UTC))

    name, held = _do(deed)
    typer.echo(f"{name}: {'dismissed' if held else 'held no post'}")


@app.command("list")
def list_() -> None:
    """Show the departments, and who holds which post there."""

    async def deed(session: Session) -> list[str]:
        lines = [f"{one.code}  {one.name}" for one in await queries.departments(session)]
        return lines + [
            f"{one.department_code}  {one.name}  {', '.join(sorted(one.roles))}"
            for one in await queries.staff_listing(session)
            if one.active
        ]

    for line in _do(deed):
        typer.echo(line)


async def _who(session: Session, account: str) -> tuple[UUID, str]:
    """Person and name. Raises AccountUnfit."""
    known = await queries.credentials(session, account)
    if known is None:
        raise AccountUnfit("Nobody signs in with this account: they sign up on the portal first.")
    return known.person_id, known.name


async def _require_two_factors(session: Session, person: UUID, account: str) -> None:
    """A post opens to nobody who has only a password (decision 0012). Raises AccountUnfit."""
    known = await queries.credentials(session, account)
    if known is not None and (known.totp_secret or await passkeys.of(session, person)):
        return
    raise AccountUnfit(
        "This account has a password only: its owner sets up an authenticator or a passkey at /my/security first."
    )


def _do(deed: Callable[[Session], Awaitable[Done]]) -> Done:
    return asyncio.run(within(current(), deed))
