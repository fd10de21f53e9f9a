"""Every template, its words and the built assets, looked at as text."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.extract import extract_python
from jinja2.ext import babel_extract

from portal import language, templating
from portal.assets import build

PORTAL = Path(templating.__file__).parent
TEMPLATES = sorted(path for path in templating.TEMPLATES.rglob("*") if path.suffix in {".html", ".svg"})
CHINESE = re.compile(r"[\u4e00-\u9fff]")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:src|href|action|url\()\s*=?\s*[\"'(]?\s*(?:https?:)?//", re.IGNORECASE)
BRANDS = re.compile(rb"gds[ -]?transport|crown|crest", re.IGNORECASE)
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def named(path: Path) -> str:
    return path.relative_to(PORTAL).as_posix()


@pytest.fixture(scope="module")
def env():
    return templating.environment()


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_compiles(env, path):
    env.get_template(path.relative_to(templating.TEMPLATES).as_posix())


def markup(env, path: Path) -> str:
    """A template's own markup, without what stands in Jinja's braces and without comments."""
    data = (text for _line, kind, text in env.lex(path.read_text("utf-8")) if kind == "data")
    return COMMENT.sub("", "".join(data))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_template_holds_script_style_or_another_host(env, path):
    assert INLINE.search(markup(env, path)) is None
    assert ELSEWHERE.search(markup(env, path)) is None


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_chinese_word_can_be_translated(env, path):
    bare = markup(env, path).replace("中文", "")
    assert [line.strip() for line in bare.splitlines() if CHINESE.search(line)] == []


def texts() -> Iterator[tuple[str, str]]:
    """Every text that pages take through gettext, with the file it stands in."""
    for path in TEMPLATES:
        found = babel_extract(io.BytesIO(path.read_bytes()), ["_", "gettext", "ngettext"], [], OPTIONS)
        for _line, _function, text, _comments in found:
            several = (
                text if isinstance(text, tuple) else (text,)
            )  # none: what is translated is not written here
            yield from ((named(path), one) for one in several if one)
    for path in sorted(PORTAL.rglob("*.py")):
        if "assets" not in path.parts:
            for _line, _function, text, _comments in extract_python(
                io.BytesIO(path.read_bytes()), ["_", "gettext"], [], {}
            ):
                if isinstance(text, str):
                    yield named(path), text


def test_every_text_has_its_english():
    english = language.english()
    assert (
        sorted({(place, text) for place, text in texts() if CHINESE.search(text) and text not in english})
        == []
    )


def test_components_are_lenient_and_pages_strict(env):
    page = env.from_string('{% from "ui.html" import button %}{{ button("好") }}')
    assert "govuk-button" in page.render()
    with pytest.raises(Exception, match="undefined"):
        env.from_string("{{ nothing }}").render()


COMPONENTS = """
{% from "ui.html" import button, input, password, textarea, select, radios, checkboxes, date_input, file_upload %}
{% from "ui.html" import error_summary, notification, breadcrumbs, tabs, pagination, search_box, warning %}
{{ error_summary(form) }}{{ button("好") }}{{ input(form, "a", "甲") }}{{ password(form, "b", "乙") }}
{{ textarea(form, "c", "丙", maxlength=9) }}{{ select(form, "d", "丁", [("1", "一")]) }}
{{ radios(form, "e", "戊", [("1", "一")]) }}{{ checkboxes(form, "f", "己", [("1", "一")]) }}
{{ date_input(form, "g", "庚") }}{{ file_upload(form, "h", "辛", multiple=true) }}{{ notification("好") }}
{{ notification("好", kind="success") }}{{ breadcrumbs([("甲", "/a"), ("乙",)]) }}{{ warning("丙") }}
{{ tabs([{"id": "t", "label": "甲", "html": "乙"}]) }}{{ pagination("/a", "/b", "丙") }}{{ search_box() }}
"""


def test_no_component_says_anything_in_english(env):
    form = SimpleNamespace(typed={"c": "写过的", "f": ["1"]}, errors=dict.fromkeys("abcdefgh", "missing"))
    markup = env.from_string(COMPONENTS).render(form=form)
    assert "写过的" in markup
    spoken = re.findall(r'(?:aria-label|placeholder|alt|title|data-i18n[^=]*)="([^"]*)"', markup)
    shown = re.sub(r"<[^>]+>", " ", markup)
    words = set(re.findall(r"[A-Za-z]{2,}", " ".join([shown, *spoken]).replace("%{count}", "")))
    assert words == set()


def test_the_assets_are_built_and_building_again_does_nothing():
    assert build.build() == "assets: up to date"


def test_every_asset_is_named_by_its_content():
    manifest = json.loads((templating.STATIC / "manifest.json").read_text("utf-8"))
    assert {"portal.css", "portal.js", "early.js", "htmx.js", "emblem.svg"} <= set(manifest)
    assert all(re.search(r"-[0-9a-f]{10}\.", name) for name in manifest.values())
    assert {path.name for path in templating.STATIC.iterdir()} == {
        *manifest.values(),
        "manifest.json",
        ".stamp",
    }


def test_no_government_brand_is_shipped_by_accident():
    branded = [path.name for path in templating.STATIC.iterdir() if BRANDS.search(path.read_bytes())]
    assert branded == []
    assert not list(templating.STATIC.rglob("*.woff*"))


def test_packages_are_pinned_exactly_and_the_lock_names_no_address():
    package = json.loads((build.HERE / "package.json").read_text("utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    lock = (build.HERE / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert "omit-lockfile-registry-resolved=true" in (build.HERE / ".npmrc").read_text("utf-8")
