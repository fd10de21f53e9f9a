from datetime import UTC, datetime, timedelta

import pytest

from services.catalogue import commands, queries
from services.catalogue.codes import ORGANISATIONS
from services.catalogue.finding import queries as finding

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(session):
    await commands.seed(session, datetime.now(UTC) - timedelta(days=2))
    return session


async def codes(session, **wanted):
    return [one.code for one in await finding.listing(session, **wanted)]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("开饭馆", "food-business"),
        ("我要开饭馆", "food-business"),
        ("我想开个饭馆", "food-business"),
        ("卫生许可证", "food-business"),
        ("食品经营许可证怎么办理", "food-business"),
        ("food licence", "food-business"),
        ("失业金", "unemployment-benefit"),
        ("失业保险金怎么领", "unemployment-benefit"),
        ("失业", "unemployment-benefit"),
        ("unemploy", "unemployment-benefit"),
        ("老年证", "senior-card"),
        ("老人证在哪里办理？", "senior-card"),
        ("敬老卡", "senior-card"),
        ("个体户", "individual-registration"),
        ("个体工商户", "individual-registration"),
    ],
)
async def test_everyday_words_find_the_official_item_first(session, said, code):
    assert (await codes(session, q=said))[:1] == [code]


async def test_a_word_that_means_two_items_finds_both_first(session):
    assert set((await codes(session, q="营业执照"))[:2]) == {
        "individual-registration",
        "enterprise-registration",
    }


@pytest.mark.parametrize("said", ["", "   ", "办理"])
async def test_saying_nothing_in_particular_lists_everything_or_what_holds_the_word(session, said):
    assert len(await codes(session, q=said)) >= (4 if not said.strip() else 1)


@pytest.mark.parametrize(
    "said", ["？！", "潜水艇", "\x00", "%", "'; DROP TABLE item_search; --", "\\", "𬎆䶮", "a" * 10_000]
)
async def test_what_is_not_there_is_not_found_and_harms_nothing(session, said):
    assert await codes(session, q=said) == []


@pytest.mark.parametrize("name", ["audience", "theme", "department", "after"])
async def test_a_filter_that_no_item_could_have_finds_nothing(session, name):
    assert await codes(session, **{name: "\x00"}) == await codes(session, **{name: "\ud800"}) == []
    assert await codes(session, **{name: "no-such-thing"}) == []


async def test_items_are_listed_by_audience_theme_and_department(session):
    shipped = {item.code: item for item in commands.shipped()}
    for audience, kinds in (
        ("organisation", ORGANISATIONS),
        ("person", {"person"}),
        ("enterprise", {"enterprise"}),
    ):
        wanted = sorted(code for code, item in shipped.items() if kinds & set(item.audiences))
        assert await codes(session, audience=audience, limit=100) == wanted
    elderly = sorted(code for code, item in shipped.items() if "elderly" in item.themes)
    assert "senior-card" in elderly
    assert await codes(session, theme="elderly", limit=100) == elderly
    assert await codes(session, theme="no-such-theme") == []
    market = sorted(code for code, item in shipped.items() if item.department.code == "11520100MADEM00119")
    assert await codes(session, department="11520100MADEM00119", limit=100) == market
    assert await codes(session, q="食品", department="11520100MADEM00381") == []


@pytest.mark.parametrize("q", ["", "示例市", "身份证明"])
async def test_page_after_page_gives_every_item_once(session, q):
    whole, after, found = await codes(session, q=q), None, []
    assert len(whole) >= 3
    while page := await finding.listing(session, q=q, limit=1, after=after):
        after = page[0].code
        found.append(after)
    assert found == whole


async def test_a_summary_says_what_a_list_shows(session):
    found = {one.code: one for one in await finding.listing(session)}
    benefit, licence = found["unemployment-benefit"], found["food-business"]
    assert (benefit.nothing_to_hand_in, licence.nothing_to_hand_in) == (True, False)
    assert (benefit.promised_days, licence.promised_days) == (5, 8)
    assert found["individual-registration"].decided_on_the_spot
    assert all(one.sample for one in found.values())


def test_every_theme_has_a_name_and_speaks_to_somebody():
    assert {theme.audience for theme in queries.themes()} == {"person", "organisation"}
    assert len({theme.slug for theme in queries.themes()}) == len(queries.themes())
