"""证照核验: green for what we sealed, red for everything else, with the reason."""

import re

import pytest

from licensing import queries
from tests.journeys.cases import granted, photo, senior_card
from tests.journeys.conftest import checked
from tests.support.city import actor_for

pytestmark = pytest.mark.anyio

LICENCE = re.compile(r"/my/licences/([0-9A-Z.]+)")
PAPER = re.compile(r"/applications/[0-9A-Z]+/documents/[0-9a-f-]{36}")
ROOT = "1.2.156.3005.2."


@pytest.fixture
async def sealed(sign_in, held):
    """(identifier, check code, sealed file, a sealed paper) of a granted senior card."""
    person = await sign_in("person-b")
    number = await senior_card(person)
    await granted(held, number)
    identifier = LICENCE.search((await person.get("/my/licences")).text)[1]
    file = (await person.get(f"/my/licences/{identifier}/document")).content
    paper = (await person.get(PAPER.search((await person.get(f"/applications/{number}")).text)[0])).content
    async with held.sessions() as session, session.begin():
        licence = await queries.get(session, await actor_for(session, "person-b"), identifier)
        return identifier, licence.check_code, file, paper


async def judge(browser, content):
    return checked(await browser.post("/verify", files={"file": ("证照.pdf", content, "application/pdf")}))


async def test_a_sealed_licence_is_genuine_and_valid(sealed, stranger):
    _, _, file, _ = sealed
    page = await judge(stranger(), file)
    assert "证照有效" in page.text
    assert "盖章后没有改动过" in page.text
    assert "示例市民政局" in page.text
    assert "示例乙" not in page.text


async def test_one_changed_byte_is_red(sealed, stranger):
    _, _, file, _ = sealed
    place = file.index(b"stream") + 40
    tampered = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
    page = await judge(stranger(), tampered)
    assert "文件被改动过" in page.text
    assert "证照有效" not in page.text
    assert 'role="alert"' in page.text


async def test_something_added_behind_the_seal_is_red(sealed, stranger):
    _, _, file, _ = sealed
    page = await judge(stranger(), file + b"\n% more\n")
    assert "证照有效" not in page.text
    assert 'role="alert"' in page.text


async def test_a_sealed_paper_is_genuine(sealed, stranger):
    page = await judge(stranger(), sealed[3])
    assert "真实，没有改动" in page.text


@pytest.mark.parametrize("content", [photo(), b"", b"%PDF-1.7\nnothing", b"MZ\x90\x00"])
async def test_what_is_no_sealed_file_is_red_and_says_why(content, stranger):
    page = await judge(stranger(), content)
    assert "不是可以核验的文件" in page.text or "没有电子印章" in page.text


async def test_no_file_chosen_is_said_at_the_field(stranger):
    answer = await stranger().post("/verify", files={"file": ("", b"", "application/octet-stream")})
    assert answer.status_code == 422
    assert "请上传证照文件" in checked(answer).text


async def test_the_address_in_the_qr_code_tells_the_standing(sealed, stranger):
    identifier, code, _, _ = sealed
    browser = stranger()
    short = identifier.removeprefix(ROOT)
    for given in (short, identifier):
        page = checked(await browser.get(f"/verify?id={given}&code={code}"))
        assert page.status_code == 200
        assert "证照有效" in page.text
    wrong = await browser.get(f"/verify?id={short}&code=AAAAAAAA")
    assert wrong.status_code == 404
    assert "查不到这个证照" in checked(wrong).text
    missing = await browser.get(f"/verify?id={short}")
    assert missing.status_code == 422
    assert short in checked(missing).text


async def test_nonsense_is_answered_with_a_sentence(stranger):
    browser = stranger()
    for query in ("id=%00&code=%00", "id=䶮&code=𬎆", f"id={'9' * 4000}&code=1"):
        page = checked(await browser.get(f"/verify?{query}"))
        assert page.status_code in {404, 422}
