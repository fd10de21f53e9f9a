"""Passwords: a small rule, argon2id in a bounded pool of threads, and the same time for an unknown account.

Parameters t=2, 19 MiB, p=1. The pool has one thread per processor and a short queue: a flood of sign-ins is told
to come back later (`PasswordsBusy`) before it can hold every database connection.
"""

import asyncio
import os
import threading
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from identity import breached
from identity.errors import PasswordsBusy, PasswordWeak

SHORTEST, LONGEST = 8, 128
WORKERS = os.cpu_count() or 1
WAITING = 6
OWN_REMAINDER = 4

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

COMMON = frozenset(
    ["password", "passw0rd", "p@ssword", "p@ssw0rd", "password1", "password123", "passwd123", "iloveyou", "iloveyou1", "letmein1", "welcome1", "welcome123", "admin123", "admin888", "admin1234", "administrator", "root1234", "changeme", "qwertyui", "qwerty123", "qwer1234", "1q2w3e4r", "1qaz2wsx", "1qazxsw2", "zaq12wsx", "qazwsxedc", "asdf1234", "asdfghjk", "zxcvbnm1", "abc12345", "abcd1234", "a1234567", "aa123456", "a12345678", "q1234567", "abc123456", "123456abc", "123456aa", "123abc123", "woaini123", "woaini520", "woaini1314", "5201314520", "520131414", "1314520520", "147258369", "123123123", "112233445", "1122334455", "12341234", "88888888", "66668888", "88886666", "123qweasd", "1234qwer", "nihao123", "zhongguo", "zhongguo1", "guiyang1", "guizhou1", "guiyang123", "guizhou123", "sunshine1", "football1", "baseball1", "dragon123", "monkey123", "master123", "superman1", "trustno1", "computer1", "internet1", "whatever1", "taobao123", "wang1234", "zhang123", "yiwang123"]
)  # fmt: skip
RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
)

T = TypeVar("T")
_pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="argon2")
_places = threading.BoundedSemaphore(WORKERS + WAITING)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fits`: the password is right; `stale`: its hash should be made anew with today's parameters."""

    fits: bool
    stale: bool = False


def check(password: str, own: Iterable[str] = ()) -> None:
    """PasswordWeak("short" | "long" | "own" | "common") unless the password may be used.

    8 to 128 characters; no part of the person's own account, number or phone, nor one of them with a few
    letters more; nothing everybody tries first, nothing on the list of known passwords (`breached`).
    """
    text = _folded(password)
    if len(text) < SHORTEST:
        raise PasswordWeak("short")
    if len(text) > LONGEST:
        raise PasswordWeak("long")
    if any(_is_own(text, _folded(value)) for value in own if value):
        raise PasswordWeak("own")
    if text in COMMON or len(set(text)) < 3 or any(text in run or text[::-1] in run for run in RUNS):
        raise PasswordWeak("common")
    if breached.known(password):
        raise PasswordWeak("common")


def _is_own(text: str, value: str) -> bool:
    return text in value or (len(value) > 1 and value in text and len(text) - len(value) < OWN_REMAINDER)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


async def make_hash(password: str) -> str:
    """The argon2id hash to keep, with its own salt. PasswordsBusy when too many are waiting."""
    return await _run(lambda: HASHER.hash(_normal(password)))


async def verify(kept: str | None, password: str) -> Verdict:
    """Whether `password` is the one behind `kept`; without `kept` it takes as long and never fits."""
    return await _run(lambda: _verify(kept, password))


def _verify(kept: str | None, password: str) -> Verdict:
    reference = _dummy()
    try:
        HASHER.verify(kept or reference, _normal(password))
    except (VerificationError, InvalidHashError):
        return Verdict(fits=False)
    return Verdict(fits=kept is not None, stale=kept is not None and HASHER.check_needs_rehash(kept))


def _normal(password: str) -> str:
    """The same characters however the keyboard composed them; never longer than the rule allows."""
    return unicodedata.normalize("NFKC", password)[: LONGEST + 1]


@lru_cache(maxsize=1)
def _dummy() -> str:
    return HASHER.hash(os.urandom(16).hex())


async def _run(work: Callable[[], T]) -> T:
    if not _places.acquire(blocking=False):
        raise PasswordsBusy
    try:
        future = _pool.submit(work)
    except RuntimeError:
        _places.release()
        raise
    # The place is freed by the thread, not by the request: a request that was given up still keeps its thread busy.
    future.add_done_callback(lambda _: _places.release())
    return await asyncio.wrap_future(future)
