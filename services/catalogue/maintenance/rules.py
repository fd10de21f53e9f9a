"""States of a draft and which deed moves it where. Pure."""

from enum import StrEnum


class DraftState(StrEnum):
    EDITING = "editing"
    IN_REVIEW = "in_review"  # 合法性审核
    RETURNED = "returned"
    APPROVED = "approved"


class ChangeKind(StrEnum):
    """What a draft does to the list of items (动态维护); suspending and cancelling need no draft."""

    NEW = "new"  # 新增
    CHANGE = "change"  # 变更
    SPLIT = "split"  # 拆分
    MERGE = "merge"  # 合并


class Deed(StrEnum):
    SAVE = "save"
    SUBMIT = "submit"
    RECALL = "recall"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    DISCARD = "discard"


class Outcome(StrEnum):
    """What became of one item of an imported file."""

    WAITING = "waiting"
    DRAFTED = "drafted"
    UNCHANGED = "unchanged"  # the newest version says the same
    REFUSED = "refused"


S = DraftState
MOVES: dict[tuple[DraftState, Deed], DraftState | None] = {
    (S.EDITING, Deed.SAVE): S.EDITING,
    (S.RETURNED, Deed.SAVE): S.EDITING,
    (S.APPROVED, Deed.SAVE): S.EDITING,
    (S.EDITING, Deed.SUBMIT): S.IN_REVIEW,
    (S.RETURNED, Deed.SUBMIT): S.IN_REVIEW,
    (S.IN_REVIEW, Deed.RECALL): S.EDITING,
    (S.APPROVED, Deed.RECALL): S.EDITING,
    (S.IN_REVIEW, Deed.APPROVE): S.APPROVED,
    (S.IN_REVIEW, Deed.RETURN): S.RETURNED,
    (S.APPROVED, Deed.PUBLISH): None,
    (S.EDITING, Deed.DISCARD): None,
    (S.RETURNED, Deed.DISCARD): None,
    (S.APPROVED, Deed.DISCARD): None,
}
"""None: the draft is no more. Whatever is approved is published as it was read: saving again needs a new review."""


def open_to(state: DraftState, deed: Deed) -> bool:
    return (state, deed) in MOVES
