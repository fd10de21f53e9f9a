"""亮证 with a choice: what the checker is to see, and whether there is a network where it is shown. What was done with
the licence stands on a page beside."""

from datetime import datetime
from typing import Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from pydantic import Field

from identity import keys
from identity.actor import Actor
from licensing import commands, presenting, queries, status, types
from licensing import showing as offline
from licensing.rules import PRESENTATION_LIFE
from portal import forms
from portal.forms import Form
from portal.guards import citizen
from portal.language import gettext as _
from portal.language import pick
from portal.pictures import qr
from portal.request import Request
from portal.resources import Resources
from storage import ledger
from storage.database import Session


class Wish(forms.Fields):
    shown: list[str] = Field(default=[])
    way: Literal["online", "offline"] = "online"


class ShowingPages(Controller):
    path = "/my/licences/{identifier:str}"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/show", name="licences:choose")
    async def choose(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], identifier: FromPath[str]
    ) -> Template:
        return await _page(session, actor, identifier, Form.empty())

    @post("/show", name="licences:show-chosen")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> Template:
        """A one-time code, or one that is checked without a network; either shows what was ticked and no more."""
        form = await forms.read(request, Wish)
        wish = form.value
        if wish is None:
            return await _page(session, actor, identifier, form, code=422)
        address = resources.settings.public_url.rstrip("/")
        if wish.way == "offline":
            key = (await keys.load(session, status.KEYS, at=now)).signer
            told = await offline.sign(
                session, actor, identifier, key=key, public_url=address, at=now, shown=wish.shown
            )
            return await _shown(
                session, actor, identifier, told, qr(told), offline.LIFE.total_seconds(), wish
            )
        code = await commands.present(session, actor, identifier, at=now, shown=wish.shown)
        picture = qr(f"{address}/verify/presentation?code={code}")
        return await _shown(
            session, actor, identifier, code, picture, PRESENTATION_LIFE.total_seconds(), wish
        )

    @get("/record", name="licences:record")
    async def record(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        identifier: FromPath[str],
    ) -> Template:
        """用证记录: who did what with it, and who looked at it, the newest first."""
        licence = await queries.get(session, actor, identifier)
        entries = await ledger.entries(session, f"licence:{licence.id}")
        context: dict[str, Any] = {
            "licence": licence,
            "kind": types.get(licence.type_code, licence.type_version),
            "entries": [entry(one) for one in reversed(entries)],
        }
        return Template("licences/record.html", context=context)


async def _page(
    session: Session, actor: Actor, identifier: str, form: Form[Any], code: int = 200
) -> Template:
    licence = await queries.get(session, actor, identifier)
    options = [(element, pick(name)) for element, name in presenting.showable(licence)]
    context: dict[str, Any] = {
        "licence": licence,
        "kind": types.get(licence.type_code, licence.type_version),
        "options": options,
        "usual": presenting.USUAL,
        "form": form,
    }
    return Template("licences/choose.html", context=context, status_code=code)


async def _shown(
    session: Session, actor: Actor, identifier: str, code: str, picture: str, seconds: float, wish: Wish
) -> Template:
    licence = await queries.get(session, actor, identifier)
    context: dict[str, Any] = {
        "licence": licence,
        "kind": types.get(licence.type_code, licence.type_version),
        "code": code,
        "qr": picture,
        "seconds": int(seconds),
        "offline": wish.way == "offline",
        "wish": wish,
    }
    return Template("licences/shown.html", context=context)


def entry(told: Any) -> dict[str, Any]:
    """One entry of a licence's record, as it is read."""
    deed = DEEDS.get(told.deed)
    why = WHY.get(str(told.details.get("why", "")))
    about = [str(told.details[key]) for key in ("purpose", "case") if told.details.get(key)]
    return {
        "at": told.at,
        "text": _(deed) if deed else told.deed,
        "why": _(why) if why else "",
        "about": about,
    }


def _mark(text: str) -> str:
    """Marks a text for the tables below; it is translated when it is shown."""
    return text


DEEDS = {
    "licence intended": _mark("决定颁发，编了号"),
    "licence issued": _mark("盖章颁发"),
    "licence imported": _mark("原有证照录入"),
    "licence not made": _mark("没有制作成功，等待工作人员处理"),
    "licence to be made again": _mark("重新制作"),
    "licence suspended": _mark("暂扣"),
    "licence restored": _mark("恢复"),
    "licence revoked": _mark("撤销"),
    "licence cancelled": _mark("注销"),
    "licence expired": _mark("有效期届满"),
    "licence handed to its holder": _mark("持证人注册并核实身份，证照归到名下"),
    "licence superseded": _mark("由新版本接替"),
    "licence change intended": _mark("决定变更"),
    "licence renewal intended": _mark("决定延续"),
    "licence replacement intended": _mark("决定补发"),
    "presentation code made": _mark("生成一次性出示码"),
    "offline code made": _mark("生成离线出示码"),
    "licence presented": _mark("对方查看了出示的证照"),
    "presentation refused": _mark("有人用这个证照的出示码，没有通过"),
    "licence shared": _mark("授权他人查看"),
    "sharing withdrawn": _mark("收回授权"),
    "shared licence seen": _mark("被授权的一方查看"),
    "licence used as material": _mark("作为材料使用"),
    "licence found for a department": _mark("其他部门检索到这个证照"),
    "licence told to a department": _mark("其他部门读取证照信息"),
    "licence copied for a department": _mark("其他部门获取加注件"),
    "licence copied for a case": _mark("办件时打开加注副本"),
    "end told": _mark("提醒有效期将满"),
}
WHY = {"used": _mark("码已经用过"), "late": _mark("码超过了 60 秒")}
