"""情形引导: a few questions before the form, and what their answers mean for this one applicant. Pure.

Answers are `{question key: option value}`. A situation question that `fills` a question of the form gives it its
answer, so materials and conditions that look at the form's answers are known before it is filled in.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from services.catalogue.codes import QuestionType
from services.catalogue.conditions import ALWAYS, Expression, Outcome, holds, judge
from services.catalogue.form import Form, Option, Pair

Chosen = Mapping[str, str]


class SituationQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question about the reader's situation; `when` looks at earlier ones."""

    key: str
    label: Pair
    hint: Pair | None = None
    options: tuple[Option, ...]
    fills: str | None = None
    when: Expression = ALWAYS


class Barrier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody may not apply: when, the reason, and what to do instead (in words and, if there is one, an item)."""

    key: str
    when: Expression
    reason: Pair
    instead: Pair
    item: str | None = None


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which way the matter takes in this situation; `days` where it is quicker than promised in general."""

    key: str
    when: Expression
    name: Pair
    text: Pair
    days: int | None = None
    fee: Pair | None = None


class Situations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    questions: tuple[SituationQuestion, ...]
    barriers: tuple[Barrier, ...] = ()
    variants: tuple[Variant, ...] = ()


class Standing(Struct, frozen=True):
    """Where a reader stands: answers that count, questions asked so far, the next one, the barrier met, the variants."""

    chosen: dict[str, str]
    asked: tuple[SituationQuestion, ...]
    following: SituationQuestion | None
    barrier: Barrier | None
    variants: tuple[Variant, ...]

    @property
    def settled(self) -> bool:
        return self.following is None or self.barrier is not None


def stand(situations: Situations, given: Chosen, *, today: date) -> Standing:
    """Read the answers given in turn; what is not asked, or was never offered, does not count."""
    chosen: dict[str, str] = {}
    asked: list[SituationQuestion] = []
    following = barrier = None
    for question in situations.questions:
        if not holds(question.when, chosen, today=today):
            continue
        asked.append(question)
        answer = given.get(question.key)
        if all(option.value != answer for option in question.options) or answer is None:
            following = question
            break
        chosen[question.key] = answer
        barrier = _first(situations.barriers, chosen, today)
        if barrier is not None:
            break
    variants = tuple(one for one in situations.variants if holds(one.when, chosen, today=today))
    return Standing(chosen, tuple(asked), following, barrier, variants)


def _first(barriers: tuple[Barrier, ...], chosen: Chosen, today: date) -> Barrier | None:
    return next((one for one in barriers if holds(one.when, chosen, today=today)), None)


def carried(situations: Situations, form: Form, chosen: Chosen) -> dict[str, str | list[str]]:
    """The answers as they would have been typed into the form."""
    typed: dict[str, str | list[str]] = {}
    for question, target in _filling(situations, form, chosen):
        value = chosen[question.key]
        several = form_type(form, target) is QuestionType.CHOICES
        typed[target] = [value] if several else value
    return typed


def known(situations: Situations, form: Form, chosen: Chosen) -> dict[str, object]:
    """The answers under the questions of the form they fill, as conditions on materials look at them."""
    values: dict[str, object] = {}
    for question, target in _filling(situations, form, chosen):
        value = chosen[question.key]
        kind = form_type(form, target)
        values[target] = (
            value == "yes"
            if kind is QuestionType.YES_NO
            else (value,)
            if kind is QuestionType.CHOICES
            else value
        )
    return values


def _filling(situations: Situations, form: Form, chosen: Chosen) -> Iterator[tuple[SituationQuestion, str]]:
    """The answered situation questions that give the form an answer it offers."""
    for question in situations.questions:
        if (
            question.fills
            and question.key in chosen
            and chosen[question.key] in offered(form, question.fills)
        ):
            yield question, question.fills


def offered(form: Form, key: str) -> frozenset[str]:
    """What may be typed for a question of the form that offers answers; nothing for others."""
    question = form.question(key)
    if question is None:
        return frozenset()
    if question.type is QuestionType.YES_NO:
        return frozenset({"yes", "no"})
    return frozenset(option.value for option in question.options)


def form_type(form: Form, key: str) -> QuestionType | None:
    question = form.question(key)
    return question.type if question else None


NEVER = object()
"""Stands for the answer to a question that is not asked in this situation: present, and equal to nothing."""


def applies(when: Expression, form: Form, values: Mapping[str, object], *, today: date) -> Outcome:
    """Whether a material is needed in this situation: UNKNOWN where the form or a register will tell."""
    known: dict[str, object] = dict(values)
    for page in form.pages():
        for question in page.questions:
            both = Expression(and_=(page.when, question.when))
            if question.key not in known and judge(both, known, today=today) is Outcome.NOT_MET:
                known[question.key] = NEVER
    return judge(when, known, today=today)
