"""常用意见: words officers use again and again, with fields that the case fills in."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from identity.models import StaffMember
from services.applications.models import Application
from services.applications.window.errors import FieldUnknown, PhraseUnknown
from services.applications.window.models import Phrase
from services.workflow.rules import local_day
from storage.database import Session

LONGEST = 500
MOST = 60
FIELD = re.compile(r"\{([^{}]*)\}")
FIELDS = ("申请人", "事项", "办件编号", "今天", "到期日")
"""What may stand in braces."""
DEEDS = (
    "accept",
    "refuse-acceptance",
    "review",
    "grant",
    "refuse",
    "request-correction",
    "suspend",
    "extend",
)
"""The deeds for which words can be kept."""


def fields_of(application: Application, at: datetime) -> Mapping[str, str]:
    """What the fields of a phrase mean for this case, as papers write it."""
    today, due = local_day(at), application.due_on
    return {
        "申请人": application.applicant_name,
        "事项": str(application.item_name.get("zh", "")),
        "办件编号": application.number,
        "今天": f"{today.year}年{today.month}月{today.day}日",
        "到期日": f"{due.year}年{due.month}月{due.day}日" if due else "",
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    """The phrase with its fields filled in."""
    return FIELD.sub(lambda found: values.get(found[1], found[0]), text)


async def usable(session: Session, actor: Actor) -> list[Phrase]:
    """The officer's own phrases, then those of their department, each by deed and text."""
    query = (
        sa.select(Phrase)
        .where(
            sa.or_(
                col(Phrase.owner_id) == actor.person_id,
                col(Phrase.department_code) == _department(actor).scalar_subquery(),
            )
        )
        .order_by(col(Phrase.owner_id).is_(None), col(Phrase.deed), col(Phrase.text), col(Phrase.id))
        .limit(2 * MOST)
    )
    return list(await session.scalars(query))


async def one(session: Session, actor: Actor, phrase_id: UUID) -> Phrase:
    """Raises PhraseUnknown."""
    found = next((phrase for phrase in await usable(session, actor) if phrase.id == phrase_id), None)
    if found is None:
        raise PhraseUnknown
    return found


async def keep(session: Session, actor: Actor, *, deed: str, text: str, office: bool, at: datetime) -> Phrase:
    """Keep words for oneself, or as an approver for the whole department. Raises FieldUnknown, PhraseUnknown."""
    for name in FIELD.findall(text):
        if name not in FIELDS:
            raise FieldUnknown(name)
    department = await session.scalar(_department(actor)) if office else None
    if deed not in DEEDS or (office and (department is None or not may_keep_for_office(actor))):
        raise PhraseUnknown
    phrase = Phrase(
        owner_id=None if office else actor.person_id,
        department_code=department,
        deed=deed,
        text=text.strip()[:LONGEST],
        created_by=actor.person_id,
        changed_at=at,
    )
    session.add(phrase)
    await session.flush()
    return phrase


async def remove(session: Session, actor: Actor, phrase_id: UUID) -> None:
    """One's own, or as an approver one of the department. Raises PhraseUnknown."""
    phrase = await one(session, actor, phrase_id)
    if phrase.owner_id is None and not may_keep_for_office(actor):
        raise PhraseUnknown
    await session.delete(phrase)
    await session.flush()


def may_keep_for_office(actor: Actor) -> bool:
    """Whether the officer answers for what their department says."""
    return actor.has(Role.APPROVER)


def _department(actor: Actor) -> sa.Select[str]:
    return sa.select(col(StaffMember.department_code)).where(
        col(StaffMember.person_id) == actor.person_id, col(StaffMember.active)
    )
