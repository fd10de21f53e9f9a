"""Ceph's programs for the tests: those of the system, or Debian's own packages unpacked into a folder.

Nothing is installed and no maintainer script runs: `apt-get download` fetches, `dpkg-deb` unpacks. Root is
needed only where the package lists are missing or stale, because `apt-get update` is then called once.
"""

import fcntl
import os
import platform
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("radosgw", "ceph-mon", "ceph-osd")
PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "monmaptool", "osdmaptool")
CEPH_ITSELF = frozenset({"ceph-base", "ceph-common", *PACKAGES})
COMPLETE = "complete"


class CephNotInstallable(Exception):
    """Neither the system nor its package source has Ceph; the text says which of them failed and how."""


class CephPrograms:
    """Where the programs are: `root` is `/` for those of the system, else the folder they were unpacked to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.libraries = root / "usr/lib" / f"{platform.machine()}-linux-gnu"

    def path(self, name: str) -> str:
        return str(self.root / "usr/bin" / name)

    def environment(self) -> dict[str, str]:
        """The caller's environment without proxies and Python settings, and with the libraries' folders."""
        unwanted = {"CEPH_ARGS", "CEPH_CONF", "LD_PRELOAD"}
        env = {k: v for k, v in os.environ.items() if k not in unwanted and not k.lower().endswith("_proxy")}
        if self.root != Path("/"):
            triplet = self.libraries.name
            folders = (self.libraries, self.libraries / "ceph", self.root / "lib" / triplet)
            env["LD_LIBRARY_PATH"] = ":".join(map(str, folders))
        return env


def obtain(folder: Path) -> CephPrograms:
    """The programs, unpacked under `folder` unless the system has them. Raises CephNotInstallable."""
    if all(shutil.which(program, path="/usr/bin") for program in PROGRAMS):
        return CephPrograms(Path("/"))
    if not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        raise CephNotInstallable("this system has neither Ceph nor apt-get and dpkg-deb")
    folder = folder.resolve()
    if not (folder / COMPLETE).exists():
        try:
            _unpack_once(folder)
        except (OSError, subprocess.TimeoutExpired) as failed:
            raise CephNotInstallable(str(failed)) from failed
    return CephPrograms(folder)


def _unpack_once(folder: Path) -> None:
    """Two test runs at once: the second waits for the first and finds everything done."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / COMPLETE).exists():
            _unpack_into(folder)


def _unpack_into(folder: Path) -> None:
    archives = folder / "archives"
    shutil.rmtree(archives, ignore_errors=True)
    archives.mkdir()
    try:
        _download(archives)
    except CephNotInstallable:
        _run("apt-get", "update", "-q", cwd=archives)
        _download(archives)
    for archive in sorted(archives.glob("*.deb")):
        _run("dpkg-deb", "--extract", archive.name, str(folder), cwd=archives)
    shutil.rmtree(archives)
    missing = [program for program in PROGRAMS if not (folder / "usr/bin" / program).exists()]
    if missing:
        raise CephNotInstallable(f"the packages do not contain {', '.join(missing)}")
    (folder / COMPLETE).touch()


def _download(archives: Path) -> None:
    """Fetch what the three packages lack on this system: Ceph itself and libraries.

    The other dependencies (LVM, parted, Python …) prepare disks and serve the `ceph` command; neither is used.
    """
    plan = _run("apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES, cwd=archives)
    wanted = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    needed = [name for name in wanted if name in CEPH_ITSELF or name.startswith("lib")]
    if not needed:
        raise CephNotInstallable("apt-get plans to install nothing, yet the programs are missing")
    _run("apt-get", "download", "-q", *needed, cwd=archives)


def _run(*command: str, cwd: Path) -> str:
    environment = os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CephNotInstallable(f"{command[0]} {command[1]}: {reason}")
    return done.stdout
