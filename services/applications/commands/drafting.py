"""The applicant fills in: answers saved page by page, finished or not; files and commitments one by one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import documents_in, queries
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
from services.catalogue.definition import ItemDefinition, Material, Question
from services.catalogue.readers import PARTS
from storage.database import Session
from storage.objects import ObjectStore

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
    known = {name: question for question in definition.form.questions() for name in names_of(question)}
    changed = {
        name: value
        for name, value in typed.items()
        if name in known and application.answers.get(name) != value
    }
    if not changed:
        return application
    own = {known[name].key for name in changed}
    await _require_asked(session, application, {f"question:{key}" for key in own})
    application.answers = _retyped(application.answers, changed, known)
    application.origins = {key: origin for key, origin in application.origins.items() if key not in own}
    application.revision += 1
    application.updated_at = at
    return application


def _retyped(answers: Typed, changed: Typed, known: Mapping[str, Question]) -> dict[str, str | list[str]]:
    """`answers` with what was typed anew. A date typed as one text replaces its three parts, and the other way round."""
    whole = {name for name in changed if name == known[name].key}
    parts = {known[name].key for name in changed} - whole
    stale = {name for key in whole for name in names_of(known[key])} | parts
    return {name: value for name, value in answers.items() if name not in stale} | dict(changed)


def names_of(question: Question) -> tuple[str, ...]:
    """The names under which a question's parts are typed: `born`, `born-year`, `born-month` …"""
    return (question.key, *(f"{question.key}-{part}" for part in PARTS.get(question.type, ())))


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
    """Keep one file for a material. It is judged by its content, stored whole, then counted.

    Raises MaterialUnknown, NotInDraft, TooManyFiles, FileEmpty, FileTooLarge, FileNotAllowed, FileUnreadable.
    """
    application = await _changeable(session, actor, number)
    material = _known(definition, code)
    await _require_asked(session, application, {f"material:{code}"})
    present = [file for file in await queries.files_of(session, application) if file.material_code == code]
    if len(present) >= material.max_files:
        raise TooManyFiles(material.max_files)
    received = documents_in.receive(name, content, material)
    file = CaseFile(
        application_id=application.id,
        material_code=code,
        name=received.name,
        media_type=received.media_type,
        size=len(received.content),
        digest=await objects.put(received.content),
        uploaded_by=actor.person_id,
        at=at,
    )
    session.add(file)
    await _supply(session, application, code, Supply.HANDED_IN, at)
    return file


async def take_back(session: Session, actor: Actor, number: str, file_id: UUID, *, at: datetime) -> None:
    """Remove one file from the draft; the material is needed again when it was the last."""
    application = await _changeable(session, actor, number)
    file = await queries.file_of(session, application, file_id)
    await _require_asked(session, application, {f"material:{file.material_code}"})
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
    await _supply(session, application, code, Supply.COMMITTED, at)
    await record(session, actor, application, "commitment signed", at=at, material=code)


async def discard(session: Session, actor: Actor, number: str, *, at: datetime) -> None:
    """Throw a draft away: nothing of it was handed in, so nothing of it is kept (PIPL 47)."""
    application = await _changeable(session, actor, number)
    if application.state is not State.DRAFT:
        raise NotInDraft(application.state)
    await record(session, actor, application, "draft discarded", at=at)
    await session.execute(sa.delete(Application).where(col(Application.id) == application.id))


async def _changeable(session: Session, actor: Actor, number: str) -> Application:
    application = await queries.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    if application.state not in CHANGEABLE:
        raise NotInDraft(application.state)
    return application


async def _require_asked(session: Session, application: Application, targets: set[str]) -> None:
    """In a correction only what the notice named may change: the rest is already under review."""
    if application.state is not State.CORRECTING:
        return
    correction = await queries.open_correction(session, application)
    asked = {defect["target"] for defect in correction.defects} if correction else set()
    for target in sorted(targets - asked):
        raise NotAskedToCorrect(target)


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
