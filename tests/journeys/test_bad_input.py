"""What goes wrong at the form: a clear sentence, what was typed is still there, nothing half-done."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from portal.cli.demo.people import PASSWORD
from services.applications import queries
from services.catalogue import commands as catalogue
from tests.journeys.cases import (
    KEY,
    SENIOR,
    begin,
    fill,
    food_licence,
    photo,
    senior_card,
    upload,
)
from tests.journeys.conftest import checked
from tests.support.city import actor_for, officer

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
EXECUTABLE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(400)


async def kept(held, number):
    async with held.sessions() as session, session.begin():
        application = await queries.get(session, await actor_for(session, "person-b"), number)
        return application.state, dict(application.answers), await queries.files_of(session, application)


@pytest.mark.parametrize(
    ("year", "month", "day", "sentence"),
    [
        ("1955", "2", "30", "不是真实的日期"),
        ("1955", "13", "1", "不是真实的日期"),
        ("1955", "", "15", "要填写完整的年、月、日"),
        ("2020", "1", "1", "不能晚于"),
        ("1755", "1", "1", "不能早于"),
        ("五五", "三", "四", "不是真实的日期"),
    ],
)
async def test_an_impossible_date(sign_in, held, year, month, day, sentence):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/holder"
    await person.get(address)
    typed = {"born_on-year": year, "born_on-month": month, "born_on-day": day, "next": "yes"}
    answer = await person.post(address, SENIOR["holder"] | typed)
    assert answer.status_code == 422
    page = checked(answer)
    assert sentence in page.text
    assert '<a href="#born_on">' in page.text
    assert "<title>错误：" in page.text
    assert f'value="{year}"' in page.text
    assert (await kept(held, number))[1]["born_on-year"] == year
    assert f'value="{year}"' in checked(await person.get(address)).text


async def test_wrong_check_digits_of_a_bank_card_and_a_phone(sign_in):
    person = await sign_in("person-d")
    number = await begin(person, "unemployment-benefit")
    address = f"/applications/{number}/pages/payment"
    await person.get(address)
    answer = await person.post(
        address, {"bank": "示例银行", "bank_card": "6217000000000001235", "next": "yes"}
    )
    assert answer.status_code == 422
    page = checked(answer)
    assert "银行卡号对不上" in page.text
    assert "6217000000000001235" in page.text
    assert 'value="示例银行"' in page.text
    address = f"/applications/{number}/pages/person"
    await person.get(address)
    phone = await person.post(
        address, {"applicant_name": "示例丁", "applicant_phone": "12900000000", "next": "yes"}
    )
    assert "没有这样的手机号段" in checked(phone).text


async def test_a_wrong_id_number_at_the_door_keeps_the_rest(stranger):
    browser = stranger()
    await browser.get("/sign-up")
    typed = {"name": "示例新", "id_number": "520102199001010019", "phone": "19900000099", "agreed": "yes"}
    answer = await browser.post("/sign-up", typed | {"password": "x" * 12, "password_again": "x" * 12})
    assert answer.status_code == 422
    page = checked(answer)
    assert "身份证号码的最后一位对不上" in page.text
    assert 'value="示例新"' in page.text


async def test_a_name_of_ten_megabytes(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/holder"
    await person.get(address)
    answer = await person.post(address, SENIOR["holder"] | {"holder_name": "a" * 10_000_000, "next": "yes"})
    assert answer.status_code == 422
    page = checked(answer)
    assert "姓名太长，请缩短" in page.text
    assert 'value="1955"' in page.text
    assert len(page.text) < 100_000
    assert (await kept(held, number))[1]["residence"] == SENIOR["holder"]["residence"]


async def test_a_page_beyond_every_limit_is_answered_in_words(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/holder"
    await fill(person, number, {"contact": SENIOR["contact"]})
    await person.get(address)
    answer = await person.post(address, {"holder_name": "a" * 13_000_000, "next": "yes"})
    assert answer.status_code == 413
    assert "内容太大" in checked(answer).text
    assert (await kept(held, number))[1]["has_contact"] == "no"


async def test_nul_bytes_and_control_characters(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/holder"
    await person.get(address)
    answer = await person.post(address, SENIOR["holder"] | {"holder_name": "示例\x00乙\x1b", "next": "yes"})
    assert answer.status_code == 422
    page = checked(answer)
    assert "看不见的控制字符" in page.text
    assert "\x00" not in page.text
    assert 'value="示例乙"' in page.text


async def test_rare_characters_are_kept_shown_and_accepted(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, {"holder": SENIOR["holder"] | {"holder_name": "示例䶮𬎆"}})
    assert (await kept(held, number))[1]["holder_name"] == "示例䶮𬎆"
    assert "示例䶮𬎆" in checked(await person.get(f"/applications/{number}/check")).text


async def test_markup_in_an_answer_stays_text(sign_in):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    typed = SENIOR["holder"] | {"residence": "<script>alert(1)</script>\"'>示例街道"}
    await fill(person, number, {"holder": typed})
    page = await person.get(f"/applications/{number}/check")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    ("name", "content", "status", "sentence"),
    [
        ("photo.jpg", EXECUTABLE, 422, "不是可以上传的格式"),
        ("photo.jpg", b"", 422, "是空文件"),
        ("photo.jpg", b"\xff\xd8\xff\xe0broken", 422, "打不开"),
        ("photo.pdf", b"%PDF-1.7 nothing", 422, "不是可以上传的格式"),
        ("photo.jpg", photo()[:1000] + bytes(6 * 1024 * 1024), 413, "超过 5 MB"),
        ("../../etc/passwd", b"root:x:0", 422, "不是可以上传的格式"),
    ],
    ids=["an executable", "nothing", "broken", "another format", "too large", "a path"],
)
async def test_a_file_that_cannot_be_taken(sign_in, held, name, content, status, sentence):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await person.get(f"/applications/{number}/materials/photo")
    answer = await upload(person, number, "photo", name, content)
    assert answer.status_code == status
    page = answer if "passwd" in name else checked(answer)  # the name is the person's own word
    assert sentence in page.text
    assert '<a href="#file">' in page.text
    assert (await kept(held, number))[2] == []


async def test_one_bad_file_leaves_the_good_one_alone_and_no_more_fit_than_allowed(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await upload(person, number, "photo", "一.jpg", photo())
    second = await upload(person, number, "photo", "二.jpg", photo())
    assert second.status_code == 422
    assert "最多上传 1 个文件" in checked(second).text
    none = await person.post(
        f"/applications/{number}/materials/photo", files={"file": ("", b"", "image/jpeg")}
    )
    assert none.status_code == 422
    assert [file.name for file in (await kept(held, number))[2]] == ["一.jpg"]


async def test_an_upload_beyond_every_limit_is_answered_in_words(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await person.get(f"/applications/{number}/materials/photo")
    answer = await upload(person, number, "photo", "大.jpg", bytes(54 * 1024 * 1024))
    assert answer.status_code == 413
    assert "内容太大" in checked(answer).text
    assert (await kept(held, number))[2] == []


async def test_the_same_submission_twice_at_once_is_one(sign_in_for_real, held_for_real):
    person = await sign_in_for_real("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, SENIOR)
    await upload(person, number, "photo", "照片.jpg", photo())
    page = await person.get(f"/applications/{number}/check")
    form = {
        "_csrf_token": person.token,
        "key": KEY.search(page.text)[1],
        "declared": "yes",
        "delivery": "electronic",
    }
    address = f"/applications/{number}/submission"
    answers = await asyncio.gather(*(person.client.post(address, data=form) for _ in range(4)))
    assert {answer.headers.get("location") for answer in answers} == {f"/applications/{number}/submitted"}
    async with held_for_real.sessions() as session, session.begin():
        application = await queries.get(session, await actor_for(session, "person-b"), number)
        assert [one.kind for one in await queries.documents_of(session, application)] == ["receipt"]
    other = await person.client.post(address, data=form | {"key": "another-key-that-is-long-enough"})
    assert other.status_code == 409


async def test_two_pages_saved_at_once_both_count(sign_in_for_real, held_for_real):
    person = await sign_in_for_real("person-b")
    number = await begin(person, "senior-card")
    await person.get(f"/applications/{number}/pages/holder")
    token = {"_csrf_token": person.token, "next": "yes"}
    pages = {key: typed | token for key, typed in SENIOR.items()}
    pages["holder"]["residence"] = "示例省示例市北区示例街道十二号"
    base = f"/applications/{number}/pages"
    answers = await asyncio.gather(
        *(person.client.post(f"{base}/{key}", data=data) for key, data in pages.items())
    )
    assert {answer.status_code for answer in answers} == {303}
    _, typed, _ = await kept(held_for_real, number)
    assert typed["residence"] == pages["holder"]["residence"]
    assert typed["has_contact"] == "no"


async def test_a_form_posted_by_another_person_changes_nothing(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    other = await sign_in("person-c")
    answer = await other.post(f"/applications/{number}/pages/contact", SENIOR["contact"] | {"next": "yes"})
    assert answer.status_code == 404
    assert "没有找到这个办件" in checked(answer).text
    assert (await upload(other, number, "photo", "照片.jpg", photo())).status_code == 404
    assert (
        await other.post(f"/applications/{number}/submission", {"key": "k" * 32, "declared": "yes"})
    ).status_code == 404
    assert "has_contact" not in (await kept(held, number))[1]


async def test_a_form_without_its_token_is_refused(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    answer = await person.client.post(f"/applications/{number}/pages/contact", data=SENIOR["contact"])
    assert answer.status_code == 403
    assert "has_contact" not in (await kept(held, number))[1]


async def test_an_item_withdrawn_while_drafting_keeps_the_draft(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, SENIOR)
    await upload(person, number, "photo", "照片.jpg", photo())
    page = await person.get(f"/applications/{number}/check")
    async with held.sessions() as session, session.begin():
        official = await officer(session, "catalogue")
        await catalogue.withdraw(session, "senior-card", actor=official, reason="停办", at=NOW)
    form = {"key": KEY.search(page.text)[1], "declared": "yes", "delivery": "electronic"}
    answer = await person.post(f"/applications/{number}/submission", form)
    assert answer.status_code == 410
    assert "这个事项已经停止办理" in checked(answer).text
    assert (await kept(held, number))[0] == "draft"
    assert "示例街道二号" in checked(await person.get(f"/applications/{number}/check")).text
    assert (await person.get("/apply/senior-card")).status_code == 410


async def test_a_session_that_ran_out_in_the_middle_gives_the_form_back(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    address = f"/applications/{number}/pages/contact"
    page = await person.get(address)
    elsewhere = await sign_in("person-b")
    settings = checked(await elsewhere.get("/my/settings"))
    for end in reversed(re.findall(r'action="(/my/settings/sign-ins/[0-9a-f-]{36}/end)"', settings.text)):
        await elsewhere.post(end)
    assert page.status_code == 200
    person.last = page
    turned_away = await person.post(
        address, SENIOR["contact"] | {"next": "yes"}, headers={"referer": f"http://portal.example{address}"}
    )
    assert turned_away.status_code == 303
    assert turned_away.headers["location"].startswith("/sign-in")
    sign_in_page = checked(await person.follow())
    assert "您刚才填写的内容还在" in sign_in_page.text
    await person.post("/sign-in", {"account": "520103195503151126", "password": PASSWORD})
    offered = await person.follow()
    assert "19900000002" in offered.text


async def test_numbers_that_are_none_are_not_found(sign_in):
    person = await sign_in("person-b")
    for number in ("%00", "%F0%AC%8E%86", "x" * 3000, "..%2F..", "1'--"):
        answer = await person.get(f"/applications/{number}")
        assert answer.status_code == 404, number
    number = await senior_card(person)
    for path in ("/pages/nothing", "/materials/nothing", "/files/nothing", "/documents/nothing"):
        assert (await person.get(f"/applications/{number}{path}")).status_code in {404, 409}


async def test_a_key_too_short_to_be_ours_is_told_as_an_old_page(sign_in):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await begin(owner, "food-business")
    answer = await owner.post(f"/applications/{number}/submission", {"key": "1", "declared": "yes"})
    assert answer.status_code == 422


async def test_a_rating_out_of_range_and_a_long_comment_are_told(sign_in, held):
    owner = await sign_in("person-a", firm="firm-restaurant")
    number = await food_licence(owner)
    reason = "长" * 501
    answer = await owner.post(f"/applications/{number}/withdrawal", {"reason": reason})
    assert answer.status_code == 422
    assert reason in checked(answer).text
    early = await owner.post(f"/applications/{number}/rating", {"grade": "1"})
    assert early.status_code == 409
    assert (await owner.post(f"/applications/{number}/rating", {"grade": "9"})).status_code == 422
