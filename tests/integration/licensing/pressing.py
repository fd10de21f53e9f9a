"""What the tests of licences on the database share: sample departments, people, a press."""

from dataclasses import dataclass
from uuid import uuid4

from identity.actor import Actor, Party, PartyKind, Role
from identity.models import Department
from licensing import commands
from licensing.models import Licence
from licensing.sealing import SoftwareSealer
from storage import ledger
from storage.database import Session
from storage.objects import ObjectStore
from tests.support import licences as builders
from tests.support.licences import AT, FIELDS, MARKET

URL = "https://yiwang.example.gov.cn"
FOOD = "food-business-licence"
FIRM = Party(PartyKind.ORGANISATION, uuid4(), "示例餐饮有限公司")


@dataclass(frozen=True)
class Press:
    objects: ObjectStore
    sealer: SoftwareSealer

    async def issue(self, session: Session, licence: Licence, **changes):
        values = {"objects": self.objects, "sealer": self.sealer, "public_url": URL, "at": AT} | changes
        return await commands.issue(session, licence.id, **values)


async def open_departments(session: Session) -> None:
    for issuer in {one.code: one for one in builders.ISSUERS.values()}.values():
        known = await session.get(Department, issuer.code)
        if known is None:
            session.add(
                Department(code=issuer.code, name=issuer.name, short=issuer.name[3:], region="520100")
            )
    await session.flush()


async def intend(session: Session, slug: str = FOOD, *, number: str = "A-1", holder: Party = FIRM, **fields):
    return await commands.intend(
        session,
        type_code=slug,
        application_number=number,
        holder=holder,
        issuer_department=builders.ISSUERS[slug].code,
        fields=FIELDS[slug] | fields,
        at=AT,
    )


def citizen(party: Party = FIRM) -> Actor:
    person = uuid4()
    return Actor(person, "示例甲", frozenset({Role.CITIZEN}), party, frozenset({person, party.id}))


def clerk(department: str = MARKET.code, *roles: Role) -> Actor:
    person = uuid4()
    return Actor(
        person,
        "示例审批员",
        frozenset(roles or {Role.APPROVER}),
        Party(PartyKind.PERSON, person, "示例审批员"),
        departments=frozenset({department}),
    )


async def deeds(session: Session, licence: Licence) -> list[str]:
    return [entry.deed for entry in await ledger.entries(session, f"licence:{licence.id}")]
