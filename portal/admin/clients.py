"""Systems that sign people in here: registered, switched off and on by system administrators. Never by themselves."""

import json
from datetime import datetime
from typing import Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import Actor, Role
from identity.openid import commands, queries
from identity.openid.commands import Registration
from identity.openid.errors import ClientUnknown, RegistrationWrong
from identity.openid.rules import ClientKind, Scope
from portal import forms, guards
from portal.authentication import settings_of
from portal.forms import Form
from portal.guards import fresh
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

CLIENTS = "/admin/clients"


class ClientForm(forms.Fields):
    name: str = Field(max_length=60)
    name_en: str = Field(default="", max_length=100)
    purpose: str = Field(max_length=300)
    purpose_en: str = Field(default="", max_length=500)
    department: str = Field(max_length=18)
    kind: ClientKind
    algorithm: Literal["ES256", "RS256"] = "ES256"
    redirect_uris: str = Field(max_length=5000)
    leaving_uris: str = Field(default="", max_length=5000)
    logout_uri: str = Field(default="", max_length=500)
    sector: str = Field(default="", max_length=200)
    keys: str = Field(default="", max_length=10_000)
    scopes: list[str] = Field(default_factory=list)


class Switch(forms.Fields):
    active: Literal["yes", "no"]


class ClientPages(Controller):
    path = CLIENTS
    guards = [guards.roles(Role.SYSTEM_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:clients")
    async def listing(self, session: NamedDependency[Session]) -> Template:
        return Template("openid/clients.html", context={"entries": await queries.listing(session)})

    @get("/new", name="admin:client-new")
    async def new(self, session: NamedDependency[Session]) -> Template:
        return await _form_page(session, Form.empty())

    @post("/new", name="admin:client-register", guards=[fresh()])
    async def register(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        form = await forms.read(request, ClientForm)
        departments = {one.code for one in await identity.departments(session)}
        if form.value is not None and form.value.department not in departments:
            form = form.wrong(department="missing")
        if form.value is None:
            return await _form_page(session, form, 422)
        try:
            client, secret = await commands.register(
                session, _registration(form.value), by=actor.person_id, at=now
            )
        except RegistrationWrong as wrong:
            return await _form_page(session, form.wrong(**_told(wrong)), 422)
        return await _client_page(request, session, client.id, secret=secret)

    @get("/{client_id:str}", name="admin:client")
    async def show(
        self, request: Request, session: NamedDependency[Session], client_id: FromPath[str]
    ) -> Template:
        return await _client_page(request, session, client_id)

    @post("/{client_id:str}/secret", name="admin:client-secret", status_code=200, guards=[fresh()])
    async def renew_secret(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        client_id: FromPath[str],
    ) -> Template:
        try:
            secret = await commands.renew_secret(session, client_id, by=actor.person_id, at=now)
        except ClientUnknown:
            raise NotFoundException from None
        return await _client_page(request, session, client_id, secret=secret)

    @post("/{client_id:str}/state", name="admin:client-state", guards=[fresh()])
    async def switch(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        client_id: FromPath[str],
    ) -> Redirect:
        form = await forms.read(request, Switch)
        active = form.value is not None and form.value.active == "yes"
        try:
            await commands.switch(session, client_id, active=active, by=actor.person_id, at=now)
        except ClientUnknown:
            raise NotFoundException from None
        return Redirect(f"{CLIENTS}/{client_id}", status_code=303)


def _registration(typed: ClientForm) -> Registration:
    return Registration(
        name={"zh": typed.name, "en": typed.name_en},
        purpose={"zh": typed.purpose, "en": typed.purpose_en},
        department_code=typed.department,
        kind=typed.kind,
        redirect_uris=typed.redirect_uris.split(),
        leaving_uris=typed.leaving_uris.split(),
        logout_uri=typed.logout_uri or None,
        sector=typed.sector,
        algorithm=typed.algorithm,
        scopes=typed.scopes,
        keys=_keys(typed.keys),
    )


def _keys(text: str) -> dict[str, Any] | None:
    """A JWK set as it was pasted; None for what is none."""
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _told(wrong: RegistrationWrong) -> dict[str, str]:
    words = {
        "missing": _("请至少填写一个地址"),
        "address": _("地址必须用加密连接（HTTPS），只有本机调试可以不加密；不能带 # 号"),
        "sector": _("这些地址不在同一个域名下，请填写它们共同的编号范围"),
        "keys": _("请粘贴一组公钥（JWK Set），其中至少有一把 P-256 或者 2048 位以上 RSA 的签名公钥"),
        "scopes": _("请从列出的范围里选择"),
    }
    return {name: words[why] for name, why in wrong.mistakes.items()}


async def _form_page(session: Session, form: Form[ClientForm], status: int = 200) -> Template:
    context = {
        "form": form,
        "departments": [(one.code, one.name) for one in await identity.departments(session)],
        "scopes": [scope.value for scope in Scope if scope is not Scope.OPENID],
    }
    return Template("openid/client_new.html", context=context, status_code=status)


async def _client_page(
    request: Request, session: Session, client_id: str, *, secret: str | None = None
) -> Template:
    try:
        entry = await queries.entry(session, client_id)
    except ClientUnknown:
        raise NotFoundException from None
    issuer = settings_of(request.app.state).issuer
    context = {"entry": entry, "secret": secret, "issuer": issuer}
    return Template("openid/client.html", context=context, status_code=200)
