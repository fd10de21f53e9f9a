"""Which of the law's further deeds a case is open to, and what their forms offer to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from identity.actor import Actor
from portal.language import gettext as _
from portal.language import pick
from services.applications import queries
from services.applications.afterwards import queries as afterwards
from services.applications.afterwards.rules import require_followed
from services.applications.commands.submitting import MET
from services.applications.grounds import CANCELLING, ENDINGS, REVOKING
from services.applications.hearing import queries as hearings
from services.applications.hearing.rules import Days, Standing, require_over, span, standing
from services.applications.instant import queries as instant
from services.applications.rules import Deed, Outcome, State
from services.catalogue.codes import Necessity, QuestionType, StepKind
from services.catalogue.definition import ItemDefinition, Step
from services.workflow import calendar
from services.workflow.rules import local_day
from storage.database import Session

ORDER = (
    Deed.CORRECT_ON_THE_SPOT,
    Deed.ACCEPT_TO_FOLLOW,
    Deed.REFER,
    Deed.TELL_NOT_NEEDED,
    Deed.SEND_BACK,
    Deed.OFFER_HEARING,
    Deed.ASK_FOR_HEARING,
    Deed.CALL_HEARING,
    Deed.CLOSE_HEARING,
    Deed.TERMINATE,
    Deed.VERIFY_COMMITMENT,
    Deed.REVIEW_DECISION,
    Deed.REVOKE,
    Deed.CANCEL,
    Deed.ARCHIVE,
)
"""After the everyday deeds on the page."""

SIMPLE = frozenset(QuestionType) - {
    QuestionType.CHOICE,
    QuestionType.CHOICES,
    QuestionType.YES_NO,
    QuestionType.ADDRESS,
    QuestionType.FILE,
    QuestionType.GROUP,
}
"""Answers that are one line of text, so that a slip in them can be put right in one field."""

AT_HEARING = {
    Deed.ASK_FOR_HEARING: Standing.OFFERED,
    Deed.CALL_HEARING: Standing.ASKED,
    Deed.CLOSE_HEARING: Standing.CALLED,
}
Options: TypeAlias = Sequence[tuple[str, str]]
Case: TypeAlias = Any
"""A row of the case table, as `services.applications.queries` gives it: doors do not name tables."""


@dataclass(frozen=True, slots=True)
class Law:
    """Where the case stands before the law: hearings, what is to follow, what is to be verified, what can be chosen."""

    today: date = date.min
    hearings: Sequence[Days] = ()
    hearing: Any = None
    hearing_span: tuple[date, date] | None = None
    chairs: Options = ()
    to_follow: Sequence[Any] = ()
    may_follow: Options = ()
    checks: Options = ()
    ruling: Any = None
    reviews: Sequence[Any] = ()
    simple: Options = ()
    first_step: bool = True
    archived: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def at_hearing(self) -> Standing | None:
        return standing(self.hearings[-1], self.today) if self.hearings else None

    @property
    def outstanding(self) -> list[str]:
        return [one.code for one in self.to_follow if one.met_at is None]

    @property
    def asked_again(self) -> Any:
        """The asking for a person that nobody has concluded."""
        return next((one for one in self.reviews if one.reviewed_at is None), None)

    @property
    def endings(self) -> Options:
        return [(ground.value, text) for ground, (_states, text) in ENDINGS.items()]

    @property
    def revoking(self) -> Options:
        return [(ground.value, f"{one.text}（{one.article}）") for ground, one in REVOKING.items()]

    @property
    def cancelling(self) -> Options:
        return [(ground.value, f"{one.text}（{one.article}）") for ground, one in CANCELLING.items()]


class Standings(Protocol):
    @property
    def state(self) -> State: ...
    @property
    def outcome(self) -> Outcome | None: ...


def applies(deed: Deed, actor: Actor, case: Standings, step: Step | None, law: Law) -> bool:
    """Whether a deed that starts from the case's state makes sense as the case stands; others are not offered."""
    if deed in AT_HEARING:
        return law.at_hearing is AT_HEARING[deed]
    asked: Mapping[Deed, bool] = {
        Deed.CORRECT_ON_THE_SPOT: bool(law.simple),
        Deed.ACCEPT_TO_FOLLOW: bool(law.may_follow),
        Deed.OFFER_HEARING: law.at_hearing in {None, Standing.WAIVED, Standing.CLOSED},
        Deed.SEND_BACK: step is not None and not law.first_step and step.role.value in actor.roles,
        Deed.TERMINATE: ("window" if case.state is State.CORRECTING else "approver") in actor.roles,
        Deed.VERIFY_COMMITMENT: bool(law.checks),
        Deed.REVIEW_DECISION: law.asked_again is not None,
        Deed.REVOKE: case.outcome is Outcome.GRANTED,
        Deed.CANCEL: case.outcome is Outcome.GRANTED,
        Deed.ARCHIVE: law.archived is None,
    }
    return asked.get(deed, True)


