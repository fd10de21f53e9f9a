"""Filling in: a draft with everything the registers hold, answers, materials, and handing in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromPath, HeaderParameter, JSONBody

from identity.actor import Actor
from portal.api import bodies, law_following, reading, standing
from portal.api.case_schemas import (
    Answers,
    ApplicationSeen,
    CaseSubmission,
    Commit,
    Corrections,
    Draft,
    Start,
)
from portal.api.description import ROOT, refusals
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.request import Request
from portal.resources import Resources
from services.applications import queries
from services.applications.bilingual import commands as bilingual
from services.applications.commands import drafting, gathering, starting, submitting
from services.applications.errors import AnswersWrong
from services.applications.rules import Channel, State
from services.catalogue import answers, rows
from services.catalogue import queries as catalogue
from services.catalogue.definition import ItemDefinition
from services.catalogue.mistakes import Mistake
from services.workflow.rules import local_day
from storage.database import Session

LARGEST_MATERIAL = 64 * 1024 * 1024
"""Bytes of all files of one call; what one file may have, its material says."""

Key = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,64}$",
        description="1 to 64 visible characters of your own choice; the same again does nothing twice",
    ),
]
OTHER_QUESTION = "not-a-question"


class Applying(Controller):
    path = f"{ROOT}/applications"
    tags = ["applications"]  # noqa: RUF012 - Litestar's way of marking routes

    @post(
        "/",
        operation_id="startApplication",
        summary="开始办理",
        description="Opens a draft and asks the registers at once: the form comes prefilled, with the origin of "
        "every answer, and each material says where it comes from and whether it is still needed.",
        responses=refusals(401, 403, 404, 410, 422, 503),
        guards=[citizen],
    )
    async def start(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[Start],
    ) -> Draft:
        # The draft is committed before the hub is asked: the hub's record names a case that exists (decision 0001).
        async with transactions() as session:
            actor = await standing.for_party(session, actor, data.on_behalf_of, now)
            item = await catalogue.get(session, data.item_code)
            begun = await starting.start(session, actor, item, channel=Channel.API, at=now)
            number = begun.number
        await gathering.gather(resources.sessions, resources.hub, number, at=now)
        async with transactions() as session:
            return await reading.draft(session, actor, number, at=now)

    @get(
        "/{number:str}/draft",
        operation_id="getDraft",
        summary="草稿",
        description="The case as it is being filled in: form, answers, materials, and what is missing.",
        responses=refusals(401, 403, 404),
        guards=[citizen],
    )
    async def draft(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Draft:
        return await reading.draft(session, actor, number, at=now)

    @patch(
        "/{number:str}",
        operation_id="saveAnswers",
        summary="填写答案",
        description="Keeps the answers named; others stay. If one of them is wrong, nothing is kept and all "
        "mistakes are told (`answers-wrong`). In a correction only what the notice named may change.",
        responses=refusals(401, 403, 404, 409, 422),
        guards=[citizen],
    )
    async def save(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[Answers],
    ) -> Draft:
        actor = await standing.for_applicant(session, actor, number)
        await _save(session, actor, number, data.answers, now, revision=data.revision)
        return await reading.draft(session, actor, number, at=now)

    @put(
        "/{number:str}/materials/{code:str}",
        operation_id="putMaterial",
        summary="提交一份材料",
        description="Meets a material by files (multipart, one or several parts called `file`, replacing those "
        "handed in before) or by its commitment. Files are judged by their content, not their names.",
        responses=refusals(401, 403, 404, 409, 413, 422, 503),
        guards=[citizen],
        operation_class=bodies.taking(
            {bodies.MULTIPART: bodies.FILES, bodies.JSON: bodies.schema_of(Commit)}
        ),
        request_max_body_size=LARGEST_MATERIAL,
    )
    async def material(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Draft:
        actor = await standing.for_applicant(session, actor, number)
        definition = await _definition(session, actor, number)
        if bodies.is_multipart(request):
            sent = await bodies.files(request)
            if await law_following.taken(
                session, actor, number, definition, code, sent, resources.objects, now
            ):
                return await reading.draft(session, actor, number, at=now)
            await _clear(session, actor, number, code, now)
            for name, content in sent:
                await drafting.hand_in(
                    session,
                    actor,
                    number,
                    definition,
                    code,
                    name=name,
                    content=content,
                    objects=resources.objects,
                    at=now,
                )
        else:
            await _commit(session, actor, number, definition, code, await bodies.read(request, Commit), now)
        return await reading.draft(session, actor, number, at=now)

    @delete(
        "/{number:str}/materials/{code:str}",
        operation_id="takeMaterialBack",
        summary="撤下材料的文件",
        description="Takes the files of a material back.",
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
    )
    async def take_back(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> None:
        actor = await standing.for_applicant(session, actor, number)
        await _clear(session, actor, number, code, now)

    @delete(
        "/{number:str}",
        operation_id="discardDraft",
        summary="删除草稿",
        description="Throws a draft away; nothing of it is kept. What was handed in is withdrawn instead.",
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
    )
    async def discard(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> None:
        actor = await standing.for_applicant(session, actor, number)
        await drafting.discard(session, actor, number, at=now)

    @post(
        "/{number:str}/submission",
        operation_id="submitApplication",
        summary="提交申请",
        description="Hands the case in. Sent twice with one key, it is done once and answered alike; "
        "`incomplete` names everything that is missing.",
        responses=refusals(401, 403, 404, 409, 410, 422),
        guards=[citizen],
        operation_class=bodies.taking({bodies.JSON: bodies.schema_of(CaseSubmission)}, required=False),
    )
    async def submit(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: Key,
    ) -> ApplicationSeen:
        wanted = await bodies.read(request, CaseSubmission)
        case = await submitting.submit(
            session,
            actor,
            number,
            key=key,
            at=now,
            delivery=wanted.delivery,
            by_a_person=wanted.by_a_person,
        )
        if wanted.english:
            await bilingual.ask(session, actor, number, at=now)
        return await reading.seen(session, actor, case, at=now)

    @post(
        "/{number:str}/corrections",
        operation_id="correctApplication",
        summary="补正后再次提交",
        description="Keeps corrected answers and hands the case in again, in one step. Corrected materials are "
        "put before. Sent twice with one key, it is done once.",
        responses=refusals(401, 403, 404, 409, 422),
        guards=[citizen],
        operation_class=bodies.taking({bodies.JSON: bodies.schema_of(Corrections)}, required=False),
    )
    async def correct(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: Key,
    ) -> ApplicationSeen:
        corrected = await bodies.read(request, Corrections)
        actor = await standing.for_applicant(session, actor, number)
        application = await queries.get(session, actor, number, lock=True)
        # Handed in already with this key: the answers are in, and changing them now would be refused.
        if application.state is State.CORRECTING:
            await _save(session, actor, number, corrected.answers, now)
        await submitting.correct(session, actor, number, key=key, at=now)
        return await reading.whole(session, actor, number, at=now)


async def _definition(session: Session, actor: Actor, number: str) -> ItemDefinition:
    application = await queries.get(session, actor, number)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    return item.definition


async def _save(
    session: Session,
    actor: Actor,
    number: str,
    given: Mapping[str, Any],
    at: datetime,
    *,
    revision: int | None = None,
) -> None:
    """Keep right answers; one that is wrong refuses them all. Raises AnswersWrong and what `save_answers` raises."""
    definition = await _definition(session, actor, number)
    typed = answers.flatten(given)
    strange = [name for name in typed if rows.asker(definition.form, name) is None]
    if strange:
        raise AnswersWrong([Mistake(name, OTHER_QUESTION) for name in strange])
    application = await drafting.save_answers(
        session, actor, number, definition, typed, at=at, revision=revision
    )
    facts = submitting.facts_by_name(await queries.facts_of(session, application))
    checked = answers.check(
        definition.form, application.answers, today=local_day(at), complete=False, facts=facts
    )
    if wrong := [mistake for mistake in checked.mistakes if rows.owner(mistake.key) in given]:
        raise AnswersWrong(wrong)


async def _clear(session: Session, actor: Actor, number: str, code: str, at: datetime) -> None:
    """Take every file of a material back."""
    application = await queries.get(session, actor, number)
    for file in await queries.files_of(session, application):
        if file.material_code == code:
            await drafting.take_back(session, actor, number, file.id, at=at)


async def _commit(
    session: Session,
    actor: Actor,
    number: str,
    definition: ItemDefinition,
    code: str,
    promised: Commit,
    at: datetime,
) -> None:
    if not promised.commitment:
        raise ValidationException(extra=[{"message": "Expected `true`", "key": "commitment"}])
    application = await queries.get(session, actor, number)
    material = next(
        (one for one in await queries.materials_of(session, application) if one.code == code), None
    )
    # Signed already: the same promise again is the same promise, and one entry in the record is enough.
    if material is None or str(material.supply) != "committed":
        await drafting.commit_to(session, actor, number, definition, code, at=at)
