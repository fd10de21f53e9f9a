"""An item's way through the hands of those who keep it: edited, reviewed, published, suspended, cancelled, imported."""

import io
import re
import zipfile

import openpyxl
import pytest

from services.catalogue import commands
from services.catalogue.maintenance import commands as editing
from services.catalogue.maintenance import importing, table
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio

CODE = "senior-card"
ITEM = f"/admin/items/{CODE}"
TYPED = {"year": "", "month": "", "day": ""}


@pytest.fixture
async def editor(sign_in):
    return await sign_in("catalogue")


@pytest.fixture
async def lawyer(sign_in):
    return await sign_in("catalogue-legal")


async def changed(city_sessions, held, now, words):
    """The draft's short name changed, as the editor's pages do it."""
    from services.catalogue.maintenance import queries

    async with city_sessions() as session, session.begin():
        draft = await queries.draft(session, CODE)
        definition = draft.definition | {"short_name": {"zh": words, "en": words}}
        await editing.save_draft(
            session, CODE, definition, revision=draft.revision, actor="system:test", at=now
        )


async def revision(browser):
    page = checked(await browser.get(ITEM))
    return re.search(r'name="revision" value="(\d+)"', page.text)[1]


async def test_a_change_is_begun_reviewed_published_and_compared(editor, lawyer, city_sessions, held, now):
    page = checked(await editor.get("/admin/items"))
    assert CODE in page.text
    await editor.post(f"{ITEM}/draft", {})
    await changed(city_sessions, held, now, "敬老卡证")
    page = checked(await editor.get(f"{ITEM}/differences?before=1&after=draft"))
    assert "敬老卡证" in page.text
    await editor.post(f"{ITEM}/submission", {"revision": await revision(editor), "note": "改简称"})
    page = checked(await lawyer.get("/admin/reviews"))
    assert "改简称" in page.text
    page = checked(await lawyer.get(f"/admin/reviews/{CODE}"))
    assert "敬老卡证" in page.text
    seen = re.search(r'name="revision" value="(\d+)"', page.text)[1]
    refused = await lawyer.post(
        f"/admin/reviews/{CODE}", {"revision": seen, "verdict": "return", "reason": ""}
    )
    assert refused.status_code == 422
    await lawyer.post(f"/admin/reviews/{CODE}", {"revision": seen, "verdict": "approve", "reason": "合法"})
    page = checked(await editor.get(ITEM))
    assert "审核通过" in page.text
    wrong = await editor.post(f"{ITEM}/publication", {"day-year": "2026", "day-month": "2", "day-day": "31"})
    assert wrong.status_code == 422
    checked(wrong)
    past = await editor.post(f"{ITEM}/publication", {"day-year": "2020", "day-month": "1", "day-day": "1"})
    assert past.status_code == 422
    unfit = await editor.post(f"{ITEM}/publication", {"day-day": "1\x00"})
    assert unfit.status_code == 422
    assert "审核通过" in checked(unfit).text
    done = await editor.post(f"{ITEM}/publication", {})
    assert done.status_code == 303
    page = checked(await editor.get(ITEM))
    assert "现行" in page.text
    assert "合法性审核通过" in page.text
    page = checked(await editor.get(f"{ITEM}/differences"))
    assert "敬老卡证" in page.text
    file = await editor.get(f"{ITEM}/versions/2")
    assert "敬老卡证" in file.text


async def test_whoever_has_no_business_there_is_kept_out(editor, lawyer, sign_in):
    assert (await lawyer.get("/admin/items")).status_code == 403
    assert (await editor.get("/admin/reviews")).status_code == 403
    clerk = await sign_in("market-window")
    for path in ("/admin/items", "/admin/reviews", "/admin/exchange", f"{ITEM}/differences"):
        assert (await clerk.get(path)).status_code == 403


async def test_of_two_officials_the_second_is_told(editor, sign_in, city_sessions, held, now):
    colleague = await sign_in("catalogue-2")
    await editor.post(f"{ITEM}/draft", {})
    seen = await revision(colleague)
    await changed(city_sessions, held, now, "甲改的")
    told = await colleague.post(f"{ITEM}/discarding", {"revision": seen})
    assert told.status_code == 409
    assert "别人刚刚保存过" in checked(told).text
    assert (await editor.get(f"{ITEM}/differences?before=1&after=draft")).text.count("甲改的") > 0


