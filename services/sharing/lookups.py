"""The keyed hash by which a person finds who used their data, so that it can be made anew with another key."""

import base64
import json
from typing import Any

from services.sharing.messages import Subject
from services.sharing.models import SUBJECT, USE
from storage.resealing import Lookup


def subject_of(compact: str) -> str | None:
    """What the subject of a recorded request is hashed as; None for a request that could not be read."""
    try:
        payload = compact.split(".")[1]
        content: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        subject = Subject(**content["subject"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return f"{subject.key}:{subject.number}" if subject.key else None


LOOKUPS = (Lookup(USE.c.subject_index, USE.c.request_jws, SUBJECT, read=subject_of),)
