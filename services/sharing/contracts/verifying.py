"""Verifying the evidence of one exchange with nothing but the file and trusted keys (docs/evidence.md)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from identity import tokens
from identity.errors import TokenRefused
from identity.tokens import Verifiers
from services.sharing.contracts.errors import EvidenceBroken
from services.sharing.contracts.evidence import FORMAT
from services.sharing.messages import digest
from storage.ledger import GENESIS

LINKS = (
    ("answer", "request", "request"),
    ("reply", "question", "question"),
    ("question", "request", "request"),
)
"""Which message holds, in which member, the digest of which other."""


def verify(evidence: Mapping[str, Any], trusted: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is proven, a line each. Raises EvidenceBroken at the first thing that is not.

    Every signature under a trusted key, each answer bound to its question, each ledger entry to its hash, and the
    messages to the ledger. Keys inside the evidence are not believed.
    """
    if evidence.get("format") != FORMAT:
        raise EvidenceBroken("format")
    known = _keys(trusted)
    messages: dict[str, str] = dict(evidence["messages"])
    read = {name: _message(name, text, known) for name, text in messages.items()}
    for name, member, other in LINKS:
        if name in read and other in messages and read[name].get(member) != digest(messages[other]):
            raise EvidenceBroken(f"{name} answers another {other}")
    lines = [
        f"{name}: signed by {tokens.signer_of(text)}, sha256 {digest(text)}"
        for name, text in messages.items()
    ]
    return [*lines, *_ledger(evidence, {name: digest(text) for name, text in messages.items()})]


def _keys(trusted: Sequence[Mapping[str, Any]]) -> Verifiers:
    known = [tokens.verifier(one) for keys in trusted for one in keys["keys"]]
    return {one.kid: one for one in known}


def _message(name: str, text: str, known: Verifiers) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(tokens.read_message(text, known))
    except (TokenRefused, ValueError) as exc:
        raise EvidenceBroken(f"signature of {name}") from exc
    return found


def _ledger(evidence: Mapping[str, Any], digests: Mapping[str, str]) -> list[str]:
    lines = []
    for entry in evidence["ledger"]:
        previous, body = bytes.fromhex(entry["previous"]), entry["body"].encode()
        position = int(entry["position"]).to_bytes(8, "big")
        if position == (1).to_bytes(8, "big") and previous != GENESIS:
            raise EvidenceBroken("ledger genesis")
        if hashlib.sha256(previous + position + body).hexdigest() != entry["hash"]:
            raise EvidenceBroken(f"ledger entry {entry['position']}")
        told = json.loads(entry["body"])
        details = told["details"]
        for name in ("request", "answer", "reply"):
            if name in details and details[name] != digests.get(name):
                raise EvidenceBroken(f"ledger entry {entry['position']} names another {name}")
        lines.append(f"ledger: {entry['chain']} {entry['position']} {told['deed']}")
    if not lines:
        raise EvidenceBroken("no ledger entry")
    return lines
