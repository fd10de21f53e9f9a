"""What comes after handing in: where the case stands, its papers, withdrawing, rating."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from identity.actor import Actor, Role
from portal.api import reading, standing
from portal.api.case_schemas import (
    ApplicationPage,
    ApplicationSeen,
    AskingForAPerson,
    RatingGiven,
    RatingSeen,
    Withdrawal,
)
from portal.api.description import ROOT, refusals
from portal.api.schemas import told
from portal.dependencies import Transactions
from portal.guards import citizen, signed_in
from portal.resources import Resources
from services.applications import queries
from services.applications.arriving.queries import require_cleared
from services.applications.commands import closing
from services.applications.errors import ResultNotReady
from services.applications.hearing import commands as hearings
from services.applications.instant import commands as instant
from services.oversight import commands as oversight
from storage.database import Session

MOST = 100
WATCHERS = (Role.SUPERVISOR, Role.AUDIT_ADMIN)


class Following(Controller):
    path = f"{ROOT}/applications"
    tags = ["applications"]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listApplications",
        summary="我的办件",
        description="The cases of the party acted for, the newest first: drafts, running and finished.",
        responses=refusals(401, 403, 404, 422),
        guards=[citizen],
    )
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        on_behalf_of: Annotated[str | None, QueryParameter(description="a party's id or credit code")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 50,
    ) -> ApplicationPage:
        actor = await standing.for_party(session, actor, on_behalf_of, now)
        found = await queries.mine(session, actor, limit=limit)
        return ApplicationPage(applications=[reading.line(one, now) for one in found])

    @get(
        "/{number:str}",
        operation_id="getApplication",
        summary="办件详情",
        description="State, due dates, timeline, materials and papers, for the applicant and for the officers "
        "whose department it is. A supervisor's look is recorded.",
        responses=refusals(401, 404),
        guards=[signed_in],
    )
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> ApplicationSeen:
        # Not the READ ONLY session of other reads: that a supervisor looked is written down with the look.
        async with transactions() as session:
            if actor.has(*WATCHERS):
                await oversight.look(session, actor, standing.plain_number(number), at=now)
            return await reading.whole(session, actor, number, at=now)

    @get(
        "/{number:str}/documents/{document_id:uuid}",
        operation_id="getDocument",
        summary="下载文书",
        description="A receipt, notice or decision as a sealed PDF; `result-not-ready` while it is being made.",
        responses=refusals(401, 404, 409, 503),
        guards=[signed_in],
        media_type="application/pdf",
    )
    async def document(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        number: FromPath[str],
        document_id: FromPath[UUID],
    ) -> Response[bytes]:
        application = await queries.get(session, actor, standing.plain_number(number))
        document = await queries.document_of(session, application, document_id)
        if document.digest is None:
            raise ResultNotReady(number)
        return pdf(await resources.objects.get(document.digest), f"{document.kind}-{number}.pdf")

    @get(
        "/{number:str}/files/{file_id:uuid}",
        operation_id="getFile",
        summary="下载已提交的文件",
        description="A file handed in for a material, with the type of its content.",
        responses=refusals(401, 404, 503),
        guards=[signed_in],
        media_type="application/octet-stream",
    )
    async def file(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Response[bytes]:
        application = await queries.get(session, actor, standing.plain_number(number))
        file = await queries.file_of(session, application, file_id)
        await require_cleared(session, file.id)
        content = await resources.objects.get(file.digest)
        return Response(content, media_type=file.media_type, headers={"content-disposition": "attachment"})

    @post(
        "/{number:str}/withdrawal",
        operation_id="withdrawApplication",
        summary="撤回申请",
        description="Withdraws the case, at any time before the decision.",
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
        status_code=200,
    )
    async def withdraw(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[Withdrawal],
    ) -> ApplicationSeen:
        actor = await standing.for_applicant(session, actor, number)
        await closing.withdraw(session, actor, number, reason=data.reason, at=now)
        return await reading.whole(session, actor, number, at=now)

    @post(
        "/{number:str}/person",
        operation_id="askForAPerson",
        summary="请人工审查",
        description="Before the decision, takes the case out of the rules (秒批); after a decision by rules, has a "
        "person look at it again, within sixty days. `not-decided-by-rules`, `review-time-over`, `review-under-way`.",
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
        status_code=200,
    )
    async def person(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[AskingForAPerson],
    ) -> ApplicationSeen:
        actor = await standing.for_applicant(session, actor, number)
        await instant.ask_for_a_person(session, actor, number, words=data.words, at=now)
        return await reading.whole(session, actor, number, at=now)

    @post(
        "/{number:str}/hearing",
        operation_id="askForHearing",
        summary="要求听证",
        description="The applicant asks for the hearing they were told of, within five days (行政许可法 47); asking "
        "again changes nothing.",
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
        status_code=200,
    )
    async def hearing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> ApplicationSeen:
        actor = await standing.for_applicant(session, actor, number)
        await hearings.ask_oneself(session, actor, number, at=now)
        return await reading.whole(session, actor, number, at=now)

    @post(
        "/{number:str}/rating",
        operation_id="rateApplication",
        summary="好差评",
        description="Rates a finished case, once: 1 非常满意 … 5 非常不满意.",
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
    )
    async def rate(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[RatingGiven],
    ) -> RatingSeen:
        actor = await standing.for_applicant(session, actor, number)
        rating = await closing.rate(session, actor, number, grade=data.grade, text=data.text, at=now)
        return told(RatingSeen, rating)


def pdf(content: bytes, name: str) -> Response[bytes]:
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type="application/pdf", headers={"content-disposition": disposition})
