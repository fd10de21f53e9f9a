"""One case as the applicant's pages need it: read once for a page, with everything that follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from identity.actor import Actor
from services.applications import queries
from services.applications.arriving.queries import under_way
from services.applications.bundling import reading as bundles
from services.applications.bundling.merging import Whole, front
from services.applications.bundling.queries import is_bundle, require_alone
from services.applications.commands.submitting import facts_by_name, missing_materials
from services.applications.errors import ApplicationNotFound, Missing
from services.applications.rules import CHANGEABLE, Delivery, Outcome, State
from services.catalogue import answers
from services.catalogue import queries as catalogue
from services.catalogue.answers import Checked
from services.catalogue.conditions import holds
from services.catalogue.definition import ItemDefinition, Material, Page, Question
from services.catalogue.rows import in_row, owner
from services.workflow.rules import local_day
from storage.database import Session


class ApplicationSeen(Protocol):
    """The part of a case's row that these pages read."""

    number: str
    query_code: str
    item_code: str
    item_version: int
    item_name: dict[str, str]
    applicant_name: str
    state: State
    delivery: Delivery
    outcome: Outcome | None
    step: str | None
    answers: dict[str, Any]
    origins: dict[str, Any]
    reason: str | None
    due_on: date | None
    yellow_on: date | None
    limit_days: int | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    accepted_at: datetime | None
    closed_at: datetime | None


class MaterialSeen(Protocol):
    """How one material is met: waiting, obtained, needed, handed-in or committed."""

    @property
    def supply(self) -> str: ...

    origin: dict[str, Any] | None
    changed_at: datetime


class FileSeen(Protocol):
    id: UUID
    material_code: str
    name: str
    media_type: str
    size: int
    at: datetime


