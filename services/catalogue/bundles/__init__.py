"""一件事一次办: several items under one name, with one form and one set of materials, nothing asked twice.

`Bundle` is the definition as written, `pooling` makes the one form and the one set of materials of it and gives
each item its own answers back. Pure; the cases of a bundle belong to `services.applications`.
"""

from functools import cache
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from services.catalogue.codes import Audience
from services.catalogue.form import Pair

FOLDER = Path(__file__).parent

__all__ = ["Bundle", "Part", "shipped", "split"]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of a bundle: `after` the items whose results it needs, else all go side by side (并联).

    `optional` is what the applicant is asked; `fixed` are answers that the bundle itself gives.
    """

    item: str
    after: tuple[str, ...] = ()
    why: Pair | None = None
    optional: Pair | None = None
    fixed: dict[str, str] = {}


class Bundle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bundle. Questions and materials are named `<item>.<key>`.

    Questions with the same source and type are one without being named. `same_questions` are one because the
    official says so: of each group the first is asked, all of the same type. `answered_by` names a question whose
    words answer another of another type (an address for a text). `made_on_the_way` are materials that an earlier
    item of the bundle makes.
    """

    code: str
    name: Pair
    short_name: Pair
    summary: Pair
    aliases: tuple[str, ...]
    audiences: tuple[Audience, ...]
    themes: tuple[str, ...]
    parts: tuple[Part, ...]
    same_questions: tuple[tuple[str, ...], ...] = ()
    answered_by: dict[str, str] = {}
    same_materials: tuple[tuple[str, ...], ...] = ()
    made_on_the_way: tuple[str, ...] = ()
    sample: bool = False

    def part(self, item: str) -> Part | None:
        return next((part for part in self.parts if part.item == item), None)


def split(name: str) -> tuple[str, str]:
    """(item, key) of `<item>.<key>`."""
    item, _, key = name.partition(".")
    return item, key


@cache
def shipped() -> tuple[Bundle, ...]:
    """The bundles shipped with the portal, by file name."""
    return tuple(
        msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Bundle)
        for path in sorted(FOLDER.glob("*.yaml"))
    )
