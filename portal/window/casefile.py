"""The page of one case: everything an officer needs to judge it, and what they may do with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeAlias

from litestar.response import Template

from identity.actor import Actor, Role
from licensing import queries as licensing
from licensing.documents import REMEDIES, DocumentData
from portal.forms import Form
from portal.language import pick
from portal.window import clock, deeds, desk_side, law_deeds, sheet, telling
from portal.window.deed_forms import note_field
from services.applications import desk, queries
from services.applications.bundling import queries as bundles
from services.applications.commands.closing import result_ready
from services.applications.commands.submitting import facts_by_name
from services.applications.commands.unmasking import Need
from services.applications.copies import from_library
from services.applications.copies import queries as copies
from services.applications.errors import ApplicationNotFound
from services.applications.rules import OPEN, Deed
from services.catalogue import queries as catalogue
from services.catalogue import rows
from services.catalogue.codes import QuestionType
from services.catalogue.definition import ItemDefinition
from services.notices import queries as notices
from services.workflow.rules import SPECIAL_PROCEDURES, PauseKind, local_day
from storage import ledger
from storage.database import Session

Case: TypeAlias = Any
"""A row of the case table, as `services.applications.queries` gives it: doors do not name tables."""


DONE = frozenset({*(deed.value for deed in Deed), "hand-over", "put-back"})
"""What the page can say was just done."""


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
    phrase: str = "",
    status: int = 200,
) -> Template:
    """The case page. Raises ApplicationNotFound for a case that is not this officer's to see."""
    case = await queries.get(session, actor, readable(number))
    item = await catalogue.get_version(session, case.item_code, case.item_version)
    today = local_day(now)
    context: dict[str, Any] = {
        "case": case,
        "definition": item.definition,
        "no_longer_good": await from_library.no_longer_good(session, case, at=now),
        "bundle": await bundles.part_of(session, case),
        "lamp": desk.lamp(case.state, case.due_on, case.yellow_on, today),
        **await _declared(session, case, item.definition, unmasked),
        **await _papers(session, actor, case, item.definition, today),
        **await _standing(session, actor, case, item.definition, today),
        **await desk_side.beside(session, actor, case, item.definition, now=now, phrase=phrase),
        "procedures": [kind for kind in PauseKind if kind in SPECIAL_PROCEDURES],
        "needs": list(Need),
        "unmasked": frozenset(unmasked),
        "remedies": remedies(),
        "note_field": note_field,
        "names": names(item.definition),
        "done": done if done in DONE else None,
        "tried": tried,
        "form": tried.form if tried else None,
    }
    return Template("window/case.html", context=context, status_code=status)


async def _declared(
    session: Session, case: Case, definition: ItemDefinition, unmasked: Collection[str]
) -> dict[str, Any]:
    """What the applicant declared, beside what the registers said."""
    facts = await queries.facts_of(session, case)
    parts = sheet.parts(
        definition,
        case.answers,
        case.origins,
        facts_by_name(facts),
        on=local_day(case.submitted_at or case.created_at),
        unmasked=unmasked,
    )
    return {"parts": parts, "facts": facts}


async def _papers(
    session: Session, actor: Actor, case: Case, definition: ItemDefinition, today: date
) -> dict[str, Any]:
    """What was handed in, in the order of the guide, and what was made."""
    order = [material.code for material in definition.materials]
    materials = await queries.materials_of(session, case)
    files = await queries.files_of(session, case)
    return {
        "materials": sorted(materials, key=lambda material: order.index(material.code)),
        "files": files,
        "standings": await copies.standings(session, case, definition, files, today=today),
        "shown_file": files[0] if files else None,
        "documents": await queries.documents_of(session, case),
        "may_compare": actor.has(Role.WINDOW) and case.state in OPEN,
        "licence": await licensing.of_application(session, case.number),
        "corrections": await queries.corrections_of(session, case),
        "undelivered": await notices.undelivered(session, case.number),
    }


async def _standing(
    session: Session, actor: Actor, case: Case, definition: ItemDefinition, today: date
) -> dict[str, Any]:
    """Where the case stands: limits, opinions, what happened, and what this officer may do now."""
    opinions = await queries.opinions_of(session, case)
    entries = await ledger.entries(session, case.number)
    step = definition.step(case.step) if case.step else None
    given = [one for one in opinions if one.deed == Deed.REVIEW and not one.superseded]
    speakers = [one for one in given if step and one.step == step.key]
    law = await law_deeds.law_of(session, case, definition, today=today)
    clocks, extended = await clock.readings(session, case.number, definition, today=today)
    standing = deeds.Standing(
        today=today,
        step=step,
        spoken=frozenset(str(one.officer_id) for one in speakers),
        extended=extended,
        ready=await result_ready(session, case),
        law=law,
    )
    reviews = [one.id for one in opinions if one.deed == Deed.REVIEW]
    steps = {one.key: pick(one.name) for one in definition.steps}
    return {
        "step": step,
        "opinions": opinions,
        "spoke": {one.officer_id: one.officer_name for one in opinions},
        "speakers": speakers,
        "verdicts": dict(zip(reviews, telling.verdicts(entries), strict=False)),
        "events": [telling.event(entry, steps) for entry in entries],
        "clocks": clocks,
        "openings": deeds.openings(actor, case, standing),
        "law": law,
    }


def readable(number: str) -> str:
    """A number that can be looked for at all. Raises ApplicationNotFound."""
    if not number.isprintable() or not number.isascii():  # PostgreSQL takes no NUL
        raise ApplicationNotFound(number)
    return number


def remedies() -> str:
    """The remedies exactly as a refusal prints them (行政许可法 38)."""
    return REMEDIES.format_map({one.name: one.default for one in fields(DocumentData)})


def names(definition: ItemDefinition) -> Mapping[str, Any]:
    """What `question:seats`, `question:shareholders-2` or `material:photo` is called."""
    questions = {f"question:{one.key}": one.label for one in definition.form.questions()}
    # Every row there could be: an earlier notice may name one that is gone.
    for group in (one for one in definition.form.questions() if one.type is QuestionType.GROUP):
        numbers = range(1, rows.most(group) + 1)
        questions |= {f"question:{rows.row_key(group.key, row)}": rows.title(group, row) for row in numbers}
    return questions | {f"material:{one.code}": one.name for one in definition.materials}
