"""Passwords that are known to attackers, as a local list that nobody has to be asked about.

The list is a folder of 4,096 files, named by the first three hex digits of a password's SHA-1; each holds the sorted
next eight bytes of every digest with that beginning. A look-up opens one file and learns nothing but the bucket, so
the folder may as well lie on another machine. The small list is made by rule at set-up (`common_passwords`); a
downloaded one in the form of Have I Been Pwned (`SHA-1:count`, sorted or not) is merged in by `yiwang passwords import`.
"""

import hashlib
import mmap
import os
import shutil
import tempfile
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from identity.common_passwords import candidates

PREFIX, KEPT = 3, 8
BATCH = 2_000_000
HEX_DIGITS = 40

_folder: list[Path] = []


class ListUnreadable(Exception):
    """`line` of an imported file holds no SHA-1 digest."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not a SHA-1 digest")
        self.line = line


def install(folder: Path) -> None:
    """Look passwords up in this folder from now on; one that is not there knows no password."""
    _folder[:] = [folder]


def known(password: str) -> bool:
    """Whether the password, as typed or in small letters, is on the list."""
    typed = unicodedata.normalize("NFKC", password)
    return bool(_folder) and any(_listed(_folder[0], text) for text in {typed, typed.casefold()})


def build(folder: Path) -> int:
    """Make the small list anew in place of what is there; how many passwords it holds."""
    return _write(folder, [_digest(text) for text in candidates()], keep=False)


def merge(folder: Path, lines: Iterable[str]) -> int:
    """Add the digests of a downloaded list; how many lines were read. Raises ListUnreadable, and nothing is half done."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".passwords-") as made:
        work = Path(made) / "list"
        if folder.exists():
            shutil.copytree(folder, work)
        count, batch = 0, []
        for digest in _digests(lines):
            batch.append(digest)
            count += 1
            if len(batch) >= BATCH:
                _write(work, batch, keep=True)
                batch.clear()
        _write(work, batch, keep=True)
        _replace(folder, work)
    return count


def _listed(folder: Path, text: str) -> bool:
    prefix, rest = _digest(text)
    path = folder / prefix
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = bisect_left(
            range(len(content) // KEPT), rest, key=lambda at: content[at * KEPT : (at + 1) * KEPT]
        )
        return content[place * KEPT : (place + 1) * KEPT] == rest


def _digest(text: str) -> tuple[str, bytes]:
    """SHA-1 names the password on such lists; it protects nothing here."""
    return _split(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _split(hexadecimal: str) -> tuple[str, bytes]:
    end = PREFIX + 2 * KEPT
    return hexadecimal[:PREFIX], bytes.fromhex(hexadecimal[PREFIX:end])


def _digests(lines: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(lines, 1):
        text = line.partition(":")[0].strip().lower()
        if not text:
            continue
        if len(text) != HEX_DIGITS or not set(text) <= set("0123456789abcdef"):
            raise ListUnreadable(number)
        yield _split(text)


def _write(folder: Path, digests: Iterable[tuple[str, bytes]], *, keep: bool) -> int:
    """Write buckets, with what they hold already if `keep`; how many entries the written buckets hold."""
    buckets: dict[str, set[bytes]] = {}
    for prefix, rest in digests:
        buckets.setdefault(prefix, set()).add(rest)
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, found in buckets.items():
        path = folder / prefix
        if keep and path.exists():
            held = path.read_bytes()
            found |= {held[at : at + KEPT] for at in range(0, len(held), KEPT)}
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(b"".join(sorted(found)))
        draft.replace(path)
    return sum(map(len, buckets.values()))


def _replace(folder: Path, work: Path) -> None:
    """Put the finished list in place; for a moment between the two moves no password is known."""
    old = work.with_name("old")
    if folder.exists():
        folder.rename(old)
    work.rename(folder)
