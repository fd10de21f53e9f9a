"""Event logs as IEEE 1849-2016 (XES 1.0) has them: attributes of eight kinds, nested, in a log, its traces and events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Value = str | int | float | bool | datetime | None
KINDS = frozenset({"string", "date", "int", "float", "boolean", "id", "list", "container"})
NAME, TIME, RESOURCE = "concept:name", "time:timestamp", "org:resource"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; lists and containers have children in order and no value, others may have children as well."""

    kind: str
    key: str
    value: Value
    children: tuple["Attribute", ...] = ()


Attributes = tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Event:
    attributes: Attributes

    def get(self, key: str) -> Value:
        return value_of(self.attributes, key)


@dataclass(frozen=True, slots=True)
class Trace:
    attributes: Attributes
    events: tuple[Event, ...]

    def get(self, key: str) -> Value:
        return value_of(self.attributes, key)


@dataclass
class Head:
    """What stands before the traces: extensions (name, prefix, uri), classifiers (name → keys), globals by scope."""

    extensions: list[tuple[str, str, str]] = field(default_factory=list)
    classifiers: dict[str, str] = field(default_factory=dict)
    globals: dict[str, Attributes] = field(default_factory=dict)
    attributes: list[Attribute] = field(default_factory=list)


def value_of(attributes: Attributes, key: str) -> Value:
    """The value of the first attribute with this key; None where there is none."""
    return next((one.value for one in attributes if one.key == key), None)


def text(value: Value) -> str:
    """A value as XES writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


EXTENSIONS: Mapping[str, tuple[str, str, str]] = {
    prefix: (name, prefix, f"http://www.xes-standard.org/{prefix}.xesext")
    for name, prefix in (
        ("Concept", "concept"),
        ("Time", "time"),
        ("Organizational", "org"),
        ("Lifecycle", "lifecycle"),
    )
}
"""The standard extensions by prefix: name, prefix and the URI that the standard gives each."""
