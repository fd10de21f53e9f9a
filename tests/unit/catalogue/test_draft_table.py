"""The table of one draft: what is answered stands in it, what is filled in comes back, and one mistake refuses all of it."""

import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from services.catalogue import columns, commands, draft_table, rows, samples
from services.catalogue.answers import check
from services.catalogue.errors import CellsWrong, SheetUnreadable
from tests.unit.catalogue.building import TODAY

ITEMS = {item.code: item for item in commands.shipped()}
HR = ITEMS["hr-service"].form


def saved(book):
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def values(form, typed):
    return check(form, typed, today=TODAY, complete=False).values


def over(form, typed, found):
    """The answers after the table was taken in, as a draft keeps them."""
    touched = {rows.owner(name) for name in found}
    return values(
        form, {name: text for name, text in typed.items() if rows.owner(name) not in touched} | found
    )


def book_of(form, typed):
    return load_workbook(BytesIO(draft_table.table(form, typed, today=TODAY)))


def written(book, cells):
    """Write {(key, row): text}; the rows count from 1."""
    for sheet in book.worksheets:
        keys = {cell.value: cell.column for cell in sheet[columns.KEYS]}
        for (key, row), text in cells.items():
            if key in keys:
                sheet.cell(columns.FIRST + row - 1, keys[key], text)
    return saved(book)


@pytest.mark.parametrize("code", ITEMS)
def test_a_table_handed_back_untouched_changes_nothing(code):
    form = ITEMS[code].form
    typed = samples.sample(form, today=TODAY)
    found = draft_table.read(form, draft_table.table(form, typed, today=TODAY), typed, today=TODAY)
    assert over(form, typed, found) == values(form, typed)
    empty = draft_table.table(form, {}, today=TODAY)
    assert draft_table.read(form, empty, typed, today=TODAY) == {}


def test_rows_take_the_place_of_the_rows_and_empty_cells_leave_what_is_there():
    typed = samples.sample(HR, today=TODAY)
    first = values(HR, typed)["staff"][0]
    book = book_of(HR, {})
    inner = {("staff.staff_name", 1): "示例子", ("staff.staff_id", 1): first["staff_id"]}
    found = draft_table.read(HR, written(book, inner), typed, today=TODAY)
    anew = over(HR, typed, found)
    assert [row["staff_name"] for row in anew["staff"]] == ["示例子"]
    assert {key: value for key, value in anew.items() if key != "staff"} == {
        key: value for key, value in values(HR, typed).items() if key != "staff"
    }


def test_one_mistake_refuses_everything_and_every_mistake_names_its_cell():
    typed = samples.sample(HR, today=TODAY)
    wrong = {("area", 1): "很大", ("staff.staff_id", 2): "123"}
    with pytest.raises(CellsWrong) as refused:
        draft_table.read(HR, written(book_of(HR, typed), wrong), typed, today=TODAY)
    told = {one.mistake.key: one.cell for one in refused.value.mistakes}
    assert set(told) == {"area", "staff-2-staff_id"}
    assert told["area"].startswith(f"{columns.SHEET}!")
    assert told["area"].endswith("3")
    assert told["staff-2-staff_id"].endswith("4")


def test_a_mistake_of_long_ago_does_not_stand_in_the_way():
    typed = samples.sample(HR, today=TODAY) | {"area": "很大"}
    book = book_of(HR, typed)
    assert draft_table.read(HR, written(book, {("org_name", 1): "示例人力"}), typed, today=TODAY)


def test_more_rows_than_there_may_be_are_refused():
    group = HR.question("staff")
    cells = {("staff.staff_name", row): "示例子" for row in range(1, rows.most(group) + 2)}
    with pytest.raises(CellsWrong) as refused:
        draft_table.read(HR, written(book_of(HR, {}), cells), {}, today=TODAY)
    assert refused.value.mistakes[0].mistake.code == "too-many-rows"


def test_an_answer_is_never_a_formula():
    key = next(one.key for one in HR.questions() if str(one.type) == "text")
    raw = zipfile.ZipFile(BytesIO(draft_table.table(HR, {key: "=1+1"}, today=TODAY)))
    assert not any(b"<f>" in raw.read(name) for name in raw.namelist())


def test_two_applications_in_one_table_are_refused():
    with pytest.raises(SheetUnreadable) as refused:
        draft_table.read(
            HR, written(book_of(HR, {}), {("area", 1): "20", ("area", 2): "30"}), {}, today=TODAY
        )
    assert refused.value.why == "one-only"


def enormous():
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (columns.LARGEST + 1))
    return content.getvalue()


def broken():
    """A workbook one of whose parts is no XML."""
    content = BytesIO()
    whole = BytesIO(draft_table.table(HR, {}, today=TODAY))
    with zipfile.ZipFile(whole) as sound, zipfile.ZipFile(content, "w") as parts:
        for name in sound.namelist():
            parts.writestr(name, b"<<<" if "sheet1" in name else sound.read(name))
    return content.getvalue()


@pytest.mark.parametrize("made", [lambda: b"", lambda: b"PK\x03\x04", lambda: saved(Workbook()), enormous, broken],
                         ids=["empty", "cut", "other", "enormous", "broken"])  # fmt: skip
def test_what_is_no_table_of_this_form_is_refused(made):
    with pytest.raises(SheetUnreadable):
        draft_table.read(HR, made(), {}, today=TODAY)
