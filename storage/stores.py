"""Which object store a portal keeps its files in."""

from pathlib import Path

from storage import folder_store
from storage.objects import ObjectStore


def open_store(
    *,
    folder: Path,
    endpoint: str | None = None,
    access_key: str = "",
    secret_key: str = "",
    bucket: str = "yiwang",
    region: str = "us-east-1",
    secure: bool = True,
) -> ObjectStore:
    """The S3 store at `endpoint` (host:port) where one is set, else the one in `folder`.

    Talks to nobody, so that a node starts while its store is away; `check` tells. Raises ValueError for an
    endpoint or a bucket name that cannot be.
    """
    if endpoint is None:
        return folder_store.open(folder)
    from storage import minio_store  # the S3 SDK is loaded only by those who use it

    return minio_store.open(
        endpoint=endpoint,
        access_key=access_key,
        secret_key=secret_key,
        bucket=bucket,
        region=region,
        secure=secure,
    )
