"""Is this file what a department sealed? Answered with nothing but the file and the root certificates.

A verdict never comes as an exception: whatever bytes are handed in, there is an answer in `Finding`. The time of
a B-B seal is the sealer's own word; the certificate is judged as of that time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509

LARGEST = 20 * 1024 * 1024


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


def verify(pdf: bytes, *, roots: Sequence[x509.Certificate]) -> Verdict:
    """Judge one file. Blocks for 3 ms where it is as our sealers write it, 20 ms otherwise: call it in a thread. Never raises because of what `pdf` contains."""
    if not pdf.startswith(b"%PDF-") or len(pdf) > LARGEST:
        return Verdict(Finding.UNREADABLE)
    # The libraries take a second to load; processes that verify nothing do without.
    from licensing import examining, recognising

    return recognising.recognise(pdf, roots=roots) or examining.examine(pdf, roots=roots)
