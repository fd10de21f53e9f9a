"""What a case leaves behind is checked as an outsider would: the licence by its seal, the record by its hashes."""

import time
from collections.abc import Callable
from pathlib import Path

from portal.cli.tour.case import Case
from portal.cli.tour.client import Client, Json
from portal.cli.tour.errors import StepFailed
from portal.cli.tour.tour import Tour
from storage.ledger_bundle import Verdict, verify_bundle
from storage.signed_notes import Verifier, parse_verifier

GATHERED_SECONDS = 60.0


def verified(client: Client, content: bytes) -> str:
    """The portal's public check of a sealed file."""
    told = verify(client, content)
    if not told["valid"]:
        raise StepFailed(f"not valid: {told['finding']}")
    return f"{told['finding']}, sealed by {told['sealer']}"


def altered_noticed(client: Client, content: bytes) -> str:
    """One byte of the file changed."""
    place = len(content) // 3
    told = verify(client, content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    if told["valid"]:
        raise StepFailed(f"byte {place} changed and still valid")
    return f"byte {place} changed: {told['finding']}"


def verify(client: Client, content: bytes) -> Json:
    files = [("file", ("licence.pdf", content, "application/pdf"))]
    return client.repeatable("POST", "/verifications", files=files).json()


def code_verified(client: Client, token: str, identifier: str) -> str:
    """The public check by what stands beside the QR code, and with a wrong code."""
    code = client.get(f"/licences/{identifier}", token=token).json()["check_code"]
    body = {"identifier": identifier, "code": code}
    told = client.repeatable("POST", "/verifications", json=body).json()
    wrong, _ = client.refused("POST", "/verifications", token=None, json=body | {"code": "22222222"})
    if not told["valid"] or wrong != 404:
        raise StepFailed(f"valid {told['valid']}, with a wrong code {wrong}")
    return f"{told['licence']['holder']}, {told['licence']['state']}; a wrong code finds nothing"


def evidence(tour: Tour, case: Case, keep: Callable[[Path], None]) -> str:
    """Download the bundle once a signed checkpoint covers all of it, and verify it without the portal."""
    key = parse_verifier(tour.client.get("/ledger/key").text.strip())
    if key is None:
        raise StepFailed("the log's key cannot be read")
    content, verdict = _proven(tour.client, case, key)
    keep(tour.keep(f"evidence-{case.number}.json", content))
    if not verdict.whole:
        raise StepFailed(f"entry {verdict.position}: {verdict.why}")
    if verdict.proven_to < verdict.entries:
        raise StepFailed(f"only {verdict.proven_to} of {verdict.entries} entries under a signed checkpoint")
    forged = verify_bundle(content.replace(b"application accepted", b"application refused!"), key=key)
    if forged.whole:
        raise StepFailed("a changed entry was not noticed")
    return (
        f"{verdict.entries} entries proven under a checkpoint of {verdict.size}; "
        f"a changed one is noticed at entry {forged.position}"
    )


def _proven(client: Client, case: Case, key: Verifier) -> tuple[bytes, Verdict]:
    deadline = time.monotonic() + GATHERED_SECONDS
    while True:
        content = client.get(f"/ledger/cases/{case.number}", token=case.token).content
        verdict = verify_bundle(content, key=key)
        if not verdict.whole or verdict.proven_to == verdict.entries or time.monotonic() > deadline:
            return content, verdict
        time.sleep(1.0)
