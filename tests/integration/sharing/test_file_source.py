import os

import openpyxl
import pytest

from portal.cli.demo import social_insurance
from portal.cli.demo.social_insurance import put_down
from services.sharing.adapters.files import FileSource
from services.sharing.errors import SourceDown, SourceWrong

pytestmark = pytest.mark.anyio
PERSON = "520181197602290023"
MAPPING = {"name": "name", "months": "months"}
HEAD = b"number,name,months\n"


def open_source(path, **change):
    settings = {"name": "sample", "resource": "s", "path": path, "subject_column": "number"}
    return FileSource(**settings | {"mapping": MAPPING} | change)


def put(path, content, *, age=0):
    put_down(path, content)
    moment = 1_790_000_000 + age
    os.utime(path, (moment, moment))


async def test_the_sample_file_is_read_with_its_chinese_headings(tmp_path):
    path = social_insurance.write(tmp_path / "records" / "sample.csv")
    mapping = {"ended_on": "终止参保日期", "unemployment_months": "失业保险缴费月数"}
    source = open_source(path, subject_column="公民身份号码", mapping=mapping)
    (row,) = await source.rows(PERSON, list(mapping))
    assert row.values == {"ended_on": "2026-10-31", "unemployment_months": "132"}
    assert row.as_of.timestamp() == pytest.approx(path.stat().st_mtime, abs=1)
    assert await source.rows("520102199001010019", list(mapping)) == []


async def test_a_workbook_is_read_like_the_csv(tmp_path):
    book = openpyxl.Workbook()
    for line in (["number", "name", "months"], ["a1x", "示例䶮", 12], [None, None, None]):
        book.active.append(line)
    book.save(tmp_path / "register.xlsx")
    book.close()
    (row,) = await open_source(tmp_path / "register.xlsx").rows("A1X", ["name", "months"])
    assert row.values == {"name": "示例䶮", "months": 12}


async def test_the_departments_own_encoding_is_configured(tmp_path):
    put(tmp_path / "r.csv", "number,name,months\n1,示例甲,2\n".encode("gb18030"))
    (row,) = await open_source(tmp_path / "r.csv", encoding="gb18030").rows("1", ["name"])
    assert row.values == {"name": "示例甲"}


async def test_a_replaced_file_is_read_anew_and_an_unchanged_one_is_not(tmp_path):
    source = open_source(tmp_path / "r.csv")
    put(tmp_path / "r.csv", HEAD + b"1,a,1\n")
    (first,) = await source.rows("1", ["name"])
    index = source._index
    assert (await source.rows("1", ["name"])) == [first]
    assert source._index is index
    put(tmp_path / "r.csv", HEAD + b"1,b,1\n", age=60)
    (second,) = await source.rows("1", ["name"])
    assert (first.values["name"], second.values["name"]) == ("a", "b")
    assert second.as_of > first.as_of


SPOILED = {
    "cut off": HEAD + b'1,"a',
    "short line": HEAD + b"1,a\n",
    "missing heading": b"number,name\n1,a\n",
    "doubled heading": b"number,name,name,months\n1,a,a,1\n",
    "empty": b"",
    "another encoding": HEAD + "1,示例,1\n".encode("gb18030"),
}


@pytest.mark.parametrize("content", SPOILED.values(), ids=SPOILED)
async def test_a_spoiled_new_file_leaves_the_old_register_and_is_named(tmp_path, content):
    source = open_source(tmp_path / "r.csv")
    put(tmp_path / "r.csv", HEAD + b"1,a,1\n")
    await source.check()
    put(tmp_path / "r.csv", content, age=60)
    with pytest.raises(SourceWrong):
        await source.check()
    (row,) = await source.rows("1", ["name"])
    assert row.values == {"name": "a"}
    put(tmp_path / "r.csv", HEAD + b"1,c,1\n", age=120)
    await source.check()
    assert (await source.rows("1", ["name"]))[0].values == {"name": "c"}


@pytest.mark.parametrize("content", SPOILED.values(), ids=SPOILED)
async def test_a_file_that_was_never_readable_answers_nothing(tmp_path, content):
    put(tmp_path / "r.csv", content)
    with pytest.raises(SourceWrong):
        await open_source(tmp_path / "r.csv").rows("1", ["name"])


async def test_a_spoiled_workbook_is_wrong(tmp_path):
    put(tmp_path / "r.xlsx", b"PK\x03\x04 not a workbook")
    with pytest.raises(SourceWrong):
        await open_source(tmp_path / "r.xlsx").rows("1", ["name"])


async def test_a_file_that_is_not_there_is_down(tmp_path):
    with pytest.raises(SourceDown):
        await open_source(tmp_path / "r.csv").check()


async def test_a_field_without_column_is_wrong(tmp_path):
    put(tmp_path / "r.csv", HEAD + b"1,a,1\n")
    with pytest.raises(SourceWrong):
        await open_source(tmp_path / "r.csv").rows("1", ["salary"])


async def test_doubled_lines_are_all_handed_on(tmp_path):
    put(tmp_path / "r.csv", HEAD + b"1,a,1\n1,b,1\n")
    assert len(await open_source(tmp_path / "r.csv").rows("1", ["name"])) == 2
