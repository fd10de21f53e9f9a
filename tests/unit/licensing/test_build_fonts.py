import tarfile
from io import BytesIO

import pytest

from licensing import build_fonts, fonts


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder of faces of which one small file is expected."""
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    monkeypatch.setattr(build_fonts, "DIGESTS", {"face.ttf": digest})
    whole, fetch, folder = build_fonts.whole, build_fonts.fetch, tmp_path / "fonts"
    monkeypatch.setattr(build_fonts, "whole", lambda: whole(folder))
    monkeypatch.setattr(build_fonts, "fetch", lambda npm: fetch(npm, folder))
    monkeypatch.setattr(build_fonts, "PACKAGES", {"faces@1": {"package/a.ttf": "face.ttf"}})
    return folder


def archive(folder, content=b"test", member="package/a.ttf"):
    path = folder / "faces.tgz"
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        tar.addfile(entry, BytesIO(content))
    return path


def npm(tmp_path, packed):
    """A program that leaves `packed` where `npm pack` would."""
    program = tmp_path / "npm"
    program.write_text(f'#!/bin/sh\ncp {packed} "$4/faces.tgz"\n')
    program.chmod(0o755)
    return str(program)


def test_faces_are_fetched_once(shelf, tmp_path, monkeypatch, capsys):
    program = npm(tmp_path, archive(tmp_path))
    monkeypatch.setattr("shutil.which", lambda _: program)
    assert build_fonts.main() == 0
    assert (shelf / "face.ttf").read_bytes() == b"test"
    assert build_fonts.main() == 0
    assert capsys.readouterr().out.splitlines() == ["document fonts: fetched", "document fonts: present"]


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        ({"content": b"other"}, "is not version"),
        ({"member": "package/b.ttf"}, "not fetched"),
        (None, "not fetched"),
    ],
)
def test_what_is_not_our_version_is_said(shelf, tmp_path, monkeypatch, capsys, packed, said):
    path = archive(tmp_path, **packed) if packed else tmp_path / "nowhere"
    program = npm(tmp_path, path)
    monkeypatch.setattr("shutil.which", lambda _: program)
    assert build_fonts.main() == 0
    assert said in capsys.readouterr().out


def test_without_npm_it_says_what_documents_are_printed_with(shelf, monkeypatch, capsys):
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert build_fonts.main() == 0
    assert "npm is missing" in capsys.readouterr().out


def test_every_face_a_page_uses_is_fetched_with_its_licence():
    names = {name for members in build_fonts.PACKAGES.values() for name in members.values()}
    assert {face.file for face in fonts.FACES} == set(build_fonts.DIGESTS) <= names
    assert sum(name.startswith("LICENSE") for name in names) == len(build_fonts.PACKAGES)
