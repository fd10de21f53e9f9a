"""Notices about mandates: asked for, in force, declined, over, about to end.

Each stands in the portal for whom it concerns, and goes by their proven channels, where it says neither who the other side is nor what it is about: that
is on the portal, behind a sign-in.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.mandates import queries
from identity.mandates.models import Mandate, MandateRequest
from identity.mandates.rules import ENDS_SOON, OPEN_REQUESTS, Kind, under_age
from identity.means import contacts, notices, posting
from identity.means.rules import Channel, News
from identity.models import ID_NUMBER, Person
from storage.cipher import ring
from storage.database import Session

AT_ONCE = 100
DAY = timedelta(days=1)

ASKED = (
    "【一网】有人请您确认一项代办委托，您同意后才生效。请登录后在“代办和监护”里查看；不认识对方的，请拒绝。"
    "\nSomeone asks you to agree to a mandate. Nothing happens unless you agree: sign in to read it."
)
IN_FORCE = (
    "【一网】您名下的一项代办委托已经生效。如果不是您本人同意的，请马上登录撤销，或者拨打 12345。"
    "\nA mandate that you give or hold is now in force. If you did not agree to it, sign in and withdraw it."
)
DECLINED = "【一网】对方没有同意您请求的代办委托。\nThe mandate you asked for was declined."
OVER = (
    "【一网】您名下的一项代办委托已经结束，从现在起不能再凭它办事。详情请登录后查看。"
    "\nA mandate that you give or hold has ended; nobody acts under it any more."
)
ENDING = (
    "【一网】您名下的一项代办委托再过几天就到期。还需要的，请登录后重新办理。"
    "\nA mandate that you give or hold ends within a few days. Sign in to arrange another if it is needed."
)


async def asked(session: Session, request: MandateRequest, *, at: datetime) -> None:
    """Tell whoever is asked, if there is such a person; in the same time if there is none.

    Not twice a day for one asker and the same person, and not for an asker's every request: nobody is pestered by it.
    """
    if request.kind is Kind.GUARDIAN or await _often(session, request, at):
        return
    person_id = await _named(session, request, at)
    await posting.post(session, person_id, News.MANDATE_ASKED, at=at)
    reached = await contacts.proven(session, person_id) if person_id else []
    for channel, address in [(one.channel, one.address) for one in reached] or [(Channel.SMS, "")]:
        await notices.send(session, channel, address, ASKED, at=at)


async def in_force(session: Session, mandate_id: UUID, *, at: datetime) -> None:
    """Tell both sides, also the one who has just agreed: it may not have been them."""
    row = await session.get(Mandate, mandate_id)
    if row is not None:
        await _tell(session, await _sides(session, row, at), IN_FORCE, News.MANDATE_IN_FORCE, at)


async def declined(session: Session, request: MandateRequest, *, at: datetime) -> None:
    """Tell who had asked."""
    await _tell(session, {request.asked_by}, DECLINED, News.MANDATE_DECLINED, at)


async def over(session: Session, row: Mandate, *, by: UUID | None = None, at: datetime) -> None:
    """Tell both sides but the one who ended it."""
    await _tell(session, await _sides(session, row, at) - {by}, OVER, News.MANDATE_OVER, at)


async def remind(session: Session, *, at: datetime) -> int:
    """Tell both sides of what ends within `ENDS_SOON`, each mandate once; how many there were, AT_ONCE at most."""
    query = (
        sa.select(Mandate)
        .where(
            *queries.in_force(at),
            col(Mandate.valid_until) <= at + ENDS_SOON,
            col(Mandate.ending_told_at).is_(None),
        )
        .order_by(col(Mandate.valid_until), col(Mandate.id))
        .limit(AT_ONCE)
    )
    rows = (await session.scalars(query.with_for_update(skip_locked=True))).all()
    for row in rows:
        row.ending_told_at = at
        await _tell(session, await _sides(session, row, at), ENDING, News.MANDATE_ENDING, at)
    await session.flush()
    return len(rows)


async def _sides(session: Session, row: Mandate, at: datetime) -> frozenset[UUID]:
    """Who acts, and who is acted for: a firm by those who run it."""
    if row.for_person:
        return frozenset({row.person_id, row.for_person})
    running = await queries.runners(session, row.for_organisation, at) if row.for_organisation else []
    return frozenset({row.person_id, *running})


async def _tell(
    session: Session, people: Collection[UUID | None], text: str, kind: News, at: datetime
) -> None:
    for person_id in sorted(one for one in people if one):
        await posting.post(session, person_id, kind, at=at)
        await notices.tell_all(session, person_id, text, at=at)


async def _named(session: Session, request: MandateRequest, at: datetime) -> UUID | None:
    """Whom the request names rightly, if they may answer it."""
    number, name = request.other["id_number"], request.other["name"]
    query = sa.select(col(Person.id)).where(
        col(Person.id_index).in_(ring().indexes(number, ID_NUMBER)), col(Person.name) == name
    )
    found: UUID | None = await session.scalar(query)
    return None if under_age(number, at) else found


async def _often(session: Session, request: MandateRequest, at: datetime) -> bool:
    """Whether this asker asked the same person within a day, or so many people that it is a nuisance."""
    query = sa.select(col(MandateRequest.other_index)).where(
        col(MandateRequest.asked_by) == request.asked_by,
        col(MandateRequest.asked_at) > at - DAY,
        col(MandateRequest.id) != request.id,
    )
    before = list(await session.scalars(query))
    same = set(ring().indexes(request.other["id_number"], ID_NUMBER))
    return len(before) >= OPEN_REQUESTS or not same.isdisjoint(before)
