"""A form as columns of a spreadsheet: one row for each application, a sheet of its own for the rows of each group.

The template says in its second row which question a column is for; that row is what reading goes by, so columns
may be moved, hidden and left out. Files cannot be in a cell and are handed in as materials. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from msgspec import Struct
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from services.catalogue import rows
from services.catalogue.answers import Checked, Typed, check
from services.catalogue.codes import QuestionType
from services.catalogue.errors import CellMistake, SheetUnreadable
from services.catalogue.form import Form, Question
from services.catalogue.readers import DATE_PARTS, SPACE
from services.catalogue.regions import REGIONS, region_in
from storage import workbooks
from storage.errors import WorkbookUnreadable

SHEET = "申请"
ROW_NUMBER = "row"
HEAD, KEYS, FIRST = 1, 2, 3
"""Rows of a sheet: labels, keys, the first application."""
MOST_APPLICATIONS = 1000
MOST_COLUMNS = 500
LARGEST = 32 * 1024 * 1024
"""Bytes of all parts unpacked: a small file may not stand for an enormous one."""
LONGEST_LIST = 250
"""Characters a drop-down list may have in a spreadsheet."""
YES, NO = "是", "否"


class Column(Struct, frozen=True):
    """One column: the question it is for, its label, and the words that may be chosen in it."""

    key: str
    label: str
    words: tuple[str, ...] = ()


class Application(Struct, frozen=True):
    """One application read: its row in the spreadsheet, what was typed, and its mistakes by cell."""

    row: int
    typed: dict[str, str | list[str]]
    checked: Checked
    mistakes: tuple[CellMistake, ...]


def columns(questions: Sequence[Question]) -> list[Column]:
    """The columns of these questions in their order, groups and files left out."""
    return [
        Column(one.key, one.label.zh if one.required else f"{one.label.zh}（选填）", _words(one))
        for one in questions
        if one.type not in {QuestionType.GROUP, QuestionType.FILE}
    ]


def _words(question: Question) -> tuple[str, ...]:
    if question.type is QuestionType.YES_NO:
        return (YES, NO)
    return tuple(option.label.zh for option in question.options)


def groups(form: Form) -> list[Question]:
    return [one for one in form.questions() if one.type is QuestionType.GROUP]


def template(form: Form) -> bytes:
    """An empty .xlsx to fill in: labels, keys, and drop-down lists for single choices."""
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    first = book.create_sheet(SHEET)
    head(first, columns(list(form.questions())), single(form.questions()))
    for group in groups(form):
        number = Column(ROW_NUMBER, f"“{SHEET}”中的第几行")
        sheet = book.create_sheet(group.key)
        head(sheet, [number, *columns(group.questions)], single(group.questions))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def single(questions: Sequence[Question] | Iterator[Question]) -> frozenset[str]:
    """The keys of the questions answered with one of a list."""
    return frozenset(one.key for one in questions if one.type in {QuestionType.CHOICE, QuestionType.YES_NO})


def head(sheet: Any, own: Sequence[Column], listed_ones: frozenset[str]) -> None:
    for place, column in enumerate(own, 1):
        letter = get_column_letter(place)
        sheet.cell(HEAD, place, column.label).font = Font(bold=True)
        sheet.cell(KEYS, place, column.key).font = Font(color="00808080", size=8)
        sheet.column_dimensions[letter].width = min(40, 4 + 2 * len(column.label))
        offered = ",".join(column.words)
        if (
            column.key in listed_ones
            and len(offered) <= LONGEST_LIST
            and not any("," in one for one in column.words)
        ):
            listed = DataValidation(type="list", formula1=f'"{offered}"', allow_blank=True)
            sheet.add_data_validation(listed)
            listed.add(f"{letter}{FIRST}:{letter}{FIRST + MOST_APPLICATIONS}")
    sheet.freeze_panes = sheet.cell(FIRST, 1)


def read(form: Form, content: bytes, *, today: date) -> list[Application]:
    """Every application of a filled-in template, each with all its mistakes. Raises SheetUnreadable."""
    with told_unsound():
        return _read(form, opened(content), today)


def opened(content: bytes) -> Any:
    """The workbook, to be read within `told_unsound`."""
    return workbooks.opened(content, largest=LARGEST)


@contextmanager
def told_unsound() -> Iterator[None]:
    """Whatever the spreadsheet library trips over becomes SheetUnreadable."""
    try:
        with workbooks.told_unsound():
            yield
    except WorkbookUnreadable as unread:
        raise SheetUnreadable("too-many" if unread.why == "too-large" else "file") from unread


def _read(form: Form, book: Any, today: date) -> list[Application]:
    if SHEET not in book.sheetnames:
        raise SheetUnreadable("sheet")
    own = {one.key: one for one in form.questions()}
    found = dict(lines(book[SHEET], own))
    places: dict[int, dict[str, str]] = {
        number: {key: f"{SHEET}!{cell}" for key, (cell, _) in line.items()} for number, line in found.items()
    }
    typed = {
        number: {
            name: text for key, (_, value) in line.items() for name, text in typed_in(own[key], value).items()
        }
        for number, line in found.items()
    }
    for group in groups(form):
        if group.key in book.sheetnames:
            _read_group(group, book[group.key], typed, places)
    return [_application(form, number, typed[number], places[number], today) for number in sorted(typed)]


def _application(
    form: Form, number: int, typed: dict[str, str | list[str]], places: Mapping[str, str], today: date
) -> Application:
    checked = check(form, typed, today=today, complete=True)
    whole = f"{SHEET}!{number}"
    mistakes = tuple(CellMistake(places.get(one.key, whole), one) for one in checked.mistakes)
    return Application(number, typed, checked, mistakes)


Line = dict[str, tuple[str, object]]


def lines(sheet: Any, own: Mapping[str, object]) -> Iterator[tuple[int, Line]]:
    """(row, {key: (cell, value)}) of every row in which something stands. Raises SheetUnreadable."""
    keys: list[str] = []
    last = FIRST + MOST_APPLICATIONS - 1
    for number, cells in enumerate(
        sheet.iter_rows(max_row=last + 1, max_col=MOST_COLUMNS, values_only=True), 1
    ):
        if number == KEYS:
            keys = [str(value or "") for value in cells]
            if not set(keys) & set(own):
                raise SheetUnreadable("sheet")
        if number < FIRST:
            continue
        line = {
            key: (f"{get_column_letter(place)}{number}", value)
            for place, (key, value) in enumerate(zip(keys, cells, strict=False), 1)
            if key in own and value is not None and str(value).strip(SPACE)
        }
        if line and number > last:
            raise SheetUnreadable("too-many")
        if line:
            yield number, line
    if not keys:
        raise SheetUnreadable("sheet")


def _read_group(
    group: Question,
    sheet: Any,
    typed: dict[int, dict[str, str | list[str]]],
    places: dict[int, dict[str, str]],
) -> None:
    """Add every row of a group to the application it names; one that names none is told as the group's mistake."""
    own: dict[str, Question | None] = {one.key: one for one in group.questions}
    counts: dict[int, int] = {}
    for _, line in lines(sheet, own | {ROW_NUMBER: None}):
        number = _number(line.pop(ROW_NUMBER, ("", None))[1])
        if number not in typed:
            continue
        counts[number] = counts.get(number, 0) + 1
        for asked, one in zip(rows.placed(group, counts[number]), group.questions, strict=True):
            if one.key in line:
                cell, value = line[one.key]
                typed[number] |= typed_in(asked, value)
                places[number][asked.key] = f"{group.key}!{cell}"


