"""Templates find what they include, English keeps what the Chinese holds, and what is shipped is ours to ship.

What a single template may hold is looked at in test_templates.py.
"""

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from portal import language, templating, words
from tests.architecture.tree import ROOT

TEMPLATES = sorted((ROOT / "portal" / "templates").rglob("*.html"))
STATIC = ROOT / "portal" / "static"
SOURCES = ROOT / "portal" / "assets"
ADDRESS = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[\w-]+(?:\.[\w-]+)+""")
MARKS = (
    b"GDS Transport",
    b"GDSTransport",
    b"govuk-crest",
    b"govuk-crown",
    b"govuk-logotype-crown",
    b"Crown copyright",
)
CHINESE = re.compile(r"[\u3400-\u9fff]")


def template_name(path: Path) -> str:
    return path.relative_to(ROOT / "portal" / "templates").as_posix()


@pytest.fixture(scope="module")
def environment() -> templating.PageEnvironment:
    made = templating.environment()
    assert isinstance(made, templating.PageEnvironment)
    return made


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_every_template_finds_what_it_includes(path: Path, environment: templating.PageEnvironment) -> None:
    tree = environment.parse(path.read_text("utf-8"))
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        wanted = getattr(node, "template", None)
        if isinstance(wanted, nodes.Const) and not getattr(node, "ignore_missing", False):
            environment.get_template(wanted.value)


def test_every_english_text_keeps_the_places_of_its_chinese() -> None:
    place = re.compile(r"%\(\w+\)s")
    wrong = {
        chinese: english
        for chinese, english in language.english().items()
        if set(place.findall(chinese)) != set(place.findall(english))
    }
    assert wrong == {}


QUOTED = re.compile("“[^”]*”")
"""What is to be typed or stands in a table as it is: a column's heading, a word of the form language."""


def test_no_chinese_is_left_in_an_english_text() -> None:
    names = {"中文", "一网"}
    left = {
        chinese: english
        for chinese, english in language.english().items()
        if CHINESE.search(QUOTED.sub("", english)) and not any(name in english for name in names)
    }
    assert left == {}


def shipped() -> list[Path]:
    own = (path for path in SOURCES.rglob("*") if "node_modules" not in path.parts)
    return [path for folder in (STATIC.rglob("*"), own) for path in folder if path.is_file()]


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_no_crown_and_no_font_of_another_government_is_shipped(path: Path) -> None:
    assert path.suffix not in {".woff", ".woff2", ".ttf", ".otf", ".eot"}
    content = path.read_bytes()
    assert [mark for mark in MARKS if mark in content] == []
    assert not re.search("crown|crest|royal", path.name, re.IGNORECASE)


@pytest.mark.parametrize("path", [path for path in shipped() if path.suffix == ".css"], ids=lambda p: p.name)
def test_no_style_sheet_loads_from_another_host(path: Path) -> None:
    loaded = re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s;]+)", path.read_text("utf-8"))
    assert [address for address in loaded if ADDRESS.match(address)] == []


def test_the_words_of_codes_are_complete() -> None:
    assert all(text for texts in words.WORDS.values() for text in texts.values())
