"""The deeds the law adds to the everyday ones, as machines say them; the window's pages have the same (portal.window)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from msgspec import Meta, Struct

from identity.actor import Actor
from portal.api.schemas import Words
from services.applications.afterwards import commands as afterwards
from services.applications.afterwards.rules import FOLLOW_DAYS
from services.applications.commands import ending, on_the_spot, receiving, reviewing
from services.applications.grounds import Cancelling, Ending, Revoking
from services.applications.hearing import commands as hearing
from services.applications.instant import commands as instant
from services.applications.rules import Deed
from services.catalogue import answers
from storage.database import Session

Doing: TypeAlias = Callable[[Session, Actor, str, Any, datetime], Awaitable[object]]


class NoWords(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing has to be said."""


class Reason(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Words


class Referral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`authority`: to whom the applicant has to turn (行政许可法 32 (2))."""

    authority: Annotated[str, Meta(max_length=100)]
    reason: Words


class OnTheSpot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers put right with the applicant's word (行政许可法 32 (3)); natural JSON as the form's schema describes."""

    answers: dict[str, Any]
    witness: Words = ""


class ToFollow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """容缺受理: the codes of materials that follow within `days` working days, as the applicant signed."""

    materials: Annotated[list[str], Meta(min_length=1, max_length=50)]
    days: Annotated[int, Meta(ge=1, le=FOLLOW_DAYS)] = FOLLOW_DAYS
    opinion: Words = ""


class HearingOffer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Told of the right to a hearing: the applicant, or the third party named by `to` (行政许可法 36, 47)."""

    interest: Words
    to: Annotated[str, Meta(max_length=100)] = ""


class HearingCall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time, place and chair of a hearing (行政许可法 48); `chair` is the id of an officer who did not review."""

    sits_at: Annotated[datetime, Meta(tz=True)]
    place: Annotated[str, Meta(max_length=200)]
    chair: UUID
    open_to_public: bool = True


class Minutes(Struct, frozen=True, forbid_unknown_fields=True):
    minutes: Words


class Termination(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ground: Ending
    reason: Words


class Verification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """承诺核查: whether the commitment for `material` is true; a finding against the applicant says why."""

    material: Annotated[str, Meta(max_length=100)]
    holds: bool
    finding: Words = ""


class SecondLook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """人工审查: whether what rules decided stands, and why."""

    upheld: bool
    finding: Words


class Revocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ground`: paragraph of 行政许可法 69."""

    ground: Revoking
    reason: Words


class Cancellation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ground`: item of 行政许可法 70."""

    ground: Cancelling
    reason: Words


async def _not_needed(session: Session, actor: Actor, number: str, said: Reason, at: datetime) -> object:
    return await receiving.tell_not_needed(session, actor, number, reason=said.reason, at=at)


async def _refer(session: Session, actor: Actor, number: str, said: Referral, at: datetime) -> object:
    return await receiving.refer(session, actor, number, authority=said.authority, reason=said.reason, at=at)


async def _on_the_spot(session: Session, actor: Actor, number: str, said: OnTheSpot, at: datetime) -> object:
    typed = answers.flatten(said.answers)
    return await on_the_spot.correct(session, actor, number, typed=typed, witness=said.witness, at=at)


async def _to_follow(session: Session, actor: Actor, number: str, said: ToFollow, at: datetime) -> object:
    return await afterwards.accept_to_follow(
        session, actor, number, codes=said.materials, days=said.days, opinion=said.opinion, at=at
    )


async def _send_back(session: Session, actor: Actor, number: str, said: Reason, at: datetime) -> object:
    return await reviewing.send_back(session, actor, number, reason=said.reason, at=at)


async def _offer(session: Session, actor: Actor, number: str, said: HearingOffer, at: datetime) -> object:
    return await hearing.offer(session, actor, number, to=said.to, interest=said.interest, at=at)


async def _ask(session: Session, actor: Actor, number: str, _: NoWords, at: datetime) -> object:
    return await hearing.ask(session, actor, number, at=at)


async def _call(session: Session, actor: Actor, number: str, said: HearingCall, at: datetime) -> object:
    return await hearing.call(
        session,
        actor,
        number,
        sits_at=said.sits_at,
        place=said.place,
        chair=said.chair,
        open_to_public=said.open_to_public,
        at=at,
    )


async def _close(session: Session, actor: Actor, number: str, said: Minutes, at: datetime) -> object:
    return await hearing.close(session, actor, number, minutes=said.minutes, at=at)


async def _terminate(session: Session, actor: Actor, number: str, said: Termination, at: datetime) -> object:
    return await ending.terminate(session, actor, number, ground=said.ground, reason=said.reason, at=at)


async def _verify(session: Session, actor: Actor, number: str, said: Verification, at: datetime) -> object:
    return await afterwards.verify(
        session, actor, number, code=said.material, holds=said.holds, finding=said.finding, at=at
    )


async def _review(session: Session, actor: Actor, number: str, said: SecondLook, at: datetime) -> object:
    return await instant.review(session, actor, number, upheld=said.upheld, finding=said.finding, at=at)


async def _revoke(session: Session, actor: Actor, number: str, said: Revocation, at: datetime) -> object:
    return await ending.revoke(session, actor, number, ground=said.ground, reason=said.reason, at=at)


async def _cancel(session: Session, actor: Actor, number: str, said: Cancellation, at: datetime) -> object:
    return await ending.cancel(session, actor, number, ground=said.ground, reason=said.reason, at=at)


async def _archive(session: Session, actor: Actor, number: str, _: NoWords, at: datetime) -> object:
    return await ending.archive(session, actor, number, at=at)


DEEDS: Mapping[str, tuple[type[Struct], Doing]] = {
    Deed.TELL_NOT_NEEDED: (Reason, _not_needed),
    Deed.REFER: (Referral, _refer),
    Deed.CORRECT_ON_THE_SPOT: (OnTheSpot, _on_the_spot),
    Deed.ACCEPT_TO_FOLLOW: (ToFollow, _to_follow),
    Deed.SEND_BACK: (Reason, _send_back),
    Deed.OFFER_HEARING: (HearingOffer, _offer),
    Deed.ASK_FOR_HEARING: (NoWords, _ask),
    Deed.CALL_HEARING: (HearingCall, _call),
    Deed.CLOSE_HEARING: (Minutes, _close),
    Deed.TERMINATE: (Termination, _terminate),
    Deed.VERIFY_COMMITMENT: (Verification, _verify),
    Deed.REVIEW_DECISION: (SecondLook, _review),
    Deed.REVOKE: (Revocation, _revoke),
    Deed.CANCEL: (Cancellation, _cancel),
    Deed.ARCHIVE: (NoWords, _archive),
}
"""Each deed with what has to be said for it."""
