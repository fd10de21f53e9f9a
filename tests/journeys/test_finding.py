"""Someone looks for what they want to do, in their own words, without an account."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import html5lib
import httpx
import pytest
from structlog.testing import capture_logs

from portal.app import create_app
from portal.authentication import SignInSettings
from portal.citizen import finding, guiding
from portal.settings import Settings
from services.catalogue import commands

pytestmark = pytest.mark.anyio

PUBLIC = [
    "/",
    "/items",
    "/items?q=失业金",
    "/items?q=火星移民",
    "/items?audience=organisation&theme=food",
    "/items/food-business",
    "/items/individual-registration",
    "/items/unemployment-benefit",
    "/items/senior-card",
    "/themes/food",
    "/themes/work",
    "/help",
    "/help/accessibility",
    "/help/privacy",
    "/help/mistakes",
    "/no-such-page",
    "/items/no-such-item",
]
TAG = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)
CODES = re.compile(r'<span class="portal-number">(?:<span>[^<]*</span>)*</span>')
SPOKEN = re.compile(r'(?:aria-label|placeholder|alt|title|data-i18n[^=]*)="([^"]*)"')
FOREIGN = re.compile(r'<(\w+)[^>]*\blang="en"[^>]*>.*?</\1>', re.DOTALL)
MEANT = {"Cookie", "Tab", "PDF", "JPG", "PNG", "HEIC", "DOCX", "MB", "GB", "WCAG", "AA", "Apache", "T"}


@pytest.fixture
def app(sessions, tmp_path):
    settings = Settings(data=tmp_path, demo=True)
    built = create_app(
        settings,
        opened=SimpleNamespace(sessions=sessions),
        doors=[finding.FindingPages, guiding.GuidingPages],
    )
    built.state.resources = SimpleNamespace(sessions=sessions)
    built.state.sign_in = SignInSettings()
    return built


@pytest.fixture
async def client(app, sessions):
    async with sessions() as session, session.begin():
        await commands.seed(session, datetime.now(UTC) - timedelta(days=2))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.example") as client:
        yield client


@pytest.mark.parametrize("address", PUBLIC)
async def test_every_public_page_is_valid_html_in_both_languages(client, address):
    for choice in ("zh", "en"):
        response = await client.get(address, headers={"cookie": f"lang={choice}"})
        html5lib.HTMLParser(strict=True).parse(response.text)
        assert response.status_code == (404 if "no-such" in address else 200)
        assert f'<html lang="{"zh-CN" if choice == "zh" else "en"}"' in response.text


@pytest.mark.parametrize("address", PUBLIC)
async def test_no_english_word_slips_into_a_chinese_page(client, address):
    page = (await client.get(address)).text
    body = FOREIGN.sub(" ", page.partition("<body")[2].partition(">")[2])
    said = " ".join([TAG.sub(" ", CODES.sub(" ", body)), *SPOKEN.findall(body)])
    assert set(re.findall(r"[A-Za-z]{2,}", said)) - MEANT == set()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("开饭馆", "食品经营许可"),
        ("失业金", "失业保险金申领"),
        ("老年证", "老年人优待证"),
        ("个体户", "个体工商户"),
    ],
)
async def test_everyday_words_find_the_official_item(client, said, found):
    page = (await client.get("/items", params={"q": said})).text
    assert found in page.partition('<ul class="portal-results">')[2].partition("</h2>")[0]


async def test_every_popular_search_of_the_front_page_finds_something(client):
    for term in finding.HOT:
        assert 'class="portal-results"' in (await client.get("/items", params={"q": term})).text


async def test_nothing_found_says_what_to_do_and_keeps_what_was_typed(client):
    page = (await client.get("/items", params={"q": "火星移民"})).text
    assert "没有找到合适的事项" in page
    assert 'value="火星移民"' in page


@pytest.mark.parametrize(
    "typed", ["\x00开饭馆", "开\u202e饭馆" * 500, "<script>alert(1)</script>", "%", "'--", "𬎆䶮"]
)
async def test_strange_input_is_only_a_search(client, typed):
    response = await client.get("/items", params={"q": typed})
    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    "address", ["/items/%00", "/items/%ff%fe", "/themes/%00", "/help/..%2f..%2fbase", "//elsewhere.example/"]
)
async def test_a_strange_address_is_not_found(client, address):
    response = await client.get(f"http://portal.example{address}")
    assert response.status_code == 404
    assert 'href="//' not in response.text


async def test_bytes_that_are_no_text_are_only_a_search(client):
    assert (
        await client.get("/items?q=%ff%fe&lang=%ff", headers={"cookie": b"lang=\xff; size=;;"})
    ).status_code == 200


async def test_filters_stay_in_the_address_and_narrow_the_list(client):
    page = (await client.get("/items?audience=person")).text
    assert "老年人优待证" in page
    assert "/items/food-business" not in page.partition('class="portal-results"')[2]
    assert '<option value="person" selected>' in page
    department = re.search(r'href="(/items\?audience=person&amp;department=\w+)"', page)
    assert department is not None
    narrowed = (await client.get(department[1].replace("&amp;", "&"))).text
    assert 0 < narrowed.count("portal-result__title") < page.count("portal-result__title")


async def test_a_strange_filter_finds_nothing_and_breaks_nothing(client):
    response = await client.get(
        "/items", params={"audience": "\x00", "theme": "'", "after": "\x00", "department": "x"}
    )
    assert response.status_code == 200


async def test_the_guide_answers_five_questions_before_everything_else(client):
    page = (await client.get("/items/food-business")).text
    first = page.partition('<dl class="portal-answers">')[2].partition("</dl>")[0]
    assert [
        question in first for question in ("谁可以办", "要准备什么", "要多久", "要花多少钱", "到哪里办")
    ] == [True] * 5
    assert 'href="/apply/food-business"' in page
    assert "示例数据" in page
    assert "免交" in page
    assert "法律依据" in page


async def test_nothing_to_hand_in_is_said_at_once(client):
    page = (await client.get("/items/unemployment-benefit")).text
    assert "什么都不用交" in page.partition('<dl class="portal-answers">')[2].partition("</dl>")[0]


async def test_the_language_is_remembered_and_so_is_the_size(client):
    first = await client.get("/?lang=en&size=large")
    assert 'lang="en"' in first.text
    assert 'data-size="large"' in first.text
    later = await client.get("/items/food-business")
    assert "Start now" in later.text
    assert 'data-size="large"' in later.text
    assert 'data-size="normal"' in (await client.get("/?size=normal")).text


async def test_every_answer_carries_the_headers_errors_included(client):
    for address in ("/", "/no-such-page", "/items/no-such-item", "/static/nothing.css"):
        headers = (await client.get(address)).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_assets_are_kept_for_ever(client):
    page = (await client.get("/")).text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        response = await client.get(address)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_report_of_a_breach_is_one_line_without_the_query(client):
    report = {
        "csp-report": {
            "document-uri": "http://portal.example/items?q=私事",
            "effective-directive": "img-src",
            "blocked-uri": "http://elsewhere.example/x.png?who=me\n",
        }
    }
    with capture_logs() as lines:
        assert (await client.post("/csp-reports", json=report)).status_code == 204
        assert (await client.post("/csp-reports", content=b"\x00not json")).status_code == 204
        assert (await client.post("/csp-reports", json=["a", {"body": 5}])).status_code == 204
    told = [line for line in lines if line["event"] == "csp breach"]
    assert told[0] == {
        "event": "csp breach",
        "log_level": "warning",
        "directive": "img-src",
        "blocked": "http://elsewhere.example/x.png",
        "page": "http://portal.example/items",
    }


async def test_an_enormous_report_is_refused(client):
    assert (await client.post("/csp-reports", content=b"[" + b" " * 20_000 + b"]")).status_code == 413
