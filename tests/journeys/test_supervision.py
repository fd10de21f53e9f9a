"""What supervisors, the officers they ask, and administrators do, through HTTP in the sample city."""

import re
from datetime import UTC, datetime

import pytest

from portal.cli.demo.departments import CIVIL, MARKET
from services.applications.rules import State
from services.oversight import commands, queries
from services.workflow.rules import local_day
from storage import auditing, checkpoints, ledger_bundle, sequencing, signed_notes
from tests.integration.oversight.builders import DAY, actor, application
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio

ADMINISTRATORS = {
    "system-admin": "/admin/system",
    "security-admin": "/admin/staff",
    "catalogue": "/admin/items",
    "audit-admin": "/admin/audit",
}
ROOMS = (
    "/supervision",
    "/supervision/cases",
    "/supervision/cards",
    "/supervision/orders",
    "/supervision/ledger",
)


@pytest.fixture
async def cases(held):
    """Three late cases of the market authority, one nearly late and one green of civil affairs, with their cards."""
    now, today = datetime.now(UTC), local_day(datetime.now(UTC))
    moments = {"submitted_at": now, "accepted_at": now, "updated_at": now, "created_at": now}

    def case(code, due, **values):
        dates = {"due_on": today + due * DAY, "yellow_on": today + (due - 1) * DAY}
        return application(department_code=code, **(dates | moments | values))

    made = [case(MARKET.code, -9) for _ in range(3)]
    made += [case(CIVIL.code, 1), case(CIVIL.code, 9, applicant_name="示例戊")]
    async with held.sessions() as session, session.begin():
        session.add_all(made)
        await session.flush()
        await commands.raise_cards(session, at=now)
    return made


def signer(held):
    return checkpoints.log_key(held.settings.keys, held.settings.public_url)


async def test_every_number_of_the_board_leads_to_its_list(sign_in, cases):
    browser = await sign_in("supervisor-1")
    board = checked(await browser.get("/supervision"))
    assert board.status_code == 200
    numbers = re.findall(r'href="(/supervision/cases\?[^"]+)">(\d+)</a>', board.text)
    assert len(numbers) > 6
    for address, number in numbers:
        page = checked(await browser.get(address.replace("&amp;", "&")))
        assert page.text.count('<a class="govuk-link" href="/supervision/cases/1') == int(number), address


async def test_a_light_is_a_word_and_a_shape_not_only_a_colour(sign_in, cases):
    page = await (await sign_in("supervisor-1")).get("/supervision/cases?light=red")
    assert page.text.count("portal-light--red") == 3
    assert page.text.count("红灯") >= 3
    assert "超期" in page.text


async def test_looking_at_a_case_is_told_and_recorded_for_the_audit(sign_in, cases):
    supervisor = await sign_in("supervisor-1")
    case = cases[0]
    page = checked(await supervisor.get(f"/supervision/cases/{case.number}"))
    assert "审计管理员可以看到" in page.text
    assert "亮红牌" in page.text
    assert "示例甲" not in page.text, "the applicant is masked"
    auditor = await sign_in("audit-admin")
    record = checked(await auditor.get(f"/admin/audit?subject={case.number}"))
    assert record.text.count("查看办件") >= 1
    assert case.number in record.text
    assert cases[1].number not in record.text


async def test_the_record_of_a_case_proves_itself_on_the_page_and_offline(sign_in, cases, held):
    case = cases[0]
    async with held.sessions() as session, session.begin():
        await sequencing.sequence(session, signer(held), at=datetime.now(UTC))
    supervisor = await sign_in("supervisor-1")
    page = checked(await supervisor.get(f"/supervision/cases/{case.number}/proof"))
    assert "记录完整，没有被改动" in page.text
    assert "已用本账本的公钥验证" in page.text
    file = await supervisor.get(f"/supervision/cases/{case.number}/evidence")
    assert file.headers["content-disposition"] == f'attachment; filename="evidence-{case.number}.json"'
    verdict = ledger_bundle.verify_bundle(file.content, key=signer(held).verifier)
    assert (verdict.whole, verdict.signed, verdict.proven_to) == (True, True, 1)
    bent = file.content.replace(b"red card raised", b"red card razed!")
    assert ledger_bundle.verify_bundle(bent).position == 1


