"""What the documents say exists: files they link to, modules they name, commands and settings they tell."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from portal.cli.main import app
from portal.settings import Settings
from tests.architecture.tree import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LARGEST_PICTURE = 300_000
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FILE = re.compile(r"`((?:portal|services|licensing|identity|storage|tests|docs)/[\w./-]*)`")
MODULE = re.compile(r"`((?:portal|services|licensing|identity|storage)(?:\.\w+)+)`")
COMMAND = re.compile(r"(?:`|\.venv/bin/)yiwang ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
SETTING = re.compile(r"`YIWANG_([A-Z0-9_]+)`")


def commands() -> set[str]:
    """Every command: `serve`, `ledger verify` …"""
    group: Any = typer.main.get_command(app)
    found = set()
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        found |= {name} | {f"{name} {inner}" for inner in getattr(command, "commands", {})}
    return found


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_named_files_exist(path: Path) -> None:
    text = text_of(path)
    missing = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    missing += [name for name in FILE.findall(text) if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_named_modules_exist(path: Path) -> None:
    named = {name for name in MODULE.findall(text_of(path))}
    assert [name for name in named if not module_file(name)] == []


def module_file(name: str) -> Path | None:
    """The file of a module, or of the module that holds the last part of the name."""
    whole = ROOT / name.replace(".", "/")
    candidates = [whole, whole.with_suffix(".py"), whole.parent.with_suffix(".py")]
    return next((path for path in candidates if path.exists()), None)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_told_commands_and_settings_exist(path: Path) -> None:
    known = commands()
    told = {f"{first} {second}".strip() for first, second in COMMAND.findall(text_of(path))}
    unknown = {one for one in told if one not in known and one.split()[0] not in known}
    grouped = {one.split()[0] for one in known if " " in one}
    unknown |= {one for one in told if " " in one and one.split()[0] in grouped and one not in known}
    assert unknown == set()
    settings = {name.upper() for name in Settings.model_fields}
    assert [name for name in SETTING.findall(text_of(path)) if name not in settings] == []


def test_both_readmes_tell_the_same_commands_pictures_and_settings() -> None:
    english, chinese = text_of(ROOT / "README.md"), text_of(ROOT / "README.zh-CN.md")
    for pattern in (COMMAND, SETTING, LINK):
        told = [set(pattern.findall(text)) - {"README.md", "README.zh-CN.md"} for text in (english, chinese)]
        assert told[0] == told[1]


def test_pictures_are_small_and_every_one_is_shown() -> None:
    pictures = {path for path in (ROOT / "docs" / "pictures").iterdir() if path.is_file()}
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []
    shown = text_of(ROOT / "README.md")
    assert [path.name for path in pictures if path.name not in shown] == []


def test_every_decision_is_numbered_once() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{place:04}" for place in range(1, len(numbers) + 1)]


def test_every_procedure_is_in_the_list() -> None:
    folder = ROOT / "docs" / "procedures"
    listed = set(LINK.findall(text_of(folder / "README.md")))
    assert {path.name for path in folder.glob("[0-9]*.md")} == listed
