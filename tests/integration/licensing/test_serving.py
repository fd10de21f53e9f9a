"""Departments under contract ask the library; what they get says what it is for, and the holder reads of it."""

import json
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest

from licensing import commands, serving
from licensing.copying import ANNOTATION, Note
from licensing.errors import LicenceNotFound
from licensing.serving import Asking
from licensing.verdicts import Finding
from licensing.verifying import verify
from tests.integration.licensing.pressing import FIRM, FOOD, clerk, deeds, intend
from tests.support import licences as builders
from tests.support.licences import AT

pytestmark = pytest.mark.anyio
ASKING = Asking("11520100MADEM002X1", "办理稳岗补贴", "1152010020261123000800001", AT)
UNTIL = AT + timedelta(days=30)


async def test_a_department_finds_reads_copies_and_verifies(session, press, tmp_path):
    licence = await press.issue(session, await intend(session))
    found = await serving.search(session, ASKING, holders=[FIRM.id], type_codes=[FOOD])
    assert found == [licence.identifier]
    assert await serving.search(session, ASKING, holders=[licence.id], type_codes=[FOOD]) == []
    assert (await serving.metadata(session, ASKING, found[0]))["CZZT"] == FIRM.name
    copy = await serving.file(session, ASKING, found[0], until=UNTIL, objects=press.objects)
    with pikepdf.open(BytesIO(copy)) as file:
        told = json.loads(file.attachments[ANNOTATION].get_file().read_bytes())
        assert not file.check_pdf_syntax()
    assert (told["JZJZZSY"], told["JZJZZZ"]) == ("办理稳岗补贴", ASKING.department)
    assert told["original"] == licence.document
    assert told["JZJYXQJZSJ"].startswith("2026-12-23")
    path = tmp_path / "copy.pdf"
    path.write_bytes(copy)
    assert FIRM.name in builders.tool("pdftotext", str(path), "-")
    assert verify(copy, roots=press.sealer.roots()).finding is Finding.UNSEALED
    assert (await serving.verify(session, found[0], at=AT)).state == "valid"
    assert (await deeds(session, licence))[2:] == [
        "licence found for a department",
        "licence told to a department",
        "licence copied for a department",
    ]


async def test_what_was_revoked_or_never_issued_is_not_copied(session, press):
    waiting = await intend(session, number="W-1")
    licence = await press.issue(session, await intend(session, number="W-2"))
    await commands.revoke(session, clerk(), licence.identifier, reason="示例", basis="示例", at=AT)
    for identifier in (waiting.identifier, licence.identifier):
        with pytest.raises(LicenceNotFound):
            await serving.file(session, ASKING, identifier, until=UNTIL, objects=press.objects)
    with pytest.raises(LicenceNotFound):
        await serving.metadata(session, ASKING, waiting.identifier)


async def test_a_licence_used_as_a_material_is_copied_for_that_case_and_recorded(session, press):
    licence = await press.issue(session, await intend(session))
    await serving.use_as_material(
        session, licence, application_number="C-1", purpose="办理示例事项", actor="system:gathering", at=AT
    )
    note = Note("示例局", "办理示例事项", UNTIL, AT)
    wish = {"application_number": "C-1", "note": note, "actor": "system:desk", "objects": press.objects}
    copy = await serving.material_copy(session, licence.identifier, **wish)
    assert copy.startswith(b"%PDF-")
    assert (await deeds(session, licence))[2:] == ["licence used as material", "licence copied for a case"]
    await commands.suspend(session, clerk(), licence.identifier, reason="示例", basis="示例", at=AT)
    with pytest.raises(LicenceNotFound):
        await serving.material_copy(session, licence.identifier, **wish)
