"""The bad item files of tests/fixtures/items: each says in its first line why it is refused, and marks the line."""

from pathlib import Path

import pytest

from services.catalogue.lint import examine
from services.catalogue.problems import explain

FOLDER = Path(__file__).parents[2] / "fixtures" / "items"
FILES = sorted(FOLDER.glob("*.yaml"))
MARK = "# <- here"


def test_there_are_forty_of_them_and_more_than_thirty_reasons():
    reasons = {path.read_text("utf-8").splitlines()[0] for path in FILES}
    assert len(FILES) >= 40
    assert len(reasons) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_item_is_refused_for_its_own_reason_at_its_own_line(path):
    lines = path.read_text("utf-8").splitlines()
    marked = next(number for number, line in enumerate(lines, 1) if MARK in line)
    problems = examine(path).problems
    assert [(one.code, one.line) for one in problems] == [(lines[0].removeprefix("# Refused: "), marked)]
    assert problems[0].file == path.name
    assert explain(problems[0])
    assert explain(problems[0], "en")
