"""Changing the key ring: a new key, another current one, an old one away. Pure; whoever calls writes the file."""

import os
from dataclasses import replace

from storage.cipher import KEY, Algorithm, KeyRing
from storage.errors import KeyUnusable


def add_key(
    ring: KeyRing, *, algorithm: Algorithm = Algorithm.AES, hold: bool = False
) -> tuple[KeyRing, str]:
    """The ring with one more key, and its name. It seals from now on unless it is held back.

    With several machines: held back first, so that every one of them can open what the first will seal.
    """
    name = f"k{max(int(known[1:]) for known in ring.keys) + 1}"
    keys = {**ring.keys, name: os.urandom(algorithm.key_bytes)}
    known = {**ring.algorithms, name: algorithm}
    return replace(ring, keys=keys, algorithms=known, current=ring.current if hold else name), name


def use_key(ring: KeyRing, name: str) -> KeyRing:
    """The ring sealing with `name`. Raises KeyUnusable("unknown")."""
    if name not in ring.keys:
        raise KeyUnusable("unknown", name)
    return replace(ring, current=name)


def drop_key(ring: KeyRing, name: str) -> KeyRing:
    """The ring without `name`. Raises KeyUnusable("unknown" | "current")."""
    if name not in ring.keys:
        raise KeyUnusable("unknown", name)
    if name == ring.current:
        raise KeyUnusable("current", name)
    return replace(
        ring,
        keys={known: key for known, key in ring.keys.items() if known != name},
        algorithms={known: kind for known, kind in ring.algorithms.items() if known != name},
    )


def change_index_key(ring: KeyRing) -> KeyRing:
    """The ring with a new look-up key; the one before it stays good for look-ups.

    Raises KeyUnusable("changing") while an earlier change is not finished.
    """
    if ring.former_index_key is not None:
        raise KeyUnusable("changing", "look-up key")
    steady = ring.steady_key or ring.index_key
    return replace(ring, index_key=os.urandom(KEY), former_index_key=ring.index_key, steady_key=steady)


def drop_former_index_key(ring: KeyRing) -> KeyRing:
    """The ring after a change of the look-up key. Raises KeyUnusable("unknown") when none is going on."""
    if ring.former_index_key is None:
        raise KeyUnusable("unknown", "former look-up key")
    return replace(ring, former_index_key=None)
