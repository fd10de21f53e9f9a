"""What is handed to the printer, apart from the printer: naming a sheet must not load a layout engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

SEAL_PLACE = "seal"
"""The id of the element over which the signature field is laid."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be printed.

    `template` names a file below `templates/` without suffix; its stylesheet has the same name. `record` is the
    JSON embedded as `metadata.json`. `identifier` ends up as the document's dc:identifier. What is not
    `sealable` is a preview without a signature slot.
    """

    template: str
    values: Mapping[str, object]
    title: str
    author: str
    identifier: str
    at: datetime
    record: bytes
    subject: str = ""
    sealable: bool = True
