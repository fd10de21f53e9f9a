"""What people search for in vain reaches those who keep the catalogue; one click makes it an alias, another undoes it."""

import pytest

from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio

HERE = "/admin/searching"
WORDS = "夕阳红福利卡"


async def test_a_search_without_result_becomes_an_alias_and_is_undone(stranger, sign_in):
    reader = stranger()
    assert "没有找到合适的事项" in checked(await reader.get(f"/items?q={WORDS}")).text
    await reader.get("/items?q=520101199003071234")
    officer = await sign_in("catalogue")
    page = checked(await officer.get(HERE)).text
    assert WORDS in page
    assert "520101199003071234" not in page
    choosing = checked(await officer.get(f"{HERE}/alias?words={WORDS}&q=老年证")).text
    assert 'value="senior-card"' in choosing
    target = {"words": WORDS, "kind": "item", "code": "senior-card"}
    made = await officer.post(f"{HERE}/alias", data=target)
    assert made.status_code == 303
    assert "撤销" in checked(await officer.get(made.headers["location"])).text
    found = checked(await reader.get(f"/items?q={WORDS}")).text
    assert "/items/senior-card" in found.partition('class="portal-results"')[2]
    dropped = await officer.post(f"{HERE}/alias/drop", data=target)
    assert "不再是别名" in checked(await officer.get(dropped.headers["location"])).text
    assert "没有找到合适的事项" in (await reader.get(f"/items?q={WORDS}")).text


async def test_what_cannot_be_an_alias_is_said_and_kept(sign_in):
    officer = await sign_in("catalogue")
    for target in (
        {"words": "13800138000", "kind": "item", "code": "senior-card"},
        {"words": WORDS, "kind": "item", "code": "no-such-item"},
        {"words": "", "kind": "item", "code": "senior-card"},
    ):
        answer = await officer.post(f"{HERE}/alias", data=target)
        assert answer.status_code == 422
        assert "请先改正下面的问题" in checked(answer).text
        assert target["words"] in answer.text


async def test_others_may_not_come_in(sign_in):
    assert (await (await sign_in("market-window")).get(HERE)).status_code == 403


async def test_suggestions_for_pages_and_for_machines(stranger):
    reader = stranger()
    fragment = (await reader.get("/items/suggestions?q=jzz")).text
    assert 'data-href="/items/residence-permit"' in fragment
    answer = (await reader.get("/api/v1/items/suggestions?q=我要开餐馆")).json()
    assert answer["suggestions"][0] == {
        "kind": "bundle",
        "code": "open-a-restaurant",
        "name": {"zh": "我要开餐馆", "en": "Open a restaurant"},
        "said": "我要开餐馆",
        "suspended": False,
    }