async def test_a_suspended_item_takes_no_applications_until_it_is_resumed(editor, sign_in):
    empty = await editor.post(f"{ITEM}/suspension", {"reason": ""})
    assert empty.status_code == 422
    checked(empty)
    await editor.post(f"{ITEM}/suspension", {"reason": "系统升级"})
    assert "系统升级" in checked(await editor.get(ITEM)).text
    citizen = await sign_in("person-b")
    name = (await citizen.get(f"/api/v1/items/{CODE}")).json()
    assert name["suspension_reason"] == "系统升级"
    listed = checked(await citizen.get("/items", params={"q": name["name"]["zh"]}))
    assert "暂停办理" in listed.text.partition(f'href="/items/{CODE}"')[2].partition("</li>")[0]
    found = (await citizen.get("/api/v1/items", params={"q": name["name"]["zh"]})).json()["items"]
    assert next(one for one in found if one["code"] == CODE)["suspension_reason"] == "系统升级"
    assert "暂停办理" in (await citizen.get("/items/suggestions", params={"q": name["name"]["zh"]})).text
    assert f'href="/apply/{CODE}"' not in checked(await citizen.get(f"/items/{CODE}")).text
    assert "开始填写" not in checked(await citizen.get(f"/apply/{CODE}")).text
    refused = await citizen.post(f"/apply/{CODE}", {})
    assert refused.status_code == 409
    assert "系统升级" in checked(refused).text
    await editor.post(f"{ITEM}/resumption", {})
    started = await citizen.post(f"/apply/{CODE}", {})
    assert started.status_code == 303
    assert "暂停办理" not in (await citizen.get("/items", params={"q": name["name"]["zh"]})).text


async def test_a_cancelled_item_sends_people_to_its_successor(editor, stranger):
    page = checked(await editor.get(f"{ITEM}/ending"))
    assert "pension" in page.text
    wrong = await editor.post(f"{ITEM}/ending", {"reason": "", "day-year": "x"})
    assert wrong.status_code == 422
    name = (await stranger().get(f"/api/v1/items/{CODE}")).json()["name"]["zh"]
    await editor.post(f"{ITEM}/ending", {"reason": "并入养老", "successors": "pension"})
    found = (await stranger().get("/api/v1/items", params={"q": name})).json()["items"]
    assert found[0]["code"] == "pension"
    assert CODE not in {one["code"] for one in found}
    page = await stranger().get(f"/items/{CODE}")
    assert page.status_code == 410
    assert "/items/pension" in checked(page).text


async def test_an_item_is_split_and_two_are_merged(editor):
    refused = await editor.post(f"{ITEM}/splitting", {"codes": "only-one"})
    assert refused.status_code == 422
    checked(refused)
    await editor.post(f"{ITEM}/splitting", {"codes": "card-city\ncard-village"})
    assert "拆分" in checked(await editor.get("/admin/items/card-city")).text
    refused = await editor.post("/admin/items/pension/merging", {"into": "pension"})
    assert refused.status_code == 422
    checked(refused)
    await editor.post("/admin/items/pension/merging", {"into": "pension", "others": "unemployment-benefit"})
    assert "unemployment-benefit" in checked(await editor.get("/admin/items/pension")).text


def workbook(*rows):
    book = openpyxl.load_workbook(io.BytesIO(table.blank()))
    names = [column.name for column in table.COLUMNS]
    for row in rows:
        book.active.append([row.get(name) for name in names])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


async def test_a_table_becomes_drafts_and_says_which_cells_are_wrong(editor, city_sessions, now):
    checked(await editor.get("/admin/exchange"))
    assert (await editor.get("/admin/exchange/blank.xlsx")).content[:2] == b"PK"
    broken = await editor.post("/admin/exchange", files={"file": ("清单.xlsx", b"PK no table")})
    assert broken.status_code == 422
    checked(broken)
    good = {"事项名称": "示例新事项", "实施编码": "11520100MADEM00381352051100900A"}
    content = workbook(good, good | {"网址代码": "another-one", "法定办结时限": "很快"})
    done = await editor.post("/admin/exchange", files={"file": ("清单.xlsx", content)})
    assert done.status_code == 303
    address = done.headers["location"]
    page = checked(await editor.get(address))
    assert "Y3" in page.text or "法定办结时限" in page.text
    async with city_sessions() as session, session.begin():
        from uuid import UUID

        while await importing.carry_on(session, UUID(address.rpartition("/")[2]), at=now):
            pass
    page = checked(await editor.get(address))
    assert "成为草稿" in page.text
    assert "未导入" in page.text
    assert "示例新事项" in checked(await editor.get("/admin/items?q=示例新事项")).text


async def test_a_package_goes_out_and_comes_in_and_tampering_is_named(editor):
    package = (await editor.get("/admin/exchange/items.zip")).content
    names = zipfile.ZipFile(io.BytesIO(package)).namelist()
    assert f"items/{CODE}.yaml" in names
    assert len(names) == len(commands.shipped()) + 1
    done = await editor.post("/admin/exchange", files={"file": ("items.zip", package)})
    assert done.status_code == 303
    checked(await editor.get(done.headers["location"]))
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(output, "w") as new:
        for name in names:
            content = old.read(name)
            new.writestr(name, content.replace(b"3", b"4") if "senior" in name else content)
    refused = await editor.post("/admin/exchange", files={"file": ("items.zip", output.getvalue())})
    assert refused.status_code == 422
    assert f"items/{CODE}.yaml" in checked(refused).text
