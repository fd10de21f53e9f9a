"""Bundles: what there is, and one draft for several items, filled in and handed in like a single application."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, JSONBody

from identity.actor import Actor
from portal import drafting
from portal.api import bodies, standing
from portal.api.applying import LARGEST_MATERIAL, OTHER_QUESTION, Key
from portal.api.bundle_schemas import (
    Branch,
    BundleDraft,
    BundleList,
    BundleOffered,
    BundleSeen,
    BundleStart,
)
from portal.api.case_schemas import Answers, Commit, Submission, Withdrawal
from portal.api.description import ROOT, refusals
from portal.api.following import pdf
from portal.api.reading import form_seen, materials_seen
from portal.api.schemas import told
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.request import Request
from portal.resources import Resources
from services.applications.bilingual import commands as bilingual
from services.applications.bundling import filling, queries, reading, starting, submitting, withdrawing
from services.applications.bundling.merging import Whole, front
from services.applications.errors import AnswersWrong, Missing, ResultNotReady
from services.applications.rules import Channel
from services.catalogue import answers, bundles, rows
from services.catalogue.mistakes import Mistake
from services.workflow.rules import local_day
from storage.database import Session


class Bundles(Controller):
    path = f"{ROOT}/bundles"
    tags = ["bundles"]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listBundles",
        summary="一件事清单",
        description="Every bundle with the items it is made of.",
        responses=refusals(),
        opt={"public": True},
        security=[{}],
    )
    async def listing(self) -> BundleList:
        return BundleList(bundles=[told(BundleOffered, one) for one in bundles.shipped()])

    @post(
        "/{code:str}/applications",
        operation_id="startBundle",
        summary="开始办理一件事",
        description="Opens one draft for several items and asks the registers at once, for every item under its "
        "own contract. Fill it in and hand it in at `/bundle-applications/{number}`.",
        responses=refusals(401, 403, 404, 410, 422, 503),
        guards=[citizen],
    )
    async def start(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        data: JSONBody[BundleStart],
    ) -> BundleDraft:
        bundle = next((one for one in bundles.shipped() if one.code == code), None)
        if bundle is None:
            raise NotFoundException
        # Committed before the hub is asked: the hub's record names cases that exist (decision 0001).
        async with transactions() as session:
            actor = await standing.for_party(session, actor, data.on_behalf_of, now)
            begun = await starting.start(
                session, actor, bundle, chosen=data.parts, channel=Channel.API, at=now
            )
            number = begun.number
        await drafting.gather(resources, actor, number, at=now)
        async with transactions() as session:
            return bundle_draft(await reading.whole(session, actor, number), local_day(now))


class BundleApplications(Controller):
    path = f"{ROOT}/bundle-applications/{{number:str}}"
    tags = ["bundles"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="getBundle",
        summary="一件事办件",
        description="Every part's case with its number and state, the receipt and the joint promised date.",
        responses=refusals(401, 403, 404),
    )
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], number: FromPath[str]
    ) -> BundleSeen:
        return _seen(await reading.whole(session, actor, standing.plain_number(number)))

    @get(
        "/draft",
        operation_id="getBundleDraft",
        summary="一件事草稿",
        description="The bundle as it is being filled in: one form, every material once, and what is missing.",
        responses=refusals(401, 403, 404),
    )
    async def draft(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> BundleDraft:
        return await _read(session, actor, number, now)

    @patch(
        "/",
        operation_id="saveBundleAnswers",
        summary="填写一件事答案",
        description="Keeps the answers named, for every item that asks; others stay. If one of them is wrong, "
        "nothing is kept and all mistakes are told (`answers-wrong`).",
        responses=refusals(401, 403, 404, 409, 422),
    )
    async def save(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[Answers],
    ) -> BundleDraft:
        actor = await bundle_standing(session, actor, number)
        await _save(session, actor, number, data, now)
        return await _read(session, actor, number, now)

    @put(
        "/materials/{code:str}",
        operation_id="putBundleMaterial",
        summary="提交一件事的一份材料",
        description="Meets a material, once for every item that asks for it, by files (multipart, parts called "
        "`file`, replacing those handed in before) or by its commitment.",
        responses=refusals(401, 403, 404, 409, 413, 422, 503),
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
    ) -> BundleDraft:
        actor = await bundle_standing(session, actor, number)
        if bodies.is_multipart(request):
            sent = await bodies.files(request)
            await _clear(session, actor, number, code, now)
            for name, content in sent:
                await filling.hand_in(
                    session,
                    actor,
                    number,
                    code,
                    name=name,
                    content=content,
                    objects=resources.objects,
                    at=now,
                )
        else:
            await _commit(session, actor, number, code, await bodies.read(request, Commit), now)
        return await _read(session, actor, number, now)

    @delete(
        "/materials/{code:str}",
        operation_id="takeBundleMaterialBack",
        summary="撤下一件事材料的文件",
        description="Takes the files of a material back, from every item it was handed in for.",
        responses=refusals(401, 403, 404, 409),
    )
    async def take_back(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> None:
        actor = await bundle_standing(session, actor, number)
        await _clear(session, actor, number, code, now)

    @delete(
        "/",
        operation_id="discardBundle",
        summary="删除一件事草稿",
        description="Throws the draft away with all its parts. What was handed in is withdrawn instead.",
        responses=refusals(401, 403, 404, 409),
    )
    async def discard(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> None:
        actor = await bundle_standing(session, actor, number)
        await filling.discard(session, actor, number, at=now)

    @post(
        "/submission",
        operation_id="submitBundle",
        summary="提交一件事",
        description="Hands every part in, or none. Sent twice with one key, it is done once and answered alike; "
        "`incomplete` names everything that is missing.",
        responses=refusals(401, 403, 404, 409, 410, 422),
        operation_class=bodies.taking({bodies.JSON: bodies.schema_of(Submission)}, required=False),
    )
    async def submit(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: Key,
    ) -> BundleSeen:
        wanted = await bodies.read(request, Submission)
        actor = await bundle_standing(session, actor, number)
        whole = await submitting.submit(session, actor, number, key=key, at=now, delivery=wanted.delivery)
        if wanted.english:
            await bilingual.ask(session, actor, number, at=now)
        return _seen(whole)

    @post(
        "/withdrawal",
        operation_id="withdrawBundle",
        summary="撤回一件事",
        description="Withdraws every part that is not decided yet, in one step, and throws away what still waits "
        "for another part. Parts that are decided stay as they are.",
        responses=refusals(401, 403, 404, 409),
        status_code=200,
    )
    async def withdraw(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[Withdrawal],
    ) -> BundleSeen:
        actor = await bundle_standing(session, actor, number)
        return _seen(await withdrawing.withdraw(session, actor, number, reason=data.reason, at=now))

    @get(
        "/receipt",
        operation_id="getBundleReceipt",
        summary="下载一件事收件回执",
        description="The one receipt as a sealed PDF; `result-not-ready` while it is being made.",
        responses=refusals(401, 403, 404, 409, 503),
        media_type="application/pdf",
    )
    async def receipt(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        number: FromPath[str],
    ) -> Response[bytes]:
        bundle = await queries.get(session, actor, standing.plain_number(number))
        if bundle.receipt is None:
            raise ResultNotReady(number)
        return pdf(await resources.objects.get(bundle.receipt), f"receipt-{number}.pdf")


async def bundle_standing(session: Session, actor: Actor, number: str) -> Actor:
    """The actor, standing for the bundle's applicant. Raises ApplicationNotFound."""
    bundle = await queries.get(session, actor, standing.plain_number(number))
    return standing.as_party(actor, bundle.applicant_kind, bundle.applicant_id, bundle.applicant_name)


