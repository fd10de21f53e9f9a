"""证照目录: a type is looked at, changed in a draft, previewed and published; the second of two editors is told."""

import re

import pytest

from licensing import types
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio
HERE = "/admin/licence-types"
FOOD = f"{HERE}/food-business-licence"
FIELD = re.compile(r'<(?:input|textarea|select)[^>]* name="([^"]+)"')


@pytest.fixture(autouse=True)
def forget():
    """What this test publishes is rolled back; the process must not go on knowing it."""
    yield
    types.learn({})


def filled(page):
    """What the editor's form would send as it stands."""
    form = page.text.partition(f'action="{FOOD}/draft" ')[2].partition("</form>")[0]
    sent = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]*? type="text" value="([^"]*)"', form))
    for name, value in re.findall(
        r'<input[^>]* name="([^"]+)" type="(?:checkbox|radio)" value="([^"]*)"[^>]* checked', form
    ):
        sent.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    sent |= re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    sent["revision"] = re.search(r'name="revision" value="(\d+)"', form)[1]
    return sent


async def test_a_type_is_changed_previewed_and_published_while_another_edits_it(sign_in):
    keeper, other = await sign_in("catalogue"), await sign_in("catalogue-2")
    page = checked(await keeper.get(HERE))
    assert page.text.count("/admin/licence-types/") >= 12
    page = checked(await keeper.get(FOOD))
    assert "食品经营许可（核发）" in page.text
    assert "KZ_FDDBR" in page.text
    await keeper.post(f"{FOOD}/draft/begin")
    page = checked(await keeper.get(f"{FOOD}/draft"))
    sent = filled(page)
    assert sent["seal"] == "行政审批专用章"
    wrong = await keeper.post(f"{FOOD}/draft", sent | {"seal": "", "fields-1-max": "none"})
    assert wrong.status_code == 422
    assert 'href="#seal"' in checked(wrong).text
    assert 'href="#fields-1-max"' in wrong.text
    named = {"name-zh": "食品经营许可证（示例新版）"}
    assert (await keeper.post(f"{FOOD}/draft", sent | named)).status_code == 303
    late = await other.post(f"{FOOD}/draft", sent | {"validity-notice": "45"})
    assert late.status_code == 409
    assert "再按一次保存" in checked(late).text
    assert "45" in late.text
    assert "食品经营许可证（示例新版）" in late.text
    preview = await keeper.get(f"{FOOD}/draft/preview.pdf")
    assert preview.content.startswith(b"%PDF-")
    published = await keeper.post(f"{FOOD}/draft/publication", {"revision": "2", "note": "改了名称"})
    assert published.status_code == 303
    page = checked(await keeper.get(FOOD))
    assert "第 2 版" in page.text
    assert "改了名称" in page.text
    assert "已有新版本" in checked(await keeper.get(f"{FOOD}?version=1")).text
    assert (await keeper.get(f"{FOOD}?version=9")).status_code == 404
    assert (await keeper.get(f"{FOOD}/draft")).status_code == 404


async def test_a_new_type_is_begun_like_another_and_thrown_away(sign_in):
    keeper = await sign_in("catalogue")
    checked(await keeper.get(f"{HERE}/new"))
    said = {"name": "小餐饮备案卡", "name_en": "Small Eatery Card", "like": "food-business-licence"}
    wrong = await keeper.post(f"{HERE}/new", said | {"slug": "food-business-licence", "code": "1"})
    assert wrong.status_code == 422
    assert 'href="#code"' in checked(wrong).text
    taken = said | {"slug": "food-business-licence", "code": "11520100MADEM00119009"}
    assert 'href="#slug"' in checked(await keeper.post(f"{HERE}/new", taken)).text
    begun = await keeper.post(f"{HERE}/new", taken | {"slug": "small-eatery-card"})
    assert begun.status_code == 303
    checked(await keeper.get(f"{HERE}/small-eatery-card/draft"))
    assert "尚未公布" in checked(await keeper.get(HERE)).text
    gone = await keeper.post(f"{HERE}/small-eatery-card/draft/discarding", {"revision": "1"})
    assert gone.headers["location"] == HERE
    assert (await keeper.get(f"{HERE}/small-eatery-card/draft")).status_code == 404


async def test_others_do_not_keep_types(sign_in):
    approver = await sign_in("market-approver")
    assert (await approver.get(HERE)).status_code == 403
