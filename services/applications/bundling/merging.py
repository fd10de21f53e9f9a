"""A bundle as one case: its parts' answers, materials and mistakes seen as those of one form. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from services.applications.bundling.models import BundleApplication
from services.applications.bundling.queries import Branch
from services.applications.errors import Missing
from services.applications.models import Application, CaseFile, CaseMaterial, Fact, Gathering, Supply
from services.applications.planning import named
from services.applications.rules import State
from services.catalogue import answers
from services.catalogue.answers import Checked, Typed
from services.catalogue.bundles import Bundle, pooling, split
from services.catalogue.bundles.pooling import Pool, Pooled
from services.catalogue.conditions import holds
from services.catalogue.definition import ItemDefinition, Limit
from services.catalogue.mistakes import Mistake
from services.catalogue.rows import owner

MET = frozenset({Supply.OBTAINED, Supply.HANDED_IN, Supply.COMMITTED})


@dataclass(frozen=True, slots=True)
class Member:
    """One part as it stands: its case, its item's definition, and what hangs on it."""

    branch: Branch
    definition: ItemDefinition
    materials: Mapping[str, CaseMaterial]
    files: Sequence[CaseFile]
    facts: Sequence[Fact]

    @property
    def application(self) -> Application:
        return self.branch.application

    @property
    def item(self) -> str:
        return self.definition.code


