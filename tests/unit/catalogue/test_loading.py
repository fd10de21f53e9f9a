import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.rules import Level
from services.catalogue import commands
from services.catalogue.lint import examine
from services.catalogue.loading import LARGEST, read, read_file
from services.catalogue.problems import SENTENCES, Problem, explain, place

FILE = commands.ITEMS / "senior-card.yaml"
TEXT = FILE.read_text("utf-8")
DOCUMENT = Path(__file__).parents[3] / "docs" / "items.md"


def found(text):
    return [(one.line, one.path, one.code) for one in read(text, "x.yaml").problems]


def line(text, of):
    return text[: text.index(of)].count("\n") + 1


@pytest.mark.parametrize("path", sorted(commands.ITEMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_item_loads_and_lints_clean(path):
    reading = examine(path)
    assert reading.problems == ()
    assert reading.definition is not None
    assert reading.definition.code == path.stem
    assert reading.definition.sample


def test_the_example_for_officials_loads_and_lints_clean(tmp_path):
    block = re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "example.yaml"
    path.write_text(block[1], "utf-8")
    reading = examine(path)
    assert [explain(problem) for problem in reading.problems] == []
    assert reading.definition.code == "dog-registration"


def test_officials_are_told_how_surely_an_applicant_must_be_known():
    text = DOCUMENT.read_text("utf-8")
    assert "real_name:" in text
    assert [level.value for level in Level if level.value not in text] == []


def test_codes_with_leading_zeros_and_words_like_no_stay_as_written():
    item = read(TEXT.replace("basic_code: 520511001000", "basic_code: 000111001000")).definition
    assert item.basic_code == "000111001000"
    assert item.item_type.value == "05"


def test_every_mistake_of_a_file_is_told_with_its_line():
    text = (
        TEXT.replace("level: 3", "level: 9")
        .replace("  days: 10", "  days: ten")
        .replace("visits: {count: 0}", "visit: {count: 0}")
        .replace("limit: 1\n", "limit: 1\n    speed: fast\n", 1)
    )
    assert sorted(found(text)) == [
        (line(text, "code: senior-card"), "", "missing-key"),
        (line(text, "level: 9"), "level", "unknown-value"),
        (line(text, "days: ten"), "statutory_limit.days", "wrong-kind"),
        (line(text, "visit:"), "visit", "unknown-key"),
        (line(text, "speed:"), "steps[0].speed", "unknown-key"),
    ]
    assert "visits" in explain(next(one for one in read(text).problems if one.path == "visit"))


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("level: 3", "level: [3]", "level", "wrong-kind"),
        ("fields: [name, born_on, address]", "fills: [name]", "materials[0].fills", "wrong-kind"),
        ("when: {eq: [has_contact, true]}", "when: {eq: [has_contact, [a]]}", None, "wrong-kind"),
        ("audiences: [person]", "audiences: person", "audiences", "wrong-kind"),
        ("audiences: [person]", "audiences: [persons]", "audiences[0]", "unknown-value"),
        ("role: window", "role: clerk", "steps[0].role", "unknown-value"),
        ("fee: {charged: false}", "fee: {charged: perhaps}", "fee.charged", "wrong-kind"),
        ("fee: {charged: false}", "fee: free", "fee", "wrong-kind"),
        ("region: 520100", "region: [1]", "region", "wrong-kind"),
        ("region: 520100", "region:", "region", "wrong-kind"),
        ("region: 520100", "region: 520100\nregion: 520101", "", "duplicate-key"),
        ("visits: {count: 0}", "visits: {count: 1.5}", "visits.count", "wrong-kind"),
        (
            "check: {on_or_before: [hub:population.born_on, today-60y]}",
            "check: {on_or_before: [hub:population.born_on]}",
            "conditions[0].check.on_or_before",
            "wrong-kind",
        ),
        (
            "check: {on_or_before: [hub:population.born_on, today-60y]}",
            "check: {on_or_before: [hub:population.born_on, sixty years]}",
            "conditions[0].check",
            "invalid",
        ),
        (
            "check: {on_or_before: [hub:population.born_on, today-60y]}",
            "check: {older: [hub:population.born_on, 60]}",
            "conditions[0].check.older",
            "unknown-key",
        ),
        ("rules: {earliest: today-130y", "rules: {minimum: 1e3, earliest: today-130y", None, "wrong-kind"),
        ("sample: true", "sample: true\neffective_on: soon", "effective_on", "wrong-kind"),
    ],
)
def test_a_mistake_is_found_where_it_was_made(old, new, path, code):
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    problem = read(text, "x.yaml").problems[0]
    assert problem.code == code
    assert path is None or problem.path == path
    assert path == "" or new.split("\n")[-1].split(":")[0] in text.splitlines()[problem.line - 1]
    assert explain(problem)
    assert explain(problem, "en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "yaml"),
        ("a: [", "yaml"),
        ("a: \x00", "yaml"),
        ("- 1", "wrong-kind"),
        ("just words", "wrong-kind"),
        ("aliases: &a [*a]", "alias"),
        ("x" * (LARGEST + 1), "too-large"),
        ("aliases: " + "[" * 1000, "too-deep"),
        ("materials: " + "[" * 100 + "]" * 100, "wrong-kind"),
    ],
)
def test_no_text_breaks_the_reader(text, code):
    assert code in {one.code for one in read(text).problems}
    assert read(text).definition is None


def test_a_condition_nested_without_end_is_refused():
    deep = "{not: " * 60 + "{always: yes}" + "}" * 60
    text = TEXT.replace("check: {on_or_before: [hub:population.born_on, today-60y]}", f"check: {deep}")
    assert [one.code for one in read(text).problems] == ["too-deep"]


def test_an_alias_is_refused_before_it_grows():
    text = "name: &a {zh: x, en: y}\nshort_name: *a\n"
    assert "alias" in {one.code for one in read(text).problems}


def test_a_file_that_is_not_utf8_is_a_mistake_like_any_other(tmp_path):
    path = tmp_path / "item.yaml"
    path.write_bytes("code: 示例".encode("gb18030"))
    assert [one.code for one in read_file(path).problems] == ["yaml"]
    assert [one.code for one in examine(path).problems] == ["yaml"]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.tuples(st.integers(0, len(TEXT)), st.text(max_size=5))))
def test_any_text_is_read_or_refused(change):
    text = change if isinstance(change, str) else TEXT[: change[0]] + change[1] + TEXT[change[0] + 1 :]
    reading = read(text)
    assert (reading.definition is None) is bool(reading.problems)
    assert all(problem.code in SENTENCES and explain(problem) for problem in reading.problems)


def test_a_place_without_a_line_has_that_of_what_is_around_it():
    places = {"form": 3, "form.sections[0]": 5, "": 1}
    assert place(places, "form.sections[0].pages[2].title") == 5
    assert place(places, "fees") == 1
    assert place({}, "fees") == 0


def test_a_problem_is_told_in_both_languages():
    problem = Problem(
        "x.yaml", 3, "fee", "promise-too-long", {"days": 9, "max": 5, "law": "行政许可法 第42条"}
    )
    assert explain(problem) == "承诺时限 9 日长于法定时限 5 日（行政许可法 第42条）"
    assert "9 days" in explain(problem, "en")
