"""Signed notes (C2SP signed-note): a text and Ed25519 signatures over it, each with the name of its key.

    <text, ending in a newline>
    <empty line>
    — <key name> <base64 of key id (4 bytes) ‖ signature (64 bytes)>

A key is written as the specification does: `<name>+<id in hex>+<base64 of 0x01 ‖ public key>`.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "— "
MOST_SIGNATURES = 100
PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key by its name; the name is the log's, without blanks or plus signs."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def read(self, note: str) -> str | None:
        """The text of a note that this key signed; None for any other text. Signatures of other keys are ignored."""
        text, separator, block = note.rpartition("\n\n")
        lines = block.split("\n")
        if not separator or lines.pop() != "" or not 0 < len(lines) <= MOST_SIGNATURES:
            return None
        text += "\n"
        if any(character < " " and character != "\n" for character in note):
            return None
        own = [signature for line in lines if (signature := self._signature(line)) is not None]
        return text if own and all(self._holds(text, signature) for signature in own) else None

    def _signature(self, line: str) -> bytes | None:
        """What a line holds if it claims to be of this key."""
        name, _, coded = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or name != self.name:
            return None
        try:
            raw = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            return None
        return raw[4:] if raw[:4] == self.key_id else None

    def _holds(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, UnicodeEncodeError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note over `text`, which must end in a newline."""
        signed = self.verifier.key_id + self.key.sign(text.encode())
        return f"{text}\n{DASH}{self.name} {base64.b64encode(signed).decode()}\n"


def parse_verifier(text: str) -> Verifier | None:
    """A public key as it is handed out, or None when it is not one or its id does not fit."""
    name, _, rest = text.strip().partition("+")
    key_id, _, coded = rest.partition("+")
    try:
        raw = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not name or raw[:1] != ED25519 or len(raw) != 33:
        return None
    found = Verifier(name, raw[1:])
    return found if found.key_id.hex() == key_id else None


def open_key(path: Path, name: str) -> Signer:
    """The key kept at `path` (mode 0600), made there under `name` on first use; its public half beside it, `.pub`.

    The name stays what it was when the key was made: witnesses know the log by it. ValueError for a damaged file.
    """
    if not path.exists():
        _write(path, Signer(name, Ed25519PrivateKey.generate()))
    kept, coded = _private_parts(path.read_text().strip())
    signer = Signer(kept, Ed25519PrivateKey.from_private_bytes(base64.b64decode(coded)[1:]))
    public = path.with_suffix(".pub")
    if not public.exists():
        public.write_text(f"{signer.verifier}\n")
    return signer


def _private_parts(text: str) -> tuple[str, str]:
    name, _, rest = text.removeprefix(PRIVATE).partition("+")
    coded = rest.partition("+")[2]
    if not text.startswith(PRIVATE) or not coded:
        raise ValueError("not a note key")
    return name, coded


def _write(path: Path, signer: Signer) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    coded = base64.b64encode(ED25519 + signer.key.private_bytes_raw()).decode()
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"{PRIVATE}{signer.name}+{signer.verifier.key_id.hex()}+{coded}\n")
        file.flush()
        os.fsync(file.fileno())
    # Two processes may start at once: whoever links first wins, and both read the winner's file.
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
