"""Laying the sample city (示例市): departments, people, firms, staff, items, calendar, hub, registers, seals.

Every part finds what is already there; laying it twice changes nothing.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from identity import commands as identity
from identity import keys, representing, staffing, tokens
from identity.means import contacts
from identity.means.rules import Channel
from identity.rules import Level
from licensing import types
from licensing.authority import Seal
from licensing.documents import DOCUMENT_SEAL
from licensing.kinds import commands as kinds
from portal.cli.demo import contracts, people, population, social_insurance
from portal.cli.demo.departments import CENTRE, DEPARTMENTS
from portal.cli.demo.people import SamplePerson, SampleStaff
from portal.hub.process import HUB
from portal.resources import HUB_KEYS, HUB_PURPOSE, authority_of
from portal.settings import Settings
from services.catalogue import commands as catalogue
from services.workflow import calendar
from storage import cipher
from storage.database import Session, Sessions, open_engine, open_sessions

BY = "system:demo"
ALREADY = timedelta(days=180)
"""The sample city has shared data for half a year when it is laid, so that sample cases may lie in the past."""
PARTY = CENTRE.code
"""Who runs the sample portal."""


async def lay(settings: Settings) -> None:
    """Fill portal and hub with the sample city. The databases are migrated already."""
    cipher.install(cipher.load_ring(settings.keys / "ring.json"))
    at = datetime.now(UTC)
    portal, hub = (
        open_engine(url, pool_size=2) for url in (settings.application_url, settings.hub_application_url)
    )
    try:
        await _lay_portal(open_sessions(portal), at)
        await _lay_hub(settings, open_sessions(portal), open_sessions(hub), at)
    finally:
        await portal.dispose()
        await hub.dispose()
    _lay_seals(settings, at)


async def _lay_portal(sessions: Sessions, at: datetime) -> None:
    async with sessions() as session, session.begin():
        await calendar.seed(session, at=at)
        for department in DEPARTMENTS:
            await staffing.open_department(
                session,
                code=department.code,
                name=department.name,
                name_en=department.name_en,
                short=department.short,
                short_en=department.short_en,
                region=department.region,
                by=BY,
                at=at,
            )
        await _lay_people(session, at)
        for member in people.STAFF:
            await _lay_staff(session, member, at)
        await kinds.seed(session, at=at)
        await catalogue.seed(session, at=at)


async def _lay_people(session: Session, at: datetime) -> None:
    known: dict[str, UUID] = {}
    for one in people.PEOPLE:
        known[one.key] = await register(session, one, Level.REGISTRY, at)
        if one.signs_in:
            await identity.open_account(session, known[one.key], password=people.PASSWORD, by=BY, at=at)
            await _prove_phone(session, known[one.key], one.phone, at)
    for firm in people.FIRMS:
        await representing.register_organisation(
            session,
            name=firm.name,
            credit_code=firm.credit_code,
            legal_representative=known[firm.legal_representative],
            by=BY,
            at=at,
        )


async def register(session: Session, one: SamplePerson | SampleStaff, level: Level, at: datetime) -> UUID:
    """The sample person's id, known already or from now on."""
    return await identity.register_person(
        session, name=one.name, id_number=one.id_number, phone=one.phone, level=level, by=BY, at=at
    )


async def _prove_phone(session: Session, person: UUID, phone: str, at: datetime) -> None:
    """Sample people confirmed their phones when they signed up, as everybody does."""
    if not await contacts.proven(session, person):
        await contacts.prove(session, person, Channel.SMS, phone, by=BY, at=at)


async def _lay_staff(session: Session, member: SampleStaff, at: datetime) -> None:
    person = await register(session, member, Level.IN_PERSON, at)
    opened = await identity.open_account(
        session, person, password=people.PASSWORD, login=member.login, by=BY, at=at
    )
    if not opened:
        return
    await identity.enrol_totp(session, person, secret=member.totp_secret, by=BY, at=at)
    await staffing.appoint(
        session,
        person,
        department_code=member.department,
        roles=member.roles,
        departments=member.scope,
        position=member.position,
        by=BY,
        at=at,
    )


async def _lay_hub(settings: Settings, portal: Sessions, hub: Sessions, at: datetime) -> None:
    """Exchange the public keys of portal and hub, and enter directory and contracts."""
    async with portal() as session, session.begin():
        own = await keys.ensure(session, HUB_PURPOSE, at=at)
    async with hub() as session, session.begin():
        answering = await keys.ensure(session, HUB, at=at)
        await calendar.seed(session, at=at)
        await contracts.seed_hub(session, at - ALREADY)
        for verifier in own.verifiers.values():
            await contracts.admit_portal(session, verifier, at - ALREADY)
    (settings.keys / HUB_KEYS).write_text(json.dumps(tokens.jwks(answering.verifiers)))


def lay_registers(settings: Settings, register_url: str, server_url: str) -> dict[str, str]:
    """Make the three sample departments' sources; the secrets by which the hub reaches them, for its environment.

    `server_url` is a PostgreSQL server as a role that may create databases: the population register's own.
    """
    given = _secrets(settings.keys / "sample-registers.json")
    at = datetime.now(UTC)
    folder = settings.data.resolve() / "hub"
    address = population.prepare(server_url, password=given[contracts.POPULATION_SECRET], at=at)
    records = social_insurance.write(folder / "social-insurance.csv")
    contracts.write_sources(folder, population_url=address, register_url=register_url, insurance_file=records)
    return given


def _secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = (contracts.POPULATION_SECRET, contracts.REGISTER_SECRET)
        path.write_text(json.dumps({name: secrets.token_urlsafe(24) for name in names}))
        path.chmod(0o600)
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _lay_seals(settings: Settings, at: datetime) -> None:
    """One signing certificate for every seal that a sample department uses."""
    authority = authority_of(settings, at=at)
    for department in DEPARTMENTS:
        for name in sorted({DOCUMENT_SEAL, *(one.seal for one in types.load_types().values())}):
            authority.enrol(Seal(department.code, department.name, name), at)
