"""A draft as a spreadsheet: the page, the API, and what is refused whole."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from services.catalogue import columns
from tests.journeys.cases import begin, fill
from tests.journeys.conftest import checked
from tests.journeys.machine import machine, started
from tests.journeys.test_forms import KIND, PERSON

pytestmark = pytest.mark.anyio


def filled(content, cells):
    """The table with {(key, row): text} written into it; the rows count from 1."""
    book = load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        keys = {cell.value: cell.column for cell in sheet[columns.KEYS]}
        for (key, row), text in cells.items():
            if key in keys:
                sheet.cell(columns.FIRST + row - 1, keys[key], text)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def shareholder(row, **more):
    told = PERSON | {"holder_kind": "自然人", "holder_pays_in": "货币", "holder_share": "50"} | more
    return {(f"shareholders.{key}", row): text for key, text in told.items()}


async def handed_back(person, number, content):
    files = {"file": ("申请表.xlsx", content, "application/octet-stream")}
    return await person.post(f"/applications/{number}/table", files=files)


async def test_shareholders_come_from_a_spreadsheet_all_of_them_or_none(sign_in):
    person = await sign_in("person-a")
    number = await begin(person, "enterprise-registration")
    await fill(person, number, KIND)
    assert "用电子表格填写" in checked(await person.get(f"/applications/{number}")).text
    page = checked(await person.get(f"/applications/{number}/pages/shareholders"))
    assert f'href="/applications/{number}/table"' in page.text
    assert "全部股东" in checked(await person.get(f"/applications/{number}/table")).text
    sheet = await person.get(f"/applications/{number}/table.xlsx")
    assert "attachment" in sheet.headers["content-disposition"]

    await person.get(f"/applications/{number}/table")
    wrong = shareholder(1) | shareholder(2, holder_share="一半", holder_id="123")
    refused = checked(await handed_back(person, number, filled(sheet.content, wrong)))
    assert refused.status_code == 422
    assert "表里有 2 处要改" in refused.text
    assert "股东（合伙人） 2 的出资比例（%）：出资比例（%）请填写数字" in refused.text
    assert "还没有添加" in checked(await person.get(f"/applications/{number}/pages/shareholders")).text

    right = shareholder(1) | shareholder(2, holder_name="示例丑")
    await person.get(f"/applications/{number}/table")
    taken = await handed_back(person, number, filled(sheet.content, right))
    assert taken.headers["location"] == f"/applications/{number}", taken.text
    page = checked(await person.get(f"/applications/{number}/pages/shareholders"))
    assert "示例子" in page.text
    assert "示例丑" in page.text
    await person.get(f"/applications/{number}/table")
    for content, words in (
        (b"", "请上传"),
        (b"hello", "不是能打开的"),
        (sheet.content[:200], "不是能打开的"),
    ):
        answer = checked(await handed_back(person, number, content))
        assert answer.status_code == 422 or content == b""
        assert words in answer.text or content == b""
    stranger = await sign_in("person-b")
    assert (await stranger.get(f"/applications/{number}/table.xlsx")).status_code == 404


async def test_a_program_fetches_the_table_and_puts_it_back(stranger):
    owner = await machine(stranger, "person-a")
    draft = await started(owner, "enterprise-registration")
    address = f"/applications/{draft['number']}/table"
    await owner.patch(draft["number"], {"company_kind": "limited"})
    sheet = await owner.get(address)
    wrong = filled(sheet.content, shareholder(1, holder_share="一半"))
    refused = await owner.call("PUT", address, files={"file": ("t.xlsx", wrong)})
    assert (refused.status_code, refused.json()["title"]) == (422, "cells-wrong")
    told = refused.json()["mistakes"][0]
    assert (told["mistake"]["key"], told["mistake"]["code"]) == (
        "shareholders-1-holder_share",
        "not-a-number",
    )
    unreadable = await owner.call("PUT", address, files={"file": ("t.xlsx", b"hello")})
    assert (unreadable.status_code, unreadable.json()["title"]) == (422, "sheet-unreadable")
    taken = await owner.call(
        "PUT", address, files={"file": ("t.xlsx", filled(sheet.content, shareholder(1)))}
    )
    assert taken.status_code == 200, taken.text
    assert (await owner.call("PUT", address)).status_code == 400

    bundle = (await owner.post("/bundles/open-a-restaurant/applications", {"parts": []})).json()
    address = f"/bundle-applications/{bundle['number']}/table"
    sheet = await owner.get(address)
    name = "enterprise_registration__company_name"
    taken = await owner.call(
        "PUT", address, files={"file": ("t.xlsx", filled(sheet.content, {(name, 1): "示例大餐饮饭馆"}))}
    )
    assert taken.status_code == 200, taken.text
    assert taken.json()["form"]["answers"][name] == "示例大餐饮饭馆"
