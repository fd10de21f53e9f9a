"""`yiwang catalogue`: service items as YAML, as tables and as signed packages, judged before anyone sees them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from portal.cli import taking_in
from portal.cli.errors import FileUnusable, NotProven
from portal.cli.transactions import transaction
from portal.known import known
from portal.settings import Settings, current
from services.catalogue import lint, problems, queries, writing
from services.catalogue.definition import ItemDefinition
from services.catalogue.maintenance import packages, table
from services.catalogue.maintenance import queries as maintained
from services.catalogue.maintenance.commands import publish_reviewed
from services.catalogue.maintenance.errors import DraftExists

app = typer.Typer(help="Service items: check, import, export.", no_args_is_help=True)

BY = "system:cli"
Where = Annotated[Path, typer.Argument(help="An item file, or a folder of them.")]
Source = Annotated[
    Path, typer.Argument(help="YAML (file or folder), a table (.xlsx) or a signed package (.zip).")
]
Drafts = Annotated[bool, typer.Option("--drafts", help="Make drafts for legal review instead of publishing.")]
Reviewer = Annotated[
    str, typer.Option("--reviewed-by", help="Who reviewed the YAML outside the portal; kept in the ledger.")
]
Target = Annotated[
    Path, typer.Argument(help="A folder for YAML files, or the name of a signed package (.zip).")
]
Codes = Annotated[
    list[str] | None, typer.Argument(help="Codes of items; without any all that are published.")
]


@app.command()
def check(path: Where) -> None:
    """Print every mistake with file, line and article; exits 1 if there is one."""
    typer.echo(f"{len(_fit(path))} items, no mistakes")


@app.command("import")
def import_(path: Source, drafts: Drafts = False, reviewed_by: Reviewer = "") -> None:
    """Publish the YAML items of PATH; a table or a package becomes drafts for legal review.

    An item that is the newest version already stays as it is; one that somebody is editing is not touched.
    """
    if path.suffix in {".xlsx", ".zip"} or drafts:
        taking_in.take_in(current(), path, BY)
        return
    items = _fit(path)
    asyncio.run(_publish(current(), items, reviewed_by))
    typer.echo(f"{len(items)} items published")


@app.command()
def export(path: Target, codes: Codes = None) -> None:
    """Write published items: as YAML that imports back the same, or as a package signed by this portal."""
    settings = current()
    items = asyncio.run(_published(settings, codes or []))
    if path.suffix == ".zip":
        signer = packages.package_key(settings.keys, settings.public_url)
        path.write_bytes(packages.pack(items, signer, at=datetime.now(UTC)))
        typer.echo(f"{path}: {len(items)} items, signed by {signer.verifier}")
        return
    path.mkdir(parents=True, exist_ok=True)
    for item in items:
        (path / f"{item.code}.yaml").write_text(writing.to_yaml(item), "utf-8")
    typer.echo(f"{path}: {len(items)} items")


@app.command()
def blank(path: Annotated[Path, typer.Argument(help="The .xlsx file to write.")]) -> None:
    """Write an empty table with every column of the implementation list, to be filled in and imported."""
    path.write_bytes(table.blank())
    typer.echo(f"{path}: {len(table.COLUMNS)} columns")


@app.command()
def key() -> None:
    """Print the public key of this portal's packages, for YIWANG_ITEM_KEYS of the portal that takes them in."""
    settings = current()
    typer.echo(str(packages.package_key(settings.keys, settings.public_url).verifier))


def _fit(path: Path) -> list[ItemDefinition]:
    """The items of `path` when none has a mistake. Raises FileUnusable, NotProven after telling all mistakes."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise FileUnusable(str(path), "no item file there.")
    readings = [lint.examine(file, known=known()) for file in files]
    told = [problem for reading in readings for problem in reading.problems]
    for problem in told:
        law = problem.data.get("law")
        article = f"{law}: " if law else ""
        typer.echo(
            f"{problem.file}:{problem.line}: {article}{problems.explain(problem, 'zh')} ({problem.path})"
        )
    if told:
        raise NotProven(f"{len(told)} mistakes; nothing was published.")
    return [reading.definition for reading in readings if reading.definition is not None]


async def _publish(settings: Settings, items: Sequence[ItemDefinition], reviewed_by: str) -> None:
    """All or none, each through draft, review and publication (docs/decisions/0009)."""
    try:
        async with transaction(settings.application_url) as session:
            for item in items:
                await publish_reviewed(
                    session, item, actor=BY, reviewed_by=reviewed_by, at=datetime.now(UTC), known=known()
                )
    except DraftExists as exc:
        edited = f"{exc.draft.code} is being edited by {exc.draft.edited_by} since {exc.draft.edited_at:%Y-%m-%d %H:%M}"
        raise NotProven(f"{edited}; nothing was published.") from exc


async def _published(settings: Settings, codes: Sequence[str]) -> list[ItemDefinition]:
    async with transaction(settings.application_url) as session:
        wanted = list(codes) or await maintained.published_codes(session)
        return [(await queries.get(session, code)).definition for code in wanted]
