"""A holder chooses what is seen, shares, reads the record; a stranger checks status lists and tries wrong codes."""

import re
from datetime import UTC, datetime

import pytest

from identity import keys
from licensing import ending, status
from portal.licences.waiting import HERE
from tests.journeys.cases import granted, senior_card
from tests.journeys.conftest import checked
from tests.support.city import officer
from tests.support.status_decoder import decoded

pytestmark = pytest.mark.anyio
LICENCE = re.compile(r"/my/licences/([0-9A-Z.]+)")
SHARE = re.compile(r"/shares/([0-9a-f-]{36})/withdrawal")
LOOK = re.compile(r"/my/shared-licences/([0-9a-f-]{36})")
CODE = re.compile(r'<span class="portal-number">(.*?)</p>', re.DOTALL)


@pytest.fixture
async def holder(sign_in, held):
    now = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        await keys.ensure(session, status.KEYS, at=now)
    person = await sign_in("person-b")
    await granted(held, await senior_card(person))
    return person, LICENCE.search((await person.get("/my/licences")).text)[1]


async def test_what_is_shown_shared_and_published(holder, held, stranger, sign_in):
    person, identifier = holder
    here = f"/my/licences/{identifier}"
    checked(await person.get(f"{here}/show"))
    page = checked(await person.post(f"{here}/show", {"shown": ["ZZBH"], "way": "online"}))
    code = "".join(re.findall(r"<span>([0-9A-Z]+)</span>", CODE.search(page.text)[1]))
    checker = stranger()
    checked(await checker.get("/verify/presentation"))
    seen = checked(await checker.post("/verify/presentation", {"code": code}))
    assert "证照有效" in seen.text
    assert "示例乙" not in seen.text
    assert (await checker.post("/verify/presentation", {"code": code})).status_code == 404
    answer = await checker.client.post(
        "/api/v1/verifications", json={"identifier": identifier, "code": "A" * 12}
    )
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:yiwang:code-refused"
    offline = checked(await person.post(f"{here}/show", {"way": "offline"}))
    assert "2001" not in offline.text
    assert "data:image/svg+xml" in offline.text
    assert (await person.post(f"{here}/show", {"way": "elsewhere"})).status_code == 422

    record = checked(await person.get(f"{here}/record")).text
    for text in (
        "盖章颁发",
        "对方查看了出示的证照",
        "有人用这个证照的出示码",
        "码已经用过",
        "生成离线出示码",
    ):
        assert text in record


async def test_a_holder_shares_with_somebody_registered_and_takes_it_back(holder, sign_in):
    person, identifier = holder
    here = f"/my/licences/{identifier}/shares"
    checked(await person.get(here))
    wish = {"kind": "person", "purpose": "签合同时核对", "days": "7", "shown": ["CZZT"]}
    other = await sign_in("person-c")
    own = checked(await other.get("/my/licences"))
    assert own.status_code == 200
    wrong = await person.post(here, {**wish, "name": "示例丙", "number": "520102199001010018"})
    assert wrong.status_code == 422
    assert "对不上" in checked(wrong).text
    assert (await person.post(here, {})).status_code == 422
    assert (await other.get(here)).status_code == 404


async def test_a_revoked_licence_is_red_at_once_and_in_the_list_a_stranger_fetches(holder, held, stranger):
    person, identifier = holder
    file = (await person.get(f"/my/licences/{identifier}/document")).content
    anyone = stranger()
    (address,) = (await anyone.client.get("/licences/status")).json()["status_lists"]
    jwks = (await anyone.client.get("/licences/keys")).json()
    place = address.partition("/licences/")[2]

    async def listed():
        answer = await anyone.client.get(f"/licences/{place}")
        assert answer.headers["content-type"].startswith("application/statuslist+jwt")
        assert "max-age=30" in answer.headers["cache-control"]
        return decoded(answer.text, jwks)["values"]

    assert set(await listed()) == {0}
    async with held.sessions() as session, session.begin():
        approver = await officer(session, "civil-approver")
        told = {"reason": "示例理由", "basis": "示例依据"}
        await ending.revoke(session, approver, identifier, at=datetime.now(UTC), **told)
    values = await listed()
    assert sorted(values)[-1] == 1
    assert values.count(1) == 1
    await anyone.get("/verify")
    page = checked(await anyone.post("/verify", files={"file": ("a.pdf", file, "application/pdf")}))
    assert 'role="alert"' in page.text
    assert (await anyone.client.get("/licences/status/9")).status_code == 404
    assert "BEGIN CERTIFICATE" in (await anyone.client.get("/licences/seals/root.pem")).text


async def test_a_department_finds_what_it_issued_and_nobody_else_does(holder, sign_in):
    person, identifier = holder
    clerk = await sign_in("civil-window")
    page = checked(await clerk.get("/window/licences?q=示例乙"))
    assert "示例乙" in page.text
    file = await clerk.get(f"/window/licences/{identifier}/document")
    assert file.content.startswith(b"%PDF-")
    assert "没有找到证照" in checked(await clerk.get("/window/licences?q=%25nobody")).text
    other = await sign_in("market-window")
    assert "没有找到证照" in checked(await other.get("/window/licences?q=示例乙")).text
    assert (await other.get(f"/window/licences/{identifier}/document")).status_code == 404
    assert (await person.get("/window/licences")).status_code == 403


async def test_approvers_see_what_could_not_be_made(sign_in):
    approver = await sign_in("civil-approver")
    assert "没有等待处理的证照" in checked(await approver.get(HERE)).text
