"""Adding and giving up passkeys, the authenticator, and phones or addresses that codes are sent to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import numbers
from identity.actor import Actor
from identity.errors import NumberWrong
from identity.means import changing, codes, contacts, passkeys
from identity.means.changing import Offer
from identity.means.codes import Right
from identity.means.errors import PasskeyUnfit, TooManyPasskeys
from identity.means.rules import CODE_LASTS, LABEL_LENGTH, Channel
from portal import forms
from portal.authentication import CODE, cleared, cookie, kept_cookie, origin, settings_of
from portal.citizen import keys
from portal.citizen.devices_in_words import device
from portal.citizen.security import SECURITY, channels
from portal.citizen.signing_in_otherwise import Code, too_many_codes, wrong_code
from portal.forms import Form
from portal.guards import fresh, signed_in
from portal.language import gettext as _
from portal.pictures import qr
from portal.request import Request
from storage.database import Session


class NewPasskey(forms.Fields):
    answer: str = Field(max_length=20_000)
    label: str = Field("", max_length=LABEL_LENGTH)


class Enrolment(forms.Fields):
    offer: str = Field(max_length=2_000)
    code: str = Field(max_length=20)


class Address(forms.Fields):
    address: str = Field(max_length=200)


class PasskeyPages(Controller):
    path = f"{SECURITY}/passkeys"
    guards = [signed_in, fresh()]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/new", name="passkeys:show")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        return await _passkey_page(request, session, actor, Form.empty(), now)

    @post("/new", name="passkeys:keep")
    async def keep(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form, party = await forms.read(request, NewPasskey), keys.party_of(request)
        if party is None:
            raise NotFoundException
        if form.value is None:
            missing = form.wrong(answer=_("没有收到通行密钥，请再试一次"))
            return await _passkey_page(request, session, actor, missing, now, 422)
        label = form.value.label or device(request.headers.get("user-agent", ""))
        try:
            await passkeys.keep(session, party, actor, answer=form.value.answer, label=label, at=now)
        except PasskeyUnfit:
            wrong = form.wrong(answer=_("这把通行密钥没有登记成功，请再试一次"))
            return await _passkey_page(request, session, actor, wrong, now, 422)
        except TooManyPasskeys:
            full = form.wrong(answer=_("通行密钥太多了，请先删除不用的"))
            return await _passkey_page(request, session, actor, full, now, 422)
        return Redirect(SECURITY, status_code=303)

    @post("/{passkey_id:uuid}/remove", name="passkeys:remove")
    async def remove(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        passkey_id: FromPath[UUID],
    ) -> Redirect:
        await passkeys.remove(session, actor, passkey_id, at=now)
        return Redirect(SECURITY, status_code=303)


class AuthenticatorPages(Controller):
    path = f"{SECURITY}/authenticator"
    guards = [signed_in, fresh()]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="authenticator:show")
    async def show(self, actor: NamedDependency[Actor], now: NamedDependency[datetime]) -> Template:
        return _authenticator_page(changing.offer_authenticator(actor, actor.name, at=now), Form.empty())

    @post("/", name="authenticator:enrol")
    async def enrol(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Enrolment)
        sealed = form.typed.get("offer")
        offer = changing.reopened(actor, actor.name, sealed if isinstance(sealed, str) else "", at=now)
        if offer is None:
            late = _("这一页放得太久了，请用验证器重新扫描新的二维码")
            fresh_offer = changing.offer_authenticator(actor, actor.name, at=now)
            return _authenticator_page(fresh_offer, form.wrong(code=late), 422)
        if form.value is None:
            return _authenticator_page(offer, form, 422)
        if not await changing.enrol(session, actor, offer, code=form.value.code, at=now):
            wrong = _("验证码不对。请输入验证器上现在显示的 6 位数字，并检查手机的时间是否准确")
            return _authenticator_page(offer, form.wrong(code=wrong), 422)
        return Redirect(SECURITY, status_code=303)

    @post("/remove", name="authenticator:remove")
    async def remove(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Redirect:
        await changing.drop_authenticator(session, actor, at=now)
        return Redirect(SECURITY, status_code=303)


class ContactPages(Controller):
    path = f"{SECURITY}/contacts/{{channel:str}}"
    guards = [signed_in, fresh()]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="contacts:show")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        channel: FromPath[str],
    ) -> Template:
        chosen = _channel(request, channel)
        held = {one.channel: one.address for one in await contacts.of(session, actor.person_id)}
        typed: Form[Address] = Form(typed={"address": held[chosen]} if chosen in held else {})
        return _contact_page(chosen, typed)

    @post("/", name="contacts:send")
    async def send(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        channel: FromPath[str],
    ) -> Template | Redirect:
        chosen = _channel(request, channel)
        form = _address(await forms.read(request, Address), chosen)
        if form.value is None:
            return _contact_page(chosen, form, 422)
        sent = await codes.ask_own(
            session,
            actor.person_id,
            channel=chosen,
            address=form.value.address,
            origin=origin(request),
            at=now,
        )
        if not isinstance(sent, codes.Sent):
            return _contact_page(chosen, form.wrong(address=too_many_codes(sent, now)), 429)
        kept = cookie(CODE, sent.key, settings_of(request.app.state), lasting=CODE_LASTS)
        return Redirect(f"{SECURITY}/contacts/{chosen.value}/code", status_code=303, cookies=[kept])

    @get("/code", name="contacts:code")
    async def code(self, request: Request, channel: FromPath[str]) -> Template:
        return _contact_code_page(request, _channel(request, channel), Form.empty())

    @post("/code", name="contacts:confirm")
    async def confirm(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        channel: FromPath[str],
    ) -> Template | Redirect:
        chosen, form = _channel(request, channel), await forms.read(request, Code)
        if form.value is None:
            return _contact_code_page(request, chosen, form, 422)
        key = kept_cookie(request, CODE)
        answer = await changing.confirm_contact(session, actor, key=key, code=form.value.code, at=now)
        if isinstance(answer, Right):
            gone = cleared(CODE, settings_of(request.app.state))
            return Redirect(SECURITY, status_code=303, cookies=[gone])
        sentence = wrong_code(answer) if answer else _("这个验证码已经失效，请重新获取")
        return _contact_code_page(request, chosen, form.wrong(code=sentence), 422)


def _channel(request: Request, text: str) -> Channel:
    found = next((one for one in channels(request) if one.value == text), None)
    if found is None:
        raise NotFoundException
    return found


def _address(form: Form[Address], channel: Channel) -> Form[Address]:
    """The form with a normalised phone or e-mail address, or the mistake in it."""
    if form.value is None:
        return form
    read = numbers.phone if channel is Channel.SMS else numbers.email
    try:
        return Form(form.typed, form.errors, Address(address=read(form.value.address)))
    except NumberWrong as wrong:
        return form.wrong(address=f"{wrong.kind}:{wrong.why}")


async def _passkey_page(
    request: Request, session: Session, actor: Actor, form: Form[Any], now: datetime, status: int = 200
) -> Template:
    party = keys.party_of(request)
    here = party is not None and keys.at_home(request, party)
    context = {
        "form": form.without("answer"),
        "passkey": keys.Asking(
            await passkeys.offer(session, party, actor, at=now) if party and here else None,
            None if here or party is None else party.origins[0],
        ),
        "suggested": device(request.headers.get("user-agent", "")),
    }
    return Template("signing/new_passkey.html", context=context, status_code=status)


def _authenticator_page(offer: Offer, form: Form[Any], status: int = 200) -> Template:
    context = {"offer": offer, "form": form.without("code"), "qr": qr(offer.address)}
    return Template("signing/authenticator.html", context=context, status_code=status)


def _contact_page(channel: Channel, form: Form[Address], status: int = 200) -> Template:
    context = {"form": form, "channel": channel.value}
    return Template("signing/contact.html", context=context, status_code=status)


def _contact_code_page(request: Request, channel: Channel, form: Form[Any], status: int = 200) -> Template:
    context = {
        "form": form.without("code"),
        "next": None,
        "action": f"{SECURITY}/contacts/{channel.value}/code",
        "back": f"{SECURITY}/contacts/{channel.value}",
        "mailbox": settings_of(request.app.state).demo,
        "submit": _("确认"),
    }
    return Template("signing/message_code.html", context=context, status_code=status)
