"""The directory (政务信息资源目录): what there is, whose, how shared; a department keeps its own; which material it meets."""

import json
from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import forms
from portal.dependencies import Transactions
from portal.exchange import desk, wording
from portal.forms import Form
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from services.applications import planning
from services.catalogue import queries as catalogue
from services.sharing.published import ResourceSeen
from storage.database import Session

DIRECTORY = f"{desk.ROOM}/directory"
LARGEST = 2_000_000
KEPT = (
    *("code", "catalogue_code", "name", "provider_name", "fields", "share_type", "subject_key", "manner"),
    *("update_cycle", "basis", "condition", "summary", "format", "openness", "related"),
)
"""What a department writes of a resource; the provider is itself."""


class Entry(forms.Fields):
    name: str = Field(min_length=2, max_length=100)
    name_en: str = Field(min_length=2, max_length=100)
    summary: str = Field(default="", max_length=500)
    share_type: Literal["1", "2", "3"]
    condition: str = Field(default="", max_length=500)
    basis: str = Field(default="", max_length=500)
    manner: str = Field(min_length=1, max_length=40)
    update_cycle: str = Field(min_length=1, max_length=40)


class DirectoryPages(Controller):
    path = DIRECTORY
    guards = [desk.STAFF]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="exchange:directory")
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
    ) -> Template:
        """Every resource by class, and which materials of which items it spares."""
        found = await resources.hub.directory()
        return await _listing(transactions, resources, actor, found, Form.empty())

    @get("/export.json", name="exchange:export-directory")
    async def export(self, resources: NamedDependency[Resources]) -> Response[bytes] | Template:
        found = await resources.hub.directory()
        content = json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=1).encode()
        headers = {"content-disposition": 'attachment; filename="directory.json"'}
        return Response(content, media_type="application/json", headers=headers)

    @post(
        "/import",
        name="exchange:import-directory",
        guards=[desk.STEWARDS_ONLY],
        request_max_body_size=LARGEST,
    )
    async def take_in(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """Entries of a file in the form of the export; those of other departments are passed over."""
        upload = (await request.form()).get("file")
        content = await upload.read() if isinstance(upload, UploadFile) else b""
        party = desk.party_of(actor, resources)
        try:
            entries = msgspec.json.decode(content, type=list[dict[str, Any]])
            own = [one for one in entries if one.get("provider") == party]
            for one in own:
                told = {name: one[name] for name in KEPT if name in one}
                await desk.told(resources, actor, "publish-resource", now, told)
        except (msgspec.DecodeError, desk.Refused):
            wrong: Form[Any] = Form(errors={"file": _("这个文件读不出来，或者有不合目录规范的条目")})
            return await _listing(transactions, resources, actor, await resources.hub.directory(), wrong, 422)
        return Redirect(DIRECTORY, status_code=303)

    @get("/{code:str}", name="exchange:resource")
    async def one(
        self,
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        code: FromPath[str],
    ) -> Template:
        return _page(await _resource(resources, code), resources, actor, Form.empty())

    @post("/{code:str}", name="exchange:change-resource", guards=[desk.STEWARDS_ONLY])
    async def change(
        self,
        request: Request,
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        """What is shared on conditions states them; what is not shared states its basis."""
        form = await forms.read(request, Entry)
        try:
            known = await _resource(resources, code)
            wrong = _unstated(form)
            if form.value is None or wrong:
                return _page(known, resources, actor, form.wrong(**wrong), 422)
            told = msgspec.to_builtins(known)
            entry = {name: told[name] for name in KEPT} | form.value.model_dump(exclude={"name", "name_en"})
            entry["name"] = {"zh": form.value.name, "en": form.value.name_en}
            await desk.told(resources, actor, "publish-resource", now, entry)
        except desk.Refused as refused:
            return _page(known, resources, actor, form.wrong(name=desk.sentence(refused)), 422)
        return Redirect(f"{DIRECTORY}/{code}", status_code=303)


def _unstated(form: Form[Entry]) -> dict[str, str]:
    told = form.value
    if told is not None and told.share_type == "2" and not told.condition:
        return {"condition": _("有条件共享的，要写明条件")}
    if told is not None and told.share_type == "3" and not told.basis:
        return {"basis": _("不予共享的，要写明依据")}
    return {}


async def _resource(resources: Resources, code: str) -> ResourceSeen:
    found = next((one for one in await resources.hub.directory() if one.code == code), None)
    if found is None:
        raise NotFoundException
    return found


def _page(
    one: ResourceSeen, resources: Resources, actor: Actor, form: Form[Entry], status: int = 200
) -> Template:
    context = {
        "form": form,
        "one": one,
        "name": pick(one.name),
        "class_words": _(wording.CLASSES[one.catalogue_code[0]]),
        "share_words": _(wording.SHARES[one.share_type]),
        "parts": [
            (pick(part["title"]), part["type"], _(wording.SENSITIVITIES[part["sensitivity"]]))
            for part in one.fields
        ],
        "ours": actor.has(*desk.STEWARDS) and one.provider == desk.party_of(actor, resources),
    }
    return Template("exchange/resource.html", context=context, status_code=status)


async def _listing(
    transactions: Transactions,
    resources: Resources,
    actor: Actor,
    found: list[ResourceSeen],
    form: Form[Any],
    status: int = 200,
) -> Template:
    async with transactions() as session:
        needed = await _requirements(session)
    rows = [
        {
            "code": one.code,
            "name": pick(one.name),
            "provider": pick(one.provider_name),
            "class_words": _(wording.CLASSES[one.catalogue_code[0]]),
            "catalogue_code": one.catalogue_code,
            "share_words": _(wording.SHARES[one.share_type]),
            "cycle": one.update_cycle,
            "spares": needed.get(one.code, []),
        }
        for one in sorted(found, key=lambda one: one.catalogue_code)
    ]
    context = {"form": form, "rows": rows, "steward": actor.has(*desk.STEWARDS)}
    return Template("exchange/directory.html", context=context, status_code=status)


async def _requirements(session: Session) -> dict[str, list[str]]:
    """Requirement ↔ resource: register → the items that draw on it, by name."""
    found: dict[str, list[str]] = {}
    for item in await catalogue.in_force(session):
        for need in planning.needs(item.definition):
            found.setdefault(need.resource, []).append(pick(item.definition.name))
    return found
