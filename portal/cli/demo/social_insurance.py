"""The sample social-insurance records (示例社会保险参保数据): a CSV file the department puts down now and then."""

import csv
import io
import os
from dataclasses import astuple, dataclass
from pathlib import Path

from portal.cli.demo.people import person

HEADINGS = (
    "公民身份号码",
    "姓名",
    "累计参保月数",
    "失业保险缴费月数",
    "最后参保单位",
    "终止参保日期",
    "终止原因",
    "待遇发放银行",
)


@dataclass(frozen=True, slots=True)
class Record:
    """One person's record; `ended_on` and `ended_reason` are empty while they are insured by an employer."""

    id_number: str
    name: str
    insured_months: int
    unemployment_months: int
    last_employer: str
    ended_on: str
    ended_reason: str
    benefit_bank: str


def _record(key: str, months: tuple[int, int], employer: str, ended: tuple[str, str] = ("", "")) -> Record:
    who = person(key)
    return Record(who.id_number, who.name, *months, employer, *ended, "示例银行")


RECORDS = (
    _record("person-a", (88, 88), "示例餐饮有限公司"),
    _record("person-d", (214, 132), "示例纺织有限公司", ("2026-10-31", "用人单位解除劳动合同")),
    _record("person-f", (402, 264), "示例茶业有限公司"),
    _record("person-h", (19, 7), "示例商贸有限公司", ("2026-09-30", "本人辞职")),
    _record("person-j", (46, 46), "示例餐饮有限公司"),
)
"""丁 lost her work through no wish of her own after eleven paid years; 辛 left of his own accord with seven
paid months; the others are at work."""


def write(path: Path) -> Path:
    """The file, put down whole (UTF-8 with a byte-order mark, as spreadsheet programs of the trade expect)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(astuple(record) for record in RECORDS)
    path.parent.mkdir(parents=True, exist_ok=True)
    put_down(path, text.getvalue().encode("utf-8-sig"))
    return path


def put_down(path: Path, content: bytes) -> None:
    """Put a file down the way a department should: whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
