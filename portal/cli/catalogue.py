"""`yiwang catalogue check|import`: service items written as YAML, judged before anyone sees them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from licensing import types
from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings, current
from services.catalogue import commands, lint, problems
from services.catalogue.definition import ItemDefinition
from services.catalogue.lint import Known
from storage.database import open_engine, open_sessions

app = typer.Typer(help="Service items as YAML.", no_args_is_help=True)

Where = Annotated[Path, typer.Argument(help="An item file, or a folder of them.")]


@app.command()
def check(path: Where) -> None:
    """Print every mistake with file and line; exits 1 if there is one."""
    typer.echo(f"{len(_fit(path))} items, no mistakes")


@app.command("import")
def import_(path: Where) -> None:
    """Publish the items of PATH; one that is the newest version already stays as it is."""
    items = _fit(path)
    asyncio.run(_publish(current(), items))
    typer.echo(f"{len(items)} items published")


def _fit(path: Path) -> list[ItemDefinition]:
    """The items of `path` when none has a mistake. Raises FileUnusable, NotProven after telling all mistakes."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise FileUnusable(str(path), "no item file there.")
    known = Known(
        licences={slug: {field.key for field in one.fields} for slug, one in types.load_types().items()}
    )
    readings = [lint.examine(file, known=known) for file in files]
    told = [problem for reading in readings for problem in reading.problems]
    for problem in told:
        typer.echo(f"{problem.file}:{problem.line}: {problems.explain(problem, 'zh')} ({problem.path})")
    if told:
        raise NotProven(f"{len(told)} mistakes; nothing was published.")
    return [reading.definition for reading in readings if reading.definition is not None]


async def _publish(settings: Settings, items: Sequence[ItemDefinition]) -> None:
    engine = open_engine(settings.application_url, pool_size=1)
    try:
        async with open_sessions(engine)() as session, session.begin():
            for item in items:
                await commands.publish(session, item, actor="system:cli", at=datetime.now(UTC))
    finally:
        await engine.dispose()
