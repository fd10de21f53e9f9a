"""An address nobody routed is answered as any other: in the reader's language, to whoever is signed in, safely."""

import pytest

from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio
SAFE = ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy")


async def test_an_unknown_address_and_an_unknown_method_speak_the_readers_language(stranger, sign_in):
    nobody = stranger()
    known = checked(await nobody.get("/items"))
    for answer, status, zh, en in (
        (await nobody.get("/nowhere"), 404, "没有找到这一页", "Page not found"),
        (await nobody.get("/my/nowhere/at/all"), 404, "没有找到这一页", "Page not found"),
        (await nobody.client.put("/"), 405, "这一页不能这样打开", "This page cannot be opened like this"),
        (await nobody.client.post("/nowhere"), 404, "没有找到这一页", "Page not found"),
    ):
        assert answer.status_code == status
        assert zh in answer.text
        assert {one: answer.headers[one] for one in SAFE} == {one: known.headers[one] for one in SAFE}
        assert answer.headers["cache-control"] == known.headers["cache-control"] == "private, no-cache"
        address = f"{answer.request.url.path}?lang=en"
        english = await nobody.client.request(answer.request.method, address)
        assert (english.status_code, en in english.text) == (status, True), english.text[:3000]
        assert 'lang="en"' in english.text
        assert "lang=en" in english.headers["set-cookie"]
        nobody.client.cookies.delete("lang")
    assert "GET" in (await nobody.client.put("/")).headers["allow"]
    person = await sign_in("person-b")
    own = checked(await person.get("/nowhere"))
    assert own.status_code == 404
    assert "示例乙" in own.text
    assert own.headers["cache-control"] == "no-store"
    assert f'href="{own.request.url.path}?lang=en"' in own.text
    assert (await person.get("/-")).status_code == 404


async def test_a_machine_is_told_in_a_problem_document(stranger):
    machine = stranger().client
    for answer, status in (
        (await machine.get("/api/v1/nowhere"), 404),
        (await machine.put("/api/v1/items"), 405),
    ):
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.headers["content-security-policy"]
