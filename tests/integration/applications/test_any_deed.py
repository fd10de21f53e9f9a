"""Anybody tries anything with a case, over the rules alone: no illegal deed succeeds, every legal one does, and what must
hold holds after each. YIWANG_STEPS says how many deeds are tried (`make endurance`: 100,000)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.applications import grounds, rules
from services.applications.errors import ApplicationError
from services.applications.grounds import Ending
from services.applications.hearing import rules as hearing
from services.applications.hearing.rules import Days
from services.applications.instant import rules as instant
from services.applications.rules import Deed, State
from services.workflow import rules as clocks
from services.workflow.calendar import seed_rows
from services.workflow.rules import Calendar, Clock, Pause

STEPS = int(os.environ.get("YIWANG_STEPS", "2500"))
IN_A_ROW = 50
KNOWN = seed_rows()
CALENDAR = Calendar({day.day: day.is_workday for day in KNOWN.days}, frozenset(KNOWN.years))
DAY = timedelta(days=1)
STAFF: Mapping[str, frozenset[str]] = {
    "window-1": frozenset({"window"}),
    "window-2": frozenset({"window"}),
    "reviewer-1": frozenset({"reviewer"}),
    "reviewer-2": frozenset({"reviewer"}),
    "approver": frozenset({"approver"}),
    "everything": frozenset({"window", "reviewer", "approver"}),
}
APPLICANT = "applicant"
COURSE = (("inspect", "reviewer", True), ("review", "reviewer", False), ("decide", "approver", False))
"""The steps after acceptance: key, post, two persons."""

OPEN_TO: Mapping[str, str] = {
    "draft": "submit",
    "submitted": "claim accept accept-to-follow request-correction refuse-acceptance refer tell-not-needed "
    "correct-on-the-spot deem-accepted withdraw decide-by-rules ask-for-a-person",
    "correcting": "correct withdraw terminate",
    "accepted": "claim review suspend extend grant refuse withdraw send-back offer-hearing ask-for-hearing "
    "call-hearing terminate follow-up",
    "suspended": "resume withdraw close-hearing terminate follow-up",
    "granted": "deliver verify-commitment ask-for-a-person review-decision",
    "refused": "deliver",
    "delivered": "revoke cancel archive verify-commitment ask-for-a-person review-decision",
    "not-accepted": "archive",
    "not-needed": "archive",
    "withdrawn": "archive",
    "terminated": "archive",
    "revoked": "archive",
    "cancelled": "archive",
}
"""What may be done from where, written down a second time, from the law and not from the table in the rules."""

POSTS: Mapping[str, str] = {
    "window": "claim accept accept-to-follow request-correction refuse-acceptance refer tell-not-needed "
    "correct-on-the-spot deliver archive terminate ask-for-hearing",
    "reviewer": "claim review suspend resume send-back offer-hearing ask-for-hearing call-hearing close-hearing "
    "verify-commitment",
    "approver": "claim suspend resume extend grant refuse send-back offer-hearing ask-for-hearing call-hearing "
    "close-hearing terminate revoke cancel review-decision",
    "applicant": "submit correct withdraw follow-up ask-for-a-person",
    "law": "deem-accepted decide-by-rules",
}
NEEDS_REASON = set(
    [
        "refuse-acceptance",
        "refuse",
        "suspend",
        "extend",
        "tell-not-needed",
        "refer",
        "send-back",
        "offer-hearing",
        "close-hearing",
        "terminate",
        "revoke",
        "cancel",
        "review-decision",
    ]
)


@dataclass
class Case:
    """A case as the rules see it, and everything that was ever done with it."""

    today: date
    state: State = State.DRAFT
    step: int = 0
    desk: str = ""
    received: set[str] = field(default_factory=set)
    spoken: set[str] = field(default_factory=set)
    decided_by: str = ""
    notices: int = 0
    open_notices: int = 0
    reply_by: date | None = None
    clock: Clock | None = None
    extended: bool = False
    hearings: list[Days] = field(default_factory=list)
    granted: bool = False
    ruled: instant.Course | None = None
    ruled_on: date | None = None
    reviews: int = 0
    archived: bool = False
    reasons: dict[str, str] = field(default_factory=dict)
    ledger: list[str] = field(default_factory=list)


def roles_of(actor: str) -> frozenset[str]:
    return STAFF.get(actor, frozenset({actor}))


def attempt(case: Case, actor: str, deed: Deed, reason: str) -> None:
    """Do a deed as the commands do it: by the rules, in their order. Raises ApplicationError and leaves all as it was."""
    if deed in rules.APPLICANTS_DEEDS:
        if actor != APPLICANT:
            raise ApplicationError("not the applicant")
    elif deed is Deed.DECIDE_BY_RULES:
        if actor != "law" or case.ruled or case.desk:
            raise ApplicationError("not the rules' affair")
    elif deed in rules.PORTALS_DEEDS:
        if actor != "law" or case.clock is None or not rules.lapsed(due(case), case.today):
            raise ApplicationError("not the law's hour")
    else:
        rules.require_role(deed, roles_of(actor))
    told = rules.require_reason(deed, reason)
    after = rules.next_state(case.state, deed)
    if deed in rules.ROLES and case.desk not in {"", actor}:
        raise ApplicationError("on another desk")
    EFFECTS.get(deed, _nothing)(case, actor)
    case.state = after
    if told:
        case.reasons[deed] = told
    case.ledger.append(deed)


def due(case: Case) -> date:
    assert case.clock is not None
    return clocks.due(case.clock, CALENDAR).on


def _nothing(case: Case, actor: str) -> None:
    if case.state in rules.OPEN:
        case.desk = ""


def _submit(case: Case, actor: str) -> None:
    case.clock = Clock(case.today, rules.INTAKE_DAYS)
    case.open_notices = 0


def _claim(case: Case, actor: str) -> None:
    case.desk = actor


def _accept(case: Case, actor: str) -> None:
    case.received.add(actor)
    case.desk, case.step, case.clock = "", 0, Clock(case.today, 20)


def _deem(case: Case, actor: str) -> None:
    assert case.clock is not None
    case.desk, case.step, case.clock = "", 0, Clock(case.clock.started_on, 20)


def _tell(case: Case, actor: str) -> None:
    case.received.add(actor)
    case.desk, case.clock = "", None
    case.notices += 1
    case.open_notices += 1
    case.reply_by = case.today + rules.REPLY_DAYS * DAY


def _end(case: Case, actor: str) -> None:
    case.desk, case.clock = "", None


def _review(case: Case, actor: str) -> None:
    key, role, two = COURSE[case.step]
    if role != "reviewer":
        raise ApplicationError("another post")
    rules.require_second_person(key, actor, case.spoken)
    case.spoken.add(actor)
    case.desk = ""
    if len(case.spoken) >= rules.persons_needed(two_persons=two, on_site=key == "inspect"):
        case.step, case.spoken = case.step + 1, set()


def _send_back(case: Case, actor: str) -> None:
    key, role, _ = COURSE[case.step]
    if role not in roles_of(actor):
        raise ApplicationError("another post")
    before = rules.step_before([one for one, _, _ in COURSE], key)
    case.step, case.spoken, case.desk = [one for one, _, _ in COURSE].index(before), set(), ""


def _stop(case: Case, actor: str) -> None:
    assert case.clock is not None
    case.clock = replace(case.clock, pauses=(*case.clock.pauses, Pause(case.today)))


def _go_on(case: Case, actor: str) -> None:
    hearing.require_over("1", case.hearings, case.today)
    assert case.clock is not None
    *before, last = case.clock.pauses
    case.clock = replace(case.clock, pauses=(*before, replace(last, until=case.today)))


def _extend(case: Case, actor: str) -> None:
    assert case.clock is not None
    if case.extended or case.today > due(case):
        raise ApplicationError("once, and in time")
    case.extended, case.clock = True, replace(case.clock, limit_days=case.clock.limit_days + 10)


def _decide(case: Case, actor: str) -> None:
    rules.require_separation("1", actor, case.received)
    hearing.require_over("1", case.hearings, case.today)
    if COURSE[case.step][0] != "decide":
        raise ApplicationError("steps first")
    case.decided_by, case.desk, case.clock = actor, "", Clock(case.today, rules.DELIVERY_DAYS)


def _grant(case: Case, actor: str) -> None:
    _decide(case, actor)
    case.granted = True


def _offer(case: Case, actor: str) -> None:
    hearing.require_over("1", case.hearings, case.today)
    case.hearings.append(Days(hearing.ask_by(case.today)))


def _latest(case: Case, wanted: hearing.Standing, deed: Deed) -> Days:
    latest = case.hearings[-1] if case.hearings else None
    hearing.require_standing(hearing.standing(latest, case.today) if latest else None, wanted, deed)
    assert latest is not None
    return latest


def _ask(case: Case, actor: str) -> None:
    latest = _latest(case, hearing.Standing.OFFERED, Deed.ASK_FOR_HEARING)
    case.hearings[-1] = replace(latest, asked_on=case.today)


def _call(case: Case, actor: str) -> None:
    latest = _latest(case, hearing.Standing.ASKED, Deed.CALL_HEARING)
    first, _ = hearing.span(latest.asked_on or case.today, case.today, CALENDAR)
    hearing.require_day(first, latest.asked_on or case.today, case.today, CALENDAR)
    hearing.require_chair("chair", "示例主持人", case.spoken)
    case.hearings[-1] = replace(latest, called_on=case.today)
    _stop(case, actor)


def _close(case: Case, actor: str) -> None:
    latest = _latest(case, hearing.Standing.CALLED, Deed.CLOSE_HEARING)
    case.hearings[-1] = replace(latest, closed_on=case.today)
    _go_on(case, actor)


def _terminate(case: Case, actor: str) -> None:
    grounds.require_ender(case.state, roles_of(actor))
    ground = Ending.NOT_CORRECTED if case.state is State.CORRECTING else Ending.APPLICANT_GONE
    grounds.require_ending(ground, case.state, until=case.reply_by, today=case.today)
    _end(case, actor)


def _take_back(case: Case, actor: str) -> None:
    if not case.granted:
        raise ApplicationError("nothing was granted")


def _archive(case: Case, actor: str) -> None:
    if case.archived:
        raise ApplicationError("archived")
    case.archived = True


def _by_rules(case: Case, actor: str) -> None:
    case.granted, case.clock = True, Clock(case.today, rules.DELIVERY_DAYS)
    case.ruled, case.ruled_on = instant.Course.GRANTED, case.today


def _want_a_person(case: Case, actor: str) -> None:
    if case.state is State.SUBMITTED:
        case.ruled = case.ruled or instant.Course.TAKEN_OUT
        return
    instant.require_open("1", case.ruled, case.ruled_on, case.today, case.reviews)
    case.reviews += 1


def _look_again(case: Case, actor: str) -> None:
    if not case.reviews:
        raise ApplicationError("nobody asked")
    case.reviews -= 1


EFFECTS = {
    Deed.DECIDE_BY_RULES: _by_rules,
    Deed.ASK_FOR_A_PERSON: _want_a_person,
    Deed.REVIEW_DECISION: _look_again,
    Deed.SUBMIT: _submit,
    Deed.CORRECT: _submit,
    Deed.CLAIM: _claim,
    Deed.ACCEPT: _accept,
    Deed.ACCEPT_TO_FOLLOW: _accept,
    Deed.DEEM_ACCEPTED: _deem,
    Deed.REQUEST_CORRECTION: _tell,
    Deed.REFUSE_ACCEPTANCE: _end,
    Deed.REFER: _end,
    Deed.TELL_NOT_NEEDED: _end,
    Deed.WITHDRAW: _end,
    Deed.REVIEW: _review,
    Deed.SEND_BACK: _send_back,
    Deed.SUSPEND: _stop,
    Deed.RESUME: _go_on,
    Deed.EXTEND: _extend,
    Deed.GRANT: _grant,
    Deed.REFUSE: _decide,
    Deed.OFFER_HEARING: _offer,
    Deed.ASK_FOR_HEARING: _ask,
    Deed.CALL_HEARING: _call,
    Deed.CLOSE_HEARING: _close,
    Deed.TERMINATE: _terminate,
    Deed.DELIVER: _end,
    Deed.REVOKE: _take_back,
    Deed.CANCEL: _take_back,
    Deed.ARCHIVE: _archive,
}


def posts_of(actor: str) -> set[str]:
    return {deed for post in roles_of(actor) for deed in POSTS[post].split()}


class AnyDeed(RuleBasedStateMachine):
    """Random people try random deeds on random days; `tried` and `done` are compared with the case's own record."""

    @initialize(start=st.dates(date(2026, 1, 5), date(2026, 6, 30)))
    def open_a_draft(self, start: date) -> None:
        self.case = Case(start)
        self.done = 0
        self.refused = 0
        self.tried = 0

    @rule(days=st.integers(1, 12))
    def time_goes_by(self, days: int) -> None:
        self.case.today += DAY * days

    @rule(
        actor=st.sampled_from([*STAFF, APPLICANT, "law"]),
        deed=st.sampled_from(Deed),
        reason=st.sampled_from(["", " 略 ", "示例：条件不符合。"]),
    )
    def anybody_tries_anything(self, actor: str, deed: Deed, reason: str) -> None:
        self._try(actor, deed, reason)

    @precondition(lambda self: any(self._likely()))
    @rule(data=st.data())
    def somebody_does_what_is_theirs(self, data: st.DataObject) -> None:
        actor, deed = data.draw(st.sampled_from(self._likely()))
        self._try(actor, deed, "示例：条件不符合。")

    def _likely(self) -> list[tuple[str, Deed]]:
        here = OPEN_TO[self.case.state].split()
        return [
            (who, Deed(deed)) for who in [*STAFF, APPLICANT, "law"] for deed in here if deed in posts_of(who)
        ]

    def _try(self, actor: str, deed: Deed, reason: str) -> None:
        before, was = repr(self.case), self.case.state
        allowed = deed in OPEN_TO[was].split() and deed in posts_of(actor)
        reasoned = deed not in NEEDS_REASON or len(reason.strip()) >= 4
        self.tried += 1
        trial = _copy(self.case)
        try:
            attempt(trial, actor, deed, reason)
        except ApplicationError:
            self.refused += 1
            assert repr(self.case) == before
            assert not (allowed and reasoned and self._nothing_stands_against(actor, deed))
            return
        assert allowed, (was, actor, deed)
        assert reasoned, deed
        assert self._nothing_stands_against(actor, deed), (was, actor, deed)
        self.case = trial
        self.done += 1

    def _nothing_stands_against(self, actor: str, deed: Deed) -> bool:
        """Whether the law lets a deed of the right post, with its reason, happen now; told in the test's own words."""
        case, staff = self.case, actor in STAFF
        if staff and case.desk and case.desk != actor:
            return False
        heard = [hearing.standing(one, case.today) for one in case.hearings]
        unheard = any(one in {"offered", "asked", "called"} for one in heard)
        last = heard[-1] if heard else None
        key = COURSE[case.step][0]
        reviewing = key in {"inspect", "review"}
        against = {
            "deem-accepted": lambda: case.clock is None or case.today <= due(case),
            "review": lambda: not reviewing or actor in case.spoken,
            "send-back": lambda: (
                key == "inspect" or ("reviewer" if reviewing else "approver") not in STAFF[actor]
            ),
            "grant": lambda: key != "decide" or actor in case.received or unheard,
            "refuse": lambda: key != "decide" or actor in case.received or unheard,
            "resume": lambda: unheard,
            "extend": lambda: case.extended or case.today > due(case),
            "offer-hearing": lambda: unheard,
            "ask-for-hearing": lambda: last != "offered",
            "call-hearing": lambda: last != "asked",
            "close-hearing": lambda: last != "called",
            "terminate": lambda: (
                ("window" if case.state == "correcting" else "approver") not in STAFF[actor]
                or (case.state == "correcting" and case.today <= (case.reply_by or case.today))
            ),
            "revoke": lambda: not case.granted,
            "cancel": lambda: not case.granted,
            "archive": lambda: case.archived,
            "decide-by-rules": lambda: case.ruled is not None or bool(case.desk),
            "ask-for-a-person": lambda: (
                case.state != "submitted"
                and (
                    case.ruled != "granted"
                    or case.reviews > 0
                    or (case.today - (case.ruled_on or case.today)).days > 60
                )
            ),
            "review-decision": lambda: case.reviews == 0,
        }
        return not against.get(deed, lambda: False)()

    @invariant()
    def what_must_hold_holds(self) -> None:
        case = getattr(self, "case", None)
        if case is None:
            return
        assert case.open_notices <= 1
        assert case.open_notices == 1 or case.state is not State.CORRECTING
        assert case.decided_by not in case.received or not case.decided_by
        assert all(len(case.reasons[deed]) >= 4 for deed in NEEDS_REASON & set(case.ledger))
        assert len(case.ledger) == self.done
        assert self.tried == self.done + self.refused
        if case.clock is not None:
            assert clocks.used(case.clock, case.today, CALENDAR) >= 0
            assert due(case) >= case.clock.started_on
        running = case.state in rules.OPEN - {State.CORRECTING} | {State.GRANTED, State.REFUSED}
        assert (case.clock is not None) is running
        stopped = case.clock is not None and case.clock.stopped_on is not None
        assert stopped is (case.state is State.SUSPENDED)


def _copy(case: Case) -> Case:
    return replace(
        case,
        received=set(case.received),
        spoken=set(case.spoken),
        hearings=list(case.hearings),
        reasons=dict(case.reasons),
        ledger=list(case.ledger),
    )


TestAnyDeed = AnyDeed.TestCase
TestAnyDeed.settings = settings(
    max_examples=max(1, STEPS // IN_A_ROW),
    stateful_step_count=IN_A_ROW,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
