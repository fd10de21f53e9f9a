"""证照核验, open to everyone: is this file what was sealed, is this licence good, what does this person show me?"""

import asyncio
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from pydantic import Field

from licensing import commands, queries, verifying
from licensing.errors import CodeRefused, CodesCrowded, LicenceNotFound
from licensing.queries import PublicFacts
from licensing.verdicts import Finding, Verdict
from portal import forms, licence_words
from portal.authentication import origin
from portal.forms import Form
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from storage.database import Session

LARGEST_FILE = verifying.LARGEST + 1024 * 1024
LONGEST = 120
FILE = "file"


class Shown(forms.Fields):
    code: str = Field(max_length=40)


class VerifyingPages(Controller):
    path = "/verify"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="verifying:show")
    async def show(
        self,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        id: FromQuery[str] = "",
        code: FromQuery[str] = "",
    ) -> Template:
        """The forms; with identifier and check code (typed, or from the licence's QR code) what the register says."""
        typed: forms.Typed = {"id": _plain(id), "code": _plain(code)}
        if not id and not code:
            return _page(Form.empty())
        missing = {name: "missing" for name, text in typed.items() if not text}
        if missing:
            return _page(Form(typed, missing), status=422)
        try:
            facts = await queries.by_check_code(session, str(typed["id"]), str(typed["code"]), at=now)
        except LicenceNotFound:
            return _page(Form(typed), result=_unknown(), status=404)
        return _page(Form(typed), result=_standing(facts))

    @post("/", name="verifying:file", request_max_body_size=LARGEST_FILE)
    async def file(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
    ) -> Template:
        """Judge an uploaded file; nothing of it is kept."""
        file = (await request.form()).get(FILE)
        if not isinstance(file, UploadFile) or not file.filename:
            return _page(Form(errors={FILE: "file-missing"}), status=422)
        verdict = await asyncio.to_thread(verifying.verify, await file.read(), roots=resources.roots)
        return _page(Form.empty(), result=await _judged(session, verdict, now))

    @get("/presentation", name="verifying:ask-presentation")
    async def ask_presentation(self, code: FromQuery[str] = "") -> Template:
        form: Form[Shown] = Form({"code": _plain(code)} if code else {})
        return Template("citizen/redeem.html", context={"form": form, "shown": None})

    @post("/presentation", name="verifying:redeem")
    async def redeem(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template:
        """Use a presentation code up: the holder agreed by making it, so the checker sees the name whole."""
        form = await forms.read(request, Shown)
        if form.value is None:
            return Template("citizen/redeem.html", context={"form": form, "shown": None}, status_code=422)
        try:
            shown = await commands.redeem(session, form.value.code, at=now, source=origin(request))
        except CodesCrowded:
            # Answered, not raised: what was recorded stays.
            crowded = form.wrong(code=_("从这里输错的次数太多了，请过几分钟再试"))
            return Template("citizen/redeem.html", context={"form": crowded, "shown": None}, status_code=429)
        except CodeRefused:
            gone = form.wrong(code=_("这个出示码不存在、已经用过，或者超过了 60 秒。请对方重新出示"))
            return Template("citizen/redeem.html", context={"form": gone, "shown": None}, status_code=404)
        context: dict[str, Any] = {
            "form": form,
            "shown": shown,
            "state": licence_words.licence_state(shown.state),
            "fields": [{"key": pick(name), "value": text} for name, text in shown.fields],
        }
        return Template("citizen/redeem.html", context=context)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.strip() if letter.isprintable() and not letter.isspace())[
        :LONGEST
    ]


async def _judged(session: Session, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """The verdict on a file, and for one of our licences whether it is still good today."""
    if not verdict.sound:
        return _result("bad", *FINDINGS[verdict.finding], verdict=verdict)
    if verdict.identifier is None:
        return _result("good", *FINDINGS[Finding.SOUND], verdict=verdict)
    try:
        facts = await queries.by_identifier(session, verdict.identifier, at=now)
    except LicenceNotFound:
        return _result(
            "bad", _("查不到这个证照"), _("印章有效，但签发登记中没有这个证照，不能采信。"), verdict=verdict
        )
    standing = _standing(facts) | {"verdict": verdict}
    if standing["kind"] == "good":
        standing["why"] = _("文件由签发机关盖章，盖章后没有改动过；证照现在有效。")
    return standing


def _mark(text: str) -> str:
    """Marks a text for the table below; it is translated when it is shown."""
    return text


FINDINGS: dict[Finding, tuple[str, str]] = {
    Finding.SOUND: (_mark("真实，没有改动"), _mark("文件由签发机关盖章，盖章后没有改动过。")),
    Finding.APPENDED: (
        _mark("盖章后被添加过内容"),
        _mark("盖章的部分没有变，但后面添加了别的内容，不能采信。"),
    ),
    Finding.UNKNOWN_SEALER: (_mark("印章不可信"), _mark("文件有印章，但不是本市签发机关的印章，不能采信。")),
    Finding.ALTERED: (
        _mark("文件被改动过"),
        _mark("文件和盖章时不一样，不能采信。请让持证人从“我的空间”重新下载。"),
    ),
    Finding.UNSEALED: (_mark("没有电子印章"), _mark("这个文件没有电子印章，不能证明是谁签发的。")),
    Finding.UNREADABLE: (
        _mark("不是可以核验的文件"),
        _mark("请上传证照或者文书的 PDF 原文件。照片、扫描件和截图不能核验。"),
    ),
}


def _standing(facts: PublicFacts) -> dict[str, Any]:
    """What the register says about a licence today."""
    state = licence_words.licence_state(facts.state)
    trust = licence_words.trust(facts.trust)
    if str(facts.state) == "valid":
        told = _mark("签发登记中有这个证照，现在有效。")
        return _result("good", _mark("证照有效"), told, facts=facts, state=state, trust=trust)
    return _result(
        "bad",
        _mark("证照已经失效"),
        _mark("签发登记中有这个证照，但它现在不能使用。"),
        facts=facts,
        state=state,
        trust=trust,
    )


def _unknown() -> dict[str, Any]:
    return _result(
        "bad",
        _mark("查不到这个证照"),
        _mark("证照标识和校验码对不上。请对照证照检查；如果没有输错，这个证照不是本市签发的。"),
    )


def _result(kind: str, heading: str, why: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "heading": _(heading), "why": _(why), "facts": None, "verdict": None} | more


def _page(form: Form[Any], *, result: dict[str, Any] | None = None, status: int = 200) -> Template:
    return Template("citizen/verify.html", context={"form": form, "result": result}, status_code=status)
