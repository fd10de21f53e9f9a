"""Drafts, legal review, publication, suspending, cancelling, splitting and merging on the database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa

from identity.actor import Actor, Party, PartyKind, Role
from services.catalogue import commands, queries
from services.catalogue.errors import ItemNotFit, ItemNotFound, ItemWithdrawn, PublishingNotAllowed
from services.catalogue.maintenance import commands as editing
from services.catalogue.maintenance import errors, regrouping, standing, tasks
from services.catalogue.maintenance import queries as drafts
from services.catalogue.maintenance.models import ChangeKind, DraftState
from storage import ledger

pytestmark = pytest.mark.anyio

CODE = "senior-card"


def official(role, name="示例"):
    person = uuid4()
    return Actor(person, name, frozenset({role}), Party(PartyKind.PERSON, person, name))


EDITOR, COLLEAGUE = official(Role.CATALOGUE, "示例子"), official(Role.CATALOGUE, "示例丑")
LAWYER = official(Role.LEGAL, "示例寅")


@pytest.fixture
def past():
    return datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
async def item(session, past):
    shipped = next(one for one in commands.shipped() if one.code == CODE)
    return await commands.publish(session, shipped, actor="system:test", at=past)


async def deeds(session, code=CODE):
    return [entry.deed for entry in await ledger.entries(session, f"item:{code}")]


def renamed(draft, words):
    return draft.definition | {"short_name": {"zh": words, "en": words}}


async def published(session, definition, past, *, kind=ChangeKind.CHANGE, code=CODE):
    """A draft taken through every hand."""
    begun = await editing.start_draft(session, code, actor=EDITOR, at=past, definition=definition, kind=kind)
    await editing.submit_draft(session, code, actor=EDITOR, at=past, revision=begun.revision)
    await editing.approve_draft(session, code, actor=LAWYER, at=past)
    return await editing.publish_draft(session, code, actor=EDITOR, at=past)


async def test_a_draft_is_written_reviewed_by_another_and_published(session, item, past):
    draft = await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    assert (draft.revision, draft.state, draft.base_version) == (1, DraftState.EDITING, 1)
    assert await drafts.problems_of(draft) == ()
    saved = await editing.save_draft(
        session, CODE, renamed(draft, "老年证"), revision=1, actor=EDITOR, at=past
    )
    assert (saved.revision, saved.edited_by) == (2, "示例子")
    assert (await editing.submit_draft(session, CODE, actor=EDITOR, at=past)).state is DraftState.IN_REVIEW
    approved = await editing.approve_draft(session, CODE, actor=LAWYER, at=past, revision=2)
    assert (approved.state, approved.reviewed_by) == (DraftState.APPROVED, "示例寅")
    found = await editing.publish_draft(session, CODE, actor=EDITOR, at=past)
    assert (found.version, found.definition.short_name.zh) == (2, "老年证")
    with pytest.raises(errors.DraftNotFound):
        await drafts.draft(session, CODE)
    assert await deeds(session) == [
        "item published",
        "draft begun",
        "draft saved",
        "draft submitted",
        "draft approved",
        "item published",
    ]


async def test_the_second_of_two_who_save_is_told_and_nothing_is_overwritten(session, item, past):
    draft = await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    await editing.save_draft(session, CODE, renamed(draft, "甲"), revision=1, actor=EDITOR, at=past)
    with pytest.raises(errors.DraftMovedOn) as told:
        await editing.save_draft(session, CODE, renamed(draft, "乙"), revision=1, actor=COLLEAGUE, at=past)
    there = told.value.draft
    assert (there.revision, there.edited_by) == (2, "示例子")
    changed = await drafts.changed_since(session, there, 1)
    assert [(one.path, one.after) for one in changed] == [("short_name.en", "甲"), ("short_name.zh", "甲")]
    assert (await drafts.draft(session, CODE)).definition["short_name"]["zh"] == "甲"
    assert [one.by for one in await drafts.saves(session, CODE)] == ["示例子", "示例子"]


async def test_somebody_who_begins_while_another_edits_is_told_who(session, item, past):
    await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    with pytest.raises(errors.DraftExists) as told:
        await editing.start_draft(session, CODE, actor=COLLEAGUE, at=past)
    assert told.value.draft.edited_by == "示例子"


async def test_whoever_wrote_any_of_it_does_not_review_it(session, item, past):
    both = Actor(EDITOR.person_id, "示例", frozenset({Role.CATALOGUE, Role.LEGAL}), EDITOR.acting_for)
    draft = await editing.start_draft(session, CODE, actor=both, at=past)
    await editing.save_draft(session, CODE, renamed(draft, "丙"), revision=1, actor=COLLEAGUE, at=past)
    await editing.submit_draft(session, CODE, actor=COLLEAGUE, at=past)
    with pytest.raises(errors.ReviewNotAllowed) as told:
        await editing.approve_draft(session, CODE, actor=both, at=past)
    assert told.value.wrote_it
    with pytest.raises(errors.ReviewNotAllowed):
        await editing.approve_draft(session, CODE, actor=EDITOR, at=past)
    with pytest.raises(PublishingNotAllowed):
        await editing.save_draft(session, CODE, draft.definition, revision=2, actor=LAWYER, at=past)


async def test_returned_with_a_reason_it_is_mended_and_reviewed_again(session, item, past):
    draft = await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    await editing.submit_draft(session, CODE, actor=EDITOR, at=past)
    with pytest.raises(errors.DraftNotOpen):
        await editing.save_draft(session, CODE, renamed(draft, "丁"), revision=1, actor=EDITOR, at=past)
    with pytest.raises(errors.ReasonMissing):
        await editing.return_draft(session, CODE, reason=" ", actor=LAWYER, at=past)
    returned = await editing.return_draft(session, CODE, reason="依据有误", actor=LAWYER, at=past)
    assert (returned.state, returned.note) == (DraftState.RETURNED, "依据有误")
    await editing.save_draft(session, CODE, renamed(draft, "丁"), revision=1, actor=EDITOR, at=past)
    await editing.submit_draft(session, CODE, actor=EDITOR, at=past)
    await editing.approve_draft(session, CODE, actor=LAWYER, at=past)
    again = await editing.save_draft(session, CODE, renamed(draft, "戊"), revision=2, actor=EDITOR, at=past)
    assert again.state is DraftState.EDITING
    with pytest.raises(errors.DraftNotOpen):
        await editing.publish_draft(session, CODE, actor=EDITOR, at=past)


async def test_what_has_mistakes_is_not_submitted(session, item, past):
    draft = await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    broken = {key: value for key, value in draft.definition.items() if key not in {"basis", "fee"}}
    saved = await editing.save_draft(session, CODE, broken, revision=1, actor=EDITOR, at=past)
    assert {(one.path, one.code) for one in await drafts.problems_of(saved)} == {
        ("basis", "missing-key"),
        ("fee", "missing-key"),
    }
    with pytest.raises(ItemNotFit):
        await editing.submit_draft(session, CODE, actor=EDITOR, at=past)


async def test_an_empty_draft_of_a_new_item_says_everything_that_is_missing(session, past):
    draft = await editing.start_draft(
        session, "new-thing", actor=EDITOR, at=past, definition={"steps": []}, kind=ChangeKind.NEW
    )
    found = {one.path for one in await drafts.problems_of(draft)}
    assert {"name", "basis", "form", "materials", "result", "contact"} <= found


async def test_a_version_published_meanwhile_has_to_be_looked_at_first(session, item, past):
    await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    other = msgspec.structs.replace(item.definition, aliases=("老年证",))
    await commands.publish(session, other, actor="system:test", at=past)
    await editing.submit_draft(session, CODE, actor=EDITOR, at=past)
    await editing.approve_draft(session, CODE, actor=LAWYER, at=past)
    with pytest.raises(errors.BaseMovedOn) as told:
        await editing.publish_draft(session, CODE, actor=EDITOR, at=past)
    assert (told.value.base, told.value.newest) == (1, 2)
    rebased = await editing.rebase_draft(session, CODE, revision=1, actor=EDITOR, at=past)
    assert (rebased.base_version, rebased.state) == (2, DraftState.EDITING)


async def test_a_draft_may_take_effect_later(session, item, past):
    draft = await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    await editing.save_draft(session, CODE, renamed(draft, "将来"), revision=1, actor=EDITOR, at=past)
    await editing.submit_draft(session, CODE, actor=EDITOR, at=past)
    await editing.approve_draft(session, CODE, actor=LAWYER, at=past)
    day = datetime.now(UTC).date() + timedelta(days=9)
    await editing.publish_draft(session, CODE, actor=EDITOR, at=past, effective_on=day)
    assert (await queries.get(session, CODE)).version == 1
    assert (await queries.get(session, CODE, on=day)).definition.short_name.zh == "将来"


async def test_while_suspended_nobody_may_begin_and_then_one_may_again(session, item, past):
    await standing.suspend(session, CODE, reason="系统升级", actor=EDITOR, at=past)
    with pytest.raises(errors.ItemSuspended) as told:
        await queries.require_open(session, CODE)
    assert told.value.reason == "系统升级"
    assert (await queries.get(session, CODE)).version == 1
    with pytest.raises(errors.StandingUnchanged):
        await standing.suspend(session, CODE, reason="再次", actor=EDITOR, at=past)
    await standing.resume(session, CODE, actor=EDITOR, at=past)
    await queries.require_open(session, CODE)
    with pytest.raises(errors.StandingUnchanged):
        await standing.resume(session, CODE, actor=EDITOR, at=past)
    assert await deeds(session) == ["item published", "item suspended", "item resumed"]


@pytest.mark.parametrize("actor", [LAWYER, official(Role.APPROVER), "anybody"])
async def test_only_officials_of_the_catalogue_change_how_an_item_stands(session, item, past, actor):
    with pytest.raises(PublishingNotAllowed):
        await standing.suspend(session, CODE, reason="x", actor=actor, at=past)
    with pytest.raises(PublishingNotAllowed):
        await standing.cancel(session, CODE, reason="x", actor=actor, at=past)
    with pytest.raises(PublishingNotAllowed):
        await editing.start_draft(session, CODE, actor=actor, at=past)


async def test_a_cancelled_item_says_where_to_go(session, item, past):
    other = next(one for one in commands.shipped() if one.code == "pension")
    await commands.publish(session, other, actor="system:test", at=past)
    with pytest.raises(errors.SuccessorUnknown):
        await standing.cancel(session, CODE, reason="x", actor=EDITOR, at=past, successors=["nowhere"])
    with pytest.raises(errors.ReasonMissing):
        await standing.cancel(session, CODE, reason="", actor=EDITOR, at=past)
    await standing.cancel(session, CODE, reason="并入", actor=EDITOR, at=past, successors=["pension"])
    with pytest.raises(ItemWithdrawn) as told:
        await queries.get(session, CODE)
    assert told.value.successors == ("pension",)
    assert told.value.names["pension"] == other.name


async def test_cancelled_for_a_later_day_it_ends_on_that_day(sessions, session, item, past):
    day = datetime.now(UTC).date() + timedelta(days=30)
    await standing.cancel(session, CODE, reason="法规废止", actor=EDITOR, at=datetime.now(UTC), from_day=day)
    assert (await queries.get(session, CODE)).version == 1
    waiting = (
        await session.execute(
            sa.text("SELECT args FROM procrastinate_jobs WHERE task_name = :task"), {"task": standing.END}
        )
    ).scalar_one()
    assert waiting == {"code": CODE, "version": 1, "reason": "法规废止"}
    for _ in range(2):
        await tasks.end_item(sessions=sessions, **waiting)
    with pytest.raises(ItemWithdrawn):
        await queries.get(session, CODE)
    assert (await deeds(session))[1:] == ["item end planned", "item withdrawn"]


async def test_split_into_two_the_old_item_ends_with_the_last_of_them(session, item, past):
    first, second = await regrouping.split(session, CODE, ["card-a", "card-b"], actor=EDITOR, at=past)
    assert (first.kind, first.replaces) == (ChangeKind.SPLIT, (CODE,))
    for code in ("card-a", "card-b"):
        await queries.require_open(session, CODE)
        await editing.submit_draft(session, code, actor=EDITOR, at=past)
        await editing.approve_draft(session, code, actor=LAWYER, at=past)
        await editing.publish_draft(session, code, actor=EDITOR, at=past)
    with pytest.raises(ItemWithdrawn) as told:
        await queries.get(session, CODE)
    assert told.value.successors == ("card-a", "card-b")
    assert second.definition["name"] == first.definition["name"]


async def test_merged_items_end_when_the_one_is_published(session, item, past):
    other = next(one for one in commands.shipped() if one.code == "pension")
    await commands.publish(session, other, actor="system:test", at=past)
    draft = await regrouping.merge(session, [CODE, "pension"], "pension", actor=EDITOR, at=past)
    assert (draft.kind, draft.replaces, draft.base_version) == (ChangeKind.MERGE, (CODE,), 1)
    more = draft.definition | {"aliases": [*draft.definition["aliases"], "合并后"]}
    await editing.save_draft(session, "pension", more, revision=1, actor=EDITOR, at=past)
    await editing.submit_draft(session, "pension", actor=EDITOR, at=past)
    await editing.approve_draft(session, "pension", actor=LAWYER, at=past)
    assert (await editing.publish_draft(session, "pension", actor=EDITOR, at=past)).version == 2
    with pytest.raises(ItemWithdrawn) as told:
        await queries.get(session, CODE)
    assert told.value.successors == ("pension",)


async def test_what_cannot_be_split_or_merged_is_refused(session, item, past):
    with pytest.raises(errors.SuccessorUnknown):
        await regrouping.split(session, CODE, ["one"], actor=EDITOR, at=past)
    with pytest.raises(errors.SuccessorUnknown):
        await regrouping.merge(session, [CODE], "x", actor=EDITOR, at=past)
    with pytest.raises(ItemNotFound):
        await regrouping.merge(session, [CODE, "nothing"], "x", actor=EDITOR, at=past)
    with pytest.raises(errors.CodeTaken):
        await editing.start_draft(session, CODE, actor=EDITOR, at=past, definition={}, kind=ChangeKind.NEW)


async def test_a_draft_thrown_away_leaves_the_item_as_it_was(session, item, past):
    draft = await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    await editing.save_draft(session, CODE, renamed(draft, "不要了"), revision=1, actor=EDITOR, at=past)
    with pytest.raises(errors.DraftMovedOn):
        await editing.discard_draft(session, CODE, revision=1, actor=EDITOR, at=past)
    await editing.discard_draft(session, CODE, revision=2, actor=EDITOR, at=past)
    assert await drafts.drafts(session) == []
    assert (await queries.get(session, CODE)).definition == item.definition
    assert (await editing.start_draft(session, CODE, actor=EDITOR, at=past)).revision == 1


async def test_drafts_are_listed_by_state_and_may_be_taken_back_from_review(session, item, past):
    await editing.start_draft(session, CODE, actor=EDITOR, at=past)
    await editing.submit_draft(session, CODE, actor=EDITOR, at=past)
    assert [one.code for one in await drafts.drafts(session, state=DraftState.IN_REVIEW)] == [CODE]
    await editing.recall_draft(session, CODE, actor=EDITOR, at=past)
    assert await drafts.drafts(session, state=DraftState.IN_REVIEW) == []
    assert [one.code for one in await drafts.drafts(session)] == [CODE]
    assert await drafts.drafts(session, after=CODE) == []
