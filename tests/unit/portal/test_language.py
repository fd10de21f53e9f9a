"""Languages, type sizes, words, dates: what a reader sees for what the program holds."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from litestar.enums import ScopeType

from portal import headers, language, templating, words
from portal.language import Pair, Reading

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def scope(path="/", query="", cookie="", scheme="http", user=None):
    raw = [(b"cookie", cookie.encode())] if cookie else []
    return {
        "type": ScopeType.HTTP,
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": raw,
        "scheme": scheme,
        "server": ("portal", 80),
        "root_path": "",
        "state": {},
        "user": user,
    }


@pytest.fixture
def english():
    language.use(Reading("en"))
    yield
    language.use(Reading())


@pytest.mark.parametrize(
    ("query", "cookie", "expected"),
    [
        ("", "", Reading("zh", "normal")),
        ("lang=en", "", Reading("en", "normal")),
        ("", "lang=en; size=large", Reading("en", "large")),
        ("lang=zh&size=normal", "lang=en; size=large", Reading("zh", "normal")),
        ("lang=fr&size=huge", "", Reading("zh", "normal")),
        ("lang=", "lang=../../etc", Reading("zh", "normal")),
    ],
)
def test_the_address_wins_over_the_cookie_and_nonsense_counts_as_nothing(query, cookie, expected):
    assert language.of(scope(query=query, cookie=cookie)) == expected


def test_the_other_language_is_the_same_page_with_its_search():
    address = language.switched(scope("/items", "q=%E5%BC%80%E9%A5%AD%E9%A6%86&lang=zh"), lang="en")
    assert address == "/items?q=%E5%BC%80%E9%A5%AD%E9%A6%86&lang=en"


@pytest.mark.parametrize("path", ["//elsewhere.example/x", "/\\elsewhere.example", "///"])
def test_the_switch_never_leads_to_another_host(path):
    address = language.switched(scope(path), lang="en")
    assert address.startswith("/")
    assert not address.startswith(("//", "/\\"))


def test_chinese_is_spoken_unless_english_is_asked_for(english):
    assert language.gettext("首页") == "Home"
    language.use(Reading())
    assert language.gettext("首页") == "首页"


def test_what_has_no_english_stays_chinese(english):
    assert language.gettext("没有翻译过的话") == "没有翻译过的话"


def test_both_languages_of_item_data_and_chinese_where_english_is_missing(english):
    assert language.pick({"zh": "示例市", "en": "Sample City"}) == "Sample City"
    assert language.pick(Pair("示例市", "Sample City")) == "Sample City"
    assert language.pick({"zh": "示例市", "en": ""}) == "示例市"


def catalogues():
    return sorted((language.LOCALES / "en").glob("*.po"))


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.stem)
def test_every_translation_keeps_its_placeholders(path: Path):
    with path.open("rb") as file:
        for message in read_po(file, locale="en"):
            if message.id:
                assert sorted(PLACEHOLDER.findall(message.id)) == sorted(PLACEHOLDER.findall(message.string))


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.stem)
def test_a_per_cent_sign_is_written_twice(path: Path):
    with path.open("rb") as file:
        texts = [
            text for message in read_po(file, locale="en") for text in (message.id, message.string) if text
        ]
    assert [text for text in texts if re.search(r"(?<!%)(%%)*%(?![%(])", text)] == []


def test_no_chinese_text_has_two_english_ones():
    seen: dict[str, dict[str, str]] = {}
    for path in catalogues():
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id and message.string:
                    seen.setdefault(message.id, {})[path.stem] = message.string
    assert {text: found for text, found in seen.items() if len(set(found.values())) > 1} == {}


def test_days_and_moments_are_told_in_the_time_of_the_city():
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert templating.day(late) == "2026年11月22日"
    assert templating.moment(late) == "2026年11月22日 00:30"
    assert templating.day(date(2026, 2, 3)) == "2026年2月3日"
    assert templating.day(None) == ""


def test_days_and_money_in_english(english):
    assert templating.day(date(2026, 11, 21)) == "21 Nov 2026"
    assert templating.moment(datetime(2026, 11, 21, 6, 32, tzinfo=UTC)) == "21 Nov 2026, 14:32"
    assert templating.money(Decimal("1234.5")) == "CNY 1,234.50"


def test_money_in_chinese():
    assert templating.money(Decimal("1234.5")) == "1,234.50 元"
    assert templating.money(80) == "80 元"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        templating.day(datetime(2026, 11, 21, 6, 32, tzinfo=UTC).replace(tzinfo=None))


def test_a_spaced_number_copies_without_blanks_and_is_escaped():
    shown = templating.number_spaced("5201<2026")
    assert re.sub(r"<[^>]+>", "", shown) == "5201&lt;2026"


@dataclass
class Mistake:
    code: str
    data: dict[str, object] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("missing", "请填写姓名"),
        (Mistake("too-long", {"max": 10, "length": 12}), "姓名最多 10 个字，现在有 12 个"),
        ("too-long", "姓名太长，请缩短"),
        (Mistake("id-number", {"why": "check"}), "身份证号码的最后一位对不上，请对照证件逐位检查"),
        ("id-number:check", "身份证号码的最后一位对不上，请对照证件逐位检查"),
        ("never-heard-of", "姓名有误，请检查"),
        ("两次输入的密码不一样", "两次输入的密码不一样"),
    ],
)
def test_every_mistake_becomes_a_sentence(error, sentence):
    assert words.mistake(error, "姓名") == sentence


def test_an_unknown_code_shows_itself():
    assert words.word("accept", "step") == "受理"
    assert words.word("something-new", "step") == "something-new"


def test_kept_for_ever_only_what_is_named_by_its_content():
    assert headers.caching(scope("/static/portal-1.css"), 200).endswith("immutable")
    assert headers.caching(scope("/static/portal-1.css"), 404) == "private, no-cache"
    assert headers.caching(scope("/my", user=object()), 200) == "no-store"
    assert headers.caching(scope("/"), 200) == "private, no-cache"


def test_the_policy_allows_nothing_unsafe_and_no_other_host():
    assert "unsafe" not in headers.CONTENT_SECURITY_POLICY
    assert "http" not in headers.CONTENT_SECURITY_POLICY
