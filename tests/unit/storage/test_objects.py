from pathlib import Path

import pytest

from storage import s3_transfer
from storage.folder_store import FolderStore
from storage.minio_store import MinioStore
from storage.objects import digest_of, digest_of_file, is_digest
from storage.s3_transfer import Limits
from storage.stores import open_store

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, the example "abc"


def test_a_digest_is_sha_256_in_lower_case(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"abc")
    assert digest_of(b"abc") == digest_of_file(tmp_path / "file") == ABC
    assert is_digest(ABC)


@pytest.mark.parametrize(
    "text", ["", ABC[:-1], ABC + "0", ABC.upper(), ABC[:-1] + "g", ABC + "\n", "../" + ABC]
)
def test_nothing_else_is_a_digest(text: str):
    assert not is_digest(text)


def test_without_an_endpoint_the_store_is_the_folder(tmp_path: Path):
    assert isinstance(open_store(folder=tmp_path / "objects"), FolderStore)
    assert (tmp_path / "objects").is_dir()


def test_with_an_endpoint_the_store_is_s3_and_nobody_is_called(tmp_path: Path):
    store = open_store(folder=tmp_path / "objects", endpoint="192.0.2.1:9000", access_key="a", secret_key="s")
    assert isinstance(store, MinioStore)
    assert not (tmp_path / "objects").exists()


@pytest.mark.parametrize(
    "wrong", [{"bucket": "A"}, {"bucket": "n"}, {"bucket": "a/b"}, {"endpoint": "http://x:9000/path?q"}]
)
def test_names_that_cannot_be_are_refused_at_once(tmp_path: Path, wrong: dict[str, str]):
    settings = {"endpoint": "192.0.2.1:9000", "access_key": "a", "secret_key": "s"} | wrong
    with pytest.raises(ValueError):
        open_store(folder=tmp_path, **settings)


def test_one_step_with_all_its_retries_fits_into_35_seconds():
    limits = Limits()
    pool = s3_transfer.open_pool(limits)
    assert limits.step < 35
    assert (limits.retries + 1) * max(limits.read, limits.connect) < limits.step
    assert pool.connection_pool_kw["retries"].respect_retry_after_header is False
