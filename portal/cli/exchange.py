"""`yiwang exchange`: what the hub's keeper enters: resources, contracts, keys; evidence out, and verified anywhere."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
import yaml

from identity import keys, tokens
from portal.cli.errors import FileUnusable, NotProven
from portal.cli.transactions import Done, within
from portal.hub.process import HUB, sources_of
from portal.settings import Settings, current
from services.sharing import commands, queries
from services.sharing.contracts import describing, evidence
from services.sharing.contracts.errors import EvidenceBroken
from services.sharing.contracts.verifying import verify as verified
from services.sharing.models import Contract, Resource
from services.sharing.rules import Form
from storage.database import Session

BY = "system:hub-keeper"
app = typer.Typer(help="The sharing hub: resources, contracts, keys, evidence.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="A YAML file.")]


class Concluding(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A contract as its keeper writes it down."""

    number: str
    consumer: str
    item: str
    legal_basis: str
    resource: str
    fields: list[str]
    form: Form = Form.FULL
    derived: dict[str, Any] = {}
    per_minute: int = 600
    per_day: int = 50_000
    days: int = 365


class Publishing(describing.Entry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A resource with its provider's credit code."""

    provider: str


@app.command()
def publish(file: File) -> None:
    """Enter a resource into the directory, or change it."""
    entry = _read(file, Publishing)
    at = datetime.now(UTC)
    values = msgspec.structs.asdict(entry) | {"fields": msgspec.to_builtins(entry.fields)}
    row = Resource(**values, published_at=at, changed_at=at)
    changed = asyncio.run(_at_hub(lambda session: commands.publish(session, row, actor=BY, at=at)))
    typer.echo(f"{entry.code}: {'entered' if changed else 'as it was'}")


@app.command()
def conclude(file: File) -> None:
    """Conclude a contract that was agreed to on paper."""
    wanted = _read(file, Concluding)
    at = datetime.now(UTC)
    values = msgspec.structs.asdict(wanted)
    until = at + timedelta(days=values.pop("days"))
    item = values.pop("item")
    row = Contract(**values, item_code=item, valid_from=at, valid_until=until, concluded_at=at)
    changed = asyncio.run(_at_hub(lambda session: commands.conclude(session, row, actor=BY, at=at)))
    typer.echo(f"{wanted.number}: {'in force' if changed else 'as it was'}")


@app.command()
def admit(
    party: Annotated[str, typer.Argument(help="The credit code of who signs with these keys.")],
    file: Annotated[Path, typer.Argument(help="A JWK set, as its owner handed it over.")],
) -> None:
    """Trust a department's keys as its own signature."""
    found = json.loads(file.read_text(encoding="utf-8"))["keys"]
    at = datetime.now(UTC)
    for one in found:
        known = tokens.verifier(one)
        asyncio.run(_at_hub(lambda s, known=known: commands.admit(s, known, party=party, actor=BY, at=at)))  # type: ignore[misc]
    typer.echo(f"{party}: {len(found)} keys")


@app.command()
def retire(kid: Annotated[str, typer.Argument(help="The name of a key.")]) -> None:
    """Stop believing a key from now on; what it signed before stays evidence."""
    at = datetime.now(UTC)
    asyncio.run(_at_hub(lambda session: commands.retire(session, kid, actor=BY, at=at)))
    typer.echo(f"{kid}: retired")


@app.command()
def rotate(
    overlap: Annotated[int, typer.Option(help="Days for which the old key still verifies.")] = 30,
) -> None:
    """Give the hub a new signing key; restart the hub, and hand the new key set to the parties first."""
    at = datetime.now(UTC)
    made = asyncio.run(
        _at_hub(lambda session: keys.rotate(session, HUB, overlap=timedelta(days=overlap), by=BY, at=at))
    )
    typer.echo(json.dumps(tokens.jwks(made.verifiers)))


@app.command()
def sources() -> None:
    """Ask every configured source whether it would answer now."""
    settings = current()
    for name, state in sorted(asyncio.run(_states(settings)).items()):
        typer.echo(f"{name}: {state}")


@app.command()
def check() -> None:
    """Compare the record of uses with the ledger; exits 1 and names every use that was taken away."""
    gone = asyncio.run(_at_hub(queries.uses_gone))
    typer.echo("\n".join(gone) or "every use in the ledger is on record")
    if gone:
        raise NotProven(f"{len(gone)} uses stand in the ledger and are not on record.")


@app.command()
def export(
    use: Annotated[str, typer.Argument(help="The number of a use record.")],
    file: Annotated[Path, typer.Argument(help="Where to write its evidence.")],
) -> None:
    """Write the evidence of one exchange: signed messages of both sides and their ledger entries."""
    told = asyncio.run(_at_hub(lambda session: evidence.export(session, UUID(use))))
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    typer.echo(f"{file}: {len(told['messages'])} messages, {len(told['ledger'])} ledger entries")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="Evidence of one exchange, as it was exported.")],
    trusted: Annotated[list[Path], typer.Argument(help="Key sets (JWKS) that were handed over.")],
) -> None:
    """Verify the evidence of one exchange, offline."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        lines = verified(found, [json.loads(path.read_text(encoding="utf-8")) for path in trusted])
    except (EvidenceBroken, ValueError, KeyError, TypeError) as exc:
        raise NotProven(f"{file}: {exc}.") from None
    for line in lines:
        typer.echo(line)
    typer.echo("verified")


def _read(file: Path, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), kind)
    except (yaml.YAMLError, msgspec.ValidationError) as exc:
        raise FileUnusable(str(file), f"{exc}.") from None


async def _at_hub(deed: Callable[[Session], Awaitable[Done]]) -> Done:
    """`deed` in one transaction of the hub's database."""
    settings = current()
    return await within(settings, deed, url=settings.hub_application_url)


async def _states(settings: Settings) -> dict[str, str]:
    known = await _at_hub(lambda session: keys.ensure(session, HUB, at=datetime.now(UTC)))
    found = sources_of(settings, known.signer)
    try:
        return await found.states()
    finally:
        await found.close()
