"""The form of each deed, and the command that does it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast

from pydantic import Field

from identity.actor import Actor
from portal import forms
from portal.language import gettext as _
from portal.window import law_forms
from services.applications.commands import closing, deciding, receiving, reviewing
from services.applications.errors import ReasonMissing
from services.applications.rules import LONGEST_PROCEDURE, Deed
from services.workflow.rules import PauseKind
from storage.database import Session

LONGEST = 1000
"""Characters of an opinion or reason; the national data standard keeps 1,000 (GB/T 39046 table 7)."""


class Nothing(forms.Fields):
    """A deed that needs no words."""


class Acceptance(forms.Fields):
    accept_opinion: str = Field("", max_length=LONGEST)


class Corrections(forms.Fields):
    """What is ticked (`question:…`, `material:…`); the note to each is the field `note-question-…`."""

    target: list[str] = Field(default_factory=list)


class AcceptanceRefusal(forms.Fields):
    refuse_acceptance_reason: str = Field(max_length=LONGEST)


class Review(forms.Fields):
    favourable: bool
    review_opinion: str = Field(max_length=LONGEST)


class Suspension(forms.Fields):
    suspend_kind: PauseKind
    suspend_days: int = Field(ge=1, le=LONGEST_PROCEDURE)
    suspend_reason: str = Field(max_length=LONGEST)


class Resumption(forms.Fields):
    resume_result: str = Field(max_length=LONGEST)


class Extension(forms.Fields):
    extend_reason: str = Field(max_length=LONGEST)


class Grant(forms.Fields):
    grant_opinion: str = Field("", max_length=LONGEST)


class Refusal(forms.Fields):
    refuse_reason: str = Field(max_length=LONGEST)


FORMS: Mapping[Deed, type[forms.Fields]] = {
    Deed.CLAIM: Nothing,
    Deed.ACCEPT: Acceptance,
    Deed.REQUEST_CORRECTION: Corrections,
    Deed.REFUSE_ACCEPTANCE: AcceptanceRefusal,
    Deed.REVIEW: Review,
    Deed.SUSPEND: Suspension,
    Deed.RESUME: Resumption,
    Deed.EXTEND: Extension,
    Deed.GRANT: Grant,
    Deed.REFUSE: Refusal,
    Deed.DELIVER: Nothing,
    **law_forms.FORMS,
}

REASONS: Mapping[Deed, str] = {
    Deed.REFUSE_ACCEPTANCE: "refuse_acceptance_reason",
    Deed.REVIEW: "review_opinion",
    Deed.SUSPEND: "suspend_reason",
    Deed.EXTEND: "extend_reason",
    Deed.REFUSE: "refuse_reason",
    **law_forms.REASONS,
}
"""The field at which a missing reason is told."""

Filled: TypeAlias = Any
Doing: TypeAlias = Callable[[Session, Actor, str, Filled, datetime], Awaitable[object]]


async def _claim(session: Session, actor: Actor, number: str, _said: Nothing, at: datetime) -> object:
    return await receiving.claim(session, actor, number, at=at)


async def _accept(session: Session, actor: Actor, number: str, said: Acceptance, at: datetime) -> object:
    return await receiving.accept(session, actor, number, opinion=said.accept_opinion, at=at)


async def _refuse_acceptance(
    session: Session, actor: Actor, number: str, said: AcceptanceRefusal, at: datetime
) -> object:
    reason = said.refuse_acceptance_reason
    return await receiving.refuse_acceptance(session, actor, number, reason=reason, at=at)


async def _review(session: Session, actor: Actor, number: str, said: Review, at: datetime) -> object:
    return await reviewing.review(
        session, actor, number, opinion=said.review_opinion, favourable=said.favourable, at=at
    )


async def _suspend(session: Session, actor: Actor, number: str, said: Suspension, at: datetime) -> object:
    return await reviewing.suspend(
        session,
        actor,
        number,
        kind=said.suspend_kind,
        reason=said.suspend_reason,
        days=said.suspend_days,
        at=at,
    )


async def _resume(session: Session, actor: Actor, number: str, said: Resumption, at: datetime) -> object:
    return await reviewing.resume(session, actor, number, result=said.resume_result, at=at)


async def _extend(session: Session, actor: Actor, number: str, said: Extension, at: datetime) -> object:
    return await reviewing.extend(session, actor, number, reason=said.extend_reason, at=at)


async def _grant(session: Session, actor: Actor, number: str, said: Grant, at: datetime) -> object:
    return await deciding.grant(session, actor, number, opinion=said.grant_opinion, at=at)


async def _refuse(session: Session, actor: Actor, number: str, said: Refusal, at: datetime) -> object:
    return await deciding.refuse(session, actor, number, reason=said.refuse_reason, at=at)


async def _deliver(session: Session, actor: Actor, number: str, _said: Nothing, at: datetime) -> object:
    return await closing.deliver(session, actor, number, at=at)


DOING: Mapping[Deed, Doing] = {
    Deed.CLAIM: _claim,
    Deed.ACCEPT: _accept,
    Deed.REFUSE_ACCEPTANCE: _refuse_acceptance,
    Deed.REVIEW: _review,
    Deed.SUSPEND: _suspend,
    Deed.RESUME: _resume,
    Deed.EXTEND: _extend,
    Deed.GRANT: _grant,
    Deed.REFUSE: _refuse,
    Deed.DELIVER: _deliver,
    **law_forms.DOING,
}
"""Each deed by the command that does it; the correction notice has its own reading of the form."""


def defects(
    form: forms.Form[Any], targets: Collection[str]
) -> tuple[Sequence[tuple[str, str]], dict[str, str]]:
    """The ticked targets with their notes, and the mistakes: ticked without a note, or noted without a tick."""
    value = cast("Corrections | None", form.value)
    ticked = value.target if value else []
    found, mistakes = [], {}
    for target in dict.fromkeys([*ticked, *targets]):
        name = note_field(target)
        text = form.typed.get(name, "")
        note = (text if isinstance(text, str) else text[-1]).strip()
        if target in ticked and not note:
            mistakes[name] = _("请写明需要补正的内容")
        elif note and target not in ticked:
            mistakes[name] = _("写了说明但没有勾选：请勾选，或者清空说明")
        elif len(note) > LONGEST:
            mistakes[name] = "string_too_long"
        elif note:
            found.append((target, note))
    return found, mistakes


def note_field(target: str) -> str:
    """The name of the field in which the note to `question:seats` is typed."""
    return f"note-{target.replace(':', '-')}"


def misplaced(refused: Exception | None, deed: Deed | None) -> str | None:
    """The field at which the refusal is better told than on top of the page."""
    return REASONS.get(deed) if deed and isinstance(refused, ReasonMissing) else None
