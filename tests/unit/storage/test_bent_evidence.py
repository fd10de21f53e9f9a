"""Evidence files and checkpoints bent at random: one sentence and an exit code each, never a traceback, nothing proven.

YIWANG_BENT says how many files (200; 2,000 in `make endurance`).
"""

import copy
import json
import os
import random

import pytest
from typer.testing import CliRunner

from portal.cli import ledger as command
from portal.cli.errors import FileUnusable, NotProven
from storage.checkpoints import Statement, read_checkpoint
from tests.unit.storage.test_ledger_bundle import CHAIN, KEY, SIGNER, bundle

BENT = int(os.environ.get("YIWANG_BENT", "200"))
ODD = (
    None, True, -1, 0, 2**63, 2**70, 1.5, 1e308, "", " ", "\ud800", "\x00", "9" * 5000, "—", "00" * 32, "ß" * 64,
    [], {}, [[]] * 70, ["00" * 32] * 65, {"position": 1}, "[" * 5000, "\n\n— ", '{"chain": 1}', '{"chain": "case-䶮"}',
)  # fmt: skip


def places(value, path=()):
    """Every place of a JSON value, by the keys that lead there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


def bent_value(chance, made):
    """The file with one or two of its values replaced, removed or doubled."""
    made = copy.deepcopy(made)
    for _ in range(chance.randint(1, 2)):
        path = chance.choice(places(made)[1:])
        holder = made
        for key in path[:-1]:
            holder = holder[key]
        if chance.random() < 0.2:
            del holder[path[-1]]
        elif isinstance(holder, list) and chance.random() < 0.3:
            holder.insert(path[-1], holder[path[-1]])
        else:
            holder[path[-1]] = chance.choice(ODD)
        if not made:
            break
    return json.dumps(made).encode()


def bent_bytes(chance, content):
    """The bytes with a few of them changed, cut out, doubled, or cut off."""
    content = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at, until = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        until = min(until, at + chance.choice((1, 4, 200)))
        some = {
            "change": bytes(chance.randrange(256) for _ in range(until - at)),
            "cut": b"",
            "double": bytes(content[at:until]) * 2,
            "mark": chance.choice((b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b'"', b"}", b"\n\n")),
        }
        content[at:until] = some[chance.choice(sorted(some))]
        if chance.random() < 0.05:
            del content[at:]
        if not content:
            break
    return bytes(content)


def said(file):
    """Exit code and sentence of `yiwang ledger verify`; anything but a sentence is raised."""
    result = CliRunner().invoke(command.app, ["verify", str(file), "--key", str(KEY)])
    if isinstance(result.exception, NotProven | FileUnusable):
        return 1, result.exception.sentence
    if result.exception is not None:
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize("proven", [0, 2])
def test_a_bent_evidence_file_is_refused_in_one_sentence(tmp_path, proven):
    chance, sound, file = random.Random(6962 + proven), bundle(proven=proven), tmp_path / "case.json"
    for number in range(BENT // 2):
        bend = bent_value if number % 2 else bent_bytes
        content = bend(chance, sound if number % 2 else json.dumps(sound, ensure_ascii=False).encode())
        file.write_bytes(content)
        code, sentence = said(file)
        assert sentence.strip(), content
        if code:
            assert sentence.startswith(f"{file}: broken"), content
            assert "\n" not in sentence.replace(str(file), "")
        else:  # only what proves nothing may have changed: the day of export, the printed key, white space
            again = json.loads(content)
            entries = [(one["position"], one["body"], one["hash"]) for one in again["entries"]]
            assert entries == [(one["position"], one["body"], one["hash"]) for one in sound["entries"]]
            assert again["chain"] == CHAIN


def test_a_bent_checkpoint_is_believed_by_nobody():
    chance, statement = random.Random(2026), Statement(SIGNER.name, 5, bytes(range(32)))
    note = SIGNER.sign(statement.text())
    for _ in range(BENT):
        bent = bent_bytes(chance, note.encode()).decode("utf-8", errors="replace")
        assert read_checkpoint(bent, KEY) in (None, statement), bent
