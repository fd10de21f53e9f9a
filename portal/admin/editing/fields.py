"""Fields of the editor's pages: what is asked, how it is shown, and reading what was typed into a definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.forms import Typed
from services.catalogue.editing import places, values
from services.catalogue.editing.places import Definition, Steps
from services.catalogue.editing.values import PAIRS, Kind, ValueUnfit

Options = tuple[tuple[str, str], ...]
"""(value, words in the reader's language)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One element on a page. `path` leads from the page's own place to it; words are in the reader's language."""

    path: tuple[str, ...]
    kind: Kind
    label: str
    hint: str = ""
    options: Options = ()
    optional: bool = False
    suffix: str = ""
    rows: int = 3

    @property
    def name(self) -> str:
        """The name and id of its control."""
        return "-".join(self.path)

    @property
    def title(self) -> str:
        return self.label

    def shown(self, value: Any) -> Typed:
        return values.shown(self.kind, self.name, value)

    def read(self, typed: Typed) -> Any:
        """Raises ValueUnfit."""
        return values.read(self.kind, self.name, typed, frozenset(value for value, _ in self.options))

    def names(self) -> tuple[str, ...]:
        """Every field of the posted form that belongs to it."""
        if self.kind in PAIRS:
            return (self.name, f"{self.name}-en")
        if self.kind is Kind.DAY:
            return tuple(f"{self.name}-{part}" for part in ("year", "month", "day"))
        return (self.name,)


def as_typed(fields: Sequence[Field], entry: Any) -> Typed:
    """What the controls hold for what stands in the definition."""
    typed: Typed = {}
    for field in fields:
        typed |= field.shown(places.value(entry, field.path) if isinstance(entry, Mapping) else None)
    return typed


def mistakes(fields: Sequence[Field], typed: Typed) -> dict[str, str]:
    """Codes of what cannot be read, by field."""
    found: dict[str, str] = {}
    for field in fields:
        try:
            field.read(typed)
        except ValueUnfit as unfit:
            found[field.name] = unfit.code
    return found


def written(definition: Definition, place: Steps, fields: Sequence[Field], typed: Typed) -> dict[str, Any]:
    """The definition with everything typed put in its place. Raises ValueUnfit."""
    changed = places.opened(definition)
    for field in fields:
        new = field.read(typed)
        if new is None and field.kind in {Kind.LINES, Kind.CHOICES} and not field.optional:
            new = []
        changed = places.put(changed, (*place, *field.path), new)
    return changed
