"""One case, or a few, of every situation that the rules of oversight are about, told as a clerk would: what was done,
how many working days ago, at what hour, by whom.

They are laid beside a generated city, with the ledger written by the product itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from identity.actor import PartyKind
from services.applications.bundling.models import BundleApplication, BundlePart, Standing
from services.applications.instant.models import HumanReview
from services.applications.models import Application
from services.applications.rules import Channel, State
from services.oversight.measures import following
from services.workflow.rules import Calendar, Clock, Pause, due, local_day, yellow_on
from storage import ledger
from storage.database import Session
from tests.bench.oversight_city import department

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
DAYS = Calendar({}, frozenset(range(2024, 2028)))
LIMIT = {State.SUBMITTED: 5, State.ACCEPTED: 20, State.GRANTED: 10, State.REFUSED: 10}
ITEM = "sample-situations"
ONE, TWO, THREE = (str(UUID(int=(1 << 60) + place)) for place in range(3))


class Done(NamedTuple):
    """`ago` working days before today at `hour` (with minutes as a fraction) in China; `by`: None for the portal."""

    deed: str
    ago: int
    hour: float = 10
    by: str | None = None
    told: Mapping[str, Any] = {}


class Situation(NamedTuple):
    state: State
    done: Sequence[Done]
    joint: int | None = None
    """How many working days ago the bundle of the case was to be decided."""


def came(ago: int) -> Done:
    return Done("application submitted", ago, 9)


def taken(ago: int, hour: float = 10, by: str = ONE, **told: Any) -> Done:
    return Done("application accepted", ago, hour, by, told)


def reviewed(ago: int, hour: float = 11, by: str = TWO) -> Done:
    return Done("step reviewed", ago, hour, by, {"step": "review"})


def granted(ago: int, hour: float = 14, by: str = THREE, **told: Any) -> Done:
    return Done("application granted", ago, hour, by, told)


def delivered(ago: int) -> Done:
    return Done("result delivered", ago, 15)


def begun(ago: int, days: int, deed: str = "special procedure begun") -> Done:
    return Done(deed, ago, 12, TWO, {"days": days, "step": "review"})


def ended(ago: int, deed: str = "special procedure ended", hour: float = 12) -> Done:
    return Done(deed, ago, hour, TWO)


def corrected(told: int, again: int, *targets: str, hour: float = 12) -> list[Done]:
    asked = Done("correction requested", told, 11, ONE, {"targets": list(targets) or ["question:name"]})
    return [asked, Done("application corrected", again, hour)]


def paid(ago: int, amount: int, fee: int, deed: str = "fee taken") -> Done:
    return Done(deed, ago, 13, ONE, {"amount": amount, "due": fee})


SOUND = (came(6), taken(5), reviewed(4), granted(3), delivered(3))
BY_RULES = (came(9), Done("application decided by rules", 9, 10), delivered(9))


def situations() -> Iterator[Situation]:
    """Each that a rule is about, and beside it those that the law allows."""
    end, running, wanted = State.DELIVERED, State.ACCEPTED, State.SUBMITTED
    yield Situation(end, SOUND)
    for ago in (4, 5, 6, 8):  # T0
        yield Situation(wanted, [came(ago)])
    for ago in (17, 18, 19, 20, 21, 25):  # T2, T1Y, T1
        yield Situation(running, [came(ago + 1), taken(ago)])
    for ago in (8, 9, 10, 11):  # T6
        yield Situation(State.GRANTED, [came(16), taken(15), reviewed(14), granted(ago)])
        yield Situation(State.REFUSED, [came(16), taken(15), reviewed(14), refused(ago, reasoned=True)])
    for procedure in (
        [begun(22, 8), ended(14)],
        [begun(22, 8, "hearing called"), ended(14, "hearing closed")],
    ):
        yield Situation(running, [came(26), taken(25), *procedure])
    yield Situation(running, [came(30), taken(28), Done("limit extended", 15, 10, THREE, {"days": 10})])
    for days, until in ((5, 4), (5, 3), (2, 4)):  # T4, with its day of grace
        yield Situation(running, [came(12), taken(11), begun(10, days), ended(until)])
        yield Situation(State.SUSPENDED, [came(until + 8), taken(until + 7), begun(until + 6, days + until)])
    yield Situation(running, [came(8), granted(6), taken(5)])  # F1
    yield Situation(running, [came(9), taken(8), begun(4, 3), ended(5)])  # F2
    yield Situation(wanted, [came(6), *corrected(2, 3)])  # F3
    yield Situation(end, [came(6), taken(5), granted(4), delivered(4)])  # F4
    yield Situation(end, [came(6), taken(5), reviewed(4, by=ONE), granted(3, by=ONE), delivered(3)])  # S1
    yield Situation(running, [came(3), taken(3, 21)])  # N1
    yield Situation(end, [came(6), taken(5, 10), reviewed(5, 10.01), granted(5, 10.02), delivered(5)])  # X1
    for target in ("material:id-copy", "material:plan"):  # R1
        yield Situation(wanted, [came(6), *corrected(4, 3, target)])
    yield Situation(wanted, [came(9), *corrected(7, 6), *corrected(4, 3)])  # E2Y
    yield Situation(running, [came(9), Done("application deemed accepted", 3)])  # E1R
    yield from _of_content()
    yield from _of_money()
    yield from _of_promises()


def refused(ago: int, **told: Any) -> Done:
    return Done("application refused", ago, 14, THREE, told)


def _of_content() -> Iterator[Situation]:
    for told in ({}, {"ground": "not-corrected"}):  # C1
        yield Situation(
            State.TERMINATED, [came(9), taken(8), Done("application terminated", 2, 10, THREE, told)]
        )
    for reasoned in (True, False):  # C2
        flow = [came(9), taken(8), reviewed(7), refused(6, reasoned=reasoned), delivered(6)]
        yield Situation(State.DELIVERED, flow)
        away = Done("acceptance refused", 8, 10, ONE, {"reasoned": reasoned})
        yield Situation(State.NOT_ACCEPTED, [came(9), away])
    for told in ({"missing": []}, {"missing": ["plan"]}, {"missing": ["plan"], "to_follow": ["plan"]}):  # C3
        yield Situation(State.ACCEPTED, [came(9), taken(8, **told)])


def _of_money() -> Iterator[Situation]:
    first, last = [came(9), taken(8), reviewed(7)], [granted(5, fee=8000), delivered(4)]
    full, part, back = paid(6, 8000, 8000), paid(6, 3000, 8000), paid(5, 8000, 8000, "fee refunded")
    waived = Done("fee waived", 6, 13, THREE, {"due": 8000})
    for money in ([], [full], [part], [full, back], [waived], [part, waived]):  # M2
        yield Situation(State.DELIVERED, [*first, *money, *last])
    yield Situation(State.DELIVERED, [*first, *last, paid(3, 8000, 8000)])
    yield Situation(State.DELIVERED, [*SOUND, paid(2, 100, 0), paid(1, 100, 0, "fee refunded")])  # M1
    yield Situation(State.GRANTED, [came(9), Done("application decided by rules", 9, 10, None, {"fee": 500})])


def _of_promises() -> Iterator[Situation]:
    for day in (1, 3, 4):  # J1: decided three days ago
        yield Situation(State.DELIVERED, SOUND, joint=day)
    for day in (0, 1, 2):
        yield Situation(State.ACCEPTED, [came(6), taken(5)], joint=day)
    yield Situation(State.SUBMITTED, [came(6), *corrected(5, 3)], joint=2)
    yield Situation(State.SUBMITTED, [came(6), *corrected(5, 3)], joint=3)
    yield Situation(State.CORRECTING, [came(6), corrected(5, 3)[0]], joint=4)
    for due_ago, looked in ((2, None), (0, None), (4, 3), (3, 3)):  # H1
        asked = Done("person asked for", 8, 10, None, {"due": due_ago})
        answered = [Done("decision by rules reviewed", looked, 10, THREE)] if looked is not None else []
        yield Situation(State.DELIVERED, [*BY_RULES, asked, *answered])
    yield Situation(State.SUBMITTED, [came(2), Done("person asked for", 1, 10, None, {})])


def day_ago(ago: int, today: date) -> date:
    """The working day so many working days before `today`; the last one for none where today is off."""
    day = today
    while day.weekday() > 4:
        day -= DAY
    while ago:
        day -= DAY
        ago -= day.weekday() < 5
    return day


async def lay(session: Session, now: datetime) -> list[str]:
    """Write every situation as it stood at `now`; the numbers of their cases."""
    today, numbers = local_day(now), []
    for place, situation in enumerate(situations()):
        number = f"1152019900{place:08d}"
        numbers.append(number)
        events = [(one, moment_of(one, today)) for one in situation.done]
        case = application(number, situation.state, events)
        session.add(case)
        await session.flush()
        for one, at in events:
            told = dict(one.told)
            if one.deed == "person asked for" and "due" in told:
                told["due"] = day_ago(told["due"], today).isoformat()
                session.add(asked(case, at, told["due"], events))
            await _record(session, number, one, at, told)
        if situation.joint is not None:
            await _bundle(session, case, day_ago(situation.joint, today))
    await following.read_cases(session, numbers)
    return numbers


def moment_of(one: Done, today: date) -> datetime:
    whole = time(int(one.hour), tzinfo=CHINA)
    return datetime.combine(day_ago(one.ago, today), whole) + timedelta(hours=one.hour % 1)


async def _record(session: Session, chain: str, one: Done, at: datetime, told: Mapping[str, Any]) -> None:
    actor = one.by or "system:portal"
    named = {"by": "示例"} if one.by else {}
    await ledger.append(
        session, chain=chain, deed=one.deed, subject=chain, actor=actor, at=at, details={**named, **told}
    )


def application(number: str, state: State, events: Sequence[tuple[Done, datetime]]) -> Application:
    """The case as the product's own columns would have it."""
    party, first = uuid4(), events[0][1]
    ends = {one.deed: at for one, at in events}
    row = Application(
        number=number,
        query_code="CODE2345",
        item_code=ITEM,
        item_version=1,
        item_name={"zh": "示例事项", "en": "Sample item"},
        department_code=department(0),
        channel=Channel.ONLINE,
        applicant_kind=PartyKind.PERSON,
        applicant_id=party,
        applicant_name="示例申请人",
        filed_by=party,
        filed_by_name="示例申请人",
        state=state,
        deemed="application deemed accepted" in ends,
        corrections=sum(one.deed == "correction requested" for one, _at in events),
        created_at=first,
        updated_at=first,
        submitted_at=first,
        accepted_at=ends.get("application accepted"),
    )
    if state in LIMIT:
        clock = clock_of(state, events)
        row.due_on, row.yellow_on, row.limit_days = (
            due(clock, DAYS).on,
            yellow_on(clock, DAYS),
            clock.limit_days,
        )
    return row