async def test_an_order_is_given_answered_and_closed(sign_in, cases):
    supervisor, number = await sign_in("supervisor-1"), cases[0].number
    page = await supervisor.get(f"/supervision/cases/{number}")
    person = re.search(r'<option value="([0-9a-f-]{36})"[^>]*>示例卯', page.text)[1]
    await supervisor.post(
        f"/supervision/cases/{number}/orders",
        {"text": "请说明超期原因，并在期限内办结。", "days": "3", "to_person": person},
    )
    shown = checked(await supervisor.follow())
    assert "待回复" in shown.text
    order = str(shown.url).rpartition("/")[2]

    colleague = await sign_in("market-window")
    assert order not in checked(await colleague.get("/window/orders")).text
    assert (await colleague.get(f"/window/orders/{order}")).status_code == 404

    officer = await sign_in("market-approver")
    assert order in checked(await officer.get("/window/orders")).text
    assert "请说明超期原因" in checked(await officer.get(f"/window/orders/{order}")).text
    await officer.post(f"/window/orders/{order}/reply", {"reply": "现场核查耗时，今日办结。"})
    assert "已回复，待办结" in checked(await officer.follow()).text

    again = await officer.post(f"/window/orders/{order}/reply", {"reply": "现场核查耗时，今日办结。"})
    assert again.status_code == 422
    assert "已经有了回复" in again.text

    await supervisor.get(f"/supervision/orders/{order}")
    await supervisor.post(f"/supervision/orders/{order}/closing", {"remark": ""})
    assert "已办结" in checked(await supervisor.follow()).text
    assert order in checked(await supervisor.get("/supervision/orders?closed=yes")).text
    record = await supervisor.get(f"/supervision/cases/{number}")
    assert [deed in record.text for deed in ("发出了督办", "回复了督办", "督办办结")] == [True] * 3


async def test_an_order_without_words_is_shown_back(sign_in, cases):
    supervisor, number = await sign_in("supervisor-1"), cases[0].number
    await supervisor.get(f"/supervision/cases/{number}")
    for text, days in (("", "3"), ("好", "3"), ("请说明超期原因", "three"), ("请说明超期原因", "9999")):
        page = await supervisor.post(f"/supervision/cases/{number}/orders", {"text": text, "days": days})
        assert page.status_code == 422
        assert "请先改正下面的问题" in checked(page).text
        assert text in page.text


async def test_an_order_to_somebody_of_another_department_is_refused(sign_in, cases, held):
    async with held.sessions() as session:
        (stranger, *_) = await queries.addressees(session, CIVIL.code)
        market = {entry.person_id for entry in await queries.addressees(session, MARKET.code)}
    assert stranger.person_id not in market
    supervisor = await sign_in("supervisor-1")
    number = cases[0].number
    await supervisor.get(f"/supervision/cases/{number}")
    page = await supervisor.post(
        f"/supervision/cases/{number}/orders",
        {"text": "请说明超期原因", "days": "3", "to_person": str(stranger.person_id)},
    )
    assert page.status_code == 422
    assert "请在列出的选项中选择督办对象" in page.text


async def test_an_order_without_reply_is_closed_only_with_a_reason(sign_in, cases, held):
    async with held.sessions() as session, session.begin():
        order = await commands.issue_order(
            session,
            actor(),
            cases[0].number,
            text="请说明超期原因",
            due_on=local_day(datetime.now(UTC)) + 2 * DAY,
            at=datetime.now(UTC),
        )
    supervisor = await sign_in("supervisor-1")
    await supervisor.get(f"/supervision/orders/{order.id}")
    page = await supervisor.post(f"/supervision/orders/{order.id}/closing", {"remark": " "})
    assert page.status_code == 422
    await supervisor.post(f"/supervision/orders/{order.id}/closing", {"remark": "办件已经撤回，不再需要。"})
    assert "办件已经撤回" in checked(await supervisor.follow()).text
    await supervisor.post(f"/supervision/orders/{order.id}/closing", {"remark": "再次办结"})
    assert "再次办结" not in (await supervisor.follow()).text


async def test_cards_are_shown_by_kind_with_their_rule(sign_in, cases):
    supervisor = await sign_in("supervisor-1")
    page = checked(await supervisor.get("/supervision/cards?kind=red"))
    assert page.text.count('href="/supervision/cases/') == 3
    assert "办理超期" in page.text
    assert "行政许可法第四十二条" in page.text
    page = checked(await supervisor.get(f"/supervision/cards?department={CIVIL.code}"))
    assert cases[3].number in page.text
    assert cases[0].number not in page.text


async def test_the_ledger_gives_its_checkpoint_and_takes_the_wish_for_a_check(sign_in, cases, held):
    supervisor = await sign_in("supervisor-1")
    assert "还没有校验过" in checked(await supervisor.get("/supervision/ledger")).text
    async with held.sessions() as session, session.begin():
        await sequencing.sequence(session, signer(held), at=datetime.now(UTC))
        finding = await auditing.audit(session, signer(held).verifier)
        await commands.keep_check(
            session, finding, started_at=datetime.now(UTC), finished_at=datetime.now(UTC)
        )
    note = (await supervisor.get("/supervision/ledger/checkpoint")).text
    page = checked(await supervisor.get("/supervision/ledger"))
    assert "没有发现改动" in page.text
    key = signed_notes.parse_verifier(re.search(r"<code>([^<]+\+[0-9a-f]{8}\+[^<]+)</code>", page.text)[1])
    assert checkpoints.read_checkpoint(note, key).size == finding.leaves
    await supervisor.post("/supervision/ledger/check")
    assert "已经安排校验" in checked(await supervisor.follow()).text


