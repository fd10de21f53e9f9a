"""A report in tables (旬报、月报、季报) on paper: unsealed, from numbers that are kept elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from licensing import metadata
from licensing.papers import heading
from licensing.rules import local_day
from licensing.sheet import Sheet
from licensing.sheets import chinese_date


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its heading, the heads of its columns, its rows as they are to be read."""

    heading: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPaper:
    """`scope` is whose cases it counts, `period` which days; `identifier` names this report."""

    title: str
    scope: str
    period: str
    keeper: str
    identifier: str
    at: datetime
    sections: Sequence[Section]
    notes: Sequence[str] = ()
    sample: bool = True


def printed(paper: ReportPaper) -> bytes:
    """The report as PDF. Blocks; call it in a thread. Raises PrintFailed."""
    # The layout engine takes a second to load; processes that print nothing do without.
    from licensing import printing

    return printing.print_slowly(_sheet(paper))


def _sheet(paper: ReportPaper) -> Sheet:
    dated = local_day(paper.at).isoformat()
    elements = {"title": paper.title, "scope": paper.scope, "period": paper.period, "dated": dated}
    return Sheet(
        template="documents/report",
        values={
            "title_shown": paper.title,
            "scope": paper.scope,
            "period": paper.period,
            "keeper": paper.keeper,
            "dated": chinese_date(dated),
            "body": Markup("").join(_table(section) for section in paper.sections),
            "notes": Markup("").join(Markup("<p>{}</p>").format(note) for note in paper.notes),
            "foot": "示例数据 · 不具法律效力。" if paper.sample else "",
        },
        title=f"{paper.title} {paper.period}",
        author=paper.keeper,
        identifier=paper.identifier,
        at=paper.at,
        record=metadata.record("report", elements, sample=paper.sample),
        sealable=False,
    )


def _table(section: Section) -> Markup:
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(text) for text in section.heads)
    rows = Markup("").join(Markup("<tr>{}</tr>").format(_cells(row)) for row in section.rows)
    table = Markup('<table class="grid"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        heads, rows
    )
    return heading(section.heading) + table


def _cells(row: Sequence[str]) -> Markup:
    name = Markup('<th scope="row">{}</th>').format(row[0])
    return name + Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
