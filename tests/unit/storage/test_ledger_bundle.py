"""An evidence file verified without a database: what is sound is said to be, whatever was changed is named."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from storage import ledger, ledger_bundle, merkle
from storage.checkpoints import Statement, leaf_hash
from storage.ledger_bundle import verify_bundle
from storage.signed_notes import Signer

SIGNER = Signer("portal.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = SIGNER.verifier
OTHER = Signer("portal.example/ledger", Ed25519PrivateKey.generate())
CHAIN = "case-䶮"


def bundle(length=3, proven=2, signer=SIGNER):
    """The evidence of a made-up case: `proven` of its entries lie in a tree of five leaves."""
    previous, entries = bytes(32), []
    for position in range(1, length + 1):
        body = ledger.canonical({"chain": CHAIN, "deed": f"deed {position}", "details": {"名": "𬎆"}})
        own = ledger.link_hash(previous, position, body)
        entries.append({"position": position, "body": body, "previous": previous.hex(), "hash": own.hex()})
        previous = own
    made = {
        "format": ledger_bundle.FORMAT,
        "chain": CHAIN,
        "exported_at": "2026-11-23T04:00:00+00:00",
        "entries": entries,
        "head": {"position": length, "hash": previous.hex()},
        "inclusion": None,
        "checkpoint": None,
        "key": str(signer.verifier),
    }
    return made | place(bytes.fromhex(entries[proven - 1]["hash"]), proven, signer) if proven else made


def place(entry_hash, position, signer):
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(5)]
    leaves[3] = leaf_hash(CHAIN, position, entry_hash)
    left = merkle.complete(leaves[:4])
    path = [leaves[2], merkle.complete(leaves[:2]), leaves[4]]
    note = signer.sign(Statement(signer.name, 5, merkle.fold([left, leaves[4]])).text())
    inclusion = {"position": position, "leaf": 3, "size": 5, "path": [step.hex() for step in path]}
    return {"inclusion": inclusion, "checkpoint": note}


def verdict(made, key=KEY):
    return verify_bundle(json.dumps(made, ensure_ascii=False).encode(), key=key)


def test_a_sound_bundle_proves_its_case():
    found = verdict(bundle())
    assert found.whole
    assert (found.chain, found.entries, found.proven_to, found.size, found.signed) == (CHAIN, 3, 2, 5, True)


def test_without_a_key_the_signature_is_said_to_be_unchecked():
    assert verdict(bundle(), None).whole
    assert not verdict(bundle(), None).signed


def test_a_case_not_numbered_yet_is_proven_by_its_chain_alone():
    found = verdict(bundle(proven=0))
    assert (found.whole, found.proven_to, found.signed) == (True, 0, False)


@pytest.mark.parametrize(
    ("change", "why", "position"),
    [
        (
            lambda b: b["entries"][1].update(body=b["entries"][1]["body"].replace("deed 2", "deed x")),
            "hash",
            2,
        ),
        (lambda b: b["entries"].pop(1), "missing", 2),
        (lambda b: b["entries"].reverse(), "missing", 1),
        (lambda b: b["entries"].insert(1, b["entries"][0]), "missing", 2),
        (lambda b: b["entries"][2].update(previous="00" * 32), "previous", 3),
        (lambda b: b["entries"][0].update(hash="11" * 32), "hash", 1),
        (lambda b: b["entries"].pop(), "head", 3),
        (lambda b: b.update(entries=[]), "empty", 0),
        (lambda b: b.update(chain="another case"), "chain", 1),
        (lambda b: b["entries"][1].update(body="not json"), "body", 2),
        (lambda b: b["entries"][1].update(body="[" * 100_000), "body", 2),
        (lambda b: b["entries"][1].update(body="[]"), "body", 2),
        (lambda b: b["head"].update(hash="00" * 32), "head", 4),
        (lambda b: b.update(format="yiwang-case-evidence/9"), "format", 0),
        (lambda b: b["inclusion"].update(leaf=2), "inclusion", 0),
        (lambda b: b["inclusion"].update(position=9), "inclusion", 0),
        (lambda b: b["inclusion"].update(position=1), "inclusion", 0),
        (lambda b: b["inclusion"].update(size=6), "inclusion", 0),
        (lambda b: b["inclusion"]["path"].pop(), "inclusion", 0),
        (lambda b: b.update(inclusion=None), "checkpoint", 0),
        (lambda b: b.update(checkpoint=None), "checkpoint", 0),
        (lambda b: b.update(checkpoint="nonsense"), "checkpoint", 0),
        (lambda b: b.update(checkpoint=b["checkpoint"].replace("portal", "postal")), "signature", 0),
        (lambda b: b.update(place(bytes.fromhex(b["entries"][1]["hash"]), 2, OTHER)), "signature", 0),
    ],
)
def test_what_was_changed_is_named(change, why, position):
    made = bundle()
    change(made)
    found = verdict(made)
    assert (found.why, found.position) == (why, position)
    assert not found.whole


def test_another_tree_than_the_signed_one_is_noticed():
    made = bundle()
    forged = SIGNER.verifier.read(made["checkpoint"]).replace("\n5\n", "\n6\n")
    made["checkpoint"] = made["checkpoint"].replace(SIGNER.verifier.read(made["checkpoint"]), forged)
    assert verdict(made).why == "signature"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"%PDF-1.7",
        b"[" * 500_000,
        b'{"format": 1}',
        b'{"format": "x"}',
    ],
)
def test_what_is_no_evidence_file_is_unreadable(content):
    assert verify_bundle(content, key=KEY).why == "unreadable"


def test_numbers_beyond_reason_are_unreadable():
    made = bundle()
    made["entries"][0]["position"] = 2**70
    assert verdict(made).why == "unreadable"


@given(st.binary(max_size=300))
def test_no_bytes_raise(content):
    assert not verify_bundle(content, key=KEY).whole


@given(st.data())
def test_any_one_byte_changed_never_proves_more(data):
    content = bytearray(json.dumps(bundle()).encode())
    place_ = data.draw(st.integers(0, len(content) - 1))
    before = content[place_]
    content[place_] = data.draw(st.integers(0, 255).filter(lambda byte: byte != before))
    found = verify_bundle(bytes(content), key=KEY)
    if found.whole:
        # Only what is not evidence may differ: the day of export, the key printed for information, white space.
        again = json.loads(bytes(content))
        assert again["entries"] == bundle()["entries"]
        assert again["chain"] == CHAIN
