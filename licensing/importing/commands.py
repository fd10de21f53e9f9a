"""Taking in a file of existing licences (存量证照): every row that is right becomes a licence, each wholly or not at all.

By one who decides for the department that issued them, or at the command line. What is taken in gets an identifier,
keeps its own number and dates, says how far it is trusted, and waits for the department's seal like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import EVERYWHERE, Actor, Party, PartyKind, Role
from identity.errors import OrganisationUnknown
from identity.numbers import NumberWrong, credit_code, id_number
from licensing import lint, metadata, numbering, queries, serials, types
from licensing.errors import ImportNotAllowed, ImportNotFound, LicenceUnfit
from licensing.importing import awaiting
from licensing.importing.models import AwaitedHolder, LicenceImport, LicenceImportRow
from licensing.importing.table import CODE, HOLDER, NUMBER, Arrived, Told, own_fields
from licensing.kinds import reading
from licensing.metadata import UNLIMITED, Issuer, Naming
from licensing.models import Licence
from licensing.presenting import CHECK_CODE_LENGTH, draw_code
from licensing.recording import record
from licensing.rules import ImportOutcome, Trust, local_day
from licensing.tasks import ISSUE
from licensing.types import LicenceType, Names
from storage import queue
from storage.database import Session

IMPORT = "licensing.import"
BATCH, MOST, CHUNK = 50, 500, 1000
TRUSTED = "KZ_KXDJ"
"""Element of a licence that was taken in: how far it is trusted (可信等级)."""
ORIGIN = "IMPORT-"
"""How what stands for the case of such a licence begins."""

NO_CODE = Names("不是身份证号码，也不是统一社会信用代码", "is neither an ID number nor a credit code")
OTHER_NAME = Names("和登记的名称不一致", "is not the registered name")
NUMBER_TAKEN = Names("证照库里已经有这个编号", "is in the library already")
LINT = {
    "missing": Names("缺少{element}", "{element} is missing"),
    "too-long": Names("{element}太长", "{element} is too long"),
    "control-character": Names(
        "{element}里有不能印的字符", "{element} holds characters that cannot be printed"
    ),
    "date": Names("{element}不是日期", "{element} is no date"),
    "period": Names("有效期止早于有效期起", "the period ends before it begins"),
    "identifier": Names("编不出证照标识", "no identifier can be made"),
    "holder": Names("这种持证人不能持有这种证照", "such a holder cannot hold this licence"),
}


@dataclass(frozen=True, slots=True)
class Import:
    """A file taken in: what it is and what became of its rows."""

    row: LicenceImport
    counts: Mapping[ImportOutcome, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - self.counts.get(ImportOutcome.WAITING, 0)


async def receive(
    session: Session,
    actor: Actor | str,
    arrived: Sequence[Arrived],
    *,
    type_code: str,
    department: str,
    trust: Trust,
    file: str,
    at: datetime,
    later: bool = True,
) -> UUID:
    """Keep what arrived, to be taken in by a worker (`later`) or by calls of `carry_on`.

    Raises ImportNotAllowed, TypeUnknown, DepartmentUnknown.
    """
    if isinstance(actor, Actor) and not may_import(actor, department):
        raise ImportNotAllowed(department)
    version, licence_type = await reading.current(session, type_code)
    await identity.department(session, department)
    who = (str(actor.person_id), actor.name) if isinstance(actor, Actor) else (actor, actor)
    started = LicenceImport(
        id=uuid4(),
        type_code=licence_type.slug,
        type_version=version,
        department_code=department,
        trust=trust,
        file=file[:200],
        started_by=who[0],
        started_by_name=who[1],
        started_at=at,
    )
    session.add(started)
    await session.flush()
    for first in range(0, len(arrived), CHUNK):
        rows = [_row(started.id, one) for one in arrived[first : first + CHUNK]]
        session.add_all(rows)
        await session.flush()
        for row in rows:  # a great file is not kept in memory twice
            session.expunge(row)
    if later:
        await queue.enqueue(session, IMPORT, lock=str(started.id), import_id=str(started.id))
    return started.id


def may_import(actor: Actor, department: str) -> bool:
    served = department in actor.departments or EVERYWHERE in actor.departments
    return actor.has(Role.APPROVER) and served


async def carry_on(session: Session, import_id: UUID, *, at: datetime, batch: int = BATCH) -> bool:
    """Take in the next rows that wait, each in its own savepoint; whether others may still wait."""
    started = await session.get(LicenceImport, import_id, with_for_update=True)
    if started is None:
        return False
    await reading.met(session, [started])
    query = (
        sa.select(LicenceImportRow)
        .where(col(LicenceImportRow.import_id) == import_id)
        .where(col(LicenceImportRow.outcome) == ImportOutcome.WAITING)
        .order_by(col(LicenceImportRow.number))
        .limit(batch)
    )
    rows = list(await session.scalars(query))
    for row in rows:
        await _take_in(session, started, row, at)
    if len(rows) < batch:
        started.finished_at = at
    await session.flush()
    return len(rows) == batch


async def imports(session: Session, actor: Actor, *, limit: int = 20) -> list[Import]:
    """Files of the departments the actor decides for, the newest first."""
    query = sa.select(LicenceImport).order_by(col(LicenceImport.started_at).desc()).limit(limit)
    if EVERYWHERE not in actor.departments:
        query = query.where(col(LicenceImport.department_code).in_(actor.departments))
    return [Import(row, await _counts(session, row.id)) for row in await session.scalars(query)]


async def import_of(session: Session, import_id: UUID, actor: Actor | None = None) -> Import:
    """How far a file is. Raises ImportNotFound, also where it is not of the actor's departments."""
    row = await session.get(LicenceImport, import_id, populate_existing=True)
    if row is None or (actor is not None and not may_import(actor, row.department_code)):
        raise ImportNotFound(str(import_id))
    return Import(row, await _counts(session, import_id))


