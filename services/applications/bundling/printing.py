"""The one receipt of a bundle: its number, every case's number, every material once."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from licensing import documents
from licensing.documents import DocumentData, DocumentKind, MaterialLine
from licensing.sealing import Sealer
from licensing.sheets import chinese_date
from services.applications.bilingual import queries as bilingual
from services.applications.bilingual import translating
from services.applications.bundling import reading
from services.applications.bundling.merging import Whole
from services.applications.bundling.models import BundleApplication
from services.applications.bundling.recording import record
from services.applications.commands.printing import MANNERS
from services.workflow.rules import local_day
from storage.database import Session

SERIES = "收"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt ready to be printed."""

    data: DocumentData
    dated: datetime


async def lay_out(session: Session, number: str, *, public_url: str) -> Receipt | None:
    """What to print; nothing when it is printed already, or the bundle is gone."""
    bundle = await _bundle(session, number)
    if bundle is None or bundle.receipt is not None or bundle.submitted_at is None:
        return None
    whole = await reading.of(session, bundle)
    lead = whole.members[0].definition
    department = await identity.department(session, lead.department.code)
    data = DocumentData(
        number=f"{bundle.number}-{SERIES}",
        application_number=bundle.number,
        item_name=whole.definition.name.zh,
        applicant=bundle.applicant_name,
        department=department.name,
        department_code=department.code,
        at=bundle.submitted_at,
        received_on=local_day(bundle.submitted_at),
        materials=_lines(whole),
        facts=[(member.definition.short_name.zh, member.application.number) for member in whole.members],
        contact=lead.contact.phone,
        link=f"{public_url}/progress?number={bundle.number}&code={bundle.query_code}",
        sample=whole.definition.sample,
        extra=f"{_joint(bundle)}凭办件编号和查询码可以查询办理进度。查询码：{bundle.query_code}",
    )
    if await bilingual.asked(session, bundle.number):
        data = replace(data, english=_english(whole, data))
    return Receipt(data, bundle.submitted_at)


def _joint(bundle: BundleApplication) -> str:
    """联办时限: the one day by which every part is decided."""
    if bundle.promised_on is None:
        return ""
    return f"各项由有关部门联合办理，最晚于{chinese_date(bundle.promised_on.isoformat())}前全部作出决定。"


def _english(whole: Whole, data: DocumentData) -> DocumentData:
    met = whole.materials()
    lines = [
        MaterialLine(one.material.name.en, translating.MANNERS[met[one.material.code].supply])
        for one in whole.pool.materials
        if met[one.material.code].supply in translating.MANNERS
    ]
    parts = {one.application.number: one.definition.short_name.en for one in whole.members}
    lead = whole.members[0].definition
    return translating.bundle(data, whole.definition.name, lead.department.name, parts, lines)


def make(receipt: Receipt, *, sealer: Sealer) -> bytes:
    """Print and seal. Blocks; call it in a thread. Raises PrintFailed, SealMissing: the job comes again."""
    return documents.sealed(DocumentKind.RECEIPT, receipt.data, sealer=sealer, at=receipt.dated)


async def keep(session: Session, number: str, digest: str, *, at: datetime) -> None:
    """Write down which object the receipt is; of two workers the first counts."""
    bundle = await _bundle(session, number, lock=True)
    if bundle is None or bundle.receipt is not None:
        return
    bundle.receipt = digest
    await record(session, None, bundle, "paper sealed", at=at, kind=DocumentKind.RECEIPT, document=digest)


async def _bundle(session: Session, number: str, *, lock: bool = False) -> BundleApplication | None:
    query = sa.select(BundleApplication).where(col(BundleApplication.number) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


def _lines(whole: Whole) -> list[MaterialLine]:
    met = whole.materials()
    return [
        MaterialLine(one.material.name.zh, MANNERS[met[one.material.code].supply])
        for one in whole.pool.materials
        if met[one.material.code].supply in MANNERS
    ]