def _number(value: object) -> int:
    text = str(value or "").removesuffix(".0")
    return int(text) if text.isdigit() and len(text) < 6 else 0


def typed_in(question: Question, value: object) -> dict[str, str | list[str]]:
    """What somebody would have typed who means what stands in the cell."""
    key = question.key
    if isinstance(value, datetime | date) and question.type is QuestionType.DATE:
        return {f"{key}-{part}": str(getattr(value, part)) for part in DATE_PARTS}
    text = _text(value)
    if question.type is QuestionType.ADDRESS:
        region, detail = region_in(text)
        return {f"{key}-region": region, f"{key}-detail": detail}
    if question.type is QuestionType.CHOICES:
        return {
            key: [_meant(question, one) for one in text.replace("，", "、").replace(",", "、").split("、")]
        }
    if question.type is QuestionType.YES_NO:
        return {key: {YES: "yes", NO: "no"}.get(text, text)}
    return {key: _meant(question, text)}


def _text(value: object) -> str:
    """A cell as text: a whole number without the decimals a spreadsheet gives it."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return str(value).strip(SPACE)


def _meant(question: Question, text: str) -> str:
    """The value of an option whose words were written; anything else as it stands."""
    words = text.strip(SPACE)
    return next((option.value for option in question.options if option.label.zh == words), words)


def written(form: Form, typed: Typed, *, today: date) -> dict[str, str]:
    """What would stand in the cells of one row for these answers, by question; groups and files left out."""
    values = check(form, typed, today=today, complete=False).values
    cells: dict[str, str] = {}
    for question in form.questions():
        value = values.get(question.key)
        if value is None or question.type in {QuestionType.GROUP, QuestionType.FILE}:
            continue
        cells[question.key] = cell_text(question, value)
    return cells


def cell_text(question: Question, value: Any) -> str:
    if question.type is QuestionType.ADDRESS:
        return f"{REGIONS[value.region].zh}{value.detail}"
    if question.type is QuestionType.DATE:
        return str(value.isoformat())
    labels = {option.value: option.label.zh for option in question.options}
    if isinstance(value, tuple):
        return "、".join(str(labels.get(one, one)) for one in value)
    if isinstance(value, bool):
        return YES if value else NO
    return labels.get(str(value), str(value))
