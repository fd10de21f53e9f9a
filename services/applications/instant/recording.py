"""What handing in means for the rules: they are asked by a worker, unless the applicant wants a person."""

from datetime import datetime

from services.applications.instant.models import Ruling
from services.applications.instant.rules import Course
from services.applications.models import Application
from services.catalogue.definition import ItemDefinition
from storage import queue
from storage.database import Session

DECIDE = "applications.decide_by_rules"


async def begin(
    session: Session, application: Application, definition: ItemDefinition, *, by_a_person: bool, at: datetime
) -> None:
    """Have the rules asked for a case just handed in; nothing where the item has none."""
    if definition.instant is None:
        return
    if by_a_person:
        session.add(Ruling(application_id=application.id, course=Course.TAKEN_OUT, at=at))
        await session.flush()
    else:
        await queue.enqueue(session, DECIDE, number=application.number, lock=application.number)
