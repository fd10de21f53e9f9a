"""What can be said of a file that claims to be a licence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Finding(StrEnum):
    """What became of a file, from best to worst."""

    SOUND = "sound"  # sealed by one of ours, the whole file, unaltered
    APPENDED = "appended"  # what was sealed is unaltered, but something was added afterwards
    UNKNOWN_SEALER = "unknown-sealer"  # unaltered, but no certificate of ours stands behind the seal
    ALTERED = "altered"  # not what was sealed
    UNSEALED = "unsealed"  # a PDF without a seal
    UNREADABLE = "unreadable"  # not a PDF, damaged beyond reading, or too large


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. `elements` are the metadata read from the file; believe them only when `sound`.

    `sealer` is the name on the certificate, `department` its unified social credit code.
    """

    finding: Finding
    sealer: str | None = None
    department: str | None = None
    sealed_at: datetime | None = None
    kind: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return self.finding is Finding.SOUND

    @property
    def identifier(self) -> str | None:
        """The licence identifier (ZZBS) the file bears."""
        return self.elements.get("ZZBS")
