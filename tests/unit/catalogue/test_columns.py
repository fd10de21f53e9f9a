"""A form as columns of a spreadsheet: the template, and reading filled-in rows back."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from services.catalogue import columns, commands, samples
from services.catalogue.answers import check
from services.catalogue.codes import QuestionType as T
from tests.unit.catalogue.building import TODAY

ITEMS = {item.code: item for item in commands.shipped()}


def saved(book):
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def filled(form, typed):
    """The template with one application written into it as an official would."""
    book = load_workbook(BytesIO(columns.template(form)))
    cells = columns.written(form, typed, today=TODAY)
    write(book[columns.SHEET], columns.FIRST, cells)
    for group in columns.groups(form):
        value = check(form, typed, today=TODAY, complete=False).values.get(group.key, ())
        for place, row in enumerate(value):
            inner = {
                one.key: columns.cell_text(one, row[one.key]) for one in group.questions if one.key in row
            }
            write(book[group.key], columns.FIRST + place, inner | {columns.ROW_NUMBER: columns.FIRST})
    return book


def write(sheet, row, cells):
    keys = {cell.value: cell.column for cell in sheet[columns.KEYS]}
    for key, text in cells.items():
        sheet.cell(row, keys[key], text)


@pytest.mark.parametrize("code", ITEMS)
def test_what_is_written_into_the_template_is_read_back_the_same(code):
    form = ITEMS[code].form
    typed = samples.sample(form, today=TODAY)
    assert check(form, typed, today=TODAY, complete=True).mistakes == ()
    (read,) = columns.read(form, saved(filled(form, typed)), today=TODAY)
    assert read.mistakes == ()
    assert read.checked == check(form, typed, today=TODAY, complete=True)
    assert read.row == columns.FIRST


def test_every_mistake_names_its_cell():
    form = ITEMS["hr-service"].form
    book = filled(form, samples.sample(form, today=TODAY))
    write(book[columns.SHEET], columns.FIRST, {"area": "很大", "own_premises": "也许"})
    write(book["staff"], columns.FIRST + 1, {"staff_id": "123"})
    (read,) = columns.read(form, saved(book), today=TODAY)
    keys = {one.mistake.key: one.cell for one in read.mistakes}
    places = {cell.value: cell.column_letter for cell in book[columns.SHEET][columns.KEYS]}
    inner = {cell.value: cell.column_letter for cell in book["staff"][columns.KEYS]}
    assert keys == {
        "area": f"{columns.SHEET}!{places['area']}3",
        "own_premises": f"{columns.SHEET}!{places['own_premises']}3",
        "staff-2-staff_id": f"staff!{inner['staff_id']}4",
    }


def test_dates_and_numbers_are_read_as_spreadsheets_keep_them():
    form = ITEMS["food-business"].form
    typed = samples.sample(form, today=TODAY)
    book = filled(form, typed)
    write(book[columns.SHEET], columns.FIRST, {"seats": 40.0, "opens_on": date(2026, 12, 1)})
    (read,) = columns.read(form, saved(book), today=TODAY)
    assert (read.checked.values["seats"], read.checked.values["opens_on"]) == (40, date(2026, 12, 1))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", saved(Workbook())])
def test_what_is_no_template_is_refused(content):
    with pytest.raises(columns.SheetUnreadable):
        columns.read(ITEMS["senior-card"].form, content, today=TODAY)


def test_too_many_applications_are_refused():
    form = ITEMS["senior-card"].form
    book = load_workbook(BytesIO(columns.template(form)))
    for row in range(columns.FIRST, columns.FIRST + columns.MOST_APPLICATIONS + 1):
        book[columns.SHEET].cell(row, 1, "示例")
    with pytest.raises(columns.SheetUnreadable) as refused:
        columns.read(form, saved(book), today=TODAY)
    assert refused.value.why == "too-many"


def test_files_have_no_column():
    for item in ITEMS.values():
        keys = {one.key for one in columns.columns(list(item.form.questions()))}
        assert not keys & {one.key for one in item.form.questions() if one.type in {T.FILE, T.GROUP}}
