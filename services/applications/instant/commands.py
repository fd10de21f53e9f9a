"""Decided by rules, taken out of the rules, and looked at again by a person."""

import hashlib
from datetime import datetime

from identity.actor import Actor, Role
from identity.mandates.rules import require_power
from licensing.sheets import chinese_date
from services.applications import queries as cases
from services.applications.commands import deciding, timing
from services.applications.commands.receiving import say, take
from services.applications.commands.recording import record
from services.applications.commands.submitting import facts_by_name
from services.applications.errors import ApplicationNotFound, NotDecidedByRules, NothingToReview, NotYourDeed
from services.applications.instant import queries, rules
from services.applications.instant.models import HumanReview, Ruling
from services.applications.instant.rules import Course
from services.applications.models import Application
from services.applications.rules import Deed, Outcome, State, next_state, require_reason
from services.catalogue import answers, reforms
from services.catalogue import queries as catalogue
from services.catalogue.definition import ItemDefinition
from services.catalogue.reforms import Instant
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage.database import Session
from storage.ledger import canonical

RECORDED = "application decided by rules"


async def decide(session: Session, number: str, *, at: datetime) -> Course | None:
    """Ask the item's rules about a case handed in; all hold: it is granted now, else a person decides.

    What became of it; nothing where it is not, or no more, the rules' affair: withdrawn, claimed by somebody, asked
    before. A second call changes nothing.
    """
    try:
        application = await cases.by_number(session, number, lock=True)
    except ApplicationNotFound:
        return None
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    instant = item.definition.instant
    if instant is None or not await _rules_affair(session, application):
        return None
    known = await _known(session, application, item.definition, at)
    found = rules.judged(instant.rules, known, today=local_day(at))
    ruling = _ruling(application, instant, known, found, at)
    session.add(ruling)
    await session.flush()
    if ruling.course is Course.GRANTED:
        await _grant(session, application, item.definition, instant, ruling, at)
    else:
        await record(session, None, application, "left to a person", at=at, **_proof(application, ruling))
    return ruling.course


async def _rules_affair(session: Session, application: Application) -> bool:
    free = application.state is State.SUBMITTED and application.claimed_by is None
    return free and await queries.ruling_of(session, application) is None


async def _known(
    session: Session, application: Application, definition: ItemDefinition, at: datetime
) -> dict[str, object]:
    """The answers as handed in, and what the registers said of this case."""
    facts = facts_by_name(await cases.facts_of(session, application))
    today = local_day(at)
    checked = answers.check(definition.form, application.answers, today=today, complete=False, facts=facts)
    return facts | checked.values


def _ruling(
    application: Application,
    instant: Instant,
    known: dict[str, object],
    found: list[rules.Judged],
    at: datetime,
) -> Ruling:
    seen = rules.inputs(instant.rules, known)
    # The query code is known to the applicant alone: without it nobody finds the values by trying.
    sealed = canonical({"number": application.number, "code": application.query_code, "inputs": seen})
    return Ruling(
        application_id=application.id,
        course=rules.course(found),
        found=[{"key": one.key, "outcome": one.outcome.value} for one in found],
        inputs=seen,
        rules_digest=reforms.digest(instant.rules),
        inputs_digest=hashlib.sha256(sealed.encode()).hexdigest(),
        at=at,
    )


def _proof(application: Application, ruling: Ruling) -> dict[str, object]:
    """What the ledger says of it: the rules by item, version and digest, the values by digest, each rule by its key."""
    return {
        "item": application.item_code,
        "version": application.item_version,
        "rules": ruling.rules_digest,
        "inputs": ruling.inputs_digest,
        "found": {one["key"]: one["outcome"] for one in ruling.found},
    }


async def _grant(
    session: Session,
    application: Application,
    definition: ItemDefinition,
    instant: Instant,
    ruling: Ruling,
    at: datetime,
) -> None:
    """Accepted and granted in one: what can be decided on the spot is (行政许可法 34)."""
    application.state = next_state(application.state, Deed.DECIDE_BY_RULES)
    application.accepted_at = application.decided_at = application.updated_at = at
    application.outcome = Outcome.GRANTED
    await timing.start_decision(session, application, definition, at=at)
    until = rules.asked_until(local_day(at))
    told = {
        "rules_basis": instant.basis.zh,
        "rules": "；".join(one.text.zh.rstrip("。") for one in instant.rules),
        "ask_by": chinese_date(until.isoformat()),
    }
    await deciding.give(
        session,
        None,
        application,
        definition,
        recorded=RECORDED,
        at=at,
        told=told,
        **_proof(application, ruling),
    )


