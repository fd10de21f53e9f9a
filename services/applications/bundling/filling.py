"""The one form and the one set of materials: what is typed, uploaded or signed goes to every part that asks for it."""

from datetime import datetime
from uuid import UUID

from identity.actor import Actor
from services.applications.arriving import receiving
from services.applications.bundling import merging
from services.applications.bundling.merging import Whole
from services.applications.bundling.reading import open_whole
from services.applications.bundling.recording import record
from services.applications.commands import drafting
from services.applications.commands.drafting import Typed
from services.applications.errors import (
    ApplicationNotFound,
    ChangedMeanwhile,
    MaterialNotSpared,
    MaterialUnknown,
    TooManyFiles,
)
from services.applications.models import Application, CaseFile
from services.catalogue.bundles.pooling import Pooled
from services.catalogue.rows import owner
from services.workflow.rules import local_day
from storage.database import Session
from storage.objects import ObjectStore
from storage.unnamed import keep


async def save_answers(
    session: Session,
    actor: Actor,
    number: str,
    typed: Typed,
    *,
    at: datetime,
    revision: int | None = None,
) -> Whole:
    """Keep what was typed into the one form, as `drafting.save_answers` does for one case.

    Raises NotInDraft, ChangedMeanwhile (when `revision` is given and no longer the newest).
    """
    whole = await open_whole(session, actor, number)
    if revision is not None and revision != whole.bundle.revision:
        raise ChangedMeanwhile(number)
    front = merging.front(whole)
    await drafting.retype(session, front, whole.merged, typed, at=at)
    if front.revision != whole.bundle.revision:
        whole.bundle.revision, whole.bundle.updated_at = front.revision, at
        await spread(session, whole, front, at=at)
    return whole


async def spread(session: Session, whole: Whole, front: Application, *, at: datetime) -> None:
    """Give every part its share of the answers, with the origin of those that a register gave."""
    today = local_day(at)
    for member in whole.members:
        own = merging.share(whole, member, front.answers, today)
        await drafting.retype(session, member.application, member.definition, own, at=at)
        origins = {
            key: front.origins[asked]
            for (item, key), asked in whole.pool.keys.items()
            if item == member.item and asked in front.origins
        }
        answered = {owner(name) for name, text in member.application.answers.items() if text}
        kept = {key: origin for key, origin in origins.items() if key in answered}
        member.application.origins = kept | member.application.origins


async def hand_in(
    session: Session,
    actor: Actor,
    number: str,
    code: str,
    *,
    name: str,
    content: bytes,
    objects: ObjectStore,
    at: datetime,
) -> None:
    """Keep one file for every part that asks for this material.

    Raises MaterialUnknown, NotInDraft, TooManyFiles, and what `arriving.receiving.receive` does.
    """
    whole = await open_whole(session, actor, number)
    pooled = _known(whole, code)
    present = [file for file in whole.files() if file.material_code == code]
    arrived = await receiving.receive(name, content, pooled.material)
    digest = await keep(session, objects, arrived.received.content)
    if any((file.name, file.digest) == (arrived.received.name, digest) for file in present):
        return  # sent twice, kept once
    if len(present) >= pooled.material.max_files:
        raise TooManyFiles(pooled.material.max_files)
    for member, own in whole.serving(pooled):
        await drafting.attach(session, actor, member.application, own, arrived, digest, at=at)
    whole.bundle.updated_at = at


async def take_back(session: Session, actor: Actor, number: str, file_id: UUID, *, at: datetime) -> None:
    """Remove one file from every part it was handed in for."""
    whole = await open_whole(session, actor, number)
    pooled, file = _file(whole, file_id)
    for member, own in whole.serving(pooled):
        same = [one for one in member.files if one.material_code == own and _alike(one, file)]
        for one in same[:1]:
            await drafting.detach(session, member.application, one, at=at)
    whole.bundle.updated_at = at


async def commit_to(session: Session, actor: Actor, number: str, code: str, *, at: datetime) -> None:
    """告知承诺, once for every part that asks for it. Raises MaterialNotSpared where there is none to sign."""
    whole = await open_whole(session, actor, number)
    pooled = _known(whole, code)
    if pooled.material.commitment is None:
        raise MaterialNotSpared(code)
    for member, own in whole.serving(pooled):
        await drafting.sign(session, actor, member.application, own, at=at)
    whole.bundle.updated_at = at


async def discard(session: Session, actor: Actor, number: str, *, at: datetime) -> None:
    """Throw the bundle and all its drafts away. Raises NotInDraft once it is handed in."""
    whole = await open_whole(session, actor, number)
    for member in whole.members:
        await drafting.throw_away(session, actor, member.application, at=at)
    await record(session, actor, whole.bundle, "bundle discarded", at=at)
    await session.delete(whole.bundle)


def _known(whole: Whole, code: str) -> Pooled:
    pooled = whole.pooled(code)
    if pooled is None:
        raise MaterialUnknown(code)
    return pooled


def _file(whole: Whole, file_id: UUID) -> tuple[Pooled, CaseFile]:
    file = next((one for one in whole.files() if one.id == file_id), None)
    if file is None:
        raise ApplicationNotFound(str(file_id))
    return _known(whole, file.material_code), file


def _alike(one: CaseFile, other: CaseFile) -> bool:
    return (one.digest, one.name, one.at) == (other.digest, other.name, other.at)
