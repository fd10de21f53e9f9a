"""The arrows between packages hold, and every contract that says so notices when it is broken."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, named, python_files

OFFENCES: Mapping[str, tuple[str, str]] = {
    "folders": ("storage/cipher.py", "identity.actor"),
    "services": ("services/catalogue/codes.py", "services.applications.rules"),
    "domain": ("services/applications/rules.py", "services.applications.queries"),
    "no-web-below-portal": ("licensing/numbering.py", "litestar"),
    "pure-rules": ("services/workflow/rules.py", "secrets"),
    "thin-controllers": ("portal/citizen/finding.py", "services.catalogue.models"),
    "fronts": ("portal/citizen/acting_for.py", "portal.hub.schemas"),
    "sample-people": ("portal/forms.py", "portal.cli.demo.people"),
    "composition": ("portal/words.py", "portal.app"),
    "one-door-jose": ("identity/keys.py", "jose"),
    "one-door-minio": ("storage/folder_store.py", "minio"),
    "one-door-weasyprint": ("licensing/sealing.py", "weasyprint"),
    "one-door-procrastinate": ("services/applications/tasks.py", "procrastinate"),
    "one-door-argon2": ("identity/numbers.py", "argon2"),
    "one-door-pyotp": ("identity/sessions.py", "pyotp"),
    "one-door-webauthn": ("identity/sessions.py", "webauthn"),
    "one-door-httpx": ("portal/headers.py", "httpx"),
    "one-door-h11": ("services/sharing/adapters/files.py", "h11"),
    "one-door-calendar": ("services/applications/planning.py", "chinese_calendar"),
    "one-door-psycopg": ("licensing/types.py", "psycopg"),
}
"""For each contract a file and an import that the contract forbids there."""


def run_linter(folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def contracts() -> dict[str, str]:
    """Identifier and name of every contract."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix): parser[section]["name"]
        for section in parser.sections()
        if section.startswith(prefix)
    }


def test_every_import_follows_the_arrows() -> None:
    report = run_linter(ROOT)
    assert re.search(r"Contracts: \d+ kept, 0 broken", report), report


def test_every_contract_has_an_offence_that_it_must_notice() -> None:
    assert set(contracts()) == set(OFFENCES)


@pytest.fixture(scope="module")
def report_on_offences(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the house in which every contract is broken once."""
    copy = tmp_path_factory.mktemp("offences")
    shutil.copy(ROOT / ".importlinter", copy)
    for path in python_files(*PACKAGES):
        target = copy / named(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for place, forbidden in OFFENCES.values():
        file = copy / place
        file.write_text(f"{file.read_text('utf-8')}\nimport {forbidden}\n", "utf-8")
    return run_linter(copy)


@pytest.mark.parametrize("contract", OFFENCES)
def test_a_forbidden_import_is_noticed(report_on_offences: str, contract: str) -> None:
    place, forbidden = OFFENCES[contract]
    name = contracts()[contract]
    assert f"{name} BROKEN" in report_on_offences, report_on_offences
    # After the summary each broken contract has a part of its own: name, a rule of dashes, the imports.
    findings = re.split(r"\n(.+)\n-+\n", report_on_offences)
    told = findings[findings.index(name) + 1]
    offender = place.removesuffix(".py").replace("/", ".")
    assert re.search(rf"{re.escape(offender)} -> {re.escape(forbidden)} ", told), told
