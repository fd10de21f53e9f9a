"""Pages of licence types: what there is, one type with its versions, its draft with a live preview, publishing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import Actor, Role
from licensing import types
from licensing.errors import TypeDraftMovedOn, TypeTaken, TypeUnfit
from licensing.kinds import commands, examining, reading
from licensing.types import LicenceType
from portal import forms, guards
from portal.admin.licence_types import filling, wording
from portal.forms import Form, Typed
from portal.language import pick
from portal.request import Request
from services.catalogue import queries as catalogue
from storage import ledger
from storage.database import Session

HERE = "/admin/licence-types"
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"
HISTORY = 50


class Anything(forms.Fields):
    """The editor's form has as many fields as the type; `filling` reads them."""


class Beginning(forms.Fields):
    name: str = Field(max_length=60)
    name_en: str = Field(max_length=60)
    slug: str = Field(max_length=60)
    code: str = Field(max_length=21)
    like: str = Field(max_length=60)


class Publication(forms.Fields):
    revision: int
    note: str = Field("", max_length=500)


class TypePages(Controller):
    path = HERE
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:licence-types")
    async def listing(self, session: NamedDependency[Session]) -> Template:
        await reading.refresh(session)
        drafts = await reading.drafts(session)
        kinds = [
            {"kind": one, "version": max(types.versions(slug)), "draft": drafts.get(slug)}
            for slug, one in types.load_types().items()
        ]
        new = [one for slug, one in drafts.items() if slug not in types.load_types()]
        context = {"kinds": kinds, "new": new, "wording": wording}
        return Template("admin/licence_types/list.html", context=context)

    @get("/new", name="admin:new-licence-type")
    async def new(self, session: NamedDependency[Session]) -> Template:
        return await _beginning(session, Form.empty())

    @post("/new", name="admin:begin-licence-type")
    async def begin_new(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Beginning)
        wish = form.value
        if wish is None:
            return await _beginning(session, form, 422)
        name = {"zh": wish.name, "en": wish.name_en}
        try:
            draft = await commands.begin_new(
                session, actor, slug=wish.slug, code=wish.code, like=wish.like, name=name, at=now
            )
        except TypeTaken as taken:
            return await _beginning(session, form.wrong(**{taken.part: wording.taken(taken.part)}), 422)
        except TypeUnfit as unfit:
            wrong = {one.element.partition(".")[0]: wording.mistake(one.code) for one in unfit.problems}
            return await _beginning(session, form.wrong(**wrong), 422)
        return Redirect(f"{HERE}/{draft.slug}/draft", status_code=303)

    @get("/{slug:str}", name="admin:licence-type")
    async def show(
        self, session: NamedDependency[Session], slug: FromPath[str], version: FromQuery[int] = 0
    ) -> Template:
        """The version in force, or an earlier one."""
        newest, _kind = await reading.current(session, slug)
        shown = version or newest
        kind = types.get(slug, shown)
        context: dict[str, Any] = {
            "kind": kind,
            "version": shown,
            "newest": newest,
            "published": await reading.published(session, slug),
            "draft": (await reading.drafts(session)).get(slug),
            "unprinted": _unprinted(kind),
            "history": await _history(session, slug),
            "wording": wording,
            **await _items(session, slug),
        }
        return Template("admin/licence_types/one.html", context=context)

    @get("/{slug:str}/preview.pdf", name="admin:licence-type-page")
    async def page(
        self,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        slug: FromPath[str],
        version: FromQuery[int] = 0,
    ) -> Response[bytes]:
        await reading.refresh(session)
        return await _pdf(session, types.get(slug, version or None), now)

    @post("/{slug:str}/draft/begin", name="admin:begin-licence-type-draft")
    async def begin(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        slug: FromPath[str],
    ) -> Redirect:
        await commands.begin(session, actor, slug, at=now)
        return Redirect(f"{HERE}/{slug}/draft", status_code=303)

    @get("/{slug:str}/draft", name="admin:licence-type-draft")
    async def draft(
        self, session: NamedDependency[Session], slug: FromPath[str], saved: FromQuery[str] = ""
    ) -> Template:
        draft = await reading.draft(session, slug)
        return _editor(draft, Form(filling.typed_of(draft.definition)), saved=saved == "yes")

    @post("/{slug:str}/draft", name="admin:save-licence-type")
    async def save(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        slug: FromPath[str],
    ) -> Template | Redirect:
        form: Form[Any] = await forms.read(request, Anything)
        draft = await reading.draft(session, slug)
        if form.value is None:
            return _editor(draft, form, status=422)
        definition = filling.definition_of(form.typed, draft.definition)
        try:
            await commands.save(session, actor, slug, definition, revision=_revision(form.typed), at=now)
        except TypeUnfit as unfit:
            return _editor(draft, form.wrong(**filling.errors_of(unfit.problems, form.typed)), status=422)
        except TypeDraftMovedOn:
            theirs = filling.typed_of(draft.definition)
            return _editor(draft, form, status=409, apart=filling.apart(form.typed, theirs))
        return Redirect(f"{HERE}/{slug}/draft?saved=yes", status_code=303)

    @get("/{slug:str}/draft/preview.pdf", name="admin:licence-type-draft-page")
    async def preview(
        self, session: NamedDependency[Session], now: NamedDependency[datetime], slug: FromPath[str]
    ) -> Response[bytes]:
        draft = await reading.draft(session, slug)
        return await _pdf(session, reading.decoded(draft.definition), now)

    @post("/{slug:str}/draft/publication", name="admin:publish-licence-type")
    async def publish(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        slug: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Publication)
        draft = await reading.draft(session, slug)
        typed: Form[Any] = Form(filling.typed_of(draft.definition) | form.typed, form.errors)
        if form.value is None:
            return _editor(draft, typed, status=422)
        try:
            await commands.publish(
                session, actor, slug, revision=form.value.revision, note=form.value.note, at=now
            )
        except TypeUnfit as unfit:
            return _editor(draft, typed.wrong(**filling.errors_of(unfit.problems, typed.typed)), status=422)
        except TypeDraftMovedOn:
            return _editor(draft, typed, status=409, apart=[])
        return Redirect(f"{HERE}/{slug}", status_code=303)

    @post("/{slug:str}/draft/discarding", name="admin:discard-licence-type")
    async def discard(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        slug: FromPath[str],
    ) -> Template | Redirect:
        form: Form[Any] = await forms.read(request, Anything)
        draft = await reading.draft(session, slug)
        new = draft.base_version is None
        try:
            await commands.discard(session, actor, slug, revision=_revision(form.typed), at=now)
        except TypeDraftMovedOn:
            return _editor(draft, Form(filling.typed_of(draft.definition)), status=409, apart=[])
        return Redirect(HERE if new else f"{HERE}/{slug}", status_code=303)


