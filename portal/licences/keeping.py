"""One licence before its department: how it stands, its record, and what those who decide may do with it.

Suspended, restored, revoked, cancelled; changed, renewed, replaced: each with reason and legal basis.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import CASEWORK, Actor, Role
from licensing import commands, queries, sheets, types
from licensing.errors import RenewalNotOpen
from licensing.importing import awaiting
from licensing.rules import EDITIONS, MOVES, Edition, Move, State, local_day
from licensing.tasks import ISSUE
from licensing.types import FieldKind, LicenceType
from portal import forms, licence_words
from portal.forms import Form, Typed
from portal.guards import roles
from portal.language import gettext, pick
from portal.licences.showing import entry
from portal.request import Request
from services.notices import queries as notices
from storage import ledger
from storage.database import Session
from storage.queue import enqueue

HERE = "/window/licences"


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


WORDS: Mapping[str, tuple[str, str, str]] = {
    Move.SUSPEND: (_("暂扣"), _("暂停使用，到恢复为止。"), _("例如食品安全法第一百二十六条")),
    Move.RESTORE: (_("恢复"), _("暂扣的原因消除，恢复使用。"), _("恢复所依据的决定或者条款")),
    Edition.CHANGE: (
        _("变更"),
        _("改了内容，制作新版本；有效期不变，原来的随即失效。"),
        _("例如行政许可法第四十九条"),
    ),
    Edition.RENEWAL: (_("延续"), _("换新的有效期，制作新版本。"), _("例如行政许可法第五十条")),
    Edition.REPLACEMENT: (_("补发"), _("遗失或者损毁的，照原内容制作新版本。"), _("补发所依据的条款")),
    Move.REVOKE: (_("撤销"), _("当初就不该给的，撤销以后不能恢复。"), _("例如行政许可法第六十九条第一项")),
    Move.CANCEL: (
        _("注销"),
        _("不再需要或者已经没有依据的，注销以后不能恢复。"),
        _("例如行政许可法第七十条第四项"),
    ),
}
"""What each deed is called and does, and an example of its basis; in the order they are offered."""
ENDING = {
    Move.SUSPEND: commands.suspend,
    Move.RESTORE: commands.restore,
    Move.REVOKE: commands.revoke,
    Move.CANCEL: commands.cancel,
}
WRITTEN = frozenset({str(Move.REVOKE), str(Move.CANCEL)})
"""What the law wants in writing (行政许可法 69, 70): of a licence that a case led to, done with the case, with its paper."""
LONGEST = {"reason": 1000, "basis": 400}


class Anything(forms.Fields):
    """Each deed's form asks for its own; names begin with the deed."""


class KeptLicence(Controller):
    path = f"{HERE}/{{identifier:str}}"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:kept")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> Template:
        return await _page(session, actor, identifier, now)

    @post("/{deed:str}", name="licences:keep", guards=[roles(Role.APPROVER)])
    async def do(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
        deed: FromPath[str],
    ) -> Template | Redirect:
        if deed not in WORDS:
            raise NotFoundException
        form: Form[Any] = await forms.read(request, Anything)
        licence = await queries.in_charge(session, actor, identifier)
        if deed in WRITTEN and queries.of_a_case(licence):
            raise NotFoundException
        why, mistakes = _why(form.typed, deed)
        changes, more = _asked(form.typed, deed, types.get(licence.type_code, licence.type_version))
        if form.errors or mistakes or more:
            return await _page(session, actor, identifier, now, form.wrong(**mistakes, **more), deed)
        if deed in ENDING:
            await ENDING[Move(deed)](
                session, actor, identifier, reason=why["reason"], basis=why["basis"], at=now
            )
            return Redirect(f"{HERE}/{identifier}", status_code=303)
        number = f"DESK-{licence.id.hex}-{deed}"  # pressed twice it is the same version
        try:
            made = await DEEDS[Edition(deed)](
                session, actor, identifier, application_number=number, at=now, **why, **changes
            )
        except RenewalNotOpen:
            told = gettext(_("这一天提出的不能延续：长期有效、已经过期或者晚于届满前规定的日子"))
            wrong = form.wrong(**{f"{deed}-applied": told})
            return await _page(session, actor, identifier, now, wrong, deed)
        await enqueue(session, ISSUE, licence_id=str(made.id))
        return Redirect(f"{HERE}/{made.identifier}", status_code=303)


DEEDS: Mapping[Edition, Callable[..., Awaitable[Any]]] = {
    Edition.CHANGE: commands.change,
    Edition.RENEWAL: commands.renew,
    Edition.REPLACEMENT: commands.replace,
}


