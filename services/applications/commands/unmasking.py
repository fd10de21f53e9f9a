"""Showing a hidden number whole: possible for who works on the case, with the reason, and on the record (PIPL 6, 51)."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from identity.actor import CASEWORK, Actor
from services.applications import queries
from services.applications.commands.recording import record
from services.applications.errors import ClaimedBySomebody, NotYourDeed, StepNotOpen, UnknownTarget
from services.applications.models import Application
from services.applications.rules import ROLES, Deed, State
from services.catalogue import queries as catalogue
from storage.database import Session

UNMASK = "unmask"

AT_THE_COUNTER = frozenset({State.GRANTED, State.REFUSED})
"""Handing a result out means comparing the number with a card, and such a case is on nobody's desk."""


class Need(StrEnum):
    """What a whole number is needed for; a code, so that the record holds no free text about a person."""

    IDENTITY = "identity"  # 核对身份
    CONTACT = "contact"  # 联系申请人
    DECISION = "decision"  # 作出决定
    PAYMENT = "payment"  # 核对收款账户


async def unmask(
    session: Session, actor: Actor, number: str, *, questions: Collection[str], need: Need, at: datetime
) -> Application:
    """Record that `actor` was shown the whole answers to these sensitive questions, and give back the case.

    The case must be on this officer's desk. Raises ApplicationNotFound, NotYourDeed, ClaimedBySomebody,
    StepNotOpen (nobody has claimed it), UnknownTarget (no such question, or none that is hidden).
    """
    application = await queries.get(session, actor, number)
    if not actor.has(*CASEWORK):
        raise NotYourDeed(UNMASK, min(CASEWORK))
    if not actor.may_take(application.claimed_by, ROLES[Deed.CLAIM]):
        raise ClaimedBySomebody(application.claimed_by_name or "")
    if application.claimed_by is None and application.state not in AT_THE_COUNTER:
        raise StepNotOpen(application.state, UNMASK)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    hidden = {question.key for question in item.definition.form.questions() if question.sensitive}
    for key in questions:
        if key not in hidden:
            raise UnknownTarget(f"question:{key}")
    await record(
        session, actor, application, "number unmasked", at=at, questions=sorted(questions), need=need
    )
    return application
