"""Sealing: PAdES B-B (ETSI EN 319 142-1) over the whole file, by a department's key.

`Sealer` is the door behind which the key sits: here an encrypted file, elsewhere a hardware module. An
electronic seal that is reliable counts as the physical one (国务院令第716号 第九条).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cryptography import x509

from licensing.authority import Authority, Seal

if TYPE_CHECKING:
    from licensing.signatures import KeptKey

__all__ = ["Seal", "Sealer", "SoftwareSealer"]


class Sealer(Protocol):
    """Who can put a seal onto a PDF."""

    def seal(self, pdf: bytes, seal: Seal, *, at: datetime) -> bytes:
        """The sealed file. Blocks for some 20 ms (longer where a device answers): call it in a thread.

        Raises SealMissing, KeysUnreadable, or PrintFailed for a file that cannot be sealed.
        """
        ...

    def roots(self) -> Sequence[x509.Certificate]:
        """The certificates a verifier must trust to trust these seals."""
        ...


class SoftwareSealer:
    """Seals with keys from an `Authority`'s folder, each read once."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._signers: dict[Seal, KeptKey] = {}

    def seal(self, pdf: bytes, seal: Seal, *, at: datetime) -> bytes:
        # The signing library takes a second to load; processes that seal nothing do without.
        from licensing import signatures

        if seal not in self._signers:
            self._signers[seal] = signatures.KeptKey(self._authority.key_of(seal))
        return signatures.filled_slot(pdf, self._signers[seal], at)

    def roots(self) -> Sequence[x509.Certificate]:
        return (self._authority.root.certificate,)
