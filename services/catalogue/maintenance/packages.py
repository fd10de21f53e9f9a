"""A signed package of items, from a test portal to a production portal.

A zip with `items/<code>.yaml` and `manifest.txt`, a signed note (C2SP) of the portal that made it:

    yiwang items 1
    made 2026-11-22T01:30:00+00:00
    <SHA-256 in hex> <bytes> items/senior-card.yaml
    …

Whoever takes it in trusts certain keys; whatever was changed, added or left out is named.
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Pair
from services.catalogue.maintenance.arriving import Arrived, from_bytes
from services.catalogue.maintenance.errors import PackageRefused
from services.catalogue.writing import to_yaml
from storage import signed_notes
from storage.signed_notes import Signer, Verifier

FORMAT = "yiwang items 1"
MANIFEST = "manifest.txt"
FOLDER = "items/"
LARGEST_FILE = 1_000_000
LARGEST = 200 * 1024 * 1024
MOST_FILES = 5_000
ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same items make the same bytes but for the manifest."""

WHY: dict[str, Pair] = {
    "not-a-package": Pair("这不是事项包", "this is no package of items"),
    "too-large": Pair("事项包太大", "the package is too large"),
    "no-manifest": Pair("缺少清单 manifest.txt", "the manifest is missing"),
    "not-trusted": Pair(
        "签名不是受信任的门户所作，或者清单被改动",
        "not signed by a trusted portal, or the manifest was changed",
    ),
    "changed": Pair("文件被改动：{name}", "a file was changed: {name}"),
    "missing": Pair("缺少清单中的文件：{name}", "a file of the manifest is missing: {name}"),
    "added": Pair("多出清单以外的文件：{name}", "a file that is not in the manifest was added: {name}"),
    "format": Pair("清单格式不认识：{name}", "the manifest cannot be understood: {name}"),
}


def package_key(folder: Path, public_url: str) -> Signer:
    """The key with which this portal signs packages, made in the keys folder on first use."""
    address = public_url.partition("://")[2].rstrip("/") or public_url
    return signed_notes.open_key(folder / "item-packages.key", f"{address}/items")


def trusted_keys(texts: Iterable[str]) -> list[Verifier]:
    """Keys as they are handed out. Raises PackageRefused("format") naming one that is none."""
    found = []
    for text in texts:
        key = signed_notes.parse_verifier(text)
        if key is None:
            raise PackageRefused("format", text[:60])
        found.append(key)
    return found


def pack(items: Sequence[ItemDefinition], signer: Signer, *, at: datetime) -> bytes:
    """The items as a signed package."""
    files = {f"{FOLDER}{item.code}.yaml": to_yaml(item).encode() for item in items}
    listed = "".join(f"{_digest(content)} {len(content)} {name}\n" for name, content in sorted(files.items()))
    files[MANIFEST] = signer.sign(f"{FORMAT}\nmade {at.isoformat()}\n{listed}").encode()
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, ALWAYS), content, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def unpack(content: bytes, trusted: Sequence[Verifier]) -> list[Arrived]:
    """The items of a package signed by one of the `trusted` keys. Raises PackageRefused(why, name)."""
    files = _files(content)
    if MANIFEST not in files:
        raise PackageRefused("no-manifest")
    listed = _listed(_signed(files.pop(MANIFEST), trusted))
    for name, digest in listed.items():
        if name not in files:
            raise PackageRefused("missing", name)
        if _digest(files[name]) != digest:
            raise PackageRefused("changed", name)
    for name in files:
        if name not in listed:
            raise PackageRefused("added", name)
    return [from_bytes(files[name], name) for name in listed]


def _files(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = [one.filename for one in members]
            large = any(one.file_size > LARGEST_FILE for one in members if one.filename != MANIFEST)
            if large or len(members) > MOST_FILES or sum(one.file_size for one in members) > LARGEST:
                raise PackageRefused("too-large")
            if len(set(names)) < len(names):
                raise PackageRefused("added", max(names, key=names.count))
            return {one.filename: archive.read(one) for one in members}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as wrong:
        raise PackageRefused("not-a-package") from wrong


def _signed(manifest: bytes, trusted: Sequence[Verifier]) -> str:
    try:
        note = manifest.decode()
    except UnicodeDecodeError as wrong:
        raise PackageRefused("not-trusted") from wrong
    text = next((text for key in trusted if (text := key.read(note)) is not None), None)
    if text is None:
        raise PackageRefused("not-trusted")
    return text


def _listed(text: str) -> dict[str, str]:
    """File → digest, as the manifest lists them."""
    first, made, *rest = text.splitlines()
    if first != FORMAT or not made.startswith("made "):
        raise PackageRefused("format", first[:60])
    listed: dict[str, str] = {}
    for line in rest:
        digest, _, size_and_name = line.partition(" ")
        name = size_and_name.partition(" ")[2]
        if len(digest) != 64 or not name.startswith(FOLDER):
            raise PackageRefused("format", line[:60])
        listed[name] = digest
    return listed


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
