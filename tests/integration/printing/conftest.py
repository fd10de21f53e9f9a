from pathlib import Path

import pytest

from licensing import printing
from licensing.authority import Authority, open_authority
from licensing.sealing import SoftwareSealer
from tests.support import licences as builders


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = open_authority(tmp_path_factory.mktemp("seals"), b"only for tests", builders.AT)
    for slug in builders.FIELDS:
        authority.enrol(builders.seal_of(slug), builders.AT)
    authority.enrol(builders.DOCUMENT_SEAL_OF_MARKET, builders.AT)
    return authority


@pytest.fixture(scope="session")
def sealer(authority: Authority) -> SoftwareSealer:
    return SoftwareSealer(authority)


@pytest.fixture(scope="session")
def printed() -> bytes:
    """A food business licence without its seal."""
    return printing.print_document(builders.sheet("food-business-licence"))


@pytest.fixture(scope="session")
def licence(printed: bytes, sealer: SoftwareSealer) -> bytes:
    """A sealed food business licence."""
    return sealer.seal(printed, builders.seal_of("food-business-licence"), at=builders.AT)


@pytest.fixture
def licence_file(licence: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "licence.pdf"
    path.write_bytes(licence)
    return path
