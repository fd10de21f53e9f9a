"""What the rest of the house knows and an item may name: handed in, since the catalogue is below it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.catalogue.definition import ItemDefinition

Finding = tuple[str, str, dict[str, str | int]]

SHARED_ALREADY = "国令716 第7条"
FACT = re.compile(
    r"(?P<kind>hub|licence|profile|applicant):(?P<name>[a-z][a-z0-9_-]*)(?:\.(?P<field>[A-Za-z][A-Za-z0-9_]*))?"
)
ACCOUNT = {
    "profile": frozenset({"name", "id_number", "phone", "email"}),  # of the person who is acting
    "applicant": frozenset({"name", "code"}),  # of the party acted for; code: ID number or credit code
}


@dataclass(frozen=True, slots=True)
class Known:
    """Licence types with their fields, and hub resources with theirs; None: not looked at."""

    licences: Mapping[str, Collection[str]] | None = None
    resources: Mapping[str, Collection[str]] | None = None


UNCHECKED = Known()


def finding(path: str, code: str, **data: str | int) -> Finding:
    return path, code, data


def repeated(values: Iterable[str], path: str) -> Iterator[Finding]:
    """One finding for each value that occurs twice."""
    for value, count in Counter(values).items():
        if count > 1:
            yield finding(path, "duplicate", value=value)


def is_fact(name: str) -> bool:
    """Whether a name is a fact's (`hub:population.name`), not a question's."""
    return ":" in name


def fact_is_had(item: ItemDefinition, fact: str) -> bool:
    """Whether one of the item's materials, or the account, supplies this fact."""
    match = FACT.fullmatch(fact)
    if match is None:
        return False
    kind, name, part = match["kind"], match["name"], match["field"]
    if kind in ACCOUNT:
        return part is None and name in ACCOUNT[kind]
    wanted = "resource" if kind == "hub" else "licence_type"
    return part is not None and any(getattr(material, wanted) == name for material in item.materials)
