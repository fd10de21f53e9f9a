"""Files one by one: piece by piece, scanned, kept once however often sent, and nothing handed in before all have arrived."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from services.applications.arriving import commands, queries, scanning
from services.applications.arriving import tasks as arriving
from services.applications.arriving.models import FileCheck, Upload
from services.applications.arriving.rules import PIECE, UNDER_WAY, Trust, Verdict, watermark
from services.applications.errors import NotYourDeed
from services.applications.models import CaseFile
from storage import ledger
from tests.journeys.cases import SENIOR, begin, fill, hand_in, photo, upload
from tests.journeys.conftest import checked
from tests.support.city import officer, work
from tests.support.clamd import MARK, clamd

pytestmark = pytest.mark.anyio


def large():
    """A photo of several pieces: noise does not compress."""
    out = io.BytesIO()
    Image.effect_noise((1200, 1500), 120).convert("RGB").save(out, "JPEG", quality=98)
    return out.getvalue()


async def draft(person):
    number = await begin(person, "senior-card")
    await fill(person, number, SENIOR)
    await person.get(f"/applications/{number}/materials/photo")
    return number


class Sending:
    """What the script of the page does."""

    def __init__(self, browser, number):
        self.browser, self.address = browser, f"/applications/{number}/materials/photo/uploads"
        self.headers = {"x-csrftoken": browser.token}

    async def begin(self, name, size, mark="1"):
        body = {"name": name, "size": size, "mark": mark}
        return await self.browser.client.post(self.address, json=body, headers=self.headers)

    async def piece(self, upload, start, content):
        address = f"{self.address}/{upload}?start={start}"
        return await self.browser.client.put(address, content=content, headers=self.headers)


async def files(held, number):
    async with held.sessions() as session:
        query = sa.text(
            "SELECT f.id, f.digest, f.size FROM application_file f JOIN application a ON a.id = f.application_id"
            " WHERE a.number = :number"
        )
        return (await session.execute(query, {"number": number})).all()


async def test_a_large_file_arrives_piece_by_piece_and_once(sign_in, held):
    person = await sign_in("person-b")
    number, content = await draft(person), large()
    assert len(content) > 2 * PIECE
    sending = Sending(person, number)
    begun = await sending.begin("照片.jpg", len(content))
    assert (begun.status_code, begun.json()["received"], begun.json()["piece"]) == (201, 0, PIECE)
    one = begun.json()["id"]
    assert (await sending.piece(one, 0, content[:PIECE])).json() == {"received": PIECE}
    assert (await sending.piece(one, 0, content[:PIECE])).json() == {"received": PIECE}, "had already"
    gap = await sending.piece(one, 2 * PIECE, content[2 * PIECE : 2 * PIECE + 9])
    assert (gap.status_code, gap.json()) == (409, {"received": PIECE})
    for start, rest in ((PIECE, b""), (PIECE, bytes(len(content))), (-1, b"x")):
        assert (await sending.piece(one, start, rest)).status_code in {409, 413}
    page = checked(await person.get(f"/applications/{number}/materials/photo"))
    assert "没有传完的文件" in page.text
    again = await sending.begin("照片.jpg", len(content))
    assert again.json() == begun.json() | {"received": PIECE}, "the same file goes on where it stopped"
    stranger = await sign_in("person-c")
    await stranger.get("/my/settings")
    assert (await Sending(stranger, number).piece(one, PIECE, b"x")).status_code == 404

    page = checked(await person.get(f"/applications/{number}/check"))
    assert "还在上传" in page.text
    form = {"key": "pressed-all-the-same-1", "declared": "yes", "delivery": "electronic"}
    early = await person.post(f"/applications/{number}/submission", form)
    assert early.status_code == 422
    assert "还在上传" in checked(early).text

    start = PIECE
    while start < len(content):
        answer = await sending.piece(one, start, content[start : start + PIECE])
        assert answer.status_code == 200, answer.text
        start += PIECE
    assert answer.json() == {"done": True}
    (kept,) = await files(held, number)
    async with held.sessions() as session:
        check = await session.get(FileCheck, kept.id)
        assert check.sent_digest == hashlib.sha256(content).hexdigest()
        assert check.verdict is Verdict.UNSCANNED
        assert await session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0
        leftover = await session.execute(sa.text("SELECT count(*) FROM file_upload_piece"))
        assert leftover.scalar() == 0
    await hand_in(person, number)


async def test_a_file_sent_twice_is_kept_once_and_a_forgotten_one_holds_up_nothing_for_long(sign_in, held):
    person = await sign_in("person-b")
    number, content = await draft(person), photo()
    for _ in range(2):
        assert (await upload(person, number, "photo", "照片.jpg", content)).status_code == 303
        checked(await person.follow())
    assert len(await files(held, number)) == 1
    other = await upload(person, number, "photo", "另一张.jpg", photo((300, 400)))
    assert other.status_code == 422
    assert "最多上传 1 个文件" in checked(other).text

    sending = Sending(person, number)
    assert (await sending.begin("太大.jpg", 2**30)).status_code == 422
    assert (await sending.begin("空.jpg", 0)).json()["told"]
    for strange in (b"", b"[]", b'{"name": "", "size": 1}', b'{"name": "a", "size": 99999999999}'):
        answer = await person.client.post(sending.address, content=strange, headers=sending.headers)
        assert answer.status_code == 400
    begun = (await sending.begin("照片二.jpg", 5_000)).json()["id"]
    unfit = (await sending.begin("程序.jpg", 4)).json()["id"]
    refused = await sending.piece(unfit, 0, b"MZ\x90\0")
    assert refused.status_code == 422
    assert "不是可以上传的格式" in refused.json()["told"]
    late = datetime.now(UTC) + UNDER_WAY + timedelta(seconds=1)
    async with held.sessions() as session:
        assert [one.key for one in await queries.under_way(session, number, at=datetime.now(UTC))] == [
            "photo"
        ]
        assert await queries.under_way(session, number, at=late) == []
    gone = await person.post(f"/applications/{number}/materials/photo/uploads/{begun}/removal")
    assert gone.status_code == 303
    assert (await sending.piece(begun, 0, b"x")).status_code == 404
    await sending.begin("忘了的.jpg", 5_000)
    async with held.sessions() as session, session.begin():
        await commands.sweep(session, at=datetime.now(UTC) + timedelta(days=4))
        assert await queries.under_way(session, number, at=datetime.now(UTC)) == []


@pytest.fixture
def scanner():
    """A scanner that is set up; none is afterwards."""
    with clamd() as found:
        scanning.install(scanning.Clamd(found.address, seconds=1.0))
        yield found
        scanning.install(scanning.NoScanner())


async def test_an_infected_file_never_comes_in_and_one_not_scanned_yet_is_opened_by_nobody(
    sign_in, held, scanner
):
    person = await sign_in("person-b")
    number = await draft(person)
    infected = await upload(person, number, "photo", "照片.jpg", photo() + MARK)
    assert infected.status_code == 422
    assert "没有通过安全检查" in checked(infected).text
    assert await files(held, number) == []

    scanner.mood = "drop"
    assert (await upload(person, number, "photo", "照片.jpg", photo())).status_code == 303
    ((file, _digest, _size),) = await files(held, number)
    assert "等待安全检查" in checked(await person.follow()).text
    closed = await person.get(f"/applications/{number}/files/{file}")
    assert closed.status_code == 409
    assert "正在等待安全检查" in checked(closed).text
    await hand_in(person, number)
    clerk = await sign_in("civil-window")
    assert (await clerk.get(f"/window/cases/{number}/files/{file}")).status_code == 409
    assert "applications.scan" in await work(held), "still away: it comes back later"
    scanner.mood = ""
    await arriving.scan(sessions=held.sessions, objects=held.objects, file_id=str(file))
    assert (await clerk.get(f"/window/cases/{number}/files/{file}")).status_code == 200
    assert await compared(held, number, file) is Trust.B


async def compared(held, number, file):
    """The clerk sees the original; once more changes nothing, and an approver may not."""
    at = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        clerk = await officer(session, "civil-window")
        before = (await queries.checks(session, [file]))[file].trust
        assert before in {Trust.C, Trust.D}
        check = await commands.compare(session, clerk, number, file, at=at)
        await commands.compare(session, clerk, number, file, at=at)
        with pytest.raises(NotYourDeed):
            await commands.compare(session, await officer(session, "civil-approver"), number, file, at=at)
        deeds = [one.deed for one in await ledger.entries(session, number)]
        assert deeds.count("file compared with the original") == 1
        assert check.compared_by == clerk.person_id
        return check.trust


async def test_what_is_found_infected_in_quarantine_is_gone_from_the_store(sign_in, held, scanner):
    person = await sign_in("person-b")
    number = await draft(person)
    scanner.mood = "hang"
    assert (await upload(person, number, "photo", "照片.jpg", photo((333, 444)))).status_code == 303
    ((file, digest, _size),) = await files(held, number)
    async with held.sessions() as session, session.begin():
        found = scanning.Finding(Verdict.INFECTED, "示例")
        assert await commands.settle(session, file, found, at=datetime.now(UTC)) == digest
        assert await commands.settle(session, file, found, at=datetime.now(UTC)) is None
    page = checked(await person.get(f"/applications/{number}/materials/photo"))
    assert "没有通过安全检查" in page.text
    assert (await person.get(f"/applications/{number}/files/{file}")).status_code == 409
    async with held.sessions() as session:
        row = await session.get(CaseFile, file)
        assert row is not None


@pytest.mark.parametrize("mood", ["", "hang", "drop", "error"])
async def test_only_a_verdict_is_a_verdict(scanner, mood):
    scanner.mood = mood
    door = scanning.Clamd(scanner.address, seconds=0.5)
    if mood:
        with pytest.raises(scanning.ScannerAway):
            await door.scan(b"content")
        return
    assert await door.scan(b"content" * 100_000) == scanning.Finding(Verdict.CLEAN)
    assert await door.scan(b"x" + MARK) == scanning.Finding(Verdict.INFECTED, "Eicar-Test")
    with pytest.raises(scanning.ScannerAway):
        await door.scan(bytes(5 * 1024 * 1024))  # more than this server takes: no verdict
    for address in ("tcp:127.0.0.1:9", "unix:/nowhere/clamd.ctl", "tcp:host", "elsewhere"):
        with pytest.raises(scanning.ScannerAway):
            await scanning.Clamd(address, seconds=0.5).scan(b"content")
    assert await scanning.open_scanner("").scan(b"x") == scanning.Finding(Verdict.UNSCANNED)


def test_the_watermarks_are_those_of_the_guide():
    until = datetime(2027, 1, 31, tzinfo=UTC).date()
    full = "此件由示例市民政局提供，仅供办理政务服务事项时使用，有效期至2027年1月31日"
    assert watermark(Trust.A, "示例市民政局", until) == full
    assert watermark(Trust.B, "示例市民政局").startswith("此件经与原件核对无误，仅供办理")
    assert watermark(Trust.C, "示例市民政局") is watermark(Trust.D, "示例市民政局") is None
