"""`yiwang licence verify`: an answer in words and an exit code, with nothing but the file and a root."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from identity import tokens
from licensing import printing, showing, status
from licensing.queries import PublicFacts
from licensing.rules import State
from licensing.types import Names
from portal.cli import licence as command
from portal.cli.errors import FileUnusable, NotProven
from portal.settings import Settings
from tests.support import licences as builders


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
    return invoked("verify", *arguments)


def invoked(*arguments):
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


KEY = tokens.new_signer()
CITY = "https://city.example"


@pytest.fixture
def published(tmp_path):
    """Files somebody fetched before: the keys, and a list in which place 5 is revoked."""
    now = datetime.now(UTC)
    (tmp_path / "keys.json").write_text(json.dumps(tokens.jwks(tokens.verifiers(KEY))))
    told = status.signed({5: 1}, KEY, uri=status.address(CITY, 0), at=now - timedelta(minutes=9))
    (tmp_path / "list.jwt").write_text(told)
    return "--status", tmp_path / "list.jwt", "--keys", tmp_path / "keys.json"


def listed_at(index, sealer, tmp_path):
    """A sealed licence that names this place of the list."""
    place = {"status_list": {"idx": index, "uri": status.address(CITY, 0)}}
    sheet = builders.sheet("food-business-licence")
    body = json.loads(sheet.record) | {"status": place}
    sheet = replace(sheet, record=json.dumps(body, ensure_ascii=False).encode())
    file = tmp_path / f"listed-{index}.pdf"
    pdf = printing.print_document(sheet)
    file.write_bytes(sealer.seal(pdf, builders.seal_of("food-business-licence"), at=builders.AT))
    return file


def test_a_status_list_fetched_before_is_told_with_its_age(elsewhere, root, sealer, tmp_path, published):
    said = run(listed_at(4, sealer, tmp_path), "--root", root, *published)
    assert "state: valid as of" in said
    assert "9 minutes ago" in said
    with pytest.raises(NotProven, match="does not count"):
        run(listed_at(5, sealer, tmp_path), "--root", root, *published)
    with pytest.raises(FileUnusable):
        run(tmp_path / "listed-5.pdf", "--root", root, *published[:2])
    published[3].write_text("{}")
    with pytest.raises(NotProven, match="status list is not good"):
        run(tmp_path / "listed-5.pdf", "--root", root, *published)
    published[3].write_text("nonsense")
    with pytest.raises(FileUnusable):
        run(tmp_path / "listed-5.pdf", "--root", root, *published)


def test_a_file_that_names_no_list_says_so(elsewhere, licence_file, root, published):
    with pytest.raises(FileUnusable):
        run(licence_file, "--root", root, *published)


def test_a_code_shown_without_a_network_is_checked_by_the_keys(elsewhere, published):
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": CITY, "aud": showing.AUDIENCE, "sub": "1.2.156.3005.2.X", "iat": now, "exp": now + 120}
    told = {
        "type": {"zh": "食品经营许可证", "en": "Food"},
        "number": "JY1",
        "holder": "示例",
        "issuer": "示例局",
    }
    claims |= {
        "licence": told | {"until": "2031-11-22", "fields": [[{"zh": "住所", "en": "Seat"}, "示例路"]]}
    }
    claims |= {"status": status.reference(CITY, 7)}
    code = tokens.sign_claims(claims, KEY, showing.KIND)
    said = invoked("check-code", code, *published[2:], "--url", CITY)
    for text in (
        "good until",
        "食品经营许可证",
        "住所: 示例路",
        "valid until: 2031-11-22",
        f"{CITY}/licences/status/0",
    ):
        assert text in said
    with pytest.raises(NotProven):
        invoked("check-code", code + "A", *published[2:], "--url", CITY)
