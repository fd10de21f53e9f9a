"""The forms of the deeds the law adds to the everyday ones, and the commands that do them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from identity.actor import Actor
from portal import forms
from services.applications.afterwards import commands as afterwards
from services.applications.afterwards.rules import FOLLOW_DAYS
from services.applications.commands import ending, on_the_spot, receiving, reviewing
from services.applications.grounds import Cancelling, Ending, Revoking
from services.applications.hearing import commands as hearing
from services.applications.instant import commands as instant
from services.applications.rules import Deed
from services.workflow.rules import ZONE
from storage.database import Session

LONGEST = 1000
"""As for the everyday deeds (GB/T 39046 table 7)."""


class NotNeeded(forms.Fields):
    not_needed_reason: str = Field(max_length=LONGEST)


class Referral(forms.Fields):
    refer_authority: str = Field(max_length=100)
    refer_reason: str = Field(max_length=LONGEST)


class OnTheSpot(forms.Fields):
    spot_question: str = Field(max_length=100)
    spot_answer: str = Field(max_length=LONGEST)
    spot_witness: str = Field("", max_length=LONGEST)


class ToFollow(forms.Fields):
    """Without the signed promise nothing follows: then it is a correction, or not accepted."""

    follow_code: list[str] = Field(min_length=1)
    follow_days: int = Field(ge=1, le=FOLLOW_DAYS)
    follow_signed: Literal["yes"]


class SendingBack(forms.Fields):
    send_back_reason: str = Field(max_length=LONGEST)


class HearingOffer(forms.Fields):
    hearing_to: str = Field("", max_length=100)
    hearing_interest: str = Field(max_length=LONGEST)


class HearingCall(forms.Fields):
    hearing_date: date
    hearing_time: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    hearing_place: str = Field(max_length=200)
    hearing_chair: UUID
    hearing_private: str = Field("", max_length=3)


class HearingMinutes(forms.Fields):
    hearing_minutes: str = Field(max_length=LONGEST)


class Termination(forms.Fields):
    terminate_ground: Ending
    terminate_reason: str = Field(max_length=LONGEST)


class Verification(forms.Fields):
    verify_code: str = Field(max_length=100)
    verify_holds: bool
    verify_finding: str = Field("", max_length=LONGEST)


class SecondLook(forms.Fields):
    review_upheld: bool
    review_finding: str = Field(max_length=LONGEST)


class Revocation(forms.Fields):
    revoke_ground: Revoking
    revoke_reason: str = Field(max_length=LONGEST)


class Cancellation(forms.Fields):
    cancel_ground: Cancelling
    cancel_reason: str = Field(max_length=LONGEST)


class NoWords(forms.Fields):
    """A deed that needs none."""


FORMS: Mapping[Deed, type[forms.Fields]] = {
    Deed.CORRECT_ON_THE_SPOT: OnTheSpot,
    Deed.ACCEPT_TO_FOLLOW: ToFollow,
    Deed.REFER: Referral,
    Deed.TELL_NOT_NEEDED: NotNeeded,
    Deed.SEND_BACK: SendingBack,
    Deed.OFFER_HEARING: HearingOffer,
    Deed.ASK_FOR_HEARING: NoWords,
    Deed.CALL_HEARING: HearingCall,
    Deed.CLOSE_HEARING: HearingMinutes,
    Deed.TERMINATE: Termination,
    Deed.VERIFY_COMMITMENT: Verification,
    Deed.REVIEW_DECISION: SecondLook,
    Deed.REVOKE: Revocation,
    Deed.CANCEL: Cancellation,
    Deed.ARCHIVE: NoWords,
}

REASONS: Mapping[Deed, str] = {
    Deed.TELL_NOT_NEEDED: "not_needed_reason",
    Deed.REFER: "refer_reason",
    Deed.SEND_BACK: "send_back_reason",
    Deed.OFFER_HEARING: "hearing_interest",
    Deed.CALL_HEARING: "hearing_place",
    Deed.CLOSE_HEARING: "hearing_minutes",
    Deed.TERMINATE: "terminate_reason",
    Deed.VERIFY_COMMITMENT: "verify_finding",
    Deed.REVIEW_DECISION: "review_finding",
    Deed.REVOKE: "revoke_reason",
    Deed.CANCEL: "cancel_reason",
}
"""The field at which a missing reason is told."""

Doing: TypeAlias = Callable[[Session, Actor, str, Any, datetime], Awaitable[object]]


async def _not_needed(session: Session, actor: Actor, number: str, said: NotNeeded, at: datetime) -> object:
    return await receiving.tell_not_needed(session, actor, number, reason=said.not_needed_reason, at=at)


async def _refer(session: Session, actor: Actor, number: str, said: Referral, at: datetime) -> object:
    return await receiving.refer(
        session, actor, number, authority=said.refer_authority, reason=said.refer_reason, at=at
    )


async def _on_the_spot(session: Session, actor: Actor, number: str, said: OnTheSpot, at: datetime) -> object:
    typed = {said.spot_question: said.spot_answer}
    return await on_the_spot.correct(session, actor, number, typed=typed, witness=said.spot_witness, at=at)


async def _to_follow(session: Session, actor: Actor, number: str, said: ToFollow, at: datetime) -> object:
    return await afterwards.accept_to_follow(
        session, actor, number, codes=said.follow_code, days=said.follow_days, at=at
    )


async def _send_back(session: Session, actor: Actor, number: str, said: SendingBack, at: datetime) -> object:
    return await reviewing.send_back(session, actor, number, reason=said.send_back_reason, at=at)


async def _offer(session: Session, actor: Actor, number: str, said: HearingOffer, at: datetime) -> object:
    return await hearing.offer(
        session, actor, number, to=said.hearing_to, interest=said.hearing_interest, at=at
    )


async def _ask(session: Session, actor: Actor, number: str, _said: NoWords, at: datetime) -> object:
    return await hearing.ask(session, actor, number, at=at)


async def _call(session: Session, actor: Actor, number: str, said: HearingCall, at: datetime) -> object:
    return await hearing.call(
        session,
        actor,
        number,
        sits_at=datetime.combine(said.hearing_date, time.fromisoformat(said.hearing_time), ZONE),
        place=said.hearing_place,
        chair=said.hearing_chair,
        open_to_public=not said.hearing_private,
        at=at,
    )


async def _close(session: Session, actor: Actor, number: str, said: HearingMinutes, at: datetime) -> object:
    return await hearing.close(session, actor, number, minutes=said.hearing_minutes, at=at)


async def _terminate(session: Session, actor: Actor, number: str, said: Termination, at: datetime) -> object:
    return await ending.terminate(
        session, actor, number, ground=said.terminate_ground, reason=said.terminate_reason, at=at
    )


async def _verify(session: Session, actor: Actor, number: str, said: Verification, at: datetime) -> object:
    return await afterwards.verify(
        session,
        actor,
        number,
        code=said.verify_code,
        holds=said.verify_holds,
        finding=said.verify_finding,
        at=at,
    )


async def _review(session: Session, actor: Actor, number: str, said: SecondLook, at: datetime) -> object:
    return await instant.review(
        session, actor, number, upheld=said.review_upheld, finding=said.review_finding, at=at
    )


async def _revoke(session: Session, actor: Actor, number: str, said: Revocation, at: datetime) -> object:
    return await ending.revoke(
        session, actor, number, ground=said.revoke_ground, reason=said.revoke_reason, at=at
    )


async def _cancel(session: Session, actor: Actor, number: str, said: Cancellation, at: datetime) -> object:
    return await ending.cancel(
        session, actor, number, ground=said.cancel_ground, reason=said.cancel_reason, at=at
    )


async def _archive(session: Session, actor: Actor, number: str, _said: NoWords, at: datetime) -> object:
    return await ending.archive(session, actor, number, at=at)


DOING: Mapping[Deed, Doing] = {
    Deed.TELL_NOT_NEEDED: _not_needed,
    Deed.REFER: _refer,
    Deed.CORRECT_ON_THE_SPOT: _on_the_spot,
    Deed.ACCEPT_TO_FOLLOW: _to_follow,
    Deed.SEND_BACK: _send_back,
    Deed.OFFER_HEARING: _offer,
    Deed.ASK_FOR_HEARING: _ask,
    Deed.CALL_HEARING: _call,
    Deed.CLOSE_HEARING: _close,
    Deed.TERMINATE: _terminate,
    Deed.VERIFY_COMMITMENT: _verify,
    Deed.REVIEW_DECISION: _review,
    Deed.REVOKE: _revoke,
    Deed.CANCEL: _cancel,
    Deed.ARCHIVE: _archive,
}
