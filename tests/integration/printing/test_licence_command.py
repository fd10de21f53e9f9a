"""`yiwang licence verify`: an answer in words and an exit code, with nothing but the file and a root."""

from datetime import date

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from licensing.queries import PublicFacts
from licensing.rules import State
from licensing.types import Names
from portal.cli import licence as command
from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A machine with no portal: no keys, no register."""
    settings = Settings(data=tmp_path / "nothing", database_url="postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(command, "current", lambda: settings)
    return settings


@pytest.fixture
def root(authority, tmp_path):
    path = tmp_path / "root.pem"
    path.write_bytes(authority.root.certificate.public_bytes(Encoding.PEM))
    return path


def run(*arguments):
    result = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_good_licence_is_told_with_its_sealer_and_holder(elsewhere, licence_file, root):
    said = run(licence_file, "--root", root)
    assert "sealed by one of our departments, the whole file, unaltered" in said
    assert "sealed by: 示例市" in said
    assert "identifier: 1.2.156.3005.2." in said
    assert "state: not known here" in said


def test_one_changed_byte_is_not_proven(elsewhere, licence, root, tmp_path):
    bent = bytearray(licence)
    bent[len(bent) // 2] ^= 1
    file = tmp_path / "bent.pdf"
    file.write_bytes(bent)
    with pytest.raises(NotProven, match=r"bent\.pdf"):
        run(file, "--root", root)


def test_without_a_root_nobody_vouches_for_the_seal(elsewhere, licence_file):
    with pytest.raises(NotProven, match="none of the known authorities"):
        run(licence_file)
    assert not elsewhere.data.exists(), "verifying leaves nothing behind"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not really", b"a letter"])
def test_what_is_no_licence_is_not_proven(elsewhere, tmp_path, content):
    file = tmp_path / "letter.pdf"
    file.write_bytes(content)
    with pytest.raises(NotProven):
        run(file)


def test_what_cannot_be_read_is_said_in_one_sentence(elsewhere, licence_file, tmp_path):
    with pytest.raises(FileUnusable, match=r"nothing\.pdf"):
        run(tmp_path / "nothing.pdf")
    with pytest.raises(FileUnusable) as refused:
        run(licence_file, "--root", licence_file)
    assert refused.value.sentence == f"{licence_file}: is no certificate that can be read."


@pytest.mark.parametrize("state", [State.REVOKED, State.SUSPENDED, State.EXPIRED])
def test_a_genuine_file_of_a_licence_that_ended_is_not_proven(state, tmp_path, capsys):
    facts = PublicFacts(
        identifier="1",
        type_name=Names("示例证", "Sample"),
        number="1",
        holder="示例",
        issuer="示例",
        state=state,
        issued_on=date(2026, 1, 1),
        valid_until=None,
        ended_on=date(2026, 11, 1),
    )
    with pytest.raises(NotProven, match=f"genuine, but the licence is {state}"):
        command._tell_state(tmp_path / "licence.pdf", facts)
    assert f"state: {state} since 2026-11-01" in capsys.readouterr().out


def test_offline_the_register_is_not_asked(elsewhere, licence_file, root):
    assert "state: not known here" in run(licence_file, "--root", root, "--offline")
