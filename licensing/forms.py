"""The application form (申请表) on paper: blank, filled in as a sample, or as it stands in a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from licensing import metadata
from licensing.rules import local_day
from licensing.sheet import Sheet
from licensing.sheets import chinese_date

BLANK_ROWS = 3
"""Rows of a group on an empty form."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question: `text` is the answer, "" to leave room for it; `offered` what may be ticked, with what is."""

    label: str
    text: str = ""
    hint: str = ""
    offered: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a group: its name, the heads of its columns, the cells of every row."""

    label: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the form."""

    title: str
    lines: Sequence[Line | Grid]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormData:
    """What the form says. `mark` is written across it («示例»); number, applicant and day stay empty on a blank one."""

    item_name: str
    item_code: str
    version: int
    department: str
    at: datetime
    blocks: Sequence[Block]
    materials: Sequence[tuple[str, str]] = ()
    number: str = ""
    applicant: str = ""
    dated: bool = False
    mark: str | None = None
    sample: bool = True


def application_form(data: FormData) -> bytes:
    """The form as PDF, unsealed. Blocks; call it in a thread. Raises PrintFailed."""
    # The layout engine takes a second to load; processes that print nothing do without.
    from licensing import printing

    return printing.print_document(_sheet(data))


def _sheet(data: FormData) -> Sheet:
    named = f"{data.item_name}申请表"
    elements = {"title": named, "item": data.item_code, "version": str(data.version), "number": data.number}
    return Sheet(
        template="documents/application-form",
        values={
            "item_name": data.item_name,
            "department": data.department,
            "number": data.number,
            "applicant": data.applicant,
            "dated": chinese_date(local_day(data.at).isoformat()) if data.dated else "",
            "body": Markup("").join(print_block(block) for block in data.blocks),
            "materials": _materials(data.materials),
            "mark": Markup('<p class="specimen">{}</p>').format(data.mark) if data.mark else "",
            "foot": _foot(data),
        },
        title=named,
        author=data.department,
        identifier=data.number or f"{data.item_code}-{data.version}",
        at=data.at,
        record=metadata.record("application-form", elements, sample=data.sample),
        sealable=False,
    )


def _foot(data: FormData) -> Markup:
    told = f"表单依据事项第 {data.version} 版生成。"
    return Markup('<p class="foot">{}{}</p>').format(told, "示例数据 · 不具法律效力。" if data.sample else "")


def print_block(block: Block) -> Markup:
    """A part of a form as it is printed: its title, its lines as one table, its grids."""
    parts = [Markup("<h2>{}</h2>").format(block.title)]
    lines = [line for line in block.lines if isinstance(line, Line)]
    if lines:
        parts.append(_table(lines))
    parts += [_grid(grid) for grid in block.lines if isinstance(grid, Grid)]
    return Markup("").join(parts)


def _table(lines: Sequence[Line]) -> Markup:
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}{}</th><td class="{}">{}</td></tr>').format(
            line.label,
            Markup('<span class="hint">{}</span>').format(line.hint) if line.hint else "",
            "" if line.text or line.offered else "empty",
            _answer(line),
        )
        for line in lines
    )
    return Markup("<table><tbody>{}</tbody></table>").format(rows)


def _answer(line: Line) -> Markup:
    texts = [f"{'■' if chosen else '□'} {words}" for words, chosen in line.offered] or line.text.split("\n")
    return Markup("").join(Markup('<span class="line">{}</span>').format(text) for text in texts)


def _grid(grid: Grid) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(one) for one in grid.heads)
    rows = grid.rows or [[""] * len(grid.heads)] * BLANK_ROWS
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td class="{}">{}</td>').format("" if one else "empty", one) for one in row
            )
        )
        for row in rows
    )
    return Markup(
        '<h3>{}</h3><table class="grid"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(grid.label, head, body)


def _materials(materials: Sequence[tuple[str, str]]) -> Markup:
    if not materials:
        return Markup("")
    lines = [Line(name, how) for name, how in materials]
    return Markup("<h2>申请材料</h2>{}").format(_table(lines))
