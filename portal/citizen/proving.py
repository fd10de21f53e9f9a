"""证明我的办件未被改动: the record of one's own case as evidence, and the page where anybody has such a file judged."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from identity.actor import Actor
from portal.citizen.case import open_case
from portal.forms import Form
from portal.guards import citizen
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from services.oversight import records
from storage import checkpoints, ledger_bundle
from storage.database import Session
from storage.ledger_bundle import Verdict
from storage.signed_notes import Verifier

LARGEST = 16 * 1024 * 1024
"""Bytes of an evidence file; a case of ten thousand entries is smaller."""
FILE = "file"


def _mark(text: str) -> str:
    """Marks a text for the table below; it is translated when it is shown."""
    return text


CHANGED = _mark("记录被改动过")
NO_EVIDENCE = _mark("不是可以校验的存证文件")
NOT_OURS = _mark("不是本账本的存证")
WHY: Mapping[str, tuple[str, str]] = {
    "unreadable": (NO_EVIDENCE, _mark("请上传从“证明我的办件未被改动”页面下载的原文件。")),
    "format": (NO_EVIDENCE, _mark("这个文件的版本本页不认识，请重新下载一份。")),
    "empty": (NO_EVIDENCE, _mark("文件里一条记录也没有。")),
    "missing": (CHANGED, _mark("少了记录：这个位置应当有的一条不见了。")),
    "previous": (CHANGED, _mark("前后接不上：每条记录都写着前一条的指纹，这里对不上。")),
    "hash": (CHANGED, _mark("内容和它的指纹不符：写下之后被改过。")),
    "chain": (CHANGED, _mark("混进了别的办件的记录。")),
    "columns": (CHANGED, _mark("可读的内容和写下时的不一样。")),
    "body": (CHANGED, _mark("这条记录的内容读不出来。")),
    "head": (CHANGED, _mark("末尾的记录被删除或者换过。")),
    "placeless": (CHANGED, _mark("多了一条没有登记过的记录。")),
    "inclusion": (CHANGED, _mark("记录对不上本账本签过字的总账。")),
    "checkpoint": (NOT_OURS, _mark("文件里的总账签字读不出来。")),
    "signature": (NOT_OURS, _mark("总账签字不是本账本签发的，或者被改过。")),
    "held": (
        _mark("总账和这份存证对不上"),
        _mark(
            "文件本身完好，签字也是真的，但现在的总账里不再有它：总账在签字之后被改动过。请保存好文件并投诉。"
        ),
    ),
}
"""Why a file is not believed → heading and reason, in plain words."""


class CaseProof(Controller):
    path = "/applications/{number:str}"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/proof", name="proving:case")
    async def proof(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        """Every record of the case recomputed at this moment, and what to keep so that nobody need be believed."""
        case = await open_case(session, actor, number, now)
        key = await log_key(resources)
        found = (await records.proof(session, case.number, key, at=now)).verdict
        context = {"case": case, "result": await _judged(session, found), "key": key, "now": now}
        return Template("citizen/proof.html", context=context)

    @get("/evidence", name="proving:evidence")
    async def evidence(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        """The case's record in one file that proves itself, here and with `yiwang ledger verify FILE`."""
        case = await open_case(session, actor, number, now)
        content = await ledger_bundle.export(session, case.number, await log_key(resources), at=now)
        disposition = f'attachment; filename="evidence-{case.number}.json"'
        return Response(content, media_type="application/json", headers={"content-disposition": disposition})


class LedgerVerifying(Controller):
    path = "/verify/ledger"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="verifying:ledger")
    async def show(self, resources: NamedDependency[Resources]) -> Template:
        return await _page(resources, Form.empty())

    @post("/", name="verifying:evidence", request_max_body_size=LARGEST)
    async def judge(
        self, request: Request, session: NamedDependency[Session], resources: NamedDependency[Resources]
    ) -> Template:
        """Judge an evidence file; nothing of it is kept."""
        file = (await request.form()).get(FILE)
        if not isinstance(file, UploadFile) or not file.filename:
            return await _page(resources, Form(errors={FILE: "file-missing"}), status=422)
        verdict = ledger_bundle.verify_bundle(await file.read(), key=await log_key(resources))
        return await _page(resources, Form.empty(), result=await _judged(session, verdict))


async def log_key(resources: Resources) -> Verifier:
    """The log's public key; read anew, since the worker may have made it a moment ago."""
    settings = resources.settings
    signer = await asyncio.to_thread(checkpoints.log_key, settings.keys, settings.public_url)
    return signer.verifier


async def _judged(session: Session, verdict: Verdict) -> dict[str, Any]:
    """The verdict in words; for a sound file also whether the ledger as it stands still holds it."""
    why = verdict.why
    if why is None and not await checkpoints.still_holds(session, verdict.size, verdict.root):
        why = "held"
    if why is not None:
        heading, reason = WHY.get(why, (CHANGED, _mark("记录和总账对不上。")))
        return {"good": False, "heading": _(heading), "why": _(reason), "verdict": verdict}
    return {"good": True, "heading": _("没有被改动"), "why": _covered(verdict), "verdict": verdict}


def _covered(verdict: Verdict) -> str:
    if not verdict.proven_to:
        return _("每条记录都接得上。总账的签字通常在一秒钟内完成，请稍后刷新。")
    if verdict.proven_to < verdict.entries:
        return _("每条记录都接得上，前 %(position)s 条已经写进本账本签过字的总账，总账现在仍然包含它们。") % {
            "position": verdict.proven_to
        }
    return _("每条记录都接得上，并且都写进了本账本签过字的总账，总账现在仍然包含它们。")


async def _page(
    resources: Resources, form: Form[Any], *, result: dict[str, Any] | None = None, status: int = 200
) -> Template:
    context = {"form": form, "result": result, "key": await log_key(resources)}
    return Template("citizen/verify_ledger.html", context=context, status_code=status)
