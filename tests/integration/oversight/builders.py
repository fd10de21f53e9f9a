"""Rows for tests of oversight: plain functions, every value can be chosen."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4

from identity.actor import Actor, Party, PartyKind, Role
from identity.models import Department, Person, StaffMember
from services.applications.models import Application
from services.applications.rules import Channel, State

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
MARKET, CIVIL = "11520100MADEM002X1", "11520100MADEM00119"
_numbers = count(1)


def actor(*roles, departments=("*",), name="示例监察员", person_id=None):
    own = person_id or uuid4()
    return Actor(
        person_id=own,
        name=name,
        roles=frozenset(roles or {Role.SUPERVISOR}),
        acting_for=Party(PartyKind.PERSON, own, name),
        parties=frozenset({own}),
        departments=frozenset(departments),
        assurance=2,
    )


def application(**values):
    """A running case, accepted ten days ago and green; `due` and `yellow` are days from today."""
    due, yellow = values.pop("due", 9), values.pop("yellow", 8)
    defaults = {
        "number": f"11440232MB2D06811W400011705100020261123{next(_numbers):04d}",
        "query_code": "ABCD2345",
        "item_code": "food-licence",
        "item_version": 1,
        "item_name": {"zh": "示例事项", "en": "Sample item"},
        "department_code": MARKET,
        "channel": Channel.ONLINE,
        "applicant_kind": PartyKind.PERSON,
        "applicant_id": uuid4(),
        "applicant_name": "示例甲",
        "filed_by": uuid4(),
        "filed_by_name": "示例甲",
        "state": State.ACCEPTED,
        "due_on": TODAY + due * DAY if due is not None else None,
        "yellow_on": TODAY + yellow * DAY if yellow is not None else None,
        "limit_days": 10,
        "created_at": NOON - 10 * DAY,
        "updated_at": NOON - 10 * DAY,
        "submitted_at": NOON - 10 * DAY,
        "accepted_at": NOON - 10 * DAY,
    }
    return Application(**(defaults | values))


def late(**values):
    return application(due=-1, yellow=-2, **values)


def near(**values):
    return application(due=1, yellow=0, **values)


async def staff(
    session, *, department=MARKET, roles=(Role.APPROVER,), departments=None, name="示例审批员", active=True
):
    """A member of staff in the database; returns the actor."""
    if await session.get(Department, department) is None:
        session.add(
            Department(code=department, name=f"示例部门{department[-2:]}", short="示例", region="520100")
        )
        await session.flush()
    person = Person(name=name, id_number="520102199001010018", id_index=uuid4().hex, registered_at=NOON)
    session.add(person)
    await session.flush()
    scope = list(departments or (department,))
    session.add(
        StaffMember(
            person_id=person.id,
            department_code=department,
            roles=[role.value for role in roles],
            departments=scope,
            active=active,
        )
    )
    await session.flush()
    return actor(*roles, departments=scope, name=name, person_id=person.id)
