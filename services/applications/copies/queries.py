"""What is known of the files of a case as evidence: their level, who compared them with the original."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.applications.copies.models import OriginalSeen
from services.applications.copies.rules import Level, good_until, level_of, marking
from services.applications.models import Application, CaseFile
from services.applications.window.models import AssistedFiling
from services.catalogue.codes import Issuer
from services.catalogue.definition import ItemDefinition
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Standing:
    """One file: its level, what its copies say, and who saw the original."""

    level: Level
    marking: str
    seen: OriginalSeen | None


async def standings(
    session: Session,
    application: Application,
    definition: ItemDefinition,
    files: Sequence[CaseFile],
    *,
    today: date,
) -> Mapping[UUID, Standing]:
    """Of each of these files of one case."""
    query = sa.select(OriginalSeen).where(col(OriginalSeen.file_id).in_([one.id for one in files]))
    seen = {one.file_id: one for one in await session.scalars(query)}
    helped = await session.get(AssistedFiling, application.id)
    clerk = helped.clerk_id if helped else None
    return {one.id: _standing(one, definition, clerk, seen.get(one.id), today) for one in files}


def _standing(
    file: CaseFile, definition: ItemDefinition, clerk: UUID | None, seen: OriginalSeen | None, today: date
) -> Standing:
    material = definition.material(file.material_code)
    level = level_of(
        issuer=material.issuer if material else Issuer.AUTHORITY,
        by_clerk=clerk is not None and file.uploaded_by == clerk,
        original_seen=seen is not None,
    )
    provider = definition.department.name.zh
    return Standing(level, marking(level, provider=provider, until=good_until(today, None)), seen)
