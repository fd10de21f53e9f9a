"""The stores under contract: each parametrised test runs on a folder and on a real S3 server."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from minio import Minio

from storage import folder_store, minio_store
from storage.minio_store import Limits
from storage.objects import ObjectStore
from tests.support import ceph_packages, radosgw
from tests.support.radosgw import RadosGateway

CEPH = Path(os.environ.get("YIWANG_TEST_CEPH", Path(__file__).parents[2] / "var" / "test-ceph"))


@dataclass(frozen=True)
class Kept:
    """A store, and a way to put other bytes under a digest behind its back."""

    store: ObjectStore
    tamper: Callable[[str, bytes], None]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[RadosGateway]:
    """Ceph radosgw, started once; tests that need it are skipped where it cannot be installed."""
    try:
        programs = ceph_packages.obtain(CEPH)
    except ceph_packages.CephNotInstallable as reason:
        pytest.skip(f"no real S3 server here, Ceph radosgw cannot be installed: {reason}")
    with radosgw.running(programs) as server:
        yield server


def s3_store(server: RadosGateway, *, limits: Limits | None = None, **other: str) -> minio_store.MinioStore:
    """A store in a bucket of its own on `server`."""
    settings = {
        "endpoint": server.endpoint,
        "secret_key": server.secret_key,
        "bucket": f"b-{uuid4()}",
    } | other
    return minio_store.open(
        **settings, access_key=server.access_key, region=server.region, secure=False, limits=limits
    )


@pytest.fixture(params=["folder", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "folder":
        return in_folder(tmp_path / "objects")
    return on_server(request.getfixturevalue("s3_server"))


@pytest.fixture
def store(kept: Kept) -> ObjectStore:
    return kept.store


def in_folder(root: Path) -> Kept:
    def tamper(digest: str, content: bytes) -> None:
        (root / digest[:2] / digest[2:4] / digest).write_bytes(content)

    return Kept(folder_store.open(root), tamper)


def on_server(server: RadosGateway) -> Kept:
    bucket = f"b-{uuid4()}"
    client = Minio(server.endpoint, server.access_key, server.secret_key, secure=False, region=server.region)

    def tamper(digest: str, content: bytes) -> None:
        client.put_object(bucket, digest, BytesIO(content), len(content))

    return Kept(s3_store(server, bucket=bucket), tamper)
