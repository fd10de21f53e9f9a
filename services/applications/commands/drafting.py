"""The applicant fills in: answers saved page by page, finished or not; files and commitments one by one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries
from services.applications.arriving import receiving
from services.applications.arriving.receiving import Arrived
from services.applications.bundling.queries import require_alone
from services.applications.commands.recording import record
from services.applications.errors import (
    ApplicationNotFound,
    ChangedMeanwhile,
    MaterialNotSpared,
    MaterialUnknown,
    NotAskedToCorrect,
    NotInDraft,
    TooManyFiles,
)
from services.applications.models import Application, CaseFile, CaseMaterial, Supply
from services.applications.rules import CHANGEABLE, State
from services.catalogue import rows
from services.catalogue.definition import ItemDefinition, Material, Question
from services.catalogue.rows import names_of
from storage.database import Session
from storage.objects import ObjectStore
from storage.unnamed import keep

__all__ = [
    "attach",
    "commit_to",
    "detach",
    "discard",
    "hand_in",
    "names_of",
    "retype",
    "save_answers",
    "sign",
    "take_back",
    "throw_away",
]

Typed = Mapping[str, str | list[str]]


async def save_answers(
    session: Session,
    actor: Actor,
    number: str,
    definition: ItemDefinition,
    typed: Typed,
    *,
    at: datetime,
    revision: int | None = None,
) -> Application:
    """Keep what was typed, right or wrong, for the questions it names; other answers stay as they are.

    An answer that differs from what a register said loses its origin: it is the applicant's own word now.
    Raises NotInDraft, NotAskedToCorrect, ChangedMeanwhile (when `revision` is given and no longer the newest).
    """
    application = await _changeable(session, actor, number)
    if revision is not None and revision != application.revision:
        raise ChangedMeanwhile(number)
    await retype(session, application, definition, typed, at=at)
    return application


async def retype(
    session: Session, application: Application, definition: ItemDefinition, typed: Typed, *, at: datetime
) -> None:
    """Keep what was typed in a case the caller holds locked. Raises NotAskedToCorrect."""
    typed = rows.replaced(typed, application.answers)
    known = {name: question for name in typed if (question := rows.asker(definition.form, name))}
    changed = {
        name: value
        for name, value in typed.items()
        if name in known and _differs(application.answers, name, value)
    }
    if not changed:
        return
    own = {rows.owner(name) for name in changed}
    await _require_asked(session, application, {f"question:{_place(name)}" for name in changed})
    application.answers = _retyped(application.answers, changed, known)
    application.origins = {key: origin for key, origin in application.origins.items() if key not in own}
    application.revision += 1
    application.updated_at = at


def _retyped(answers: Typed, changed: Typed, known: Mapping[str, Question]) -> dict[str, str | list[str]]:
    """`answers` with what was typed anew. A date typed as one text replaces its three parts, and the other way round."""
    whole = {name for name in changed if name == known[name].key}
    parts = {known[name].key for name in changed} - whole
    stale = {name for key in whole for name in names_of(known[key])} | parts
    kept = {name: value for name, value in answers.items() if name not in stale} | dict(changed)
    return {name: value for name, value in kept.items() if value or not rows.split(name)}


def _differs(answers: Typed, name: str, value: str | list[str]) -> bool:
    """Whether this is news; in rows, and for a group as a whole, nothing typed and nothing kept are the same."""
    if not value and (rows.split(name) or value == []):
        return bool(answers.get(name))
    return answers.get(name) != value


async def hand_in(
    session: Session,
    actor: Actor,
    number: str,
    definition: ItemDefinition,
    code: str,
    *,
    name: str,
    content: bytes,
    objects: ObjectStore,
    at: datetime,
) -> CaseFile:
    """Keep one file for a material. It is judged by its content, stored whole, then counted; sent twice, it is one.

    Raises MaterialUnknown, NotInDraft, TooManyFiles, and what `arriving.receiving.receive` does.
    """
    application = await _changeable(session, actor, number)
    material = _known(definition, code)
    await _require_asked(session, application, {f"material:{code}"})
    return await take_file(
        session, actor, application, material, name=name, content=content, objects=objects, at=at
    )


async def take_file(
    session: Session,
    actor: Actor,
    application: Application,
    material: Material,
    *,
    name: str,
    content: bytes,
    objects: ObjectStore,
    at: datetime,
) -> CaseFile:
    """Judge, store and count a file for a case the caller holds locked. Raises as `hand_in` does."""
    code = material.code
    present = [file for file in await queries.files_of(session, application) if file.material_code == code]
    arrived = await receiving.receive(name, content, material)
    digest = await keep(session, objects, arrived.received.content)
    for file in present:
        if (file.name, file.digest) == (arrived.received.name, digest):
            return file  # sent twice, kept once
    if len(present) >= material.max_files:
        raise TooManyFiles(material.max_files)
    return await attach(session, actor, application, code, arrived, digest, at=at)


async def attach(
    session: Session,
    actor: Actor,
    application: Application,
    code: str,
    arrived: Arrived,
    digest: str,
    *,
    at: datetime,
) -> CaseFile:
    """Write a file, received and stored, down for a material of a case the caller holds locked."""
    file = CaseFile(
        application_id=application.id,
        material_code=code,
        name=arrived.received.name,
        media_type=arrived.received.media_type,
        size=len(arrived.received.content),
        digest=digest,
        uploaded_by=actor.person_id,
        at=at,
    )
    session.add(file)
    await session.flush()
    await receiving.note(session, file.id, arrived, at=at)
    await _supply(session, application, code, Supply.HANDED_IN, at)
    return file


async def take_back(session: Session, actor: Actor, number: str, file_id: UUID, *, at: datetime) -> None:
    """Remove one file from the draft; the material is needed again when it was the last."""
    application = await _changeable(session, actor, number)
    file = await queries.file_of(session, application, file_id)
    await _require_asked(session, application, {f"material:{file.material_code}"})
    await detach(session, application, file, at=at)


async def detach(session: Session, application: Application, file: CaseFile, *, at: datetime) -> None:
    """Remove a file from a case the caller holds locked."""
    await session.delete(file)
    await session.flush()
    left = [
        one for one in await queries.files_of(session, application) if one.material_code == file.material_code
    ]
    if not left:
        await _supply(session, application, file.material_code, Supply.NEEDED, at)


async def commit_to(
    session: Session, actor: Actor, number: str, definition: ItemDefinition, code: str, *, at: datetime
) -> None:
    """告知承诺: sign the material's commitment in place of proof. Raises MaterialNotSpared where there is none."""
    application = await _changeable(session, actor, number)
    material = _known(definition, code)
    if material.commitment is None:
        raise MaterialNotSpared(code)
    await _require_asked(session, application, {f"material:{code}"})
    await sign(session, actor, application, code, at=at)


