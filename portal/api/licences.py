"""The holder's library of e-licences, and verification for everyone."""

import asyncio
from datetime import datetime
from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from identity.actor import Actor
from licensing import commands, queries, types, verifying
from licensing.errors import CodeRefused, CodesCrowded, LicenceNotFound
from licensing.presenting import CODE_LENGTH
from licensing.rules import PRESENTATION_LIFE, State
from licensing.verdicts import Finding, Verdict
from portal.api import bodies, problems
from portal.api.description import ROOT, refusals
from portal.api.following import pdf
from portal.api.schemas import (
    CodeToVerify,
    LicenceFacts,
    LicenceSeen,
    LicenceWhole,
    PresentationMade,
    Verification,
    told,
)
from portal.api.standing import for_party
from portal.authentication import origin
from portal.guards import citizen, signed_in
from portal.request import Request
from portal.resources import Resources
from storage.database import Session

LARGEST_FILE = 21 * 1024 * 1024


class Licences(Controller):
    path = f"{ROOT}/licences"
    tags = ["licences"]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listLicences",
        summary="我的证照",
        description="The library of the party acted for, the newest first.",
        responses=refusals(401, 403, 404, 422),
        guards=[citizen],
    )
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        on_behalf_of: Annotated[str | None, QueryParameter(description="a party's id or credit code")] = None,
    ) -> list[LicenceSeen]:
        actor = await for_party(session, actor, on_behalf_of, now)
        return [
            told(
                LicenceSeen,
                one,
                type_name=types.get(one.type_code, one.type_version).name,
                state=queries.state_of(one, now),
            )
            for one in await queries.listing(session, actor)
        ]

    @get(
        "/{identifier:str}",
        operation_id="getLicence",
        summary="一张证照",
        description="One licence with its metadata.",
        responses=refusals(401, 404),
        guards=[signed_in],
    )
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> LicenceWhole:
        one = await queries.get(session, actor, identifier)
        name = types.get(one.type_code, one.type_version).name
        return told(LicenceWhole, one, type_name=name, state=queries.state_of(one, now))

    @get(
        "/{identifier:str}/document",
        operation_id="getLicenceDocument",
        summary="下载证照",
        description="The sealed PDF.",
        responses=refusals(401, 404, 503),
        guards=[signed_in],
        media_type="application/pdf",
    )
    async def document(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        identifier: FromPath[str],
    ) -> Response[bytes]:
        content = await queries.document(session, actor, identifier, objects=resources.objects)
        return pdf(content, f"{identifier}.pdf")

    @post(
        "/{identifier:str}/presentations",
        operation_id="presentLicence",
        summary="亮证",
        description="A code to show to whoever checks the licence: it works once, within a minute.",
        responses=refusals(401, 403, 404, 409, 422),
        guards=[citizen],
    )
    async def present(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
        on_behalf_of: Annotated[str | None, QueryParameter(description="a party's id or credit code")] = None,
    ) -> PresentationMade:
        actor = await for_party(session, actor, on_behalf_of, now)
        code = await commands.present(session, actor, identifier, at=now)
        return PresentationMade(code=code, expires_at=now + PRESENTATION_LIFE)


@post(
    f"{ROOT}/verifications",
    operation_id="verifyLicence",
    summary="证照核验",
    description="Is this licence real, unaltered and in force? Send the file, or its identifier with the check "
    "code printed beside the QR code or a presentation code. A wrong pair is «not found»: identifiers cannot be "
    "counted through. A file is judged by its seal and kept nowhere.",
    responses=refusals(404, 413, 429),
    tags=["licences"],
    operation_class=bodies.taking(
        {bodies.MULTIPART: bodies.ONE_FILE, bodies.JSON: bodies.schema_of(CodeToVerify)}
    ),
    security=[{}],
    opt={"public": True},
    request_max_body_size=LARGEST_FILE,
    status_code=200,
)
async def verify(
    request: Request,
    session: NamedDependency[Session],
    resources: NamedDependency[Resources],
    now: NamedDependency[datetime],
) -> Verification | Response[bytes]:
    if not bodies.is_multipart(request):
        given = await bodies.read(request, CodeToVerify)
        try:
            facts = await _by_code(session, given, now, origin(request))
        except (CodeRefused, CodesCrowded) as refusal:
            # Answered, not raised: what was recorded stays.
            return problems.refusal(refusal, 404 if isinstance(refusal, CodeRefused) else 429)
        return Verification(valid=facts.state is State.VALID, licence=facts)
    _, content = (await bodies.files(request))[0]
    verdict = await asyncio.to_thread(verifying.verify, content, roots=resources.roots)
    return await _judged(session, verdict, now)


async def _by_code(session: Session, given: CodeToVerify, at: datetime, source: str) -> LicenceFacts:
    """Raises LicenceNotFound, CodeRefused, CodesCrowded."""
    if len(given.code.replace("-", "").replace(" ", "")) != CODE_LENGTH:
        facts = await queries.by_check_code(session, given.identifier, given.code, at=at)
        return told(LicenceFacts, facts)
    shown = await commands.redeem(session, given.code, at=at, source=source)
    if shown.identifier != given.identifier:
        raise CodeRefused
    return told(LicenceFacts, shown)


async def _judged(session: Session, verdict: Verdict, at: datetime) -> Verification:
    """The file's own evidence, and beside it what the register says of the licence it bears."""
    facts = None
    if verdict.finding in {Finding.SOUND, Finding.APPENDED} and verdict.identifier:
        facts = await _registered(session, verdict.identifier, at)
    # A sealed paper that is no licence (a receipt, a decision) has no state that could end.
    in_force = facts.state is State.VALID if facts else verdict.identifier is None
    return Verification(
        valid=verdict.sound and in_force,
        finding=str(verdict.finding),
        sealer=verdict.sealer,
        sealed_at=verdict.sealed_at,
        licence=facts,
    )


async def _registered(session: Session, identifier: str, at: datetime) -> LicenceFacts | None:
    try:
        return told(LicenceFacts, await queries.by_identifier(session, identifier, at=at))
    except LicenceNotFound:
        return None
