"""Where a page of a list begins: the key of the last row seen, as text that means something only to us."""

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from litestar.exceptions import ValidationException

Place = TypeVar("Place")


def written(place: object, name: str) -> str:
    """A date or moment and a number or id as a cursor."""
    return base64.urlsafe_b64encode(f"{place} {name}".encode()).decode().rstrip("=")


def read(cursor: str, place: Callable[[str], Place]) -> tuple[Place, str]:
    """What `written` wrote, its first part read by `place`. Raises ValidationException for anything else."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        first, _, name = text.rpartition(" ")
        found = place(first)
    except (binascii.Error, ValueError) as exc:
        raise ValidationException(extra=[{"message": "not a page we gave", "key": "after"}]) from exc
    if not (name.isascii() and name.isprintable()):
        raise ValidationException(extra=[{"message": "not a page we gave", "key": "after"}])
    return found, name