async def sign(session: Session, actor: Actor, application: Application, code: str, *, at: datetime) -> None:
    """Write a commitment down in a case the caller holds locked."""
    await _supply(session, application, code, Supply.COMMITTED, at)
    await record(session, actor, application, "commitment signed", at=at, material=code)


async def discard(session: Session, actor: Actor, number: str, *, at: datetime) -> None:
    """Throw a draft away: nothing of it was handed in, so nothing of it is kept (PIPL 47)."""
    application = await _changeable(session, actor, number)
    if application.state is not State.DRAFT:
        raise NotInDraft(application.state)
    await throw_away(session, actor, application, at=at)


async def throw_away(session: Session, actor: Actor, application: Application, *, at: datetime) -> None:
    """Delete a draft the caller holds locked; only the record says that it was there."""
    await record(session, actor, application, "draft discarded", at=at)
    await session.execute(sa.delete(Application).where(col(Application.id) == application.id))


async def _changeable(session: Session, actor: Actor, number: str) -> Application:
    application = await queries.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    if application.state not in CHANGEABLE:
        raise NotInDraft(application.state)
    await require_alone(session, application)
    return application


async def _require_asked(session: Session, application: Application, targets: set[str]) -> None:
    """In a correction only what the notice named may change: the rest is already under review.

    A row of a group may change where the notice names it or the whole group.
    """
    if application.state is not State.CORRECTING:
        return
    correction = await queries.open_correction(session, application)
    asked = {defect["target"] for defect in correction.defects} if correction else set()
    for target in sorted(targets - asked):
        if not target.startswith("question:") or rows.owner(target) not in asked:
            raise NotAskedToCorrect(target)


def _place(name: str) -> str:
    """What a correction notice calls the place of a typed name: the row it stands in, or else its question."""
    row = rows.split(name)
    return rows.row_key(row[0], row[1]) if row else rows.owner(name)


def _known(definition: ItemDefinition, code: str) -> Material:
    material = definition.material(code)
    if material is None:
        raise MaterialUnknown(code)
    return material


async def _supply(
    session: Session, application: Application, code: str, supply: Supply, at: datetime
) -> None:
    await session.execute(
        sa.update(CaseMaterial)
        .where(col(CaseMaterial.application_id) == application.id, col(CaseMaterial.code) == code)
        .values(supply=supply, origin=None, changed_at=at)
    )
