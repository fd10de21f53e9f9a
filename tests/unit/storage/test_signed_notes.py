"""Signed notes and checkpoints, read by an independent reader written from the C2SP text alone."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from storage import signed_notes
from storage.checkpoints import Statement, log_key, read_checkpoint, read_statement
from storage.signed_notes import Signer

NAME = "portal.example/ledger"
SIGNER = Signer(NAME, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STATEMENT = Statement(NAME, 7, bytes(32))

# The key and note of the Go checksum database's documentation (golang.org/x/mod/sumdb/note), signed with Ed25519.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def independent(note, name, public):
    """C2SP signed-note: the text if a known signature over it is good."""
    text, _, block = note.partition("\n\n")
    text += "\n"
    good = False
    for line in block.splitlines():
        assert line.startswith("\u2014 ")
        key_name, coded = line[2:].split(" ")
        raw = base64.b64decode(coded)
        key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
        if key_name == name and raw[:4] == key_id:
            Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
            good = True
    return text if good else None


def test_an_independent_reader_accepts_our_checkpoints():
    note = SIGNER.sign(STATEMENT.text())
    text = independent(note, NAME, SIGNER.verifier.public)
    origin, size, root = text.splitlines()
    assert (origin, size, base64.b64decode(root)) == (NAME, "7", bytes(32))


def test_the_known_note_of_the_checksum_database_is_read():
    peter = signed_notes.parse_verifier(PETER_KEY)
    assert str(peter) == PETER_KEY
    assert peter.read(PETER_NOTE) == PETER_NOTE.partition("\n\n")[0] + "\n"
    assert peter.read(PETER_NOTE.replace("problem is", "problem was")) is None


def test_our_own_notes_are_read_back():
    note = SIGNER.sign(STATEMENT.text())
    assert read_checkpoint(note, SIGNER.verifier) == STATEMENT
    assert signed_notes.parse_verifier(str(SIGNER.verifier)) == SIGNER.verifier


def test_signatures_of_witnesses_do_not_disturb():
    witness = Signer("witness.example", Ed25519PrivateKey.generate())
    note = SIGNER.sign(STATEMENT.text()) + witness.sign(STATEMENT.text()).rpartition("\n\n")[2]
    assert read_checkpoint(note, SIGNER.verifier) == STATEMENT
    assert read_checkpoint(note, witness.verifier) is None, "a witness is not the log"


@pytest.mark.parametrize(
    "bend",
    [
        lambda note: note.replace("\n7\n", "\n8\n"),
        lambda note: note[:-1],
        lambda note: note + "\n",
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace(NAME, "other.example/ledger"),
        lambda note: note.replace("\n7\n", "\n7\r\n"),
        lambda note: note.partition("\n\n")[0],
        lambda _: "",
    ],
)
def test_a_bent_note_is_not_believed(bend):
    assert read_checkpoint(bend(SIGNER.sign(STATEMENT.text())), SIGNER.verifier) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n7\n",
        "origin\n7\nnot base64\n",
        f"origin\n07\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n-7\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n٧\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n7\n{base64.b64encode(bytes(31)).decode()}\n",
        f"\n7\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n7\n{base64.b64encode(bytes(32)).decode()}",
    ],
)
def test_a_text_that_is_no_checkpoint_says_nothing(text):
    assert read_statement(text) is None


def test_lines_after_the_root_are_left_to_those_who_know_them():
    assert read_statement(STATEMENT.text() + "an extension\n") == STATEMENT


@pytest.mark.parametrize(
    "key", ["", "name", "name+00000000+AA==", "name+zz+!!", str(SIGNER.verifier).replace("portal", "other")]
)
def test_what_is_no_key_is_none(key):
    assert signed_notes.parse_verifier(key) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    assert SIGNER.verifier.read(text) is None
    assert signed_notes.parse_verifier(text) is None


def test_the_key_is_made_once_and_keeps_its_name(tmp_path):
    first = log_key(tmp_path / "keys", "https://portal.example/")
    again = log_key(tmp_path / "keys", "https://elsewhere.example")
    assert first.verifier == again.verifier
    assert first.name == "portal.example/ledger"
    kept = tmp_path / "keys" / "ledger-checkpoints.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    public = kept.with_suffix(".pub").read_text()
    assert signed_notes.parse_verifier(public) == first.verifier


def test_a_damaged_key_file_is_said_to_be_one(tmp_path):
    path = tmp_path / "log.key"
    path.write_text("something else")
    with pytest.raises(ValueError, match="not a note key"):
        signed_notes.open_key(path, NAME)
