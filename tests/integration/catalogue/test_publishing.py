from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import psycopg
import pytest
import sqlalchemy as sa

from identity.actor import Actor, Party, PartyKind, Role
from services.catalogue import commands, queries
from services.catalogue.definition import Pair
from services.catalogue.errors import ItemNotFit, ItemNotFound, ItemWithdrawn, PublishingNotAllowed
from services.catalogue.finding import queries as finding
from services.catalogue.finding.models import SearchEntry
from services.catalogue.models import IMMUTABLE, ItemVersion
from storage import ledger

pytestmark = pytest.mark.anyio


def official(*roles):
    person = uuid4()
    return Actor(person, "示例", frozenset(roles), Party(PartyKind.PERSON, person, "示例"))


@pytest.fixture
def item():
    return next(one for one in commands.shipped() if one.code == "senior-card")


@pytest.fixture
def past():
    """A moment before the database's today, so that what is published counts at once."""
    return datetime.now(UTC) - timedelta(days=2)


async def test_what_is_published_is_read_back_the_same(session, item, past):
    actor = official(Role.CATALOGUE)
    published = await commands.publish(session, item, actor=actor, at=past)
    queries._decoded.clear()
    found = await queries.get(session, "senior-card")
    assert (found.version, found.definition, found.digest) == (1, item, published.digest)
    entries = await ledger.entries(session, "item:senior-card")
    assert [(entry.deed, entry.actor, entry.details["version"]) for entry in entries] == [
        ("item published", str(actor.person_id), 1)
    ]


async def test_publishing_the_same_twice_is_publishing_it_once(session, item, past):
    for _ in range(2):
        assert (await commands.publish(session, item, actor="system:test", at=past)).version == 1
    assert len(await ledger.entries(session, "item:senior-card")) == 1


async def test_a_changed_definition_is_a_new_version_and_the_old_one_stays_readable(session, item, past):
    await commands.publish(session, item, actor="system:test", at=past)
    changed = msgspec.structs.replace(item, short_name=Pair("敬老证件", "Elder card"))
    assert (await commands.publish(session, changed, actor="system:test", at=past)).version == 2
    assert (await queries.get(session, "senior-card")).definition.short_name.zh == "敬老证件"
    assert (await queries.get_version(session, "senior-card", 1)).definition == item
    found = await finding.listing(session, q="敬老证件")
    assert [(one.code, one.version) for one in found] == [("senior-card", 2)]


async def test_a_version_for_later_does_not_count_before_its_day(session, item, past):
    await commands.publish(session, item, actor="system:test", at=past)
    day = datetime.now(UTC).date() + timedelta(days=10)
    later = msgspec.structs.replace(item, effective_on=day, short_name=Pair("将来证", "Later"))
    assert (await commands.publish(session, later, actor="system:test", at=past)).version == 2
    assert (await queries.get(session, "senior-card")).version == 1
    assert (await queries.get(session, "senior-card", on=day)).version == 2
    assert [one.version for one in await finding.listing(session)] == [1]
    assert await finding.listing(session, q="将来证") == []


async def test_an_effective_day_in_the_past_becomes_the_day_of_publication(session, item, now):
    early = msgspec.structs.replace(item, effective_on=date(2020, 1, 1))
    await commands.publish(session, early, actor="system:test", at=now)
    row = await session.get(ItemVersion, ("senior-card", 1))
    assert row is not None
    assert row.effective_on == date(2026, 11, 23)


async def test_a_withdrawn_item_is_closed_but_its_cases_keep_their_version(session, item, past):
    await commands.publish(session, item, actor="system:test", at=past)
    for _ in range(2):
        await commands.withdraw(
            session, "senior-card", actor="system:test", reason="merged", at=past + timedelta(hours=1)
        )
    with pytest.raises(ItemWithdrawn):
        await queries.get(session, "senior-card")
    with pytest.raises(ItemWithdrawn):
        await queries.require_open(session, "senior-card")
    assert (await queries.get_version(session, "senior-card", 1)).definition == item
    assert await finding.listing(session) == []
    entries = await ledger.entries(session, "item:senior-card")
    assert [entry.deed for entry in entries] == ["item published", "item withdrawn"]
    assert entries[1].details["reason"] == "merged"


