"""What an outsider needs to check this ledger's proofs, written from the published texts alone.

C2SP signed-note and tlog-checkpoint, RFC 6962 sections 2.1, 2.1.1 and 2.1.2. It shares no line with `storage`: proofs
are read backwards along the recursive definitions, not along the shifting of indices that the product uses.
"""

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    """Something that was to be proven is not."""


def digest(data):
    return hashlib.sha256(data).digest()


def below(size):
    """The largest power of two smaller than `size` (RFC 6962, 2.1)."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def tree_hash(leaves):
    """MTH of RFC 6962, 2.1, over the data of the leaves."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return digest(b"\x00" + leaves[0])
    middle = below(len(leaves))
    return digest(b"\x01" + tree_hash(leaves[:middle]) + tree_hash(leaves[middle:]))


def checkpoint(note, key):
    """(origin, size, root) of a signed checkpoint. `key`: `<name>+<hash>+<base64>`, as the log hands it out."""
    name, hashed, coded = key.split("+", 2)
    raw = base64.b64decode(coded)
    if raw[:1] != b"\x01" or digest(f"{name}\n".encode() + raw)[:4].hex() != hashed:
        raise Refused("the key does not belong to its name")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = [line for line in signatures.splitlines() if line.startswith(f"— {name} ")]
    for line in lines:
        signed = base64.b64decode(line.rsplit(" ", 1)[1])
        if signed[:4].hex() == hashed:
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[4:], text.encode())
            except InvalidSignature as exc:
                raise Refused("signature") from exc
            return _statement(text, name)
    raise Refused("nobody known signed this")


def _statement(text, name):
    origin, size, root, *_ = text.split("\n")
    if origin != name or not re.fullmatch(r"0|[1-9][0-9]*", size):
        raise Refused("no checkpoint of this log")
    return origin, int(size), base64.b64decode(root, validate=True)


def root_by_inclusion(place, size, leaf, path):
    """The root that PATH(place, D[size]) leads to, along the definition of 2.1.1."""
    if not 0 <= place < size:
        raise Refused("no such leaf")
    if size == 1:
        if path:
            raise Refused("the path is too long")
        return digest(b"\x00" + leaf)
    if not path:
        raise Refused("the path is too short")
    middle, (*rest, last) = below(size), path
    if place < middle:
        return digest(b"\x01" + root_by_inclusion(place, middle, leaf, rest) + last)
    return digest(b"\x01" + last + root_by_inclusion(place - middle, size - middle, leaf, rest))


def roots_by_consistency(first, size, known, path, *, whole=True):
    """(old root, new root) that SUBPROOF(first, D[size], whole) leads to, along 2.1.2; `known`: the old root."""
    if first == size:
        if whole and not path:
            return known, known
        if not whole and len(path) == 1:
            return path[0], path[0]
        raise Refused("the path has another length")
    if not path:
        raise Refused("the path is too short")
    middle, (*rest, last) = below(size), path
    if first <= middle:
        old, new = roots_by_consistency(first, middle, known, rest, whole=whole)
        return old, digest(b"\x01" + new + last)
    old, new = roots_by_consistency(first - middle, size - middle, known, rest, whole=False)
    return digest(b"\x01" + last + old), digest(b"\x01" + last + new)


def require_consistent(first, first_root, size, size_root, path):
    if roots_by_consistency(first, size, first_root, list(path)) != (first_root, size_root):
        raise Refused("the later tree does not hold the earlier one")


def require_evidence(bundle, key):
    """Judge a case's evidence file (already read as JSON); the number of entries that the checkpoint covers."""
    before = bytes(32)
    for position, entry in enumerate(bundle["entries"], start=1):
        linked = digest(before + position.to_bytes(8, "big") + entry["body"].encode())
        if entry["position"] != position or bytes.fromhex(entry["hash"]) != linked:
            raise Refused(f"entry {position}")
        before = linked
    _, size, root = checkpoint(bundle["checkpoint"], key)
    proof = bundle["inclusion"]
    entry = bundle["entries"][proof["position"] - 1]
    leaf = b"\x00".join(
        [bundle["chain"].encode(), proof["position"].to_bytes(8, "big") + bytes.fromhex(entry["hash"])]
    )
    path = [bytes.fromhex(step) for step in proof["path"]]
    if proof["size"] != size or root_by_inclusion(proof["leaf"], size, leaf, path) != root:
        raise Refused("the case is not in the tree")
    return int(proof["position"])
