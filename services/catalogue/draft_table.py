"""The table of one draft: its answers in a spreadsheet, the rows of each group on a sheet of their own.

It is downloaded with what is filled in so far, gone on with in a spreadsheet program, and read back as if typed into
the form: an empty cell leaves the answer as it is, the rows of a group's sheet take the place of the group's rows.
Reading goes by the second row of each sheet, as in `columns`. One mistake, and nothing of it is taken. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import msgspec
from openpyxl import Workbook

from services.catalogue import columns, rows
from services.catalogue.answers import NO_FACTS, Typed, check
from services.catalogue.codes import QuestionType
from services.catalogue.columns import FIRST, SHEET, Column
from services.catalogue.conditions import ALWAYS
from services.catalogue.errors import CellMistake, CellsWrong, SheetUnreadable
from services.catalogue.form import Form, Question
from services.catalogue.mistakes import Mistake
from services.catalogue.papering import WHERE_IT_APPLIES
from services.catalogue.readers import Rows

WITHIN = "."
"""Between a group's key and its question's, in the row of keys: `shareholders.holder_name`."""
COUNTED = frozenset({QuestionType.NUMBER, QuestionType.MONEY})
NOT_IN_TITLES = str.maketrans(dict.fromkeys("\\/*?:[]'", " "))
LONGEST_TITLE = 31

Found = dict[str, str | list[str]]


def table(form: Form, typed: Typed, *, today: date, facts: Mapping[str, object] = NO_FACTS) -> bytes:
    """The .xlsx of a draft with what is answered so far; sheets for groups come first."""
    values = check(form, typed, today=today, complete=False, facts=facts).values
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    for place, group in enumerate(columns.groups(form), 1):
        sheet = book.create_sheet(_title(place, group))
        told = values.get(group.key)
        _fill(sheet, _of_group(group), group.questions, told if isinstance(told, Rows) else ())
    single = [one for one in form.questions() if one.type is not QuestionType.GROUP]
    if own := _of_form(form):
        _fill(book.create_sheet(SHEET), own, single, [values])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read(
    form: Form, content: bytes, typed: Typed, *, today: date, facts: Mapping[str, object] = NO_FACTS
) -> Found:
    """What the table says, as it would be typed over `typed`; what is still missing is no mistake.

    Raises SheetUnreadable, and CellsWrong with every mistake.
    """
    with columns.told_unsound():
        found, places = _found(form, columns.opened(content))
    touched = {rows.owner(name) for name in found}
    kept = {name: text for name, text in typed.items() if rows.owner(name) not in touched}
    mistakes = check(form, kept | found, today=today, complete=False, facts=facts).mistakes
    wrong = [
        CellMistake(places.get(one.key, SHEET), one) for one in mistakes if rows.owner(one.key) in touched
    ]
    if wrong:
        raise CellsWrong(wrong)
    return found


def _title(place: int, group: Question) -> str:
    return f"{place} {group.label.zh.translate(NOT_IN_TITLES)}"[:LONGEST_TITLE]


def _of_form(form: Form) -> list[Column]:
    conditional = {
        one.key
        for page in form.pages()
        for one in page.questions
        if page.when != ALWAYS or one.when != ALWAYS
    }
    return [
        msgspec.structs.replace(one, label=f"{one.label}（{WHERE_IT_APPLIES}）")
        if one.key in conditional
        else one
        for one in columns.columns(list(form.questions()))
    ]


def _of_group(group: Question) -> list[Column]:
    conditional = {one.key for one in group.questions if one.when != ALWAYS}
    return [
        msgspec.structs.replace(
            one,
            key=f"{group.key}{WITHIN}{one.key}",
            label=f"{one.label}（{WHERE_IT_APPLIES}）" if one.key in conditional else one.label,
        )
        for one in columns.columns(group.questions)
    ]


def _fill(
    sheet: Any, own: Sequence[Column], questions: Sequence[Question], told: Sequence[Mapping[str, Any]]
) -> None:
    """Heads, and below them what is answered. Cells are text: a spreadsheet would round a long number."""
    by_key = {one.key: one for one in questions}
    asked = [by_key[column.key.rpartition(WITHIN)[2]] for column in own]
    chosen = columns.single(questions)
    lists = {column.key for column, one in zip(own, asked, strict=True) if one.key in chosen}
    columns.head(sheet, own, frozenset(lists))
    for place, question in enumerate(asked, 1):
        for number in range(FIRST, FIRST + max(len(told), rows.MOST_ROWS)):
            cell = sheet.cell(number, place)
            if question.type not in COUNTED:
                cell.number_format = "@"
            value = told[number - FIRST].get(question.key) if number - FIRST < len(told) else None
            if value is not None:
                # An answer that begins with «=» is an answer, not a formula.
                cell.value, cell.data_type = columns.cell_text(question, value), "s"


def _found(form: Form, book: Any) -> tuple[Found, dict[str, str]]:
    """(what was typed, the cell of each question by its key), over all sheets that are of this form."""
    own = {column.key: None for column in [*_of_form(form), *_everything_in_groups(form)]}
    typed: Found = {}
    places: dict[str, str] = {}
    known = 0
    for sheet in book.worksheets:
        try:
            found = [line for _, line in columns.lines(sheet, own)]
        except SheetUnreadable as refused:
            if refused.why != "sheet":
                raise
            continue
        known += 1
        for asked, cell, value in _answered(form, found):
            typed |= columns.typed_in(asked, value)
            places[asked.key] = f"{sheet.title}!{cell}"
        for group in _groups_in(form, found):
            typed[group.key] = []
            places[group.key] = str(sheet.title)
    if not known:
        raise SheetUnreadable("sheet")
    return typed, places


def _everything_in_groups(form: Form) -> Iterator[Column]:
    for group in columns.groups(form):
        yield from _of_group(group)


def _groups_in(form: Form, found: Sequence[columns.Line]) -> list[Question]:
    keys = {key.partition(WITHIN)[0] for line in found for key in line if WITHIN in key}
    return [group for group in columns.groups(form) if group.key in keys]


def _answered(form: Form, found: Sequence[columns.Line]) -> Iterator[tuple[Question, str, object]]:
    """(question, cell, what stands in it). Raises SheetUnreadable and, for too many rows, CellsWrong."""
    single = [{key: cell for key, cell in line.items() if WITHIN not in key} for line in found]
    single = [line for line in single if line]
    if len(single) > 1:
        raise SheetUnreadable("one-only")
    for line in single:
        for key, (cell, value) in line.items():
            question = form.question(key)
            if question is not None:
                yield question, cell, value
    for group in _groups_in(form, found):
        yield from _rows_answered(group, found)


def _rows_answered(group: Question, found: Sequence[columns.Line]) -> Iterator[tuple[Question, str, object]]:
    own = [line for line in found if any(key.startswith(f"{group.key}{WITHIN}") for key in line)]
    if len(own) > rows.most(group):
        told = Mistake(group.key, "too-many-rows", {"max": rows.most(group)})
        raise CellsWrong([CellMistake(group.label.zh, told)])
    for number, line in enumerate(own, 1):
        for asked, one in zip(rows.placed(group, number), group.questions, strict=True):
            place = line.get(f"{group.key}{WITHIN}{one.key}")
            if place is not None:
                yield asked, *place
