"""Where a place of a definition is edited, what it is called, and the addresses of the editor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from portal.admin.editing import tables
from portal.admin.editing.tables import LISTS, ListOf
from portal.language import gettext, pick
from services.catalogue.editing import terms
from services.catalogue.editing.places import Definition, Steps, place_of, shape, steps_of_path, value


@dataclass(frozen=True, slots=True)
class Addresses:
    """The editor's pages of one item."""

    code: str

    @property
    def draft(self) -> str:
        return f"/admin/items/{quote(self.code)}/draft"

    @property
    def form(self) -> str:
        return f"{self.draft}/form"

    @property
    def preview(self) -> str:
        return f"{self.draft}/preview"

    def group(self, key: str) -> str:
        return self.form if key == "form" else f"{self.draft}/groups/{key}"

    def entry(self, definition: Definition, way: Steps) -> str:
        return f"{self.draft}/entries/{place_of(definition, way)}"

    def new(self, definition: Definition, way: Steps) -> str:
        return f"{self.draft}/new/{place_of(definition, way)}"

    def order(self, definition: Definition, way: Steps) -> str:
        return f"{self.draft}/order/{place_of(definition, way)}"

    def removal(self, definition: Definition, way: Steps) -> str:
        return f"{self.draft}/removal/{place_of(definition, way)}"

    def condition(self, definition: Definition, way: Steps) -> str:
        return f"{self.draft}/conditions/{place_of(definition, way)}"

    def page_preview(self, definition: Definition, way: Steps) -> str:
        return f"{self.preview}/pages/{place_of(definition, way)}"

    def holding(self, definition: Definition, way: Steps) -> str:
        """The page that shows the list in which an entry stands."""
        kind = shape(way)
        if kind == tables.ROWS:
            return self.entry(definition, way[:-2])
        return self.group(LISTS[kind].group)


def entry_of(way: Steps, definition: Definition) -> Steps:
    """The innermost entry of a list, of those with pages of their own, that the way leads into; else ()."""
    for length in range(len(way), 0, -1):
        inner = way[:length]
        if (
            isinstance(inner[-1], int)
            and shape(inner) in LISTS
            and isinstance(value(definition, inner), Mapping)
        ):
            return inner
    return ()


def listed(way: Steps) -> ListOf:
    """What kind of list the entry stands in."""
    return LISTS[shape(way)]


def called(definition: Definition, way: Steps) -> str:
    """What an entry is called on pages: its own words, shortened, or its number."""
    kind = listed(way)
    entry = value(definition, way)
    text = pick(terms.words(entry.get(kind.words))) if isinstance(entry, Mapping) else ""
    index = way[-1]
    number = f"{gettext(kind.one)} {index + 1}" if isinstance(index, int) else gettext(kind.one)
    return f"{text[:40]}…" if len(text) > 40 else text or number


def address(addresses: Addresses, definition: Definition, path: str) -> str:
    """Where what the lint found at `path` is put right."""
    way = steps_of_path(path)
    entry = entry_of(way, definition)
    rest = way[len(entry) :]
    if not entry:
        key = tables.group_of(str(way[0]) if way else "").key
        return f"{addresses.group(key)}{anchor(way)}"
    if rest and rest[0] == listed(entry).condition:
        return addresses.condition(definition, entry)
    return f"{addresses.entry(definition, entry)}{anchor(rest)}"


def anchor(rest: Steps) -> str:
    """The control of an element on its page."""
    if rest[:1] == ("options",):
        return f"#option-{rest[1]}" if len(rest) > 1 else "#option-0"
    names = [step for step in rest if isinstance(step, str) and step not in {"zh", "en"}]
    return f"#{'-'.join(names)}" if names else ""


def spoken(definition: Definition, path: str) -> str:
    """A place in words: 材料：近期免冠照片. `path` names entries by number or by their own name."""
    parts = path.replace("[", ".").replace("]", "").split(".")
    found = [gettext(tables.group_of(parts[0]).title)]
    here: Any = definition
    for part in parts:
        here = _entered(here, part)
        words = _words(here)
        if words:
            found.append(words)
    return gettext("：").join(dict.fromkeys(found))


def _entered(here: Any, part: str) -> Any:
    if isinstance(here, Mapping):
        return here.get(part)
    if isinstance(here, list | tuple):
        if part.isdigit() and int(part) < len(here):
            return here[int(part)]
        names = ("key", "code", "value")
        return next(
            (one for one in here if isinstance(one, Mapping) and part in [one.get(name) for name in names]),
            None,
        )
    return None


def _words(thing: Any) -> str:
    """What an entry calls itself."""
    if not isinstance(thing, Mapping) or "zh" in thing:
        return ""
    found = (thing.get(name) for name in ("title", "label", "name", "text", "law", "question"))
    return next((pick(terms.words(one)) for one in found if isinstance(one, Mapping)), "")
