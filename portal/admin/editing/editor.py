"""One draft as the editor's pages see it: its content, what is wrong with it, what could be chosen."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar.exceptions import NotFoundException

from portal.admin.editing import entries, placing, tables
from portal.admin.editing.placing import Addresses
from portal.admin.editing.supplies import Supplies, gather
from portal.known import known
from portal.language import pick
from portal.resources import Resources
from services.catalogue.editing import conditions, places, terms
from services.catalogue.editing.places import PlaceUnknown, Steps
from services.catalogue.editing.terms import Term
from services.catalogue.maintenance import queries
from services.catalogue.maintenance.models import Draft
from services.catalogue.maintenance.rules import Deed, open_to
from services.catalogue.problems import Problem
from storage.database import Session

KEPT = 100
_judged: OrderedDict[tuple[str, int, datetime], tuple[Problem, ...]] = OrderedDict()

LARGEST = 4_000_000
"""Bytes of a posted page of the editor."""


@dataclass(frozen=True, slots=True)
class Editor:
    """`draft` is never changed: a page puts a new definition together and saves it."""

    draft: Draft
    supplies: Supplies
    problems: tuple[Problem, ...]
    at: Addresses = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", Addresses(self.draft.code))

    @property
    def definition(self) -> Mapping[str, Any]:
        return self.draft.definition

    @property
    def name(self) -> str:
        return pick(terms.words(self.definition.get("name"), self.draft.code))

    @property
    def open(self) -> bool:
        """Whether it may be edited now: not while it is with the lawyers."""
        return open_to(self.draft.state, Deed.SAVE)

    def way(self, place: str) -> Steps:
        """The steps to an entry named in an address. 404 where there is none."""
        try:
            found = places.steps(self.definition, place)
        except PlaceUnknown:
            raise NotFoundException from None
        if not found or placing.entry_of(found, self.definition) != found:
            raise NotFoundException
        return found

    def list_way(self, place: str) -> Steps:
        """The steps to a list in which something can be added, there or not yet. 404 otherwise."""
        try:
            found = places.list_steps(self.definition, place)
        except PlaceUnknown:
            raise NotFoundException from None
        if isinstance(found[-1], int) or places.shape(found) not in tables.LISTS:
            raise NotFoundException
        return found

    def within(self, way: Steps) -> list[Problem]:
        """What is wrong with an entry itself, its inner entries left out."""
        return [
            one
            for one in self.problems
            if placing.entry_of(places.steps_of_path(one.path), self.definition) == way
        ]

    def of_group(self, key: str) -> list[Problem]:
        """What is wrong with a group, its entries included."""
        return [one for one in self.problems if _group(one) == key]

    def own_of_group(self, key: str) -> list[Problem]:
        """The same without what is said on the pages of its entries."""
        return [
            one
            for one in self.of_group(key)
            if not placing.entry_of(places.steps_of_path(one.path), self.definition)
        ]

    def terms(self, before: Steps | None = None) -> dict[str, Term]:
        """What a condition may look at, by key; with `before` only questions asked earlier."""
        asked = terms.questions(self.definition, before)
        return {one.key: one for one in (*asked, *entries.facts(self.definition, self.supplies))}

    def terms_at(self, way: Steps) -> dict[str, Term]:
        """What the condition of the entry at `way` may look at."""
        if way[:1] == ("situations",):
            before = way if places.shape(way) == tables.SITUATIONS else None
            return {one.key: one for one in terms.situations(self.definition, before)}
        return self.terms(way if way[:1] == ("form",) else None)

    def in_words(self, condition: Mapping[str, Any] | None) -> str:
        told = {one.key: one for one in terms.situations(self.definition)} | self.terms()
        return conditions.in_words(condition, told, pick)


def _group(problem: Problem) -> str:
    way = places.steps_of_path(problem.path)
    return tables.group_of(str(way[0]) if way else str(problem.data.get("key", ""))).key


async def edited(session: Session, resources: Resources, draft: Draft) -> Editor:
    """The editor on a draft at hand."""
    department = places.value(draft.definition, ("department", "code"))
    supplies = await gather(session, resources.hub, draft.code, str(department) if department else None)
    return Editor(draft, supplies, await _problems(draft))


async def _problems(draft: Draft) -> tuple[Problem, ...]:
    """What the lint says of this revision, remembered for the pages that follow."""
    key = (draft.code, draft.revision, draft.edited_at)
    if key not in _judged:
        _judged[key] = await queries.problems_of(draft, known())
        while len(_judged) > KEPT:
            _judged.popitem(last=False)
    return _judged[key]


async def opened(session: Session, resources: Resources, code: str) -> Editor:
    """The editor on an item's draft. Raises DraftNotFound."""
    return await edited(session, resources, await queries.draft(session, code))