def _why(typed: Typed, deed: str) -> tuple[dict[str, str], dict[str, str]]:
    """Reason and basis, and what is wrong with them."""
    why = {part: _one(typed, f"{deed}-{part}") for part in LONGEST}
    return why, {
        f"{deed}-{part}": "too-long" if text else "missing"
        for part, text in why.items()
        if not 0 < len(text) <= LONGEST[part]
    }


def _asked(typed: Typed, deed: str, kind: LicenceType) -> tuple[dict[str, Any], dict[str, str]]:
    """What this deed asks for besides, and what is wrong with it."""
    if deed == Edition.RENEWAL:
        day = _day(typed, f"{deed}-applied")
        return ({"applied_on": day}, {}) if day else ({}, {f"{deed}-applied": "not-a-date"})
    if deed != Edition.CHANGE:
        return {}, {}
    fields, mistakes = {}, {}
    for field in changeable(kind):
        name = f"{deed}-{field.key}"
        fields[field.key] = text = _one(typed, name)
        if (field.required and not text) or len(text) > field.max:
            mistakes[name] = "too-long" if text else "missing"
    called = {} if kind.holder.name_field else {"holder_name": _one(typed, f"{deed}-holder") or None}
    return {"fields": fields, **called}, mistakes


def _one(typed: Typed, name: str) -> str:
    value = typed.get(name, "")
    return (value if isinstance(value, str) else value[-1]).strip()


def changeable(kind: LicenceType) -> list[Any]:
    """The fields a change may write: texts and dates, never whose it is."""
    return [one for one in kind.fields if one.kind is not FieldKind.PICTURE and one.element != "CZZTDM"]


def _day(typed: Typed, name: str) -> date | None:
    try:
        year, month, day = (int(_one(typed, f"{name}-{part}")) for part in ("year", "month", "day"))
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _labels(kind: LicenceType, deed: str | None) -> dict[str, str]:
    """What the fields of a deed's form are called."""
    told = {"reason": _("理由"), "basis": _("法律依据"), "applied": _("申请延续的日期")}
    called = {part: gettext(text) for part, text in told.items()}
    called |= {one.key: pick(one.name) for one in changeable(kind)}
    return {f"{deed}-{part}": text for part, text in called.items()}


def openings(state: State, *, followed: bool) -> list[str]:
    """What may be done with a licence that stands like this; `followed`: a later version is there or waits."""
    open_ones = {str(move) for at, move in MOVES if at is state}
    if not followed:
        open_ones |= {str(edition) for at, edition in EDITIONS if at is state}
    return [str(deed) for deed in WORDS if str(deed) in open_ones]


async def _page(
    session: Session,
    actor: Actor,
    identifier: str,
    now: datetime,
    form: Form[Any] | None = None,
    tried: str | None = None,
) -> Template:
    licence = await queries.get(session, actor, identifier)
    kind = types.get(licence.type_code, licence.type_version)
    state = queries.state_of(licence, now)
    waiting = await queries.waiting_successor(session, licence)
    open_ones = openings(state, followed=bool(waiting or licence.replaced_by))
    of_case = queries.of_a_case(licence)
    if not actor.has(Role.APPROVER):
        open_ones = []
    entries = await ledger.entries(session, f"licence:{licence.id}")
    context: dict[str, Any] = {
        "licence": licence,
        "kind": kind,
        "state": licence_words.licence_state(state),
        "waiting": waiting,
        "fields": [
            {"key": pick(one.name), "value": sheets.shown(licence.elements, one)}
            for one in kind.fields
            if one.shown and one.kind is not FieldKind.PICTURE and licence.elements.get(one.element)
        ],
        "trust": licence_words.trust(licence.trust),
        "openings": [one for one in open_ones if not (of_case and one in WRITTEN)],
        "with_case": of_case and any(one in WRITTEN for one in open_ones),
        "words": {deed: [gettext(text) for text in words] for deed, words in WORDS.items()},
        "changeable": changeable(kind),
        "today": local_day(now),
        "form": form,
        "labels": _labels(kind, tried),
        "tried": tried,
        "awaited": (await awaiting.among(session, {licence.holder_id})).get(licence.holder_id),
        "undelivered": await notices.undelivered(session, licence=licence.identifier),
        "entries": [entry(one) for one in reversed(entries)],
    }
    return Template("licences/kept.html", context=context, status_code=422 if form else 200)
