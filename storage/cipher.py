"""Sealed columns: what identifies or exposes a person is encrypted before it reaches the database.

AES-256-GCM (authenticated, `cryptography`), a key ring with one current key and any number of older ones, and
a keyed hash by which a sealed value can be found again. The purpose of a column is bound into every value as
associated data, so a sealed phone number cannot be moved into an ID-number column.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import RingMissing, SecretUnreadable

NONCE = 12
KEY = 32


@dataclass(frozen=True)
class KeyRing:
    """Named 256-bit keys; `current` seals, all of them open. `index_key` never rotates by itself: look-ups depend on it."""

    current: str
    keys: Mapping[str, bytes]
    index_key: bytes

    def seal(self, text: str, purpose: str) -> bytes:
        """`text` encrypted for `purpose`: key name length, key name, nonce, ciphertext with tag."""
        name = self.current.encode()
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, text.encode(), purpose.encode())
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, token: bytes, purpose: str) -> str:
        """The text sealed for `purpose`. Raises SecretUnreadable for a wrong key, purpose or altered value."""
        try:
            end = 1 + token[0]
            key = self.keys[token[1:end].decode()]
            nonce, sealed = token[end : end + NONCE], token[end + NONCE :]
            return AESGCM(key).decrypt(nonce, sealed, purpose.encode()).decode()
        except (KeyError, IndexError, InvalidTag, ValueError) as exc:
            raise SecretUnreadable(purpose) from exc

    def index(self, text: str, purpose: str) -> str:
        """A keyed hash (HMAC-SHA-256, 64 hex digits) by which the sealed value of `purpose` is found."""
        return hmac.new(self.index_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def new_ring() -> KeyRing:
    return KeyRing(current="k1", keys={"k1": os.urandom(KEY)}, index_key=os.urandom(KEY))


def load_ring(path: Path) -> KeyRing:
    """The ring kept at `path` (JSON, mode 0600); made there on first use."""
    if not path.exists():
        _write(path, new_ring())
    content = json.loads(path.read_text())
    keys = {name: bytes.fromhex(value) for name, value in content["keys"].items()}
    return KeyRing(content["current"], keys, bytes.fromhex(content["index_key"]))


def _write(path: Path, ring: KeyRing) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {
        "current": ring.current,
        "keys": {name: key.hex() for name, key in ring.keys.items()},
        "index_key": ring.index_key.hex(),
    }
    # Two processes may start at once: whoever links first wins, and both read the winner's file.
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


_installed: list[KeyRing] = []


def install(ring: KeyRing) -> None:
    """Use `ring` for every sealed column of this process. Called once, at start-up, by the composition root."""
    _installed[:] = [ring]


def ring() -> KeyRing:
    """The ring of this process. Raises RingMissing."""
    if not _installed:
        raise RingMissing
    return _installed[0]


class SealedText(sa.types.TypeDecorator[str]):
    """A text column that is ciphertext in the database and plain text in Python."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        return None if value is None else ring().seal(value, self.purpose)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else ring().open(bytes(value), self.purpose)


class SealedJSON(sa.types.TypeDecorator[Any]):
    """A JSON value that is ciphertext in the database. Assign a new value to change it: mutation is not tracked."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> bytes | None:
        if value is None:
            return None
        return ring().seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), self.purpose)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(ring().open(bytes(value), self.purpose))
