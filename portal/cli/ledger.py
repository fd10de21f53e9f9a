"""`yiwang ledger`: is the record whole? The ledger itself, or offline a case's evidence file."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from portal.cli.errors import FileUnusable, NotProven
from portal.cli.transactions import transaction
from portal.settings import Settings, current
from storage import auditing, checkpoints, ledger_bundle, signed_notes
from storage.auditing import Break, Finding
from storage.database import Session
from storage.ledger_bundle import Verdict
from storage.signed_notes import Verifier

app = typer.Typer(
    help="Verify the ledger or an exported case, export a case's evidence.", no_args_is_help=True
)

PLAIN_EVERY = 100_000
WHY = {
    "missing": "an entry is missing",
    "previous": "it does not follow from the entry before it",
    "hash": "its content does not fit its hash",
    "chain": "it belongs to another chain",
    "columns": "its readable columns were changed",
    "body": "its content cannot be read",
    "head": "the last entry does not fit the head of the chain",
    "empty": "there are no entries",
    "unreadable": "this is no evidence file",
    "format": "the version of the evidence file is not known",
    "checkpoint": "the checkpoint cannot be read",
    "signature": "the checkpoint was not signed by this ledger",
    "inclusion": "the entry is not in the tree of the checkpoint",
    "leaf": "it is not the entry that was numbered",
    "placeless": "it is neither numbered nor waiting for its number",
    "root": "from here on the ledger does not fit a checkpoint that was signed",
    "unsigned": "from here on no checkpoint was signed",
    "held": "the ledger does not fit the checkpoint you hold",
    "shorter": "the ledger is shorter than a checkpoint that was signed",
}

Evidence = Annotated[Path | None, typer.Argument(help="An exported case; without it the whole ledger.")]
Key = Annotated[
    str | None, typer.Option(help="The ledger's public key, or a file with it; default: the data folder's.")
]
Held = Annotated[
    list[Path] | None,
    typer.Option(
        help="A checkpoint you kept: must still be part of the ledger. May be given more than once."
    ),
]
Out = Annotated[Path, typer.Option("--output", "-o", help="Where the evidence file is written.")]


@app.command()
def verify(file: Evidence = None, key: Key = None, checkpoint: Held = None) -> None:
    """Verify the whole ledger, or offline an exported case; names the first broken entry."""
    if file is not None:
        _verify_file(file, _given_key(key) or _kept_key(current()))
    else:
        asyncio.run(_verify_all(current(), key, checkpoint or []))


@app.command()
def export(number: Annotated[str, typer.Argument(help="The case number.")], output: Out) -> None:
    """Write one case's evidence: it proves itself with `yiwang ledger verify FILE`."""
    content = asyncio.run(_export(current(), number))
    verdict = ledger_bundle.verify_bundle(content)
    if verdict.why == "empty":
        raise NotProven(f"No case {number} in the ledger.")
    output.write_bytes(content)
    typer.echo(f"{output}: {verdict.entries} entries, proven by a checkpoint up to entry {verdict.proven_to}")


def _verify_file(file: Path, key: Verifier | None) -> None:
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise FileUnusable(str(file), exc.strerror or "cannot be read.") from exc
    verdict = ledger_bundle.verify_bundle(content, key=key)
    if not verdict.whole:
        raise NotProven(f"{file}: broken{_where(verdict)}: {WHY[verdict.why or '']}.")
    typer.echo(f"{file}: whole, {verdict.entries} entries of {verdict.chain}")
    typer.echo(_signature(verdict, key))


def _where(verdict: Verdict) -> str:
    return f" at entry {verdict.position} of {verdict.chain}" if verdict.position else ""


def _signature(verdict: Verdict, key: Verifier | None) -> str:
    """What the checkpoint adds, in one line."""
    if not verdict.proven_to:
        return "no checkpoint yet: the chain proves that nothing was altered, not that nothing was cut off"
    if key is None:
        return (
            f"in the tree of {verdict.size} entries of {verdict.origin} up to entry {verdict.proven_to};"
            " signature NOT checked: give the ledger's public key with --key"
        )
    return (
        f"in the signed tree of {verdict.size} entries of {verdict.origin}"
        f" up to entry {verdict.proven_to} (key {key.key_id.hex()})"
    )


def _given_key(text: str | None) -> Verifier | None:
    if text is None:
        return None
    path = Path(text)
    if "+" not in text or path.is_file():
        try:
            text = path.read_text("utf-8", errors="replace")
        except OSError as exc:
            raise FileUnusable(str(path), exc.strerror or "cannot be read.") from exc
    found = signed_notes.parse_verifier(text)
    if found is None:
        raise FileUnusable(str(path), "is no public key of a ledger.")
    return found


def _kept_key(settings: Settings) -> Verifier | None:
    """The public key in the data folder, if this machine has one; verifying a file makes none."""
    path = checkpoints.key_file(settings.keys).with_suffix(".pub")
    return _given_key(str(path)) if path.is_file() else None


def _own_key(settings: Settings) -> Verifier:
    try:
        return checkpoints.log_key(settings.keys, settings.public_url).verifier
    except ValueError as exc:
        raise FileUnusable(
            str(checkpoints.key_file(settings.keys)), "is damaged: no key of a ledger."
        ) from exc


async def _verify_all(settings: Settings, key: str | None, kept: Sequence[Path]) -> None:
    known = _given_key(key) or _own_key(settings)
    held = [_note(path) for path in kept]
    async with _session(settings) as session:
        with _shown(await auditing.expected(session)) as tell:
            finding = await auditing.audit(session, known, held=held, tell=tell)
    if finding.broken is not None:
        raise NotProven(f"The ledger is broken{_place(finding.broken)}: {WHY[finding.broken.why]}.")
    typer.echo(_whole(finding))
    if held:
        typer.echo(
            "the checkpoint you hold is part of it"
            if len(held) == 1
            else "the checkpoints you hold are part of it"
        )


def _note(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError as exc:
        raise FileUnusable(str(path), exc.strerror or "cannot be read.") from exc


def _place(broken: Break) -> str:
    entry = f" at entry {broken.position} of {broken.chain or 'the whole ledger'}" if broken.position else ""
    return f"{entry} (checkpoint of {broken.size} entries)" if broken.size else entry


def _whole(finding: Finding) -> str:
    return (
        f"whole: {finding.entries} entries in {finding.chains} chains, {finding.leaves} of them in the tree under"
        f" {finding.checkpoints} signed checkpoints, {finding.waiting} waiting"
    )


@contextmanager
def _shown(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, a plain line now and then elsewhere."""
    if not sys.stdout.isatty():
        yield _plainly()
        return
    columns = (TextColumn("verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("verifying", total=total)
        yield lambda seen: progress.update(task, completed=seen)


def _plainly() -> Callable[[int], None]:
    told = 0

    def tell(seen: int) -> None:
        nonlocal told
        if seen - told >= PLAIN_EVERY:
            told = seen
            typer.echo(f"{seen} entries verified")

    return tell


async def _export(settings: Settings, number: str) -> bytes:
    key = checkpoints.log_key(settings.keys, settings.public_url).verifier
    async with _session(settings) as session:
        return await ledger_bundle.export(session, number, key, at=datetime.now(UTC))


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[Session]:
    """One moment of the ledger, read only by being a snapshot."""
    async with transaction(settings.application_url) as session:
        await session.connection(execution_options=auditing.SNAPSHOT)
        yield session
