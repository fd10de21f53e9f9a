"""Licence types are published in versions that never change; a licence keeps the one it was issued under."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from identity.actor import Role
from licensing import queries, serving, types
from licensing.errors import (
    LicenceNotFound,
    TypeDraftMovedOn,
    TypeKeeperOnly,
    TypeTaken,
    TypeUnfit,
    TypeUnknown,
)
from licensing.kinds import commands, reading
from storage import ledger
from tests.integration.licensing.pressing import FIRM, FOOD, citizen, clerk, intend
from tests.support.licences import AT, MARKET

pytestmark = pytest.mark.anyio
KEEPER = clerk("*", Role.CATALOGUE)
NEW = {"slug": "small-eatery-card", "code": "11520100MADEM00119009", "like": FOOD}
NAMED = {"name": {"zh": "小餐饮备案卡", "en": "Small Eatery Card"}}


@pytest.fixture(autouse=True)
def forget():
    """What this test publishes is rolled back; the process must not go on knowing it."""
    yield
    types.learn({})


async def begun(session, slug=FOOD):
    assert await commands.seed(session, at=AT) == 12
    return await commands.begin(session, KEEPER, slug, at=AT)


async def test_shipped_types_are_version_one_and_laid_once(session):
    assert await commands.seed(session, at=AT) == 12
    assert await commands.seed(session, at=AT) == 0
    version, kind = await reading.current(session, FOOD)
    assert (version, kind) == (1, types.shipped()[FOOD])
    assert len(await reading.published(session, FOOD)) == 1


async def test_a_licence_keeps_the_version_it_was_issued_under(session, press):
    before = await press.issue(session, await intend(session))
    draft = await begun(session)
    changed = draft.definition | {"name": {"zh": "食品经营许可证（新版）", "en": "Food Licence"}}
    changed["fields"] = [
        *changed["fields"],
        {**changed["fields"][2], "key": "storage", "element": "KZ_CC", "required": False},
    ]
    await commands.save(session, KEEPER, FOOD, changed, revision=1, at=AT)
    published = await commands.publish(session, KEEPER, FOOD, revision=2, note="加一个字段", at=AT)
    assert published.version == 2
    after = await press.issue(session, await intend(session, number="A-2", storage="示例冷库"))
    types.learn({})  # another process, which has seen nothing yet
    told = {one.type_version: reading.of(one).name.zh for one in await queries.listing(session, citizen())}
    assert told == {1: "食品经营许可证", 2: "食品经营许可证（新版）"}
    assert (before.elements["ZZMC"], after.elements["ZZMC"]) == ("食品经营许可证", "食品经营许可证（新版）")
    assert after.elements["KZ_CC"] == "示例冷库"
    assert "KZ_CC" not in before.elements
    deeds = [one.deed for one in await ledger.entries(session, f"licence-type:{FOOD}")]
    assert deeds == [
        "licence type published",
        "licence type draft begun",
        "licence type draft saved",
        "licence type published",
    ]
    with pytest.raises(TypeUnknown):
        await reading.draft(session, FOOD)


async def test_what_is_not_shared_is_no_material_and_no_department_learns_of_it(session, press):
    draft = await begun(session)
    open_one = await press.issue(session, await intend(session))
    await commands.save(session, KEEPER, FOOD, draft.definition | {"secrecy": "closed"}, revision=1, at=AT)
    await commands.publish(session, KEEPER, FOOD, revision=2, note="", at=AT)
    closed = await press.issue(session, await intend(session, number="A-2"))
    held = await queries.held(session, [FIRM.id], [FOOD], at=AT)
    assert [one.id for one in held] == [open_one.id]
    asking = serving.Asking(MARKET.code, "示例", "C-1", AT)
    with pytest.raises(LicenceNotFound):
        await serving.metadata(session, asking, closed.identifier)


async def test_a_published_version_cannot_be_changed_even_in_the_database(session):
    await commands.seed(session, at=AT)
    with pytest.raises(DBAPIError, match="never changes"):
        async with session.begin_nested():
            await session.execute(sa.text("UPDATE licence_type_version SET code = 'X'"))


async def test_the_second_of_two_editors_is_refused_and_nobody_else_writes_types(session):
    draft = await begun(session)
    assert (await commands.begin(session, KEEPER, FOOD, at=AT)).revision == 1
    await commands.save(session, KEEPER, FOOD, draft.definition, revision=1, at=AT)
    for deed in (
        lambda: commands.save(session, KEEPER, FOOD, draft.definition, revision=1, at=AT),
        lambda: commands.publish(session, KEEPER, FOOD, revision=1, note="", at=AT),
        lambda: commands.discard(session, KEEPER, FOOD, revision=1, at=AT),
    ):
        with pytest.raises(TypeDraftMovedOn):
            await deed()
    with pytest.raises(TypeKeeperOnly):
        await commands.begin(session, clerk(), FOOD, at=AT)
    with pytest.raises(TypeUnfit):
        await commands.save(session, KEEPER, FOOD, draft.definition | {"seal": ""}, revision=2, at=AT)
    await commands.discard(session, KEEPER, FOOD, revision=2, at=AT)


async def test_a_new_type_is_begun_like_another_and_issued_once_published(session, press):
    await commands.seed(session, at=AT)
    for part in ("slug", "code"):
        taken = NEW | {part: getattr(types.get(FOOD), part)}
        with pytest.raises(TypeTaken, match=part):
            await commands.begin_new(session, KEEPER, at=AT, **taken, **NAMED)
    with pytest.raises(TypeUnfit):
        await commands.begin_new(session, KEEPER, at=AT, **(NEW | {"code": "short"}), **NAMED)
    draft = await commands.begin_new(session, KEEPER, at=AT, **NEW, **NAMED)
    assert draft.base_version is None
    await commands.publish(session, KEEPER, NEW["slug"], revision=1, note="", at=AT)
    assert types.get(NEW["code"]).name.zh == "小餐饮备案卡"
    assert max(types.versions(NEW["slug"])) == 1
