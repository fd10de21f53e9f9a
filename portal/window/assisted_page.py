"""The page of one draft at the counter, and what it says of files and signatures."""

import secrets
from datetime import datetime

from litestar.response import Template

from identity.actor import Actor
from portal.language import gettext as _
from portal.language import pick
from portal.window import assisted_form
from services.applications.errors import (
    FileEmpty,
    FileInfected,
    FileNotAllowed,
    FileTooLarge,
    FileTooLong,
    FileUnreadable,
    TooManyFiles,
)
from services.applications.rules import Delivery
from services.applications.window import assisting
from services.applications.window.errors import SignatureMissing, SignatureUnreadable
from services.catalogue.regions import REGIONS
from storage.database import Session

UNFIT = (
    FileEmpty,
    FileNotAllowed,
    FileTooLarge,
    FileTooLong,
    FileInfected,
    FileUnreadable,
    TooManyFiles,
)


def told(unfit: Exception) -> str:
    """What is wrong with a file or a signature."""
    words = {
        SignatureMissing: _("申请人还没有签名：请在屏幕上签名，或者上传签好名的纸面扫描件"),
        SignatureUnreadable: _("签名读不出来，请重新签"),
        FileEmpty: _("这是空文件，请重新扫描"),
        FileTooLarge: _("文件太大，请压缩后再上传"),
        FileTooLong: _("文件页数太多，请分成几份上传"),
        FileInfected: _("文件里查出病毒，没有保存"),
        FileNotAllowed: _("这种文件不能上传，请用列出的格式"),
        TooManyFiles: _("文件已经够多，请先移除不要的"),
    }
    return words.get(type(unfit), _("文件打不开，请重新扫描"))


async def draft_page(
    session: Session,
    actor: Actor,
    number: str,
    now: datetime,
    *,
    wrong: dict[str, str] | None = None,
    complete: bool = False,
    status: int = 200,
) -> Template:
    application, filing, _assistant = await assisting.opened(session, actor, number)
    draft = await assisted_form.read(session, application, now)
    form = assisted_form.as_kept(draft, complete=complete)
    lacking = {f"material-{code}": _("还没有提交") for code in draft.lacking} if complete else {}
    context = {
        "draft": draft,
        "application": application,
        "definition": draft.definition,
        "filing": filing,
        "sections": assisted_form.sections(draft),
        "form": form.wrong(**lacking, **(wrong or {})),
        "labels": {question.key: pick(question.label) for question in draft.questions()},
        "materials": [
            (one, draft.materials[one.code]) for one in draft.wanted() if one.code in draft.materials
        ],
        "regions": [(code, pick(name)) for code, name in REGIONS.items()],
        "key": secrets.token_urlsafe(24),
        "deliveries": list(Delivery),
    }
    return Template("window/assisted_draft.html", context=context, status_code=status)