async def rows_of(session: Session, import_id: UUID, *, limit: int = MOST) -> list[LicenceImportRow]:
    """What became of the rows, those that were refused first."""
    query = (
        sa.select(LicenceImportRow)
        .where(col(LicenceImportRow.import_id) == import_id)
        .order_by(col(LicenceImportRow.outcome) != ImportOutcome.REFUSED, col(LicenceImportRow.number))
        .limit(limit)
    )
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def _counts(session: Session, import_id: UUID) -> dict[ImportOutcome, int]:
    query = (
        sa.select(col(LicenceImportRow.outcome), sa.func.count())
        .where(col(LicenceImportRow.import_id) == import_id)
        .group_by(col(LicenceImportRow.outcome))
    )
    return {outcome: number for outcome, number in await session.execute(query)}


def _row(import_id: UUID, one: Arrived) -> LicenceImportRow:
    return LicenceImportRow(
        import_id=import_id,
        number=one.row,
        licence_number=one.number,
        content=None if one.mistakes else one.content,
        outcome=ImportOutcome.REFUSED if one.mistakes else ImportOutcome.WAITING,
        mistakes=[told.plain for told in one.mistakes],
    )


async def _take_in(session: Session, started: LicenceImport, row: LicenceImportRow, at: datetime) -> None:
    content = row.content or {}
    holder, mistakes = await _holder(session, content, at)
    kind = types.get(started.type_code, started.type_version)
    if await queries.number_known(session, kind.slug, row.licence_number):
        mistakes.append(Told(content["cells"][NUMBER], NUMBER_TAKEN))
    if holder is not None and not mistakes:
        try:
            async with session.begin_nested():
                party = awaiting.as_party(holder) if isinstance(holder, AwaitedHolder) else holder
                licence = await _licence(session, started, row, party, at)
                _require_fit(kind, licence, at)
                await _keep(session, started, licence, holder, at)
        except LicenceUnfit as unfit:
            mistakes = _told(kind, unfit, content)
    row.outcome = ImportOutcome.REFUSED if mistakes else ImportOutcome.TAKEN
    row.mistakes, row.content = [told.plain for told in mistakes], None


async def _keep(
    session: Session, started: LicenceImport, licence: Licence, holder: Party | AwaitedHolder, at: datetime
) -> None:
    session.add(licence)
    told = {"trust": str(started.trust), "file": started.file}
    if isinstance(holder, AwaitedHolder):
        session.add(holder)
        told |= {"holder": "awaited"}
    await record(session, licence, "licence imported", started.started_by, at, **told)
    await queue.enqueue(session, ISSUE, licence_id=str(licence.id))


