"""审查要点: what an officer looks at in each material, and the words that follow from what they found. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.applications.models import Supply

FORM = "form"
"""The target that stands for the application form as a whole."""


class Point(StrEnum):
    """What is looked at (形式审查要点, 行政许可法 32, 34)."""

    COMPLETE = "complete"  # 齐全、清晰
    CONSISTENT = "consistent"  # 与申请内容一致
    VALID = "valid"  # 在有效期内
    SIGNED = "signed"  # 签名盖章齐全
    REGISTERED = "registered"  # 与登记信息一致


WORDS: Mapping[Point, str] = {
    Point.COMPLETE: "齐全、清晰",
    Point.CONSISTENT: "与申请内容一致",
    Point.VALID: "在有效期内",
    Point.SIGNED: "签名、盖章齐全",
    Point.REGISTERED: "与登记信息一致",
}
"""As the opinion writes them: opinions are kept in Chinese, the language of the file."""

LOOKED_AT: Mapping[Supply, tuple[Point, ...]] = {
    Supply.HANDED_IN: (Point.COMPLETE, Point.CONSISTENT, Point.VALID, Point.SIGNED),
    Supply.OBTAINED: (Point.CONSISTENT, Point.VALID),
    Supply.COMMITTED: (Point.SIGNED,),
}
AT_THE_FORM = (Point.COMPLETE, Point.REGISTERED)


@dataclass(frozen=True, slots=True)
class Found:
    """What one officer found at one target: the points that hold, and in words what does not."""

    target: str
    name: str
    points: tuple[Point, ...]
    met: frozenset[Point] = frozenset()
    note: str = ""

    @property
    def good(self) -> bool:
        return not self.note and self.met == frozenset(self.points)


def points_of(supply: Supply) -> tuple[Point, ...]:
    """What is looked at in a material that was met this way; nothing where there is nothing yet."""
    return LOOKED_AT.get(supply, ())


def opinion(found: Sequence[Found]) -> str:
    """The opinion that the ticks say; nothing as long as nothing was looked at."""
    held = [
        f"{one.name}（{'、'.join(WORDS[point] for point in one.points if point in one.met)}）"
        for one in found
        if one.met
    ]
    wrong = [f"{one.name}：{one.note}" for one in found if one.note]
    if not held and not wrong:
        return ""
    sentences = [f"经核对，{'；'.join(held)}。"] if held else []
    if wrong:
        sentences.append(f"存在以下问题：{'；'.join(wrong)}。")
    elif all(one.good for one in found):
        sentences.append("材料齐全，符合法定形式。")
    return "".join(sentences)


def defects(found: Sequence[Found]) -> list[tuple[str, str]]:
    """What a correction notice would have to name: (target, note)."""
    return [(one.target, one.note) for one in found if one.note and one.target != FORM]