GOING_ON = {"step reviewed", "limit extended", "fee taken", "person asked for"}


def clock_of(state: State, events: Sequence[tuple[Done, datetime]]) -> Clock:
    """The limit that runs, with what stopped and what extended it."""
    began, extra, paused = events[0][1], 0, []
    for one, at in events:
        if one.deed in {"special procedure begun", "hearing called"}:
            paused.append(Pause(local_day(at)))
        elif one.deed in {"special procedure ended", "hearing closed"}:
            paused[-1] = Pause(paused[-1].since, max(paused[-1].since, local_day(at)))
        elif one.deed == "limit extended":
            extra = one.told["days"]
        elif one.deed not in GOING_ON:
            began, extra, paused = at, 0, []
    return Clock(local_day(began), LIMIT[state] + extra, tuple(paused))


def asked(
    case: Application, at: datetime, until: str, events: Sequence[tuple[Done, datetime]]
) -> HumanReview:
    looked = next((then for one, then in events if one.deed == "decision by rules reviewed"), None)
    return HumanReview(
        application_id=case.id,
        asked_by=case.applicant_id,
        asked_at=at,
        due_on=date.fromisoformat(until),
        reviewed_at=looked,
        upheld=True if looked else None,
    )


async def _bundle(session: Session, case: Application, promised: date) -> None:
    number = f"B{case.number}"
    at = case.created_at.astimezone(UTC)
    bundle = BundleApplication(
        number=number,
        query_code="CODE2345",
        code="sample-bundle",
        definition={"short_name": {"zh": "示例", "en": "Sample"}},
        channel=Channel.ONLINE,
        applicant_kind=PartyKind.PERSON,
        applicant_id=case.applicant_id,
        applicant_name=case.applicant_name,
        filed_by=case.filed_by,
        promised_on=promised,
        created_at=at,
        updated_at=at,
        submitted_at=at,
    )
    session.add(bundle)
    await session.flush()
    session.add(BundlePart(application_id=case.id, bundle_id=bundle.id, place=0, standing=Standing.HANDED_IN))
    await session.flush()
    told = {"cases": {case.item_code: case.number}, "due": (promised - 7 * DAY).isoformat()}
    await _record(session, number, Done("bundle submitted", 0), at, told)
    moved = {"case": case.number, "due": promised.isoformat()}
    await _record(session, number, Done("joint date moved", 0), at, moved)