async def _holder(
    session: Session, content: Mapping[str, Any], at: datetime
) -> tuple[Party | AwaitedHolder | None, list[Told]]:
    """Whose it is: the party registered under this number, who must bear the name; else one who is awaited."""
    cells, name = content["cells"], content["holder_name"]
    try:
        code = credit_code(content["holder_code"])
        party = await _organisation(session, code)
        awaited = awaiting.organisation(code, name, at=at)
    except NumberWrong:
        try:
            number = id_number(content["holder_code"])
        except NumberWrong:
            return None, [Told(cells[CODE], NO_CODE)]
        party = await _person(session, number)
        awaited = awaiting.person(number, name, at=at)
    if party is None:
        return awaited, []
    return (party, []) if party.name == name else (None, [Told(cells[HOLDER], OTHER_NAME)])


async def _organisation(session: Session, code: str) -> Party | None:
    try:
        firm = await identity.organisation(session, code)
    except OrganisationUnknown:
        return None
    return Party(PartyKind.ORGANISATION, firm.id, firm.name)


async def _person(session: Session, number: str) -> Party | None:
    """Who has proven to have this number: whoever only says so is awaited like anybody else."""
    person = await identity.person_id(session, number)
    if person is None:
        return None
    found = await identity.profile(session, person)
    return Party(PartyKind.PERSON, person, found.name) if found.level in awaiting.PROVEN else None


async def _licence(
    session: Session, started: LicenceImport, row: LicenceImportRow, holder: Party, at: datetime
) -> Licence:
    kind, content = types.get(started.type_code, started.type_version), row.content or {}
    department = await identity.department(session, started.department_code)
    issuer = Issuer(department.code, department.name)
    issued = date.fromisoformat(content["issued_on"])
    start = date.fromisoformat(content["valid_from"] or content["issued_on"])
    until = None if content["valid_until"] == UNLIMITED else date.fromisoformat(content["valid_until"])
    serial = await serials.next_number(session, f"{kind.code} imported", local_day(at).year)
    identifier = numbering.make_identifier(kind.code, issuer.code, f"{local_day(at).year}R{serial:08d}")
    fields = dict(content["fields"]) | _bearer(kind, content)
    elements = metadata.compose(
        kind,
        metadata.fill(kind, fields, issued),
        naming=Naming(str(identifier), row.licence_number, issued, until),
        issuer=issuer,
        holder=holder,
    )
    return Licence(
        id=uuid4(),
        identifier=str(identifier),
        type_code=kind.slug,
        type_version=started.type_version,
        trust=started.trust,
        number=row.licence_number,
        application_number=f"{ORIGIN}{started.id.hex}-{row.number}",
        check_code=draw_code(CHECK_CODE_LENGTH),
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_name=elements["CZZT"],
        issuer_code=issuer.code,
        issuer_name=issuer.name,
        elements=elements | {"ZZYXQQSRQ": start.isoformat(), TRUSTED: str(started.trust)},
        valid_from=start,
        valid_until=until,
        intended_at=at,
    )


def _bearer(kind: LicenceType, content: Mapping[str, Any]) -> dict[str, str]:
    """The holder's code under the key the type has for it."""
    return {one.key: content["holder_code"] for one in kind.fields if one.element == "CZZTDM"}


def _require_fit(kind: LicenceType, licence: Licence, at: datetime) -> None:
    """Raises LicenceUnfit where the page could not be sealed."""
    sealed = metadata.sealed_elements(licence.elements, kind.seal, at)
    problems = lint.check(kind, sealed, holder_kind=licence.holder_kind)
    if problems:
        raise LicenceUnfit(licence.identifier, problems)


def _told(kind: LicenceType, unfit: LicenceUnfit, content: Mapping[str, Any]) -> list[Told]:
    """What keeps the page from being sealed, told at the cell it comes from."""
    cells = content["cells"]
    columns = {one.element: cells.get(one.name.zh) for one in own_fields(kind)}
    names = {one.element: one.name for one in kind.fields}
    found = []
    for one in unfit.problems:
        words, named = LINT[one.code], names.get(one.element, Names(one.element, one.element))
        told = Names(words.zh.format(element=named.zh), words.en.format(element=named.en))
        found.append(Told(columns.get(one.element) or cells[NUMBER], told))
    return found