async def test_a_withdrawn_item_may_come_back_as_a_new_version(session, item, past):
    await commands.publish(session, item, actor="system:test", at=past)
    await commands.withdraw(session, "senior-card", actor="system:test", reason="error", at=past)
    assert (await commands.publish(session, item, actor="system:test", at=past)).version == 2
    assert (await queries.get(session, "senior-card")).version == 2


async def test_what_was_never_published_is_not_found(session):
    for code in ("no-such-item", "\x00", "\ud800", "a" * 10_000):
        with pytest.raises(ItemNotFound):
            await queries.get(session, code)
    with pytest.raises(ItemNotFound):
        await queries.get_version(session, "no-such-item", 1)
    with pytest.raises(ItemNotFound):
        await commands.withdraw(
            session, "no-such-item", actor="system:test", reason="x", at=datetime.now(UTC)
        )


@pytest.mark.parametrize("actor", [official(Role.APPROVER), official(Role.CITIZEN), "anybody"])
async def test_only_officials_of_the_catalogue_publish_and_withdraw(session, item, past, actor):
    with pytest.raises(PublishingNotAllowed):
        await commands.publish(session, item, actor=actor, at=past)
    with pytest.raises(PublishingNotAllowed):
        await commands.withdraw(session, item.code, actor=actor, reason="x", at=past)


async def test_an_item_the_lint_refuses_is_not_published(session, item, past):
    with pytest.raises(ItemNotFit) as refused:
        await commands.publish(session, msgspec.structs.replace(item, basis=()), actor="system:test", at=past)
    assert [problem.code for problem in refused.value.problems] == ["basis-missing"]
    assert await session.scalar(sa.select(sa.func.count()).select_from(SearchEntry)) == 0


async def test_only_so_many_definitions_stay_decoded(session, past, monkeypatch):
    monkeypatch.setattr(queries, "KEPT", 2)
    queries._decoded.clear()
    await commands.seed(session, past)
    assert len(await finding.listing(session)) == len(commands.shipped())
    assert len(queries._decoded) == 2


async def test_seeding_twice_publishes_the_shipped_items_once(session, past):
    first = await commands.seed(session, past)
    again = await commands.seed(session, past)
    assert [(one.code, one.version) for one in first] == [(item.code, 1) for item in commands.shipped()]
    assert {one.version for one in again} == {1}


@pytest.fixture
def owned(server):
    """A database of its own, as its owner, with the trigger of the migration."""
    name = server.copy()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        present = connection.execute("SELECT 1 FROM pg_trigger WHERE tgname = 'item_version_immutable'")
        if present.fetchone() is None:
            connection.execute(IMMUTABLE)
        yield connection
    server.drop(name)


def write(connection, state):
    connection.execute(
        "INSERT INTO item_version (code, version, definition, state, effective_on, digest, published_at)"
        " VALUES ('x', 1, '{}', %s, '2026-11-21', 'd', now())",
        [state],
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE item_version SET definition = '{\"a\": 1}'",
        "UPDATE item_version SET digest = 'e'",
        "UPDATE item_version SET effective_on = '2026-11-22'",
        "UPDATE item_version SET state = 'withdrawn', withdrawn_at = now(), version = 2",
        "UPDATE item_version SET state = 'draft'",
        "DELETE FROM item_version",
    ],
)
def test_the_database_itself_keeps_a_published_version_as_it_is(owned, change):
    write(owned, "published")
    with pytest.raises(psycopg.errors.RestrictViolation):
        owned.execute(change)


def test_the_database_lets_a_published_version_be_withdrawn_once(owned):
    write(owned, "published")
    owned.execute("UPDATE item_version SET state = 'withdrawn', withdrawn_at = now()")
    with pytest.raises(psycopg.errors.RestrictViolation):
        owned.execute("UPDATE item_version SET state = 'published', withdrawn_at = NULL")


def test_a_draft_may_be_changed_and_thrown_away(owned):
    write(owned, "draft")
    owned.execute("UPDATE item_version SET definition = '{\"a\": 1}'")
    assert owned.execute("DELETE FROM item_version").rowcount == 1
