import io
import zipfile

import openpyxl
import pytest

from storage import workbooks
from storage.errors import WorkbookUnreadable

NEEDED = ("名称", "号码")


def made(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content):
    rows = workbooks.first_sheet(content)
    return workbooks.columns_of(rows, ("号码", "名称", "日期"), needed=NEEDED), list(rows)


def test_columns_are_found_below_a_title_in_any_order_and_rows_go_on_below_them():
    places, rest = read(made(["示例清单"], ["备注", "名\n称", "号码 "], [None, "甲", 1], ["", "乙", 2]))
    assert places == {"号码": 2, "名称": 1}
    assert rest == [(3, (None, "甲", 1)), (4, (None, "乙", 2))]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not-a-table"),
        (b"PK\x03\x04 nothing of the kind", "not-a-table"),
        (made(["名称"]), "no-columns"),
        (made(*[["示例"]] * workbooks.SEARCHED, NEEDED), "no-columns"),
    ],
)
def test_what_is_no_table_with_these_columns_is_refused(content, why):
    with pytest.raises(WorkbookUnreadable) as told:
        read(content)
    assert told.value.why == why


def test_a_file_damaged_inside_is_refused_and_not_a_fault():
    sound = made(NEEDED, ["甲", "1"])
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:60] if name.startswith("xl/worksheets") else old.read(name))
    with pytest.raises(WorkbookUnreadable, match="not-a-table"):
        read(content.getvalue())


def test_a_small_file_that_would_unpack_into_an_enormous_one_is_not_unpacked():
    with pytest.raises(WorkbookUnreadable, match="too-large"):
        workbooks.opened(made(NEEDED), largest=100)
