"""Printing the papers of a case: read, print and seal without a transaction, then keep the first result only.

The three steps are called in turn by `tasks.print_paper`, which opens the transactions.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from identity import queries as identity
from licensing import documents
from licensing import queries as licences
from licensing.documents import Correction, DocumentData, DocumentKind, MaterialLine
from licensing.sealing import Sealer
from services.applications import queries
from services.applications.bilingual import queries as bilingual
from services.applications.bilingual import translating
from services.applications.commands.recording import record
from services.applications.commands.submitting import facts_by_name
from services.applications.models import Application, CaseDocument, CaseMaterial, Supply
from services.applications.models import Correction as Notice
from services.catalogue import answers, rows, showing
from services.catalogue import queries as catalogue
from services.catalogue.codes import ItemType, ResultKind
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage.database import Session

MANNERS = {
    Supply.OBTAINED: "免交（数据共享）",
    Supply.HANDED_IN: "上传",
    Supply.COMMITTED: "告知承诺",
}
MATTERS = {
    ItemType.LICENSING: "行政许可",
    ItemType.CONFIRMATION: "行政确认",
    ItemType.PAYMENT: "行政给付",
}
DECIDING = frozenset({DocumentKind.GRANT, DocumentKind.REFUSAL, DocumentKind.NOT_ACCEPTED})
DECISIONS: Mapping[DocumentKind, str] = {DocumentKind.GRANT: "准予决定书", DocumentKind.REFUSAL: "不予决定书"}
NAMING = frozenset({DocumentKind.DELIVERY, DocumentKind.REVOCATION, DocumentKind.CANCELLATION})
"""Papers that name the decision and the licence they are about."""


Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper ready to be printed: everything it says, read in one transaction."""

    document_id: UUID
    kind: DocumentKind
    data: DocumentData
    dated: datetime


async def lay_out(session: Session, document_id: UUID, *, public_url: str) -> tuple[str | None, Sheet | None]:
    """The number of the paper's case, and what to print; no sheet when it is printed, neither when it is gone."""
    document = await session.get(CaseDocument, document_id)
    if document is None:
        return None, None
    application = await session.get_one(Application, document.application_id)
    if document.digest is not None:
        return application.number, None
    data = await _data(session, application, document, public_url)
    if await bilingual.asked(session, application.number):
        data = replace(data, english=await _english(session, application, document, data))
    return application.number, Sheet(document_id, DocumentKind(document.kind), data, document.requested_at)


async def make(sheet: Sheet, *, sealer: Sealer) -> bytes:
    """Print and seal, without a transaction. Raises PrintFailed, SealMissing: the job comes again."""
    return await asyncio.to_thread(documents.sealed, sheet.kind, sheet.data, sealer=sealer, at=sheet.dated)


async def keep(session: Session, sheet: Sheet, digest: str, *, at: datetime) -> None:
    """Write down which object the paper is. Of two workers the first counts; the other's is referred to by nobody."""
    document = await session.get_one(CaseDocument, sheet.document_id, with_for_update=True)
    if document.digest is not None:
        return
    document.digest, document.printed_at = digest, at
    application = await session.get_one(Application, document.application_id)
    await record(
        session,
        None,
        application,
        "paper sealed",
        at=at,
        kind=document.kind,
        number=document.number,
        document=digest,
    )


async def _data(
    session: Session, application: Application, document: CaseDocument, public_url: str
) -> DocumentData:
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    definition = item.definition
    department = await identity.department(session, application.department_code)
    materials = await queries.materials_of(session, application)
    kind = DocumentKind(document.kind)
    told = document.told or {}
    corrections = await _correction(session, application, document)
    return DocumentData(
        number=document.number,
        application_number=application.number,
        item_name=definition.name.zh,
        applicant=application.applicant_name,
        department=department.name,
        department_code=department.code,
        at=document.requested_at,
        matter=MATTERS.get(definition.item_type, definition.short_name.zh),
        title=_title(kind, definition),
        received_on=_day(application.submitted_at),
        limit=f"{application.limit_days}个工作日" if application.limit_days else None,
        due_on=_until(kind, application, corrections),
        materials=_lines(definition, materials)
        if kind in {DocumentKind.RECEIPT, DocumentKind.ACCEPTANCE}
        else (),
        corrections=_corrections(corrections, definition),
        reasons=_reasons(told.get("reason") or application.reason),
        basis=_basis(definition, kind, told),
        facts=await _facts_of(session, application, definition, kind),
        proper_authority=told.get("authority"),
        contact=definition.contact.phone,
        link=f"{public_url}/progress?number={application.number}&code={application.query_code}",
        sample=definition.sample,
        extra=_query_code(application) if kind is DocumentKind.RECEIPT else None,
        told=told,
    )


