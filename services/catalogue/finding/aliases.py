"""What people say in everyday life for the shipped items, bundles and themes: old names, short names, whole wishes."""

from functools import cache
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from services.catalogue.themes import theme

FILE = Path(__file__).with_name("aliases.yaml")


class Aliases(Struct, frozen=True, forbid_unknown_fields=True):
    """The table: item or bundle code → words, theme slug → words."""

    items: dict[str, tuple[str, ...]]
    bundles: dict[str, tuple[str, ...]]
    themes: dict[str, tuple[str, ...]]


@cache
def aliases() -> Aliases:
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), Aliases)


def everyday_words(code: str) -> tuple[str, ...]:
    """What an item is called in everyday life, beyond the aliases of its own definition."""
    return aliases().items.get(code, ())


def bundle_words(code: str) -> tuple[str, ...]:
    return aliases().bundles.get(code, ())


def theme_words(slug: str) -> tuple[str, ...]:
    """What a theme is called: its name, its own aliases, and everyday words."""
    found = theme(slug)
    own = (found.name.zh, found.name.en, *found.aliases) if found else ()
    return tuple(dict.fromkeys((*own, *aliases().themes.get(slug, ()))))
