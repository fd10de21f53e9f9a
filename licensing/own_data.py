"""What the portal keeps of a person, on paper (个人信息保护法 45): a list, unsealed, for its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from licensing import metadata
from licensing.forms import Block, print_block
from licensing.rules import local_day
from licensing.sheet import Sheet
from licensing.sheets import chinese_date


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """`name` is whose data; `identifier` names this extract; `keeper` runs the portal."""

    name: str
    keeper: str
    identifier: str
    at: datetime
    blocks: Sequence[Block]
    sample: bool = True


def extract(data: OwnData) -> bytes:
    """The extract as PDF, unsealed. Blocks; call it in a thread. Raises PrintFailed."""
    # The layout engine takes a second to load; processes that print nothing do without.
    from licensing import printing

    return printing.print_document(_sheet(data))


def _sheet(data: OwnData) -> Sheet:
    dated = local_day(data.at).isoformat()
    return Sheet(
        template="documents/own-data",
        values={
            "name": data.name,
            "keeper": data.keeper,
            "dated": chinese_date(dated),
            "body": Markup("").join(print_block(block) for block in data.blocks),
            "foot": "示例数据 · 不具法律效力。" if data.sample else "",
        },
        title="我的数据",
        author=data.keeper,
        identifier=data.identifier,
        at=data.at,
        record=metadata.record("own-data", {"title": "我的数据", "dated": dated}, sample=data.sample),
        sealable=False,
    )
