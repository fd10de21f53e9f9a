"""Fetch the type faces of documents: `python -m licensing.build_fonts`, run by `make assets`.

Twice as good as once: does nothing when the files are there and whole. Exits 0 also where npm is missing, with
one line saying what documents will be printed with instead.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from licensing import fonts

VERSION = "0.4.3"
PACKAGES = {
    f"@expo-google-fonts/noto-serif-sc@{VERSION}": {
        "package/400Regular/NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
        "package/700Bold/NotoSerifSC_700Bold.ttf": "NotoSerifSC-Bold.ttf",
        "package/LICENSE_FONT": "LICENSE-NotoSerifSC.txt",
    },
    f"@expo-google-fonts/noto-sans-sc@{VERSION}": {
        "package/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
        "package/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
        "package/LICENSE_FONT": "LICENSE-NotoSansSC.txt",
    },
}
DIGESTS = {
    "NotoSerifSC-Regular.ttf": "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742",
    "NotoSerifSC-Bold.ttf": "9c6a2ba736e4b499c84f65ce366bd3625c0401885fd3e585ace50fb738b96ff6",
    "NotoSansSC-Regular.ttf": "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
    "NotoSansSC-Bold.ttf": "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
}
SECONDS = 600


def main() -> int:
    """Make `licensing/fonts/` complete if it can be; say in one line what came of it."""
    if whole():
        return _say("document fonts: present")
    npm = shutil.which("npm")
    if npm is None:
        return _say(f"document fonts: npm is missing, documents are printed with {_instead()}")
    try:
        fetch(npm)
    except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError) as exc:
        return _say(f"document fonts: not fetched ({exc}), documents are printed with {_instead()}")
    if not whole():
        return _say(f"document fonts: what was fetched is not version {VERSION}, using {_instead()}")
    return _say("document fonts: fetched")


def whole(folder: Path = fonts.FOLDER) -> bool:
    """Whether every face is there and is the file this version shipped."""
    return all((folder / name).is_file() and _digest(folder / name) == want for name, want in DIGESTS.items())


def fetch(npm: str, folder: Path = fonts.FOLDER) -> None:
    """Download the packages with npm and take the faces and their licences out of them."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for package, members in PACKAGES.items():
            command = [npm, "pack", "--silent", "--pack-destination", scratch, package]
            subprocess.run(command, check=True, cwd=scratch, capture_output=True, timeout=SECONDS)
            archive = max(Path(scratch).glob("*.tgz"), key=lambda path: path.stat().st_mtime_ns)
            _take_out(archive, members, folder)
            archive.unlink()


def _take_out(archive: Path, members: dict[str, str], folder: Path) -> None:
    with tarfile.open(archive) as tar:
        for member, name in members.items():
            content = tar.extractfile(member)
            if content is None:
                raise KeyError(member)
            draft = folder / f"{name}.part"
            draft.write_bytes(content.read())
            draft.replace(folder / name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _instead() -> str:
    supply = fonts.state().supply
    return (
        "the machine's Noto CJK (larger files)"
        if supply is fonts.Supply.INSTALLED
        else "no Chinese face at all"
    )


def _say(line: str) -> int:
    sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
