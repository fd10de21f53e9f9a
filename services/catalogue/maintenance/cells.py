"""How a cell of an item table is read: text in, the value of an element out, or `CellWrong` with what is wanted."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from identity.numbers import NumberWrong, credit_code
from services.catalogue.codes import Audience, ItemType, Level, OnlineDepth
from services.catalogue.factsheet import WORDS
from services.catalogue.form import Pair
from services.catalogue.particulars import BodyKind, PowerSource, Reach, Way
from services.catalogue.themes import themes

Reader = Callable[[str], Any]
LIST = re.compile(r"[、，,；;\n]+")
LAW = re.compile(
    r"《(?P<law>[^》]+)》\s*(?P<article>第[〇零一二三四五六七八九十百千0-9、,，\-—至和]+条[^:：\s]*)?[:：]?\s*(?P<text>.*)",
    re.S,
)
PHONE = re.compile(r"[0-9+][0-9 -]{3,18}")


class CellWrong(Exception):
    """`wanted` is what the cell should hold."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.wanted = Pair(zh, en)


def pair(text: str) -> dict[str, str]:
    return {"zh": text, "en": ""}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def whole(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,4})(?:\.0+)?\s*(?:个)?(?:工作日|日|天|次)?", text)
    if match is None:
        raise CellWrong("应为整数", "a whole number is wanted")
    return int(match[1])


def yuan(text: str) -> int:
    """«80», «80.50» or «80元» in fen."""
    match = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?\s*元?", text)
    if match is None:
        raise CellWrong("应为金额，单位为元", "an amount in yuan is wanted")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def yes_no(text: str) -> bool:
    said = {
        "是": True,
        "1": True,
        "支持": True,
        "收费": True,
        "否": False,
        "0": False,
        "不支持": False,
        "不收费": False,
    }
    if text not in said:
        raise CellWrong("应为“是”或“否”", "yes (是) or no (否) is wanted")
    return said[text]


def digits(length: int) -> Reader:
    """A code of exactly so many digits or capitals; Excel may have dropped nothing."""

    def read(text: str) -> str:
        if not re.fullmatch(rf"[0-9A-Z]{{{length}}}", text):
            raise CellWrong(
                f"应为 {length} 位编码（单元格请设为文本格式）",
                f"a code of {length} characters is wanted, as text",
            )
        return text

    return read


def body_code(text: str) -> str:
    try:
        return credit_code(text)
    except NumberWrong as wrong:
        raise CellWrong(
            f"统一社会信用代码有误（{wrong.why}）", f"the credit code is wrong ({wrong.why})"
        ) from wrong


def phone(text: str) -> str:
    if not PHONE.fullmatch(text):
        raise CellWrong("应为可拨打的电话号码", "a telephone number is wanted")
    return text


def one_of(words: Mapping[str, str]) -> Reader:
    """A word or the standard's own code of a list, as the value that is stored."""

    def read(text: str) -> str:
        if text not in words:
            allowed = "、".join(dict.fromkeys(words))
            raise CellWrong(f"应为其中之一：{allowed}", f"one of these is wanted: {allowed}")
        return words[text]

    return read


def some_of(words: Mapping[str, str]) -> Reader:
    read_one = one_of(words)
    return lambda text: list(
        dict.fromkeys(read_one(part.strip()) for part in LIST.split(text) if part.strip())
    )


def listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in LIST.split(text) if part.strip()))


def basis(text: str) -> list[dict[str, Any]]:
    """One basis a line: 《law》第X条：what it says."""
    found = []
    for line in lines(text):
        match = LAW.fullmatch(line)
        if match is None:
            raise CellWrong(
                "每行一条，写作：《法律名称》第几条：内容", "one a line: 《law》article: what it says"
            )
        found.append({name: pair((match[name] or "").strip()) for name in ("law", "article", "text")})
    return found


def conditions(text: str) -> list[dict[str, Any]]:
    """One condition a line; checks that facts can answer are added in the editor."""
    return [{"key": f"condition-{place}", "text": pair(line)} for place, line in enumerate(lines(text), 1)]


def materials(text: str) -> list[dict[str, Any]]:
    """One material a line by its name; where it comes from is said in the editor."""
    return [
        {"code": f"material-{place}", "name": pair(line), "source": "upload"}
        for place, line in enumerate(lines(text), 1)
    ]


def _codes(*entries: tuple[str, str, str]) -> dict[str, str]:
    """word and standard's code → value"""
    return {key: value for word, code, value in entries for key in (word, code)}


TYPES = {WORDS[one].zh: one.value for one in ItemType} | {one.value: one.value for one in ItemType}
LEVELS = {WORDS[one].zh: one.value for one in Level} | {one.value: one.value for one in Level}
BODIES = {WORDS[one].zh: one.value for one in BodyKind} | dict(
    zip("1239", (one.value for one in BodyKind), strict=True)
)
POWERS = {WORDS[one].zh: one.value for one in PowerSource} | dict(
    zip("123456", (one.value for one in PowerSource), strict=True)
)
REACHES = {
    key: one.value for one in Reach for key in (WORDS[one].zh, WORDS[one].zh.removesuffix("通办"))
} | dict(zip("1234", (one.value for one in Reach), strict=True))
WAYS = {key: one.value for one in Way for key in (WORDS[one].zh, WORDS[one].zh.removesuffix("办理"))}
DEPTHS = {one.value: one.value for one in OnlineDepth} | {
    "Ⅰ": "1",
    "Ⅱ": "2",
    "Ⅲ": "3",
    "Ⅳ": "4",
    "全程网办": "4",
}
AUDIENCES = _codes(
    ("自然人", "1", Audience.PERSON.value),
    ("企业法人", "2", Audience.ENTERPRISE.value),
    ("事业法人", "3", Audience.INSTITUTION.value),
    ("社会组织法人", "4", Audience.SOCIAL.value),
    ("行政机关", "5", Audience.AUTHORITY.value),
    ("其他组织", "6", Audience.OTHER.value),
)
THEMES = {one.name.zh: one.slug for one in themes()} | {one.slug: one.slug for one in themes()}
