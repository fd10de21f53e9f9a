"""The page of one case: everything an officer needs to judge it, and what they may do with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from litestar.response import Template

from identity import queries as identity
from identity.actor import Actor
from licensing import queries as licensing
from licensing.documents import REMEDIES, DocumentData
from portal.forms import Form
from portal.window import clock, deeds, sheet, telling
from services.applications import desk, queries
from services.applications.commands.closing import result_ready
from services.applications.commands.submitting import facts_by_name
from services.applications.commands.unmasking import Need
from services.applications.errors import ApplicationNotFound
from services.applications.rules import Deed
from services.catalogue import queries as catalogue
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import SPECIAL_PROCEDURES, PauseKind, local_day
from storage import ledger
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Tried:
    """A deed (or, without one, a look at whole numbers) that was asked for and not done.

    The form is as typed, the refusal is there where it was the domain's.
    """

    deed: Deed | None
    form: Form[Any]
    refusal: Exception | None = None


async def page(
    session: Session,
    actor: Actor,
    number: str,
    *,
    now: datetime,
    tried: Tried | None = None,
    unmasked: Collection[str] = (),
    done: str | None = None,
    status: int = 200,
) -> Template:
    """The case page. Raises ApplicationNotFound for a case that is not this officer's to see."""
    case = await queries.get(session, actor, readable(number))
    item = await catalogue.get_version(session, case.item_code, case.item_version)
    definition = item.definition
    today = local_day(now)
    facts = await queries.facts_of(session, case)
    opinions = await queries.opinions_of(session, case)
    step = definition.step(case.step) if case.step else None
    clocks, extended = await clock.readings(session, case.number, definition, today=today)
    standing = deeds.Standing(
        today=today,
        step=step,
        spoken=frozenset(str(one.officer_id) for one in opinions if step and one.step == step.key),
        extended=extended,
        ready=await result_ready(session, case),
    )
    files = await queries.files_of(session, case)
    context: dict[str, Any] = {
        "case": case,
        "definition": definition,
        "department": await identity.department(session, case.department_code),
        "step": step,
        "lamp": desk.lamp(case.state, case.due_on, case.yellow_on, today),
        "parts": sheet.parts(
            definition,
            case.answers,
            case.origins,
            facts_by_name(facts),
            on=local_day(case.submitted_at or case.created_at),
            unmasked=unmasked,
        ),
        "facts": facts,
        "materials": await queries.materials_of(session, case),
        "files": files,
        "shown_file": files[0] if files else None,
        "documents": await queries.documents_of(session, case),
        "licence": await licensing.of_application(session, case.number),
        "opinions": opinions,
        "speakers": [one for one in opinions if step and one.step == step.key],
        "corrections": await queries.corrections_of(session, case),
        "clocks": clocks,
        "events": [telling.event(entry) for entry in await ledger.entries(session, case.number)],
        "openings": deeds.openings(actor, case, standing),
        "procedures": [kind for kind in PauseKind if kind in SPECIAL_PROCEDURES],
        "needs": list(Need),
        "unmasked": frozenset(unmasked),
        "mine": case.claimed_by == actor.person_id,
        "remedies": remedies(),
        "note_field": deeds.note_field,
        "names": names(definition),
        "done": done if done in {deed.value for deed in Deed} else None,
        "tried": tried,
        "form": tried.form if tried else None,
    }
    return Template("window/case.html", context=context, status_code=status)


def readable(number: str) -> str:
    """A number that can be looked for at all. Raises ApplicationNotFound."""
    if not number.isprintable() or not number.isascii():  # PostgreSQL takes no NUL
        raise ApplicationNotFound(number)
    return number


def remedies() -> str:
    """The remedies exactly as a refusal prints them (行政许可法 38)."""
    return REMEDIES.format_map({one.name: one.default for one in fields(DocumentData)})


def names(definition: ItemDefinition) -> Mapping[str, Any]:
    """What `question:seats` or `material:photo` is called."""
    questions = {f"question:{one.key}": one.label for one in definition.form.questions()}
    return questions | {f"material:{one.code}": one.name for one in definition.materials}
