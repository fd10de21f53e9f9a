"""`yiwang licence keys`, `import` and `blank` on a database of their own: what they do, tell and put on record."""

import asyncio
import io
from datetime import UTC, datetime

import openpyxl
import pytest
from typer.testing import CliRunner

from identity import commands as identity
from identity import representing
from identity.rules import Level
from licensing import verifying
from licensing.importing import table
from licensing.sealing import SoftwareSealer
from portal.cli import licence, licence_import, licence_keys
from portal.cli.errors import FileUnusable, NotProven, SealUnknown
from portal.cli.transactions import within
from portal.resources import authority_of
from portal.settings import Settings
from storage import ledger
from tests.integration.licensing.pressing import FOOD, open_departments
from tests.integration.licensing.test_importing import CODE, FIRM, GOOD, KIND
from tests.support import licences as builders
from tests.support import postgres
from tests.support.licences import MARKET

SEAL = "行政审批专用章"


@pytest.fixture
def settings(server: postgres.Server, data_folder, tmp_path, monkeypatch):
    """A portal of its own: database, departments, one registered firm, no seals yet."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ring.json").write_bytes((data_folder / "keys" / "ring.json").read_bytes())
    name = server.copy()
    found = Settings(data=tmp_path, database_url=server.url(name, postgres.APPLICATION))
    for module in (licence_keys, licence_import):
        monkeypatch.setattr(module, "current", lambda: found)
    asyncio.run(within(found, lay))
    yield found
    server.drop(name)


async def lay(session):
    await open_departments(session)
    at = datetime.now(UTC)
    told = {"name": "示例甲", "id_number": "520102199001010018", "phone": "19900000091"}
    person = await identity.register_person(session, **told, level=Level.REGISTRY, by="system:test", at=at)
    await representing.register_organisation(
        session, name=FIRM, credit_code=CODE, legal_representative=person, by="system:test", at=at
    )


def run(*arguments):
    result = CliRunner().invoke(licence.app, [str(one) for one in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_seal_is_given_rotated_under_a_running_worker_and_revoked(settings):
    with pytest.raises(SealUnknown, match=MARKET.code):
        run("keys", "rotate", MARKET.code, SEAL)
    with pytest.raises(SealUnknown):
        run("keys", "enrol", "11520100MADEM99999", SEAL)
    for _ in range(2):
        assert "good until" in run("keys", "enrol", MARKET.code, SEAL)
    at = datetime.now(UTC)
    authority = authority_of(settings, at=at)
    sealer = SoftwareSealer(authority)
    pdf, seal = builders_page(), builders.seal_of(FOOD)
    before = sealer.seal(pdf, seal, at=at)
    assert run("keys", "list").count(MARKET.code) == 1
    run("keys", "rotate", MARKET.code, SEAL)
    after = sealer.seal(pdf, seal, at=at)
    old, new = authority.retired()[0], authority.key_of(seal).certificate
    assert old.serial_number != new.serial_number
    for file, certificate in ((before, old), (after, new)):
        assert verifying.verify(file, roots=sealer.roots()).sound
        assert certificate.signature in file or f"{certificate.signature.hex()}".encode() in file.lower()
    run("keys", "revoke", MARKET.code, SEAL)
    assert run("keys", "list").count("revoked") == 1
    deeds = asyncio.run(within(settings, lambda session: ledger.entries(session, f"seal:{MARKET.code}")))
    assert [one.deed for one in deeds] == ["seal enrolled", "seal key rotated", "seal key revoked"]
    assert deeds[1].details["serial"] == f"{old.serial_number:x}"


def builders_page():
    from licensing import printing

    return printing.print_document(builders.sheet(FOOD))


def test_existing_licences_are_taken_in_from_the_blank_table(settings, tmp_path):
    empty = tmp_path / "blank.xlsx"
    assert "columns" in run("blank", FOOD, empty)
    book = openpyxl.load_workbook(io.BytesIO(empty.read_bytes()))
    names = [cell.value for cell in book.active[1]]
    for row in (GOOD, GOOD | {table.NUMBER: "N-2", table.HOLDER: "另一家公司"}):
        book.active.append([row.get(name) for name in names])
    path = tmp_path / "list.xlsx"
    book.save(path)
    wish = ("--type", FOOD, "--department", MARKET.code, "--trust", "B")
    with pytest.raises(NotProven, match="1 of 2 rows"):
        run("import", path, *wish)
    output = CliRunner().invoke(licence.app, ["import", str(path), *wish]).output
    assert "list.xlsx: B3: is not the registered name" in output
    assert "list.xlsx: 2 rows: 0 waiting, 0 taken, 2 refused" in output
    assert names == list(table.columns(KIND))
    for broken, wrong in ((empty, wish), (tmp_path / "none.xlsx", wish), (path, ("--type", "no", *wish[2:]))):
        with pytest.raises(FileUnusable):
            run("import", broken, *wrong)
    with pytest.raises(FileUnusable, match="no-department"):
        run("import", path, *wish[:2], "--department", "no-department", "--trust", "A")