async def _beginning(session: Session, form: Form[Any], status: int = 200) -> Template:
    await reading.refresh(session)
    kinds = [(slug, pick(one.name)) for slug, one in types.load_types().items()]
    context = {"form": form, "kinds": kinds}
    return Template("admin/licence_types/new.html", context=context, status_code=status)


def _editor(
    draft: Any,
    form: Form[Any],
    *,
    saved: bool = False,
    status: int = 200,
    apart: list[dict[str, str]] | None = None,
) -> Template:
    """The editor with what was typed; `apart`: somebody saved meanwhile, and these fields differ."""
    kind = reading.decoded(draft.definition)
    context = {
        "draft": draft,
        "kind": kind,
        "form": form,
        "saved": saved,
        "apart": apart,
        "labels": filling.labels(form.typed),
        "rows": range(filling.rows(form.typed) + (0 if form.errors else filling.SPARE)),
        "fields": filling.field_options(draft.definition),
        "unprinted": _unprinted(kind),
        "wording": wording,
    }
    return Template("admin/licence_types/edit.html", context=context, status_code=status)


def _unprinted(kind: LicenceType) -> list[str]:
    """The names of fields that stand in the metadata only."""
    keys = examining.unprinted(kind)
    return [pick(field.name) for field in kind.fields if field.key in keys]


def _revision(typed: Typed) -> int:
    text = typed.get("revision", "")
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9 else 0


async def _pdf(session: Session, kind: LicenceType, now: datetime) -> Response[bytes]:
    known = {one.code: one.name for one in await identity.departments(session)}
    issuer = {"issuer": known[kind.code[:18]]} if kind.code[:18] in known else {}
    content = await commands.previewed(kind, at=now, **issuer)
    headers = {
        "content-disposition": "inline; filename=preview.pdf",
        "x-content-type-options": "nosniff",
        "content-security-policy": FRAMED,
        "cache-control": "private, no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


async def _items(session: Session, slug: str) -> Mapping[str, Any]:
    """Which items lead to a licence of the type, and which take one instead of a paper."""
    items = [one.definition for one in await catalogue.in_force(session)]
    return {
        "issued_by": [one for one in items if one.result.licence_type == slug],
        "accepted_by": [one for one in items if any(m.licence_type == slug for m in one.materials)],
    }


async def _history(session: Session, slug: str) -> list[dict[str, Any]]:
    entries = (await ledger.entries(session, f"licence-type:{slug}"))[::-1][:HISTORY]
    people = {entry.actor for entry in entries if not entry.actor.startswith("system:")}
    names = await identity.names(session, [UUID(person) for person in people])
    return [
        {
            "title": wording.deed(entry.deed),
            "at": entry.at,
            "by": "" if entry.actor.startswith("system:") else names.get(UUID(entry.actor), ""),
            "note": str(entry.details.get("note", "")),
            "state": "done",
        }
        for entry in entries
    ]
