"""Phrases of daily life find the right item among three thousand others, by index."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.actor import Actor, Party, PartyKind, Role
from services.catalogue import bundles, commands
from services.catalogue import queries as catalogue
from services.catalogue.definition import Pair
from services.catalogue.errors import ItemNotFound, PublishingNotAllowed
from services.catalogue.finding import commands as finding
from services.catalogue.finding import operating, queries, refiling, statements
from services.catalogue.finding.aliases import aliases
from services.catalogue.finding.errors import AliasWrong
from services.catalogue.finding.keys import question
from services.catalogue.finding.models import SearchEntry
from services.catalogue.finding.queries import Filters, Kind
from services.catalogue.finding.words import normal
from storage import ledger
from storage.database import Session, open_engine, open_sessions
from tests.support import postgres
from tests.support.crowd import fill

pytestmark = pytest.mark.anyio

PHRASES = yaml.safe_load((Path(__file__).parents[2] / "fixtures" / "phrases.yaml").read_text("utf-8"))
FEWEST = {"colloquial": 50, "pinyin": 40, "typos": 30, "former": 30, "ordinary": 1}
ASKED = [
    (kind, phrase, codes.split("|"))
    for kind, by_code in PHRASES.items()
    for codes, phrases in by_code.items()
    for phrase in phrases
]


@pytest.fixture(scope="module")
async def crowded(server: postgres.Server, anyio_backend: str) -> AsyncIterator[AsyncEngine]:
    """A database with the shipped items and bundles, and three thousand more."""
    name = server.copy()
    engine = open_engine(server.url(name, user=postgres.APPLICATION))
    async with open_sessions(engine)() as session, session.begin():
        await commands.seed(session, datetime.now(UTC) - timedelta(days=2))
        await fill(session)
    owner = open_engine(server.url(name), isolation_level="AUTOCOMMIT")
    async with owner.connect() as connection:
        await connection.execute(sa.text("VACUUM ANALYZE"))
    await owner.dispose()
    yield engine
    await engine.dispose()
    server.drop(name)


@pytest.fixture
async def session(crowded: AsyncEngine) -> AsyncIterator[Session]:
    async with open_sessions(crowded)() as session:
        yield session
        await session.rollback()


async def test_what_people_say_finds_the_right_item(session):
    first, third, lost = 0, 0, []
    for kind, phrase, codes in ASKED:
        found = [one.code for one in await queries.search(session, q=phrase, limit=3)]
        first += found[:1] != [] and found[0] in codes
        third += bool(set(found) & set(codes))
        if not found or found[0] not in codes:
            lost.append((kind, phrase, codes, found))
    assert first / len(ASKED) >= 0.85, lost
    assert third / len(ASKED) >= 0.95, [one for one in lost if not set(one[3]) & set(one[2])]


def test_the_phrases_are_many_and_not_copied_from_the_table_of_aliases():
    counted = {kind: sum(map(len, by_code.values())) for kind, by_code in PHRASES.items()}
    assert all(counted[kind] >= fewest for kind, fewest in FEWEST.items())
    assert sum(counted.values()) >= 200
    table = aliases()
    known = {normal(word) for words in (*table.items.values(), *table.bundles.values()) for word in words}
    known |= {normal(word) for item in commands.shipped() for word in item.aliases}
    for kind in ("colloquial", "former"):
        said = [phrase for one, phrase, _ in ASKED if one == kind]
        assert sum(normal(phrase) in known for phrase in said) <= len(said) / 2


def test_the_table_of_aliases_is_large_and_names_only_what_there_is():
    table = aliases()
    assert set(table.items) <= {item.code for item in commands.shipped()}
    assert set(table.bundles) == {bundle.code for bundle in bundles.shipped()}
    assert set(table.themes) <= {theme.slug for theme in catalogue.themes()}
    groups = (*table.items.values(), *table.bundles.values(), *table.themes.values())
    assert sum(len(set(words)) for words in groups) >= 300
    assert all(len(words) == len(set(map(normal, words))) for words in groups)


@pytest.mark.parametrize(
    "said", ["潜水艇", "火星移民", "？！", "𬎆䶮", "\x00", "%", "'; DROP TABLE search_key; --", "a" * 9_999]
)
async def test_what_is_not_there_is_not_found(session, said):
    assert await queries.search(session, q=said) == []


@pytest.mark.parametrize(
    ("q", "filters"),
    [
        ("证明怎么开具", Filters()),
        ("身份证", Filters()),
        ("jzz", Filters()),
        ("juzhuzheng", Filters()),
        ("失业金", Filters(theme="work")),
        ("执业注册", Filters(department="11520100MADEM00974")),
        ("开餐馆", Filters(kind=Kind.BUNDLE)),
        ("开餐馆", Filters(kind=Kind.ITEM)),
    ],
)
async def test_no_table_of_the_index_is_read_from_end_to_end(session, q, filters):
    asked = question(q)
    for statement, keys in ((statements.named, asked.keys), (statements.guided, asked.content)):
        plan = await explained(session, statement(filters.used), {"keys": list(keys), **filters.parameters})
        for table in ("search_key", "search_name", "search_entry", "item_version"):
            assert f"Seq Scan on {table}" not in plan, plan
        assert "on search_key" in plan


async def explained(session: Session, statement: sa.Select, parameters: dict[str, object]) -> str:
    """The plan of a statement with these parameters."""
    given = {name: value for name, value in parameters.items() if value is not None}
    dialect = session.get_bind().dialect
    written = statement.params(**given).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    connection = await session.connection()
    rows = await connection.exec_driver_sql(f"EXPLAIN {written}".replace("%", "%%").replace("%%%%", "%%"))
    return "\n".join(row[0] for row in rows)


async def test_page_after_page_gives_everything_found_once(session):
    for q in ("证明", "", "公示"):
        whole = [one.code for one in await queries.search(session, q=q, limit=100)]
        found, after = [], None
        while (page := await queries.search(session, q=q, limit=30, after=after)) and len(found) < 100:
            found += [one.code for one in page]
            after = found[-1]
        assert found[: len(whole)] == whole
        assert len(found) == len(set(found))


async def test_suggestions_come_while_one_types(session):
    for typed in ("居住", "jzz", "juzhu", "juzhuz", "暂住证"):
        assert "residence-permit" in [one.code for one in await queries.suggestions(session, typed)][:3], (
            typed
        )
    first = (await queries.suggestions(session, "暂住证"))[0]
    assert (first.said, first.name.zh, first.kind) == ("暂住证", "居住证", Kind.ITEM)
    assert len(await queries.suggestions(session, "办", limit=5)) <= 5


async def test_departments_say_how_many_items_they_have(session):
    found = {department.code: number for department, number in await queries.departments(session)}
    assert found["11520100MADEM00119"] == sum(
        item.department.code == "11520100MADEM00119" for item in commands.shipped()
    )
    assert sum(found.values()) == len(commands.shipped()) + 3_000


async def test_most_used_counts_applications(session):
    await finding.count_usage(session, {"senior-card": 5, "pension": 9})
    assert [one.code for one in await queries.most_used(session, limit=2)] == ["pension", "senior-card"]
    await finding.count_usage(session, {})
    assert [one.code for one in await queries.most_used(session, limit=1)] == ["birth-registration"]


def official(*roles: Role) -> Actor:
    person = uuid4()
    return Actor(person, "示例", frozenset(roles), Party(PartyKind.PERSON, person, "示例"))


async def test_an_alias_is_found_first_and_survives_a_new_version(session):
    actor, at = official(Role.CATALOGUE), datetime.now(UTC) - timedelta(days=1)
    await finding.note_miss(session, "夕阳红卡", at=at)
    await finding.make_alias(session, "夕阳红卡", Kind.ITEM, "senior-card", actor=actor, at=at)
    await finding.make_alias(session, " 夕阳红卡！", Kind.ITEM, "senior-card", actor=actor, at=at)
    assert [one.code for one in await queries.search(session, q="夕阳红卡", limit=1)] == ["senior-card"]
    assert await operating.misses(session) == []
    item = next(one for one in commands.shipped() if one.code == "senior-card")
    changed = msgspec.structs.replace(item, short_name=Pair("敬老证件", "Elder card"))
    assert (await commands.publish(session, changed, actor="system:test", at=at)).version == 2
    found = await queries.search(session, q="夕阳红卡", limit=1)
    assert [(one.code, one.version) for one in found] == [("senior-card", 2)]
    await finding.drop_alias(session, "夕阳红卡", Kind.ITEM, "senior-card", actor=actor, at=at)
    await finding.drop_alias(session, "夕阳红卡", Kind.ITEM, "senior-card", actor=actor, at=at)
    assert await queries.search(session, q="夕阳红卡") == []
    deeds = [entry.deed for entry in await ledger.entries(session, "item:senior-card")]
    assert deeds == ["item published", "alias made", "item published", "alias dropped"]


async def test_a_bundle_may_have_an_alias_too(session):
    actor, at = official(Role.CATALOGUE), datetime.now(UTC)
    await finding.make_alias(session, "荣休大礼包", Kind.BUNDLE, "retiring", actor=actor, at=at)
    assert [one.code for one in await queries.search(session, q="荣休大礼包", limit=1)] == ["retiring"]
    with pytest.raises(ItemNotFound):
        await finding.make_alias(session, "某某", Kind.BUNDLE, "no-such", actor=actor, at=at)


@pytest.mark.parametrize("said", ["", "证", "！", "长" * 31, "13800138000", "11520100MADEM00119A"])
async def test_some_words_cannot_be_an_alias(session, said):
    with pytest.raises(AliasWrong):
        await finding.make_alias(
            session, said, Kind.ITEM, "pension", actor=official(Role.CATALOGUE), at=datetime.now(UTC)
        )


async def test_only_officials_of_the_catalogue_make_and_drop_aliases(session):
    actor, at = official(Role.APPROVER, Role.CITIZEN), datetime.now(UTC)
    with pytest.raises(PublishingNotAllowed):
        await finding.make_alias(session, "某某", Kind.ITEM, "pension", actor=actor, at=at)
    with pytest.raises(PublishingNotAllowed):
        await finding.drop_alias(session, "某某", Kind.ITEM, "pension", actor=actor, at=at)
    with pytest.raises(PublishingNotAllowed):
        await finding.forget_miss(session, "某某", actor=actor)


async def test_searches_without_result_are_counted_without_anybodys_number(session):
    at = datetime.now(UTC)
    for said in ("潜水艇", "潜水艇！", "火星移民"):
        await finding.note_miss(session, said, at=at)
    for said in (
        "520101199003071234",
        "138 0013 8000",
        "查 91520100MA6DEMO123",
        "a@b.cn",
        "证",
        "身份证52010119900307123X",
    ):
        await finding.note_miss(session, said, at=at)
    assert [(miss.words, miss.count) for miss in await operating.misses(session)] == [
        ("潜水艇", 2),
        ("火星移民", 1),
    ]
    await finding.note_miss(session, "没" * 500, at=at)
    assert max(len(miss.words) for miss in await operating.misses(session)) == 100
    await finding.forget_miss(session, "潜水艇", actor=official(Role.CATALOGUE))
    assert "潜水艇" not in [miss.words for miss in await operating.misses(session)]


async def test_what_was_filed_by_older_rules_is_filed_anew(session, monkeypatch):
    assert await refiling.file_outstanding(session) == 0
    await session.execute(sa.update(SearchEntry).where(SearchEntry.code == "pension").values(mark="old"))
    await session.execute(sa.delete(SearchEntry).where(SearchEntry.code.in_(["senior-card", "retiring"])))
    assert await refiling.file_outstanding(session) == 3
    assert await refiling.file_outstanding(session) == 0
    assert [one.code for one in await queries.search(session, q="老年证", limit=1)] == ["senior-card"]
