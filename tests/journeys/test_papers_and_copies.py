"""Papers in the language asked for, marked copies for others, lists by the day of submission, and who is told at the window."""

import hashlib
import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest

from portal.cli.demo import people
from services.applications import queries
from services.applications.commands import receiving
from services.notices import queries as notices
from services.workflow.rules import local_day
from tests.journeys.cases import KEY, begin, fill, officers_do, photo, senior_card, upload
from tests.journeys.cases import SENIOR as ANSWERS
from tests.journeys.conftest import checked
from tests.journeys.desk import recorded
from tests.journeys.machine import machine
from tests.journeys.test_assisted import ANSWERS as AT_THE_COUNTER
from tests.journeys.test_assisted import NUMBER, THERE
from tests.journeys.test_messages import tell
from tests.support.city import actor_for, officer, work
from tests.unit.applications.test_window_rules import drawing

pytestmark = pytest.mark.anyio
FILE = re.compile(r"/files/([0-9a-f-]{36})")
PAPER = re.compile(r"/documents/([0-9a-f-]{36})")


def pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


async def test_papers_come_in_english_too_where_they_are_asked_for(sign_in, held):
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    await fill(person, number, ANSWERS)
    await upload(person, number, "photo", "照片.jpg", photo())
    english = checked(await person.get(f"/applications/{number}/check?lang=en"))
    assert re.search(r'name="english"[^>]* checked', english.text)
    page = checked(await person.get(f"/applications/{number}/check?lang=zh"))
    assert not re.search(r'name="english"[^>]* checked', page.text)
    wish = {"key": KEY.search(page.text)[1], "declared": "yes", "delivery": "electronic", "english": "yes"}
    for _ in range(2):
        assert (await person.post(f"/applications/{number}/submission", wish)).status_code == 303
    plain = await senior_card(person)
    await work(held)
    receipts = []
    for one in (number, plain):
        page = checked(await person.get(f"/applications/{one}"))
        paper = await person.get(f"/applications/{one}/documents/{PAPER.search(page.text)[1]}")
        receipts.append(pages(paper.content))
    assert receipts == [2, 1]
    deeds = [deed for deed, _ in await recorded(held, number)]
    assert deeds.count("papers in English asked for") == 1
    clerk = await sign_in("civil-window")
    assert "要求文书附英文译文" in checked(await clerk.get(f"/window/cases/{number}")).text


async def test_a_copy_is_marked_and_the_original_stays_as_it_is(sign_in, held):
    number = await senior_card(await sign_in("person-b"))
    await work(held)
    clerk = await sign_in("civil-window")
    here = f"/window/cases/{number}"
    page = checked(await clerk.get(here))
    file = f"{here}/files/{FILE.search(page.text)[1]}"
    original = (await clerk.get(file)).content
    digest = hashlib.sha256(original).hexdigest()
    assert digest in page.text
    assert "申请人自拟" in page.text or "申请人上传，使用前须与原件核对" in page.text
    copied = await clerk.post(f"{file}/copy")
    assert copied.headers["content-disposition"].startswith("attachment")
    assert copied.headers["content-type"] == "image/jpeg"
    assert copied.content != original == (await clerk.get(file)).content
    paper = f"{here}/documents/{PAPER.search(page.text)[1]}"
    marked = (await clerk.post(f"{paper}/copy")).content
    with pikepdf.open(io.BytesIO(marked)) as document:
        assert "/AcroForm" not in document.Root, "a copy must not look sealed"
        assert any("/Copy" in str(name) for name in document.pages[0].Resources.XObject)
    assert (await (await sign_in("civil-reviewer-1")).post(f"{file}/original")).status_code == 403
    for _ in range(2):
        assert (await clerk.post(f"{file}/original")).status_code == 303
    page = checked(await clerk.follow())
    assert "此件经与原件核对无误" in page.text
    assert f"{people.staff('civil-window').name}已与原件核对" in page.text
    assert (await (await sign_in("market-window")).post(f"{file}/copy")).status_code == 404
    told = await recorded(held, number)
    assert [deed for deed, _ in told].count("original compared") == 1
    copies = [details for deed, details in told if deed == "copy made"]
    assert copies[0]["original"] == digest
    assert copies[1]["level"] == "A"
    assert copies[1]["copied"] == hashlib.sha256(marked).hexdigest()


async def test_lists_by_the_day_of_submission_on_the_page_and_by_a_program(sign_in, stranger):
    number = await senior_card(await sign_in("person-b"))
    today = local_day(datetime.now(UTC))
    yesterday, tomorrow = (str(today + timedelta(days)) for days in (-1, 1))
    clerk = await sign_in("civil-window")
    within = f"/window?tray=intake&filed_since={yesterday}&filed_until={tomorrow}"
    page = checked(await clerk.get(within))
    assert number in page.text
    assert f'name="filed_since" value="{yesterday}"' in page.text, "a view can be kept of it"
    assert number not in (await clerk.get(f"/window?tray=intake&filed_until={yesterday}")).text
    assert number in (await clerk.get("/window?tray=intake&filed_since=neither")).text
    program = await machine(stranger, "centre-window-1")
    for params, found in (
        ({"filed_since": yesterday, "filed_until": tomorrow}, True),
        ({"filed_since": tomorrow}, False),
        ({"q": "示例乙", "light": "green"}, True),
        ({"q": "别人"}, False),
    ):
        listed = (await program.get("/window/cases", params=params)).json()["applications"]
        assert (number in [one["number"] for one in listed]) is found, params
    assert (await program.get("/window/cases", params={"filed_since": "soon"})).status_code == 400


async def test_who_stood_at_the_counter_is_told_and_the_clerk_is_not(sign_in, held):
    clerk = await sign_in("civil-window")
    answer = await clerk.post("/window/assisted", THERE)
    number = NUMBER.search(answer.headers["location"])[1]
    page = checked(await clerk.follow())
    here = f"/window/assisted/{number}"
    await clerk.post(f"{here}/answers", AT_THE_COUNTER)
    await clerk.post(f"{here}/materials/photo", files={"file": ("照片.jpg", photo(), "image/jpeg")})
    signed = {
        "key": KEY.search(page.text)[1],
        "consent": "screen",
        "drawn": drawing(line=True),
        "english": "yes",
    }
    answer = await clerk.post(f"{here}/submission", signed)
    assert answer.status_code == 303, answer.text
    await officers_do(held, "civil-window", receiving.accept, number)
    await tell(held)
    async with held.sessions() as session, session.begin():
        case = await queries.by_number(session, number)
        present = await actor_for(session, "person-b")
        helper = await officer(session, "civil-window")
        assert case.filed_by == present.person_id
        told = [one.node.value for one in await notices.own(session, present) if one.number == number]
        assert set(told) == {"submitted", "accepted"}
        assert await notices.own(session, helper) == []
    assert "papers in English asked for" in [deed for deed, _ in await recorded(held, number)]
