"""Places in a definition as officials edit it: builtins, perhaps incomplete. Pure; every change gives a new definition.

A place is written as in an address: `form/sections/holder/pages/contact/questions/phone`. Entries of a list go by
their own name, so that a place stays the same when others are moved; an entry without a usable name goes by its
number (`basis/~0`). Steps are the same as a tuple of keys and numbers.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from services.catalogue.errors import CatalogueError

Definition = Mapping[str, Any]
Steps = tuple[str | int, ...]

NAMES = ("key", "code", "value")
HAD_OR_NOT = ("situations", "instant", "unasked")
"""Elements an item has whole or not at all."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
NUMBERED = re.compile(r"~([0-9]{1,4})")
PART = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


class PlaceUnknown(CatalogueError):
    """There is nothing at this place: it never was, or somebody took it out."""

    def __init__(self, place: str) -> None:
        super().__init__(f"nothing at {place}")
        self.place = place


def steps(definition: Definition, place: str) -> Steps:
    """The steps to a place. Raises PlaceUnknown where the way ends before it."""
    found: list[str | int] = []
    here: Any = definition
    for part in place.strip("/").split("/") if place.strip("/") else []:
        step = _step(here, part)
        if step is None:
            raise PlaceUnknown(place)
        found.append(step)
        here = here[step]
    return tuple(found)


def _step(here: Any, part: str) -> str | int | None:
    if isinstance(here, Mapping):
        return part if part in here else None
    if not isinstance(here, list | tuple):
        return None
    numbered = NUMBERED.fullmatch(part)
    if numbered:
        index = int(numbered[1])
        return index if index < len(here) else None
    return next((index for index, one in enumerate(here) if _own_name(one) == part), None)


def _own_name(entry: Any) -> str | None:
    if not isinstance(entry, Mapping):
        return None
    return next((entry[name] for name in NAMES if isinstance(entry.get(name), str)), None)


def name_of(entries: Sequence[Any], index: int) -> str:
    """What the entry of a list is called in an address."""
    names = Counter(_own_name(one) for one in entries)
    name = _own_name(entries[index])
    return name if name is not None and names[name] == 1 and NAME.fullmatch(name) else f"~{index}"


def place_of(definition: Definition, way: Steps) -> str:
    """The place these steps lead to; as far as there is something."""
    parts: list[str] = []
    here: Any = definition
    for step in way:
        if isinstance(step, int):
            if not isinstance(here, list | tuple) or step >= len(here):
                break
            parts.append(name_of(here, step))
            here = here[step]
        else:
            parts.append(step)
            here = here.get(step) if isinstance(here, Mapping) else None
    return "/".join(parts)


def steps_of_path(path: str) -> Steps:
    """`form.sections[0].pages[1].title`, as the lint writes it, as steps."""
    return tuple(key or int(number) for key, number in PART.findall(path))


def value(definition: Definition, way: Steps) -> Any:
    """What stands there; None where nothing does."""
    here: Any = definition
    for step in way:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list | tuple) and step < len(here) else None
        else:
            here = here.get(step) if isinstance(here, Mapping) else None
    return here


def list_steps(definition: Definition, place: str) -> Steps:
    """The steps to a list that may not be there yet; the entries on the way must. Raises PlaceUnknown."""
    found: list[str | int] = []
    here: Any = definition
    for part in place.strip("/").split("/"):
        step = _step(here, part) if isinstance(here, list | tuple) else part
        if step is None:
            raise PlaceUnknown(place)
        found.append(step)
        here = value(definition, tuple(found))
    return tuple(found)


def entries(definition: Definition, way: Steps) -> list[Any]:
    """The entries of a list; none where it is missing."""
    found = value(definition, way)
    return list(found) if isinstance(found, list | tuple) else []


def put(definition: Definition, way: Steps, new: Any) -> dict[str, Any]:
    """The definition with `new` in this place; None takes out what stood there, and what is empty without it.

    So do 情形引导, 秒批 and 免申即享 of which nothing is left: an item has them or has none.
    """
    changed = opened(definition)
    _put(changed, way, new)
    for name in HAD_OR_NOT:
        one = changed.get(name)
        if isinstance(one, dict) and not any(one.values()):
            del changed[name]
    return changed


def _put(here: Any, way: Steps, new: Any) -> None:
    step, rest = way[0], way[1:]
    if rest:
        inner = here[step] if isinstance(step, int) else here.get(step)
        if not isinstance(inner, dict | list):
            inner = here[step] = {}
        _put(inner, rest, new)
        if inner == {} and isinstance(step, str):
            del here[step]
    elif new is None:
        here.pop(step, None) if isinstance(here, dict) else here.pop(step)
    else:
        here[step] = new


def opened(definition: Definition) -> dict[str, Any]:
    """A copy of one's own, with lists where a definition once published has tuples."""
    copied: dict[str, Any] = _listed(deepcopy(dict(definition)))
    return copied


def _listed(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: _listed(one) for key, one in thing.items()}
    return [_listed(one) for one in thing] if isinstance(thing, list | tuple) else thing


def added(definition: Definition, way: Steps, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with one more entry at the end of a list."""
    return put(definition, way, [*entries(definition, way), dict(entry)])


def moved(definition: Definition, way: Steps, by: int) -> dict[str, Any]:
    """The definition with an entry `by` places further on in its list, as far as the list goes."""
    changed = opened(definition)
    listed = value(changed, way[:-1])
    index = way[-1]
    if not isinstance(listed, list) or not isinstance(index, int):
        raise PlaceUnknown(place_of(definition, way))
    entry = listed.pop(index)
    listed.insert(max(0, index + by), entry)
    return changed


def shape(way: Steps) -> tuple[str, ...]:
    """The keys of the steps without the numbers: what kind of place it is."""
    return tuple(step for step in way if isinstance(step, str))
