"""Which deeds are open to an officer now, and which rule stops the others, told before anything is typed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from identity.actor import Actor
from portal.window import law_deeds
from portal.window.law_deeds import Law
from services.applications.errors import (
    ApplicationError,
    ClaimedBySomebody,
    NotYourDeed,
    ResultNotReady,
    StepsNotDone,
)
from services.applications.rules import (
    ROLES,
    Deed,
    Outcome,
    State,
    open_deeds,
    require_second_person,
    require_separation,
)
from services.catalogue.codes import StepKind, StepRole
from services.catalogue.definition import Step
from services.workflow.errors import AlreadyExtended, LimitPassed, WorkflowError
from services.workflow.rules import ClockKind

ORDER = (
    Deed.CLAIM,
    Deed.ACCEPT,
    Deed.REQUEST_CORRECTION,
    Deed.REFUSE_ACCEPTANCE,
    Deed.RESUME,
    Deed.REVIEW,
    Deed.GRANT,
    Deed.REFUSE,
    Deed.SUSPEND,
    Deed.EXTEND,
    Deed.DELIVER,
    *law_deeds.ORDER,
)
DECIDING = frozenset({Deed.GRANT, Deed.REFUSE})


class Case(Protocol):
    """What of a case decides about deeds."""

    @property
    def number(self) -> str: ...
    @property
    def state(self) -> State: ...
    @property
    def claimed_by(self) -> UUID | None: ...
    @property
    def claimed_by_name(self) -> str | None: ...
    @property
    def received_by(self) -> list[str]: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def outcome(self) -> Outcome | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What else does: the step, who spoke at it, whether the limit was extended, whether the result is ready."""

    today: date
    step: Step | None = None
    spoken: frozenset[str] = frozenset()
    extended: bool = False
    ready: bool = False
    law: Law = field(default_factory=Law)


@dataclass(frozen=True, slots=True)
class Opening:
    """A deed of the officer's post that starts from the case's state; `stopped` is the refusal it would meet."""

    deed: Deed
    stopped: ApplicationError | WorkflowError | None = None


def openings(actor: Actor, case: Case, standing: Standing) -> list[Opening]:
    """What this officer may do with the case, or could but for one rule, in the order of the page."""
    starting = open_deeds(case.state)
    mine = case.claimed_by == actor.person_id
    return [
        Opening(deed, refusal(deed, actor, case, standing))
        for deed in ORDER
        if deed in starting
        and not ROLES[deed].isdisjoint(actor.roles)
        and not (deed is Deed.CLAIM and mine)
        and law_deeds.applies(deed, actor, case, standing.step, standing.law)
    ]


def refusal(
    deed: Deed, actor: Actor, case: Case, standing: Standing
) -> ApplicationError | WorkflowError | None:
    """The refusal the deed would meet as things stand, told before anything is typed."""
    try:
        if not actor.may_take(case.claimed_by, ROLES[deed]):
            raise ClaimedBySomebody(case.claimed_by_name or "")
        if deed in DECIDING:
            _require_decidable(actor, case, standing.step)
        elif deed is Deed.REVIEW:
            _require_reviewable(actor, standing)
        elif deed is Deed.EXTEND:
            _require_extendable(case, standing)
        elif deed is Deed.DELIVER and not standing.ready:
            raise ResultNotReady(case.number)
        law_deeds.check(deed, case.number, standing.law)
    except (ApplicationError, WorkflowError) as stopped:
        return stopped
    return None


def _require_decidable(actor: Actor, case: Case, step: Step | None) -> None:
    require_separation(case.number, str(actor.person_id), case.received_by)
    if step is None or step.kind is not StepKind.DECIDE:
        raise StepsNotDone(step.key if step else "")


def _require_reviewable(actor: Actor, standing: Standing) -> None:
    step = standing.step
    if step is None or step.role is not StepRole.REVIEWER:
        raise NotYourDeed(Deed.REVIEW, step.role if step else "")
    require_second_person(step.key, str(actor.person_id), standing.spoken)


def _require_extendable(case: Case, standing: Standing) -> None:
    if standing.extended:
        raise AlreadyExtended(case.number, ClockKind.DECISION)
    if case.due_on is not None and standing.today > case.due_on:
        raise LimitPassed(case.number, ClockKind.DECISION, case.due_on)
