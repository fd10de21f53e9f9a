"""What a table says, laid over an item as it is: whatever the table does not state stays. Pure."""

from collections.abc import Mapping
from typing import Any

CALLED = ("name", "text", "law")
"""By which words an entry of a list is known again: the same name, condition, or law and article."""


def merged(base: Any, said: Any) -> Any:
    """`said` over `base`: mappings by key, lists of entries by their Chinese name, anything else as said."""
    if isinstance(base, Mapping) and isinstance(said, Mapping):
        same = said.get("zh") == base.get("zh")
        if {"zh", "en"} == set(base) == set(said):
            return dict(base) if same and not said["en"] else dict(said)
        if set(said) == {"zh"} and set(base) == {"zh", "en"}:
            return dict(base) if same else {"zh": said["zh"], "en": ""}
        return dict(base) | {key: merged(base.get(key), value) for key, value in said.items()}
    if _entries(base) and _entries(said):
        known = {_called(one): one for one in base}
        return [known.get(_called(one), one) for one in said]
    return said


def _entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _called(entry: Mapping[str, Any]) -> str:
    words = [entry[key] for key in CALLED if isinstance(entry.get(key), Mapping)][:1]
    article = entry.get("article", {})
    return f"{words[0].get('zh') if words else ''} {article.get('zh', '') if isinstance(article, Mapping) else ''}"
