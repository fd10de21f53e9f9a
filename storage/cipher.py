"""Sealed columns: what identifies or exposes a person is encrypted before it reaches the database.

Authenticated encryption (AES-256-GCM or SM4-GCM, `cryptography`), a key ring with one current key and any number of
older ones, and a keyed hash by which a sealed value can be found again. The purpose of a column is bound into every
value as associated data, so a sealed phone number cannot be moved into an ID-number column.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import RingMissing, SecretUnreadable

NONCE = 12
TAG = 16
KEY = 32
STEADY = frozenset({"openid.sub", "openid.sid"})
"""What departments' systems keep as their name for a person or a sign-in: it never follows a new look-up key."""


class Algorithm(StrEnum):
    """How a key of the ring seals: the city chooses with each new key."""

    AES = "aes-256-gcm"  # NIST SP 800-38D
    SM4 = "sm4-gcm"  # GB/T 32907-2016 in the mode of GB/T 36624

    @property
    def key_bytes(self) -> int:
        return 32 if self is Algorithm.AES else 16


@dataclass(frozen=True)
class KeyRing:
    """Named keys; `current` seals, all of them open.

    `index_key` makes the keyed hashes. While it is being changed, `former_index_key` is the one before it: look-ups
    ask by both. `steady_key` is the very first one, for names that have left the house (STEADY).
    """

    current: str
    keys: Mapping[str, bytes]
    index_key: bytes
    former_index_key: bytes | None = None
    steady_key: bytes | None = None
    algorithms: Mapping[str, Algorithm] = field(default_factory=dict)

    def seal(self, text: str, purpose: str) -> bytes:
        """`text` encrypted for `purpose`: key name length, key name, nonce, ciphertext with tag."""
        name = self.current.encode()
        nonce = os.urandom(NONCE)
        key, bound = self.keys[self.current], purpose.encode()
        if self._algorithm(self.current) is Algorithm.SM4:
            sealed = _sm4_encrypt(key, nonce, text.encode(), bound)
        else:
            sealed = AESGCM(key).encrypt(nonce, text.encode(), bound)
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, token: bytes, purpose: str) -> str:
        """The text sealed for `purpose`. Raises SecretUnreadable for a wrong key, purpose or altered value."""
        try:
            end = 1 + token[0]
            name = token[1:end].decode()
            key, bound = self.keys[name], purpose.encode()
            nonce, sealed = token[end : end + NONCE], token[end + NONCE :]
            if self._algorithm(name) is Algorithm.SM4:
                return _sm4_decrypt(key, nonce, sealed, bound).decode()
            return AESGCM(key).decrypt(nonce, sealed, bound).decode()
        except (KeyError, IndexError, InvalidTag, ValueError) as exc:
            raise SecretUnreadable(purpose) from exc

    def index(self, text: str, purpose: str) -> str:
        """A keyed hash (HMAC-SHA-256, 64 hex digits) under which the sealed value of `purpose` is kept."""
        steady = self.steady_key if purpose in STEADY else None
        return _keyed(steady or self.index_key, text, purpose)

    def indexes(self, text: str, purpose: str) -> list[str]:
        """Every keyed hash under which the value may stand: two while the look-up key is being changed."""
        found = [self.index(text, purpose)]
        if self.former_index_key is not None and purpose not in STEADY:
            found.append(_keyed(self.former_index_key, text, purpose))
        return found

    def is_index(self, kept: str, text: str, purpose: str) -> bool:
        """Whether `kept` is a keyed hash of the value, by either look-up key; the time taken tells nothing."""
        fits = [hmac.compare_digest(kept, one) for one in self.indexes(text, purpose)]
        return any(fits)

    def _algorithm(self, name: str) -> Algorithm:
        return self.algorithms.get(name, Algorithm.AES)


def _keyed(key: bytes, text: str, purpose: str) -> str:
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _sm4_encrypt(key: bytes, nonce: bytes, content: bytes, bound: bytes) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(content) + encryptor.finalize() + encryptor.tag


def _sm4_decrypt(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-TAG:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(sealed[:-TAG]) + decryptor.finalize()


def new_ring() -> KeyRing:
    first = os.urandom(KEY)
    return KeyRing(current="k1", keys={"k1": os.urandom(KEY)}, index_key=first, steady_key=first)


def load_ring(path: Path) -> KeyRing:
    """The ring kept at `path` (JSON, mode 0600); made there on first use."""
    if not path.exists():
        _lay(path, new_ring())
    content = json.loads(path.read_text())
    keys = {name: bytes.fromhex(value) for name, value in content["keys"].items()}
    index_key = bytes.fromhex(content["index_key"])
    former = content.get("former_index_key")
    return KeyRing(
        current=content["current"],
        keys=keys,
        index_key=index_key,
        former_index_key=bytes.fromhex(former) if former else None,
        steady_key=bytes.fromhex(content["steady_key"]) if "steady_key" in content else index_key,
        algorithms={name: Algorithm(value) for name, value in content.get("algorithms", {}).items()},
    )


def replace_ring(path: Path, ring: KeyRing) -> None:
    """Put `ring` in the place of the one at `path`, in one step: a reader sees the old one or the new one."""
    draft = _draft(path, ring)
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lay(path: Path, ring: KeyRing) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, ring)
    # Two processes may start at once: whoever links first wins, and both read the winner's file.
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, ring: KeyRing) -> Path:
    content = {
        "current": ring.current,
        "keys": {name: key.hex() for name, key in ring.keys.items()},
        "algorithms": {name: str(ring._algorithm(name)) for name in ring.keys},
        "index_key": ring.index_key.hex(),
        "steady_key": (ring.steady_key or ring.index_key).hex(),
        "former_index_key": ring.former_index_key.hex() if ring.former_index_key else None,
    }
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    return draft


@dataclass
class _Followed:
    """A ring file and how it looked when it was read."""

    path: Path
    mark: tuple[int, int, int]


_installed: list[KeyRing] = []
_followed: list[_Followed] = []


def install(ring: KeyRing) -> None:
    """Use `ring` for every sealed column of this process, as it is now."""
    _followed.clear()
    _installed[:] = [ring]


def follow(path: Path) -> None:
    """Use the ring at `path`, and each new one put there: a running process seals with it from the next value on.

    Called once, at start-up, by the composition root.
    """
    ring = load_ring(path)
    _installed[:] = [ring]
    _followed[:] = [_Followed(path, _mark(path))]


def ring() -> KeyRing:
    """The ring of this process. Raises RingMissing."""
    if _followed:
        _look_again(_followed[0])
    if not _installed:
        raise RingMissing
    return _installed[0]


def _mark(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def _look_again(followed: _Followed) -> None:
    try:
        mark = _mark(followed.path)
    except OSError:
        return  # the folder is away for a moment: what is in hand still opens everything
    if mark != followed.mark:
        _installed[:] = [load_ring(followed.path)]
        followed.mark = mark


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
