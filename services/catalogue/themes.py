"""The themes under which items are found, shipped with the portal."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from services.catalogue.definition import Theme

FILE = Path(__file__).with_name("themes.yaml")


@cache
def themes() -> tuple[Theme, ...]:
    """All themes in the order in which pages show them."""
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), tuple[Theme, ...])


def theme(slug: str) -> Theme | None:
    return next((one for one in themes() if one.slug == slug), None)
