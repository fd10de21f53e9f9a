"""What a new item and its parts begin with. Names for machines are made from English words; nobody has to think of one."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.catalogue.codes import ItemType, Level
from services.catalogue.lint.forms import SENSITIVE

WORD = re.compile(r"[a-z0-9]+")
LONGEST = 40

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is asked before a new item is a draft. `department` is its credit code and names."""

    code: str
    name: Words
    item_type: ItemType
    department: str
    department_name: Words
    region: str
    level: Level = Level.CITY


def new_item(beginning: Beginning) -> dict[str, Any]:
    """A draft with everything that is a list empty, and the rest left to be filled in."""
    return {
        "code": beginning.code,
        "name": dict(beginning.name),
        "short_name": dict(beginning.name),
        "item_type": beginning.item_type.value,
        "department": {"code": beginning.department, "name": dict(beginning.department_name)},
        "level": beginning.level.value,
        "region": beginning.region,
        "aliases": [],
        "audiences": [],
        "themes": [],
        "basis": [],
        "conditions": [],
        "places": [],
        "materials": [],
        "form": {"version": 1, "sections": []},
        "steps": [],
        "faq": [],
    }


def coded(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with the implementation code that follows from department, level and basic code."""
    department = definition.get("department")
    credit = department.get("code") if isinstance(department, Mapping) else None
    parts = (credit, definition.get("level"), definition.get("basic_code"))
    if not all(isinstance(part, str) and part for part in parts):
        return dict(definition)
    return {**definition, "implementation_code": "".join(str(part) for part in parts)}


def named(english: str, taken: Collection[str], *, joint: str, otherwise: str) -> str:
    """A name from English words that nothing else has: `contact_phone`, or `question_2` where no words are given."""
    words = joint.join(WORD.findall(english.lower()))[:LONGEST].strip(joint)
    stem = words if words and words[0].isalpha() else otherwise
    if stem not in taken and stem != otherwise:
        return stem
    number = 2 if stem != otherwise else 1
    while f"{stem}{joint}{number}" in taken:
        number += 1
    return f"{stem}{joint}{number}"


def sensitive(kind: str) -> bool:
    """Whether answers of this type are always masked (个人信息保护法 28)."""
    return kind in {one.value for one in SENSITIVE}