@dataclass(slots=True)
class Met:
    """How one material of the whole is met, as `CaseMaterial` says it of one case; `later`: asked for by itself."""

    code: str
    supply: Supply
    required: bool
    origin: dict[str, Any] | None
    changed_at: datetime
    later: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """A bundle, its parts in order, and what they make together."""

    bundle: BundleApplication
    definition: Bundle
    members: Sequence[Member]
    pool: Pool
    merged: ItemDefinition

    @property
    def definitions(self) -> Mapping[str, ItemDefinition]:
        return {member.item: member.definition for member in self.members}

    def member(self, item: str) -> Member | None:
        return next((member for member in self.members if member.item == item), None)

    def follows(self, member: Member) -> bool:
        """Whether this part waits for the result of another."""
        part = self.definition.part(member.item)
        return part is not None and any(self.member(one) for one in part.after)

    def pooled(self, code: str) -> Pooled | None:
        return next((one for one in self.pool.materials if one.material.code == code), None)

    def serving(self, pooled: Pooled) -> list[tuple[Member, str]]:
        """The parts a material is handed in for, each with its own code of it."""
        return [(member, code) for item, code in pooled.serves if (member := self.member(item))]

    def files(self) -> list[CaseFile]:
        """Every file once, under the whole's code of its material; rows never stored."""
        return [
            CaseFile(**{**file.model_dump(), "material_code": pooled.material.code})
            for pooled in self.pool.materials
            for member, code in self.serving(pooled)[:1]
            for file in member.files
            if file.material_code == code
        ]

    def registers(self) -> list[Fact]:
        """What the registers said, each once: the best of what the parts were told."""
        order = [Gathering.HIT, Gathering.MISMATCH, Gathering.MISS, Gathering.REFUSED, Gathering.FAILED]
        best: dict[str, Fact] = {}
        for fact in (fact for member in self.members for fact in member.facts if fact.attempts):
            known = best.get(fact.resource)
            if known is None or order.index(fact.outcome) < order.index(known.outcome):
                best[fact.resource] = fact
        return list(best.values())

    def facts(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for fact in (fact for member in reversed(self.members) for fact in member.facts):
            found |= named(fact.resource, fact.values)
        return found

    def materials(self) -> dict[str, Met]:
        return {one.material.code: _met(self, one) for one in self.pool.materials}

    def checked(self, today: date, *, complete: bool = True) -> Checked:
        """The one form's answers with its own mistakes and those that a part's item alone finds."""
        own = answers.check(
            self.merged.form,
            front(self).answers,
            today=today,
            complete=complete,
            facts=self.facts(),
        )
        told = {owner(one.key) for one in own.mistakes}
        more = [one for one in self.mistakes(today, complete=complete) if owner(one.key) not in told]
        return Checked(own.values, (*own.mistakes, *more), own.asked)

    def mistakes(self, today: date, *, complete: bool) -> list[Mistake]:
        """What the parts' items refuse of the shared answers, under the keys of the one form; each key once."""
        found: dict[str, Mistake] = {}
        typed = front(self).answers
        for member in self.members:
            own = share(self, member, typed, today)
            facts = _facts_of(member)
            checked = answers.check(member.definition.form, own, today=today, complete=complete, facts=facts)
            for mistake in checked.mistakes:
                key = self.key_of(member.item, mistake.key)
                if key is not None:
                    found.setdefault(key, msgspec.structs.replace(mistake, key=key))
        return list(found.values())

    def key_of(self, item: str, key: str) -> str | None:
        """The one form's key of a part's question (or of one in a row); None where the bundle itself answers."""
        first = owner(key)
        name = f"{item}.{first}"
        asked = self.pool.keys.get((item, first))
        if asked is not None:
            return f"{asked}{key[len(first) :]}"
        other = self.definition.answered_by.get(name)
        return self.pool.keys.get(split(other)) if other else None

    def lacking(self, today: date) -> list[Missing]:
        """Required materials that these answers ask for and that nothing meets."""
        known = {**self.facts(), **self.checked(today, complete=False).values}
        met = self.materials()
        return [
            Missing("material", one.material.code, str(met[one.material.code].supply))
            for one in self.pool.materials
            if one.material.required
            and holds(one.material.ask_when, known, today=today)
            and met[one.material.code].supply not in MET
            and not met[one.material.code].later
        ]


def merged(definition: Bundle, pool: Pool, definitions: Mapping[str, ItemDefinition]) -> ItemDefinition:
    """The bundle in the shape of an item, for everything that shows or fills in a form and its materials.

    What only one authority can say (codes, contact, steps) is that of the first item, which leads.
    """
    lead = definitions[pool.items[0]]
    return msgspec.structs.replace(
        lead,
        code=definition.code,
        name=definition.name,
        short_name=definition.short_name,
        summary=definition.summary,
        conditions=tuple(
            msgspec.structs.replace(
                one,
                key=f"{item}-{one.key}",
                check=one.check and pooling.renamed(definition, item, one.check, pool.keys),
            )
            for item in pool.items
            for one in definitions[item].conditions
        ),
        form=pool.form,
        materials=tuple(one.material for one in pool.materials),
        promised_limit=Limit(days=pool.promised_days),
        sample=definition.sample,
    )


def put_together(bundle: BundleApplication, members: Sequence[Member]) -> Whole:
    """The whole of parts read from the database."""
    definition = msgspec.convert(bundle.definition, Bundle)
    definitions = {member.item: member.definition for member in members}
    pool = pooling.pool(definition, definitions, chosen=set(definitions))
    return Whole(bundle, definition, members, pool, merged(definition, pool, definitions))


def front(whole: Whole) -> Application:
    """The bundle as a case's row that is never stored, with what its parts hold at this moment."""
    typed, origins = _typed(whole)
    bundle, lead = whole.bundle, whole.members[0].application
    return Application(
        number=bundle.number,
        query_code=bundle.query_code,
        item_code=bundle.code,
        item_version=1,
        item_name={"zh": whole.definition.name.zh, "en": whole.definition.name.en},
        department_code=lead.department_code,
        channel=bundle.channel,
        applicant_kind=bundle.applicant_kind,
        applicant_id=bundle.applicant_id,
        applicant_name=bundle.applicant_name,
        filed_by=bundle.filed_by,
        filed_by_name=lead.filed_by_name,
        state=State.SUBMITTED if bundle.submitted_at else State.DRAFT,
        answers=typed,
        origins=origins,
        revision=bundle.revision,
        submission_key=bundle.submission_key,
        delivery=bundle.delivery,
        due_on=bundle.promised_on,
        created_at=bundle.created_at,
        updated_at=bundle.updated_at,
        submitted_at=bundle.submitted_at,
    )


def share(whole: Whole, member: Member, typed: Typed, today: date) -> dict[str, str | list[str]]:
    """What this part's own form would have been told."""
    return pooling.share(whole.definition, whole.definitions, whole.pool, member.item, typed, today=today)


def _typed(whole: Whole) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers and origins of the one form: of each question, those of the first part that has any."""
    typed: dict[str, Any] = {}
    origins: dict[str, Any] = {}
    settled: set[str] = set()
    for member in whole.members:
        said = _by_question(member.application.answers)
        for key, names in said.items():
            asked = whole.pool.keys.get((member.item, key))
            if asked is None or asked in settled or not any(names.values()):
                continue
            settled.add(asked)
            typed |= {f"{asked}{name[len(key) :]}": text for name, text in names.items()}
            if key in member.application.origins:
                origins[asked] = member.application.origins[key]
    return typed, origins


def _by_question(answers: Typed) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, text in answers.items():
        found.setdefault(owner(name), {})[name] = text
    return found


def _met(whole: Whole, pooled: Pooled) -> Met:
    """Needed if any part still needs it; what is not asked for yet says nothing beside what is."""
    serving = whole.serving(pooled)
    rows = [member.materials[code] for member, code in serving]
    known = [row for row in rows if row.supply is not Supply.WAITING] or rows
    first = next((row for row in known if row.supply is Supply.NEEDED), known[0])
    later = first.supply is Supply.WAITING and all(whole.follows(member) for member, _ in serving)
    return Met(
        pooled.material.code, first.supply, pooled.material.required, first.origin, first.changed_at, later
    )


def _facts_of(member: Member) -> dict[str, object]:
    found: dict[str, object] = {}
    for fact in member.facts:
        found |= named(fact.resource, fact.values)
    return found
