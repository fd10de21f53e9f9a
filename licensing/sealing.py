"""Sealing: PAdES B-B or B-LT (ETSI EN 319 142-1) over the whole file, by a department's key.

`Sealer` is the door behind which the key sits: here an encrypted file, elsewhere a hardware module. An
electronic seal that is reliable counts as the physical one (国务院令第716号 第九条).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from licensing.authority import Authority, Seal

if TYPE_CHECKING:
    from licensing.signatures import KeptKey

__all__ = ["Seal", "Sealer", "SoftwareSealer"]


class Sealer(Protocol):
    """Who can put a seal onto a PDF."""

    def seal(self, pdf: bytes, seal: Seal, *, at: datetime) -> bytes:
        """The sealed file. Blocks for some 20 ms (longer where a device answers): call it in a thread.

        Raises SealMissing, KeysUnreadable, StampMissing, or PrintFailed for a file that cannot be sealed.
        """
        ...

    def roots(self) -> Sequence[x509.Certificate]:
        """The certificates a verifier must trust to trust these seals."""
        ...


@dataclass(frozen=True, slots=True)
class Stamping:
    """A time-stamp authority: where it is asked, its certificates and its revocation list, as DER."""

    url: str
    certificates: Sequence[bytes] = ()
    revocations: Sequence[bytes] = ()


class SoftwareSealer:
    """Seals with keys from an `Authority`'s folder, each read once until it is rotated: PAdES B-B, or B-LT with a time-stamp authority."""

    def __init__(self, authority: Authority, stamping: Stamping | None = None) -> None:
        self._authority = authority
        self._stamping = stamping
        self._signers: dict[Seal, tuple[tuple[int, int], KeptKey]] = {}

    def seal(self, pdf: bytes, seal: Seal, *, at: datetime) -> bytes:
        # The signing library takes a second to load; processes that seal nothing do without.
        from licensing import signatures

        # Keys are rotated under a running worker: the old one must not seal again.
        state = self._authority.state_of(seal)
        if seal not in self._signers or self._signers[seal][0] != state:
            self._signers[seal] = state, signatures.KeptKey(self._authority.key_of(seal))
        key = self._signers[seal][1]
        if self._stamping is None:
            return signatures.filled_slot(pdf, key, at)
        return self._stamped(pdf, key, self._stamping, at)

    def _stamped(self, pdf: bytes, key: "KeptKey", by: Stamping, at: datetime) -> bytes:
        from licensing import signatures, stamping

        ask = stamping.TimeStamper(by.url)
        sealed = signatures.filled_slot(stamping.widened(pdf), key, at, room=stamping.ROOM, stamp=ask)
        own = [root.public_bytes(Encoding.DER) for root in self.roots()]
        evidence = stamping.Evidence(
            [*own, key.certificate, *by.certificates], [self._authority.revocations(at), *by.revocations]
        )
        return stamping.with_evidence(sealed, evidence)

    def roots(self) -> Sequence[x509.Certificate]:
        return (self._authority.root.certificate,)
