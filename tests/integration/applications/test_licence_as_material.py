"""免证办: what somebody holds is found for their case, copied with its purpose, and they read that it was used."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest

from licensing import commands as licences
from licensing.copying import ANNOTATION
from licensing.errors import LicenceNotFound
from licensing.rules import State
from services.applications import queries
from services.applications.copies import from_library
from services.applications.errors import MaterialUnknown
from services.applications.models import Supply
from storage import ledger
from tests.integration.applications.test_whole_case import begin, people
from tests.support.licences import FIELDS, ISSUERS

pytestmark = pytest.mark.anyio
TYPE, MATERIAL = "property-certificate", "title"


async def certificate(held, holder, at):
    async with held.sessions() as session, session.begin():
        made = await licences.intend(
            session,
            type_code=TYPE,
            application_number="EARLIER-1",
            holder=holder,
            issuer_department=ISSUERS[TYPE].code,
            fields=FIELDS[TYPE],
            at=at,
        )
        return await licences.issue(
            session, made.id, objects=held.objects, sealer=held.sealer, public_url="https://示例", at=at
        )


async def test_a_licence_of_the_applicant_stands_for_the_paper_and_the_use_is_told(held):
    at = datetime.now(UTC)
    owner = await people(held, "person-a")
    licence = await certificate(held, owner.acting_for, at)
    case = await begin(held, owner, "property-registration")
    assert (await case.supplies(owner))[MATERIAL] is Supply.OBTAINED
    async with held.sessions() as session, session.begin():
        told = (await ledger.entries(session, f"licence:{licence.id}"))[-1]
        assert (told.deed, told.details["case"]) == ("licence used as material", case.number)
        assert told.details["purpose"].startswith("办理")
        wanted = {"objects": held.objects, "at": at}
        copy = await from_library.copy_of_held(session, owner, case.number, MATERIAL, **wanted)
        with pikepdf.open(BytesIO(copy.content)) as file:
            assert ANNOTATION in file.attachments
        assert (await ledger.entries(session, f"licence:{licence.id}"))[
            -1
        ].deed == "licence copied for a case"
        assert (await ledger.entries(session, case.number))[-1].deed == "copy made"
        with pytest.raises(MaterialUnknown):
            await from_library.copy_of_held(session, owner, case.number, "no-such", **wanted)
        application = await queries.get(session, owner, case.number)
        assert not await from_library.no_longer_good(session, application, at=at)
        licence = await session.get_one(type(licence), licence.id)
        licence.state = State.REVOKED
        await session.flush()
        assert await from_library.no_longer_good(session, application, at=at) == {MATERIAL}
        with pytest.raises(LicenceNotFound):
            await from_library.copy_of_held(session, owner, case.number, MATERIAL, **wanted)