class FactSeen(Protocol):
    resource: str

    @property
    def outcome(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Case:
    """`defects` is the open correction notice, note by target; `lacking` the required materials nothing meets yet."""

    application: ApplicationSeen
    definition: ItemDefinition
    registers: Sequence[FactSeen]
    facts: Mapping[str, object]
    materials: Mapping[str, MaterialSeen]
    files: Sequence[FileSeen]
    defects: Mapping[str, str]
    lacking: Sequence[Missing]
    today: date

    @property
    def number(self) -> str:
        return self.application.number

    @property
    def is_draft(self) -> bool:
        return self.application.state is State.DRAFT

    @property
    def is_correcting(self) -> bool:
        return self.application.state is State.CORRECTING

    @property
    def changeable(self) -> bool:
        return self.is_draft or self.is_correcting

    def may_change(self, kind: str, key: str) -> bool:
        """Everything in a draft; in a correction only what the notice named, or of a group some row."""
        if self.is_draft or not self.is_correcting:
            return self.is_draft
        return f"{kind}:{key}" in self.defects or (kind == "question" and bool(self.row_defects(key)))

    def may_change_row(self, group: str, row: int) -> bool:
        """Every row where the whole group may be changed; else those that the notice named."""
        return self.may_change_rows(group) or (self.is_correcting and row in self.row_defects(group))

    def may_change_rows(self, group: str) -> bool:
        """Whether rows may be added and removed."""
        return self.is_draft or (self.is_correcting and f"question:{group}" in self.defects)

    def row_defects(self, group: str) -> dict[int, str]:
        """What the notice says of single rows of a group, by row."""
        named = {target.removeprefix("question:"): note for target, note in self.defects.items()}
        return {row[1]: note for key, note in named.items() if (row := in_row(key)) and row[0] == group}

    def checked(self, *, complete: bool = True, page: str | None = None) -> Checked:
        """The answers as they stand now, with all their mistakes."""
        return answers.check(
            self.definition.form,
            self.application.answers,
            today=self.today,
            complete=complete,
            page=page,
            facts=self.facts,
        )

    def pages(self) -> tuple[Page, ...]:
        """The pages that are asked with the answers as they stand."""
        values = self.checked(complete=False).values
        return answers.pages_asked(self.definition.form, values, today=self.today, facts=self.facts)

    def questions(self, page: Page) -> list[Question]:
        """The questions of a page that are asked."""
        asked = set(self.checked(complete=False).asked)
        return [question for question in page.questions if question.key in asked]

    def wanted(self) -> Iterator[Material]:
        """The materials this case needs, given its answers."""
        known = {**self.facts, **self.checked(complete=False).values}
        for material in self.definition.materials:
            if holds(material.ask_when, known, today=self.today):
                yield material

    def files_for(self, code: str) -> list[FileSeen]:
        return [file for file in self.files if file.material_code == code]


@dataclass(frozen=True, slots=True)
class BundleCase(Case):
    """A bundle, seen as one case; `whole` has its parts. What every part says of the answers is asked once."""

    whole: Whole
    known: dict[bool, Checked] = field(default_factory=dict)

    def checked(self, *, complete: bool = True, page: str | None = None) -> Checked:
        """The answers with the mistakes that any of the parts finds in them."""
        if complete not in self.known:
            self.known[complete] = self.whole.checked(self.today, complete=complete)
        found = self.known[complete]
        here = next((one for one in self.definition.form.pages() if one.key == page), None)
        if here is None:
            return found
        asked = {question.key for question in here.questions}
        told = tuple(one for one in found.mistakes if owner(one.key) in asked)
        return Checked(found.values, told, found.asked)


async def open_case(
    session: Session, actor: Actor, number: str, now: datetime, *, lock: bool = False
) -> Case:
    """The case as `actor` may see it; a deed locks it first, so that it never acts on what was true a moment ago.

    Raises ApplicationNotFound.
    """
    if is_bundle(number):
        whole = await bundles.whole(session, actor, plain_number(number), lock=lock)
        bundle = bundle_case(whole, local_day(now))
        return replace(bundle, lacking=await _lacking(session, bundle.application, bundle.lacking, now))
    application = await queries.get(session, actor, plain_number(number), lock=lock)
    await require_alone(session, application)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    registers = await queries.facts_of(session, application)
    facts = facts_by_name(registers)
    materials = await queries.materials_of(session, application)
    correction = await queries.open_correction(session, application)
    today = local_day(now)
    checked = answers.check(
        item.definition.form, application.answers, today=today, complete=False, facts=facts
    )
    return Case(
        application=application,
        definition=item.definition,
        registers=registers,
        facts=facts,
        materials={material.code: material for material in materials},
        files=await queries.files_of(session, application),
        defects={one["target"]: one["note"] for one in correction.defects} if correction else {},
        lacking=await _lacking(
            session,
            application,
            missing_materials(item.definition, materials, facts | checked.values, now),
            now,
        ),
        today=today,
    )


async def _lacking(
    session: Session, application: ApplicationSeen, missing: Sequence[Missing], now: datetime
) -> Sequence[Missing]:
    """What is missing, and of what can be changed the files that are arriving at this moment."""
    if application.state not in CHANGEABLE:
        return missing
    coming = await under_way(session, application.number, at=now)
    keys = {one.key for one in coming}
    return [one for one in missing if one.key not in keys] + coming


async def as_saved(session: Session, actor: Actor, case: Case, now: datetime) -> Case:
    """The case after something typed was kept: a bundle's is put together anew from its parts."""
    return await open_case(session, actor, case.number, now) if isinstance(case, BundleCase) else case


def bundle_case(whole: Whole, today: date) -> BundleCase:
    """A bundle as the pages of a case show it."""
    return BundleCase(
        application=front(whole),
        definition=whole.merged,
        registers=whole.registers(),
        facts=whole.facts(),
        materials=whole.materials(),
        files=whole.files(),
        defects={},
        lacking=whole.lacking(today),
        today=today,
        whole=whole,
    )


def plain_number(number: str) -> str:
    """The number as PostgreSQL can be asked for it. Raises ApplicationNotFound for what no number holds."""
    if not (number.isascii() and number.isalnum()):
        raise ApplicationNotFound(number)
    return number
