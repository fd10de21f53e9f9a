"""From an item's definition to YAML as officials write it: read again, it is the same definition."""

from typing import Any

import msgspec
import yaml

from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Pair

WIDEST = 10_000
"""Words are not broken into lines: an editor does that, and differences between files stay readable."""


class Flow(dict[str, Any]):
    """A mapping written on one line: `{zh: …, en: …}`."""


class Dumper(yaml.SafeDumper):
    """Two spaces before list items, as the shipped files have it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Whatever occurs twice is written twice: readers of items know no aliases."""
        return True


Dumper.add_representer(
    Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, True)
)


def to_yaml(definition: ItemDefinition) -> str:
    """The definition as YAML. What equals its default is left out; `loading.read` gives the same definition back."""
    return dumped(_plain(definition))


def dumped(content: Any) -> str:
    """Builtins as YAML, in the order in which they come."""
    return yaml.dump(
        content,
        Dumper=Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=WIDEST,
        default_flow_style=False,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Pair):
        return Flow(zh=value.zh, en=value.en)
    if isinstance(value, msgspec.Struct):
        return {one.encode_name: _plain(getattr(value, one.name)) for one in _said(value)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool | int) else msgspec.to_builtins(value)


def _said(value: msgspec.Struct) -> list[msgspec.structs.FieldInfo]:
    """The members that do not say their default."""
    return [
        one
        for one in msgspec.structs.fields(value)
        if one.required or getattr(value, one.name) != _default(one)
    ]


def _default(one: msgspec.structs.FieldInfo) -> Any:
    return one.default if one.default_factory is msgspec.NODEFAULT else one.default_factory()