async def test_no_checkpoint_is_not_found(sign_in):
    supervisor = await sign_in("supervisor-1")
    assert (await supervisor.get("/supervision/ledger/checkpoint")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "light=blue&department=nowhere&after=nonsense",
        "event=never&since=tomorrow&until=99999999",
        "event=decided&since=2026-13-40&on_time=perhaps&after=2026-11-23~",
        "event=received&since=2026-12-01&until=2026-11-01&after=2026-11-23T00:00:00~x",
        "after=2026-11-23~%00&light=%F0%9F%92%A3",
    ],
)
async def test_nonsense_in_an_address_is_no_error(sign_in, cases, query):
    page = await (await sign_in("supervisor-1")).get(f"/supervision/cases?{query}")
    assert page.status_code == 200
    checked(page)


async def test_lists_of_what_happened_are_found_from_the_board(sign_in, cases, held):
    today = local_day(datetime.now(UTC))
    page = await (await sign_in("supervisor-1")).get(
        f"/supervision/cases?event=received&since={today}&until={today}"
    )
    assert all(case.number in checked(page).text for case in cases)


async def test_a_case_that_is_not_there_and_a_draft_are_the_same(sign_in, held):
    draft = application(state=State.DRAFT, department_code=MARKET.code)
    async with held.sessions() as session, session.begin():
        session.add(draft)
    supervisor = await sign_in("supervisor-1")
    for number in (draft.number, "nothing", "a%00b", "%F0%9F%92%A3", "1" * 400):
        for place in ("", "/proof", "/evidence"):
            assert (await supervisor.get(f"/supervision/cases/{number}{place}")).status_code == 404


@pytest.mark.parametrize("who", ["person-a", "market-window", "audit-admin", "system-admin"])
async def test_supervision_is_for_supervisors(sign_in, cases, who):
    browser = await sign_in(who)
    for room in (*ROOMS, f"/supervision/cases/{cases[0].number}"):
        assert (await browser.get(room)).status_code == 403


async def test_a_stranger_is_sent_to_sign_in(stranger):
    browser = stranger()
    for room in (*ROOMS, "/window/orders", *ADMINISTRATORS.values()):
        assert (await browser.get(room)).status_code == 303


@pytest.mark.parametrize("who", ADMINISTRATORS)
async def test_each_administrator_has_their_own_room_only(sign_in, cases, who):
    browser = await sign_in(who)
    home = checked(await browser.get("/admin"))
    assert home.status_code == 200
    for other, room in ADMINISTRATORS.items():
        page = await browser.get(room)
        assert page.status_code == (200 if other == who else 403)
        assert (f'href="{room}"' in home.text) is (other == who)
        if other == who:
            checked(page)


async def test_the_state_of_the_system_says_what_does_not_answer(sign_in):
    page = checked(await (await sign_in("system-admin")).get("/admin/system"))
    assert "PostgreSQL" in page.text
    assert "没有回应" in page.text, "no worker runs in this test"
    assert "信息暂时调不到" not in page.text


async def test_a_hub_that_is_away_is_told_with_what_it_means(sign_in_without_hub):
    page = checked(await (await sign_in_without_hub("system-admin")).get("/admin/system"))
    assert "信息暂时调不到" in page.text


async def test_the_staff_list_can_be_narrowed_to_a_department(sign_in):
    browser = await sign_in("security-admin")
    everybody = await browser.get("/admin/staff")
    some = checked(await browser.get(f"/admin/staff?department={MARKET.code}"))
    assert "civil-window" in everybody.text
    assert "civil-window" not in some.text
    assert "market-window" in some.text


async def test_pages_speak_english_too(sign_in, cases):
    browser = await sign_in("supervisor-1")
    for room in (*ROOMS, f"/supervision/cases/{cases[0].number}"):
        page = checked(await browser.get(f"{room}?lang=en"))
        assert '<html lang="en"' in page.text
        words = re.sub(
            r"<option[^>]*>[^<]*|<[^>]+>|示例[^\s<]*|中文",
            " ",
            page.text[page.text.index("<main") : page.text.index("</main>")],
        )
        assert not re.findall(r"[\u4e00-\u9fff]{3,}", words), room
