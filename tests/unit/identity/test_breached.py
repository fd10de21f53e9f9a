"""The local list of known passwords: made by rule, added to from a download, asked by bucket."""

import hashlib

import pytest

from identity import breached, passwords
from identity.breached import ListUnreadable
from identity.errors import PasswordWeak


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(breached, "_folder", [])
    monkeypatch.setattr(breached, "candidates", lambda: iter(["wangwei1990", "19900101", "1qaz2wsx3edc"]))
    kept = tmp_path / "passwords"
    assert breached.build(kept) == 3
    breached.install(kept)
    return kept


def sha1(text):
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.mark.parametrize("password", ["wangwei1990", "WangWei1990", "19900101", "１９９００１０１"])
def test_a_listed_password_is_refused_however_it_is_written(folder, password):
    with pytest.raises(PasswordWeak, match="common"):
        passwords.check(password)


def test_others_pass_and_without_a_list_nothing_is_known(folder):
    passwords.check("green-tea-42")
    breached.install(folder / "nowhere")
    assert not breached.known("wangwei1990")


def test_a_downloaded_list_is_added_to_what_is_there(folder):
    assert breached.merge(folder, [f"{sha1('green-tea-42')}:17\n", "\n", sha1("Zebra-Crossing")]) == 2
    assert all(map(breached.known, ("green-tea-42", "Zebra-Crossing", "wangwei1990")))
    assert not breached.known("zebra-crossing-7")


def test_a_file_that_is_no_list_changes_nothing(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ListUnreadable, match="line 2"):
        breached.merge(folder, [sha1("green-tea-42"), "not a digest"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