async def _read(session: Session, actor: Actor, number: str, at: datetime) -> BundleDraft:
    return bundle_draft(await reading.whole(session, actor, standing.plain_number(number)), local_day(at))


async def _save(session: Session, actor: Actor, number: str, data: Answers, at: datetime) -> None:
    """Keep right answers; one that is wrong refuses them all. Raises AnswersWrong and what `save_answers` raises."""
    whole = await reading.open_whole(session, actor, number)
    typed = answers.flatten(data.answers)
    strange = [name for name in typed if rows.asker(whole.merged.form, name) is None]
    if strange:
        raise AnswersWrong([Mistake(name, OTHER_QUESTION) for name in strange])
    whole = await filling.save_answers(session, actor, number, typed, at=at, revision=data.revision)
    checked = whole.checked(local_day(at), complete=False)
    if wrong := [mistake for mistake in checked.mistakes if rows.owner(mistake.key) in data.answers]:
        raise AnswersWrong(wrong)


async def _clear(session: Session, actor: Actor, number: str, code: str, at: datetime) -> None:
    whole = await reading.open_whole(session, actor, number)
    for file in whole.files():
        if file.material_code == code:
            await filling.take_back(session, actor, number, file.id, at=at)


async def _commit(
    session: Session, actor: Actor, number: str, code: str, promised: Commit, at: datetime
) -> None:
    if not promised.commitment:
        raise ValidationException(extra=[{"message": "Expected `true`", "key": "commitment"}])
    met: Mapping[str, Any] = (await reading.open_whole(session, actor, number)).materials()
    # Signed already: the same promise again is the same promise, and one entry in the record is enough.
    if code not in met or str(met[code].supply) != "committed":
        await filling.commit_to(session, actor, number, code, at=at)


def bundle_draft(whole: Whole, today: date) -> BundleDraft:
    case, checked = front(whole), whole.checked(today)
    missing = [Missing("question", one.key, "missing") for one in checked.mistakes if one.code == "missing"]
    return told(
        BundleDraft,
        case,
        code=whole.bundle.code,
        items=[one.item for one in whole.members],
        form=form_seen(whole.merged, checked, case.origins),
        materials=materials_seen(
            whole.merged,
            list(whole.materials().values()),
            whole.files(),
            {**whole.facts(), **checked.values},
            today,
        ),
        missing=missing + whole.lacking(today),
    )


def _seen(whole: Whole) -> BundleSeen:
    return told(
        BundleSeen,
        whole.bundle,
        name=whole.definition.name,
        receipt=whole.bundle.receipt is not None,
        branches=[
            told(Branch, one.application, standing=str(one.branch.part.standing)) for one in whole.members
        ],
    )
