"""我的证照: a granted licence is in the library, can be downloaded, and shown to somebody once for a minute."""

import re

import pytest

from tests.journeys.cases import granted, senior_card
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio

LICENCE = re.compile(r"/my/licences/([0-9A-Z.]+)")
CODE = re.compile(r"code=([0-9A-Z]{12})")
USUAL = {"shown": ["CZZT", "ZZBH"], "way": "online"}


@pytest.fixture
async def holder(sign_in, held):
    """A holder of a senior card, and its identifier."""
    person = await sign_in("person-b")
    await granted(held, await senior_card(person))
    page = checked(await person.get("/my/licences"))
    return person, LICENCE.search(page.text)[1]


def spoken(page):
    """The code as it stands on the page in large letters."""
    block = page.text.partition('<span class="portal-number">')[2].partition("</p>")[0]
    return "".join(re.findall(r"<span>([0-9A-Z]+)</span>", block))


async def test_the_library_shows_the_licence_and_its_details(holder):
    person, identifier = holder
    page = checked(await person.get(f"/my/licences/{identifier}"))
    assert "老年人优待证" in page.text
    assert "有效" in page.text
    assert "示例乙" in page.text
    assert identifier in page.text


async def test_the_sealed_file_is_downloaded(holder):
    person, identifier = holder
    file = await person.get(f"/my/licences/{identifier}/document")
    assert file.headers["content-type"] == "application/pdf"
    assert "attachment" in file.headers["content-disposition"]
    assert file.content.startswith(b"%PDF-")


async def test_a_licence_is_shown_once_to_a_stranger(holder, stranger):
    person, identifier = holder
    await person.get(f"/my/licences/{identifier}")
    page = checked(await person.post(f"/my/licences/{identifier}/show", USUAL))
    assert "data:image/svg+xml" in page.text
    assert "60 秒内有效" in page.text
    code = spoken(page)
    assert len(code) == 12
    checker = stranger()
    form = checked(await checker.get(f"/verify/presentation?code={code}"))
    assert f'value="{code}"' in form.text
    shown = checked(await checker.post("/verify/presentation", {"code": code.lower()}))
    assert shown.status_code == 200
    assert "证照有效" in shown.text
    assert "示例乙" in shown.text
    again = await checker.post("/verify/presentation", {"code": code})
    assert again.status_code == 404
    assert "已经用过" in checked(again).text


async def test_nobody_else_sees_or_shows_the_licence(holder, sign_in):
    _, identifier = holder
    other = await sign_in("person-c")
    assert (await other.get(f"/my/licences/{identifier}")).status_code == 404
    assert (await other.get(f"/my/licences/{identifier}/document")).status_code == 404
    refused = await other.post(f"/my/licences/{identifier}/show", USUAL)
    assert refused.status_code == 404
    assert "没有找到这个证照" in checked(refused).text


async def test_an_unsound_identifier_is_not_found(holder):
    person, _ = holder
    assert (await person.get("/my/licences/nothing")).status_code == 404