def check(deed: Deed, number: str, law: Law) -> None:
    """Raises the refusal a decision would meet because of a hearing or of what was to follow."""
    if deed in {Deed.GRANT, Deed.REFUSE, Deed.RESUME}:
        require_over(number, law.hearings, law.today)
    if deed is Deed.GRANT:
        require_followed(law.outstanding)


async def law_of(session: Session, case: Case, definition: ItemDefinition, *, today: date) -> Law:
    """Everything the deeds and their forms need."""
    heard = await hearings.of(session, case)
    latest = heard[-1] if heard else None
    waiting = latest is not None and standing(latest.days, today) is Standing.ASKED
    steps = [one.key for one in definition.steps if one.kind is not StepKind.ACCEPT]
    return Law(
        today=today,
        hearings=[one.days for one in heard],
        hearing=latest,
        hearing_span=await _span(session, latest, today) if waiting else None,
        chairs=await _chairs(session, case) if waiting else (),
        to_follow=await afterwards.to_follow(session, case),
        may_follow=await _may_follow(session, case, definition),
        checks=await _checks(session, case, definition),
        ruling=await instant.ruling_of(session, case) if definition.instant else None,
        reviews=await instant.reviews_of(session, case) if definition.instant else (),
        simple=[(one.key, pick(one.label)) for one in definition.form.questions() if one.type in SIMPLE],
        first_step=case.step not in steps[1:],
        archived=case.archived_at,
        labels=labels(),
    )


async def _span(session: Session, hearing: Any, today: date) -> tuple[date, date]:
    return span(local_day(hearing.asked_at), today, await calendar.load(session))


async def _chairs(session: Session, case: Case) -> Options:
    found = await hearings.chairs(session, case)
    return [(str(one.person_id), f"{one.name}（{one.department}）") for one in found]


async def _may_follow(session: Session, case: Case, definition: ItemDefinition) -> Options:
    if case.state is not State.SUBMITTED:
        return ()
    met = {one.code for one in await queries.materials_of(session, case) if one.supply in MET}
    return [
        (one.code, pick(one.name))
        for one in definition.materials
        if one.necessity is Necessity.MAY_FOLLOW and one.code not in met
    ]


async def _checks(session: Session, case: Case, definition: ItemDefinition) -> Options:
    names = {one.code: pick(one.name) for one in definition.materials}
    found = await afterwards.checks_of(session, case)
    return [(one.code, names.get(one.code, one.code)) for one in found if one.checked_at is None]


def labels() -> Mapping[str, str]:
    """What the fields are called in the list of mistakes."""
    return {
        "not_needed_reason": _("理由"),
        "refer_authority": _("应当向哪个机关申请"),
        "refer_reason": _("理由"),
        "spot_question": _("更正哪一项"),
        "spot_answer": _("更正为"),
        "spot_witness": _("申请人怎样确认"),
        "follow_code": _("可以后补的材料"),
        "follow_days": _("几个工作日内补交"),
        "follow_signed": _("容缺受理承诺"),
        "send_back_reason": _("理由"),
        "hearing_to": _("告知谁"),
        "hearing_interest": _("涉及什么重大利益"),
        "hearing_date": _("听证日期"),
        "hearing_time": _("听证时间"),
        "hearing_place": _("听证地点"),
        "hearing_chair": _("听证主持人"),
        "hearing_minutes": _("听证笔录要点"),
        "terminate_ground": _("终止的情形"),
        "terminate_reason": _("理由"),
        "verify_code": _("核查哪一项承诺"),
        "verify_holds": _("核查结论"),
        "verify_finding": _("核查情况"),
        "review_upheld": _("审查结论"),
        "review_finding": _("理由"),
        "revoke_ground": _("撤销的情形"),
        "revoke_reason": _("理由"),
        "cancel_ground": _("注销的情形"),
        "cancel_reason": _("理由"),
    }
