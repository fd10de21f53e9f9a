"""One demonstration for all fault tests, and one tour of it that nothing disturbed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.walking import Tour, walk
from tests.support.demonstration import Demonstration, demonstrating


@pytest.fixture(scope="session")
def demo() -> Iterator[Demonstration]:
    with demonstrating() as running:
        yield running


@pytest.fixture(scope="session")
def tour(demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A tour in quiet; the first test that asks for it comes after the hub was away."""
    walked = walk(demo, tmp_path_factory.mktemp("tour"))
    assert walked.wait() == 0, walked.told()
    return walked


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "tour"
