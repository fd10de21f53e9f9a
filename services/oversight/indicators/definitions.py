"""What each indicator counts, of what, on which day: the words stand with the pages, the counting here. No chance, no clock.

An indicator is one line of this table; the SQL of it is put together from the line, for a day or for a year alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BASES: Mapping[str, str] = {
    "case": "application a",
    "clock": "case_clock c JOIN application a ON a.number = c.case_number",
    "rating": "application_rating r JOIN application a ON a.id = r.application_id",
    "material": "application_material m JOIN application a ON a.id = m.application_id",
    "fact": "application_fact f JOIN application a ON a.id = f.application_id",
    "warning": "oversight_warning w JOIN application a ON a.number = w.application_number",
    "card": "oversight_card k JOIN application a ON a.number = k.application_number",
}
ROWS: Mapping[str, str] = {
    "case": "a.number::text",
    "clock": "a.number || ' ' || c.id",
    "rating": "a.number::text",
    "material": "a.number || ' ' || m.code",
    "fact": "a.number || ' ' || f.resource",
    "warning": "a.number || ' ' || w.rule",
    "card": "a.number || ' ' || k.rule",
}
"""What tells one counted thing from another; the case's number comes first."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """`moment`: the column whose day counts; `of`: what belongs to the denominator; `good`: what of it is counted.

    `amount`: an expression that is summed instead of counting, for means. `settles`: whether a day that is over stays as
    it was; what applicants or officers may still add to it does not.
    """

    key: str
    base: str
    moment: str
    of: str
    good: str
    amount: str = ""
    settles: bool = True

    @property
    def mean(self) -> bool:
        return bool(self.amount)


ASKED = "m.required AND m.supply IN ('obtained', 'handed-in', 'committed')"
DECIDED = "a.outcome IN ('granted', 'refused')"
ANSWERED = "f.outcome IN ('hit', 'miss', 'mismatch', 'failed')"
STEP = "EXISTS (SELECT 1 FROM oversight_step s WHERE s.number = a.number AND s.deed IN ({deeds}))"
CARD = "EXISTS (SELECT 1 FROM oversight_card k WHERE k.application_number = a.number AND k.raised_at <= a.decided_at)"
RATED = "EXISTS (SELECT 1 FROM application_rating r WHERE r.application_id = a.id)"
IN_TIME = "({day}) <= c.due_on".format(day="(c.finished_at AT TIME ZONE 'UTC' + interval '8 hours')::date")
EARLY = "({day}) < c.due_on".format(day="(c.finished_at AT TIME ZONE 'UTC' + interval '8 hours')::date")
REPLIED = "(w.replied_at AT TIME ZONE 'UTC' + interval '8 hours')::date <= w.reply_by"
TOOK = (
    "(SELECT coalesce(sum(s.minutes), 0) FROM oversight_step s WHERE s.number = a.number"
    " AND s.at > a.accepted_at AND s.at <= a.decided_at)"
)
EXTENDED = STEP.format(deeds="'limit extended'")
PAUSED = STEP.format(deeds="'special procedure begun', 'hearing called'")

INDICATORS: Sequence[Indicator] = (
    Indicator("on-time", "case", "a.decided_at", "a.on_time IS NOT NULL", "a.on_time"),
    Indicator("intake-on-time", "clock", "c.finished_at", "c.kind = 'intake'", IN_TIME),
    Indicator("delivery-on-time", "clock", "c.finished_at", "c.kind = 'delivery'", IN_TIME),
    Indicator(
        "early", "clock", "c.finished_at", "c.kind IN ('decision', 'joint') AND c.limit_days > 0", EARLY
    ),
    Indicator(
        "same-day", "case", "a.decided_at", DECIDED, "a.decided_at - a.submitted_at < interval '12 hours'"
    ),
    Indicator(
        "mean-minutes", "case", "a.decided_at", f"{DECIDED} AND a.accepted_at IS NOT NULL", "true", TOOK
    ),
    Indicator("first-time", "case", "a.accepted_at", "true", "a.corrections = 0"),
    Indicator("corrected", "case", "a.accepted_at", "true", "a.corrections > 0"),
    Indicator("corrected-again", "case", "a.accepted_at", "true", "a.corrections > 1"),
    Indicator("deemed", "case", "a.accepted_at", "true", "a.deemed"),
    Indicator("not-accepted", "case", "a.closed_at", "true", "a.outcome = 'not-accepted'"),
    Indicator("withdrawn", "case", "a.closed_at", "true", "a.outcome = 'withdrawn'"),
    Indicator("refused", "case", "a.decided_at", DECIDED, "a.outcome = 'refused'"),
    Indicator("extended", "case", "a.decided_at", DECIDED, EXTENDED),
    Indicator("special-procedure", "case", "a.decided_at", DECIDED, PAUSED),
    Indicator("online", "case", "a.submitted_at", "true", "a.channel <> 'window'"),
    Indicator(
        "wholly-online", "case", "a.closed_at", DECIDED, "a.channel <> 'window' AND a.delivery = 'electronic'"
    ),
    Indicator("spared", "material", "a.submitted_at", ASKED, "m.supply = 'obtained'"),
    Indicator("hub-hit", "fact", "a.submitted_at", ANSWERED, "f.outcome = 'hit'"),
    Indicator("hub-mismatch", "fact", "a.submitted_at", ANSWERED, "f.outcome = 'mismatch'"),
    Indicator("rated", "case", "a.closed_at", DECIDED, RATED, settles=False),
    Indicator("satisfied", "rating", "r.at", "true", "r.grade <= 3"),
    Indicator("very-satisfied", "rating", "r.at", "true", "r.grade = 1"),
    Indicator("carded", "case", "a.decided_at", DECIDED, CARD),
    Indicator("warning-answered", "warning", "w.raised_at", "true", REPLIED, settles=False),
    Indicator(
        "appeal-upheld", "warning", "w.decided_at", "w.appealed_at IS NOT NULL", "w.retracted_at IS NOT NULL"
    ),
)
FLOWS: Sequence[Indicator] = (
    Indicator("received", "case", "a.submitted_at", "true", "true"),
    Indicator("accepted", "case", "a.accepted_at", "true", "true"),
    Indicator("decided", "case", "a.decided_at", "true", "true"),
    Indicator("delivered", "case", "a.closed_at", "a.state IN ('delivered', 'revoked', 'cancelled')", "true"),
    Indicator("yellow-cards", "card", "k.raised_at", "k.kind = 'yellow'", "true"),
    Indicator("red-cards", "card", "k.raised_at", "k.kind = 'red'", "true"),
)
"""What simply happened, for the board: how often, not of how many."""
COUNTED: Sequence[Indicator] = (*INDICATORS, *FLOWS)
BY_KEY: Mapping[str, Indicator] = {one.key: one for one in INDICATORS}
SETTLED = frozenset(one.key for one in COUNTED if one.settles)


STEPPED = frozenset({"case", "clock", "material", "fact"})
"""Bases whose moments are those of a step: for a short time the steps say which cases to look at."""
MOVED = " AND a.number IN (SELECT s.number FROM oversight_step s WHERE s.at >= :since AND s.at < :until)"


def statement(one: Indicator, *, short: bool = False, by_case: bool = False, only: str = "") -> str:
    """Rows (indicator, day, department, item, numerator, denominator) between :since and :until.

    `short`: for a day or two, reading only the cases that moved; the numbers are the same. `by_case`: a row for each
    case, its number first. `only`: a further condition.
    """
    good = f"coalesce(sum({one.amount}), 0)" if one.mean else f"count(*) FILTER (WHERE {one.good})"
    moved = MOVED if short and one.base in STEPPED else ""
    number, own = ("a.number, ", ", a.number") if by_case else ("", "")
    return (
        f"SELECT {number}'{one.key}' AS indicator, ({one.moment} AT TIME ZONE 'UTC' + interval '8 hours')::date AS day,"  # noqa: S608  every part stands in this file
        f" a.department_code, a.item_code, {good} AS numerator, count(*) AS denominator FROM {BASES[one.base]}"
        f" WHERE {one.moment} >= :since AND {one.moment} < :until AND a.state <> 'draft' AND ({one.of}){moved}{only}"
        f" GROUP BY ({one.moment} AT TIME ZONE 'UTC' + interval '8 hours')::date, a.department_code, a.item_code{own}"
    )


EVERYTHING = " UNION ALL ".join(statement(one) for one in COUNTED)
SHORTLY = " UNION ALL ".join(statement(one, short=True) for one in COUNTED)