async def _english(
    session: Session, application: Application, document: CaseDocument, data: DocumentData
) -> DocumentData:
    """The same in English."""
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    definition, kind = item.definition, DocumentKind(document.kind)
    materials = await queries.materials_of(session, application)
    correction = await _correction(session, application, document)
    defects = correction.defects if correction else ()
    return translating.translated(
        data,
        definition,
        kind,
        facts=await _facts_of(session, application, definition, kind, language="en"),
        corrections=[
            Correction(translating.target_name(definition, one["target"]), one["note"]) for one in defects
        ],
        supplies={one.code: one.supply for one in materials},
        limit_days=application.limit_days,
    )


def _basis(definition: ItemDefinition, kind: DocumentKind, told: Mapping[str, str]) -> Sequence[str]:
    """The item's own legal basis under a decision; under what takes a grant back, the article that allows it."""
    if "article" in told:
        return [told["article"]]
    return [f"{_cited(one.law.zh)}{one.article.zh}" for one in definition.basis] if kind in DECIDING else ()


def _cited(law: str) -> str:
    """A law as papers name it: its title in 《》, its number after it."""
    if law.startswith("《"):
        return law
    title, bracket, number = law.partition("（")
    return f"《{title}》{bracket}{number}"


async def _facts_of(
    session: Session,
    application: Application,
    definition: ItemDefinition,
    kind: DocumentKind,
    language: Language = "zh",
) -> Sequence[tuple[str, str]]:
    if kind is DocumentKind.GRANT:
        return await _facts(session, application, definition, language)
    return await _handed_over(session, application, definition, language) if kind in NAMING else ()


async def _handed_over(
    session: Session, application: Application, definition: ItemDefinition, language: Language
) -> Sequence[tuple[str, str]]:
    """The decision and the licence that were delivered, or are taken back, by their numbers."""
    decisions = DECISIONS if language == "zh" else translating.DECISIONS
    shown = [
        (decisions[DocumentKind(one.kind)], one.number)
        for one in await queries.documents_of(session, application)
        if one.kind in decisions
    ]
    licence = await licences.of_application(session, application.number)
    name = getattr(definition.result.name, language)
    return [*shown, (name, licence.identifier)] if licence else shown


def _title(kind: DocumentKind, definition: ItemDefinition) -> str | None:
    """Where the result is no licence, the decision is called by the result's own name."""
    if kind is DocumentKind.GRANT and definition.result.kind is ResultKind.DECISION:
        return definition.result.name.zh
    return None


def _query_code(application: Application) -> str:
    return f"凭办件编号和查询码可以查询办理进度。查询码：{application.query_code}"


def _day(at: datetime | None) -> date | None:
    return local_day(at) if at else None


def _reasons(reason: str | None) -> Sequence[str]:
    return [line.strip() for line in (reason or "").splitlines() if line.strip()]


def _lines(definition: ItemDefinition, materials: Sequence[CaseMaterial]) -> list[MaterialLine]:
    supplied = {material.code: material.supply for material in materials}
    return [
        MaterialLine(material.name.zh, MANNERS[supplied[material.code]])
        for material in definition.materials
        if supplied.get(material.code) in MANNERS
    ]


def _until(kind: DocumentKind, application: Application, correction: Notice | None) -> date | None:
    """The last day a paper names: of the authority's limit, or of the applicant's time for a correction."""
    if correction is not None:
        return correction.reply_by
    return application.due_on if kind is DocumentKind.ACCEPTANCE else None


async def _correction(session: Session, application: Application, document: CaseDocument) -> Notice | None:
    """The correction notice that the paper is; none for other papers."""
    if document.kind != DocumentKind.CORRECTION:
        return None
    return (await queries.corrections_of(session, application))[document.ordinal - 1]


def _corrections(correction: Notice | None, definition: ItemDefinition) -> list[Correction]:
    if correction is None:
        return []
    return [
        Correction(target_name(definition, defect["target"]), defect["note"]) for defect in correction.defects
    ]


def target_name(definition: ItemDefinition, target: str) -> str:
    """What the person knows `question:…` (a row of a group by its number) or `material:…` as."""
    kind, _, key = target.partition(":")
    row = rows.in_row(key) if kind == "question" else None
    if row and (group := definition.form.question(row[0])):
        return rows.title(group, row[1]).zh
    named = definition.form.question(key) if kind == "question" else definition.material(key)
    if named is None:
        return key
    return named.label.zh if hasattr(named, "label") else named.name.zh


async def _facts(
    session: Session, application: Application, definition: ItemDefinition, language: Language
) -> list[tuple[str, str]]:
    """What the decision fixes: the answers the item names as fields of its result, or for a licence nothing here."""
    shown = [("申请人" if language == "zh" else translating.APPLICANT, application.applicant_name)]
    if definition.result.kind is ResultKind.LICENCE:
        return shown
    facts = facts_by_name(await queries.facts_of(session, application))
    today = local_day(application.submitted_at or application.created_at)
    values: dict[str, Any] = dict(
        answers.check(definition.form, application.answers, today=today, complete=False, facts=facts).values
    )
    for question in definition.form.questions():
        if question.key in definition.result.fields.values() and question.key in values:
            text = showing.shown(question, values[question.key], language=language)
            shown.append((getattr(question.label, language), text))
    return shown
