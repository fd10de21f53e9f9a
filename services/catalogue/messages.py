"""Messages an item words in its own way: at which node of a case, with which placeholders.

What an item leaves out is said in the portal's general words (`services.notices.wording`).
"""

from enum import StrEnum
from string import Formatter

from msgspec import Struct

from services.catalogue.form import Pair


class Node(StrEnum):
    """Where a case tells its applicant something (办件节点)."""

    SUBMITTED = "submitted"  # 已收件
    ACCEPTED = "accepted"  # 受理
    NOT_ACCEPTED = "not-accepted"  # 不予受理
    NOT_NEEDED = "not-needed"  # 不需要许可
    CORRECTION = "correction"  # 一次性补正告知
    REMINDER = "reminder"  # 补正还没有做
    FOLLOW_DUE = "follow-due"  # 容缺后补快到期
    CHECK_DUE = "check-due"  # 承诺核查快到期, to the reviewers
    CORRECTED = "corrected"  # 补正已收到
    SUSPENDED = "suspended"  # 特别程序开始
    RESUMED = "resumed"  # 特别程序结束
    EXTENDED = "extended"  # 延期
    RECOUNTED = "recounted"  # 放假通知改变了期限
    GRANTED = "granted"  # 准予
    REVIEWED = "reviewed"  # 人工审查有了结论
    REFUSED = "refused"  # 不予
    LICENCE_READY = "licence-ready"  # 证照制成
    LICENCE_ENDING = "licence-ending"  # 证照快到期
    LICENCE_SUSPENDED = "licence-suspended"  # 证照暂扣
    LICENCE_RESTORED = "licence-restored"  # 证照恢复
    LICENCE_REPLACED = "licence-replaced"  # 证照变更、延续、补发, at the desk
    LICENCE_ENDED = "licence-ended"  # 证照撤销、注销, at the desk
    LICENCE_FOUND = "licence-found"  # 原有证照归到持证人名下
    JOINT_MOVED = "joint-moved"  # 一件事的联办时限变了
    DELIVERED = "delivered"  # 送达、领取
    WITHDRAWN = "withdrawn"  # 撤回
    TERMINATED = "terminated"  # 终止办理
    ANNULLED = "annulled"  # 撤销、注销
    HEARING = "hearing"  # 听证告知
    OVERSIGHT = "oversight"  # 监察预警、督办等待答复, to the officers concerned
    LEFT = "left"  # 一件事中没有自动提交的一项


OF_LICENCES = frozenset(
    {
        Node.LICENCE_SUSPENDED,
        Node.LICENCE_RESTORED,
        Node.LICENCE_REPLACED,
        Node.LICENCE_ENDED,
        Node.LICENCE_FOUND,
    }
)
"""What happens to a licence, whichever way its holder came by it."""

GENERAL = OF_LICENCES | {Node.OVERSIGHT, Node.JOINT_MOVED}
"""What is not of one item's case: an item has no words of its own for it."""

PLACEHOLDERS = frozenset({"item", "number", "office", "due"})
"""`item` the item's short name, `number` of the case, `office` the department, `due` the last day of the running limit."""

OUTSIDE = frozenset({"item", "number"})
"""What a short message may name: it lies on a locked screen and passes through others' hands."""

LONGEST_SMS = 200


class ItemMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of one node. `title` heads it in the portal and as a mail's subject, `sms` goes out as it is."""

    node: Node
    title: Pair
    text: Pair
    sms: Pair | None = None


def placeholders(text: str) -> set[str] | None:
    """The names in braces; None where the braces do not fit together or hold more than a plain name."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    if any(name is not None and (spec or conversion) for _, name, spec, conversion in parts):
        return None
    return {name for _, name, _, _ in parts if name is not None}
