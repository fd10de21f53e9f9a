"""Verify the evidence of one exchange: python verify_evidence.py EVIDENCE.json KEYS.json... (see evidence.md)."""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

LINKS = (("answer", "request"), ("question", "request"), ("reply", "question"))


def decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def require(holds: object, what: str) -> None:
    if not holds:
        sys.exit(f"not verified: {what}")


def read(name: str, compact: str, keys: dict[str, Any]) -> dict[str, Any]:
    head, body, signature = compact.split(".")
    header, raw = json.loads(decoded(head)), decoded(signature)
    named = {"alg": "ES256", "typ": "yiwang-message+jws", "kid": header.get("kid")}
    require(header == named and len(raw) == 64, f"header of {name}")
    require(header["kid"] in keys, f"no trusted key for {name}")
    x, y = (int.from_bytes(decoded(keys[header["kid"]][one]), "big") for one in "xy")
    pair = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(pair, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    return dict(json.loads(decoded(body)))


def verify(evidence: dict[str, Any], keys: dict[str, Any]) -> None:
    texts = evidence["messages"]
    require(evidence["format"] == "yiwang-exchange-evidence/1", "format")
    messages = {name: read(name, text, keys) for name, text in texts.items()}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    for name, other in LINKS:
        bound = name not in messages or messages[name][other] == digests.get(other)
        require(bound, f"{name} answers another {other}")
    require(evidence["ledger"], "no ledger entry")
    for entry in evidence["ledger"]:
        octets = bytes.fromhex(entry["previous"]) + entry["position"].to_bytes(8, "big")
        linked = hashlib.sha256(octets + entry["body"].encode()).hexdigest()
        require(linked == entry["hash"], f"ledger entry {entry['position']}")
        told = json.loads(entry["body"])["details"]
        require(all(told.get(one, digests[one]) == digests[one] for one in digests), "ledger")


files = [json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:]]
verify(files[0], {one["kid"]: one for keys in files[1:] for one in keys["keys"]})
sys.stdout.write("verified\n")