async def ask_for_a_person(
    session: Session, actor: Actor, number: str, *, words: str = "", at: datetime
) -> Application:
    """请人工审查: before the decision the case is taken out of the rules; after a decision by rules a person looks again.

    Asking again before the decision changes nothing. Raises StepNotOpen, NotDecidedByRules, ReviewTimeOver,
    ReviewUnderWay, PowerMissing.
    """
    application = await _own(session, actor, number)
    return await _ask(session, actor, application, words, at)


async def note_asking(
    session: Session, clerk: Actor, number: str, *, words: str = "", at: datetime
) -> Application:
    """The same, asked for at the counter and written down by the clerk. Raises NotYourDeed and as asking oneself does."""
    if not clerk.has(Role.WINDOW):
        raise NotYourDeed(Deed.ASK_FOR_A_PERSON, Role.WINDOW)
    application = await cases.get(session, clerk, number, lock=True)
    return await _ask(session, clerk, application, words, at)


async def _ask(
    session: Session, actor: Actor, application: Application, words: str, at: datetime
) -> Application:
    number = application.number
    application.state = next_state(application.state, Deed.ASK_FOR_A_PERSON)
    ruling = await queries.ruling_of(session, application)
    if application.state is State.SUBMITTED:
        await _take_out(session, actor, application, ruling, at)
        return application
    waiting = [one for one in await queries.reviews_of(session, application) if one.reviewed_at is None]
    decided = application.decided_at and local_day(application.decided_at)
    course = ruling.course if ruling else None
    rules.require_open(number, course, decided, local_day(at), len(waiting))
    due = due_on(local_day(at), rules.REVIEW_DAYS, await calendar.load(session)).on
    session.add(
        HumanReview(
            application_id=application.id,
            asked_by=actor.person_id,
            asked_at=at,
            words=words.strip() or None,
            due_on=due,
        )
    )
    await session.flush()
    await record(session, actor, application, "person asked for", at=at, due=str(due))
    return application


async def _take_out(
    session: Session, actor: Actor, application: Application, ruling: Ruling | None, at: datetime
) -> None:
    """From now on the case is a person's, whatever the rules would say."""
    if ruling is not None:
        return  # the rules left it to a person already, or it was taken out before
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    if item.definition.instant is None:
        raise NotDecidedByRules(application.number)
    session.add(Ruling(application_id=application.id, course=Course.TAKEN_OUT, at=at))
    await session.flush()
    await record(session, actor, application, "person asked for", at=at)


async def _own(session: Session, actor: Actor, number: str) -> Application:
    application = await cases.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    require_power(actor, application.applicant_id, application.item_code)
    return application


async def review(
    session: Session, actor: Actor, number: str, *, upheld: bool, finding: str, at: datetime
) -> Application:
    """人工审查: a person who may decide looks at what rules decided, and says why it stands or does not.

    What does not stand is taken back by a deed of its own (撤销), with its own reasons and remedies.
    Raises NothingToReview, ReasonMissing, NotYourDeed.
    """
    text = require_reason(Deed.REVIEW_DECISION, finding)
    application = await take(session, actor, number, Deed.REVIEW_DECISION)
    waiting = [one for one in await queries.reviews_of(session, application) if one.reviewed_at is None]
    if not waiting:
        raise NothingToReview(number)
    one = waiting[0]
    one.upheld, one.finding, one.reviewed_at = upheld, text, at
    one.reviewed_by, one.reviewed_by_name = actor.person_id, actor.name
    application.state = next_state(application.state, Deed.REVIEW_DECISION)
    application.updated_at = at
    say(session, actor, application, "review-decision", Deed.REVIEW_DECISION, text, at)
    await record(session, actor, application, "decision by rules reviewed", at=at, upheld=upheld)
    return application
