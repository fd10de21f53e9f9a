"""Licences that exist already are taken in from a table: right rows become licences, every mistake has its cell."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from identity import commands as identity
from identity import representing
from identity.rules import Level
from licensing import queries, types
from licensing.errors import ImportNotAllowed, ImportNotFound, TableUnfit
from licensing.importing import awaiting, commands, table
from licensing.importing.models import LicenceImportRow
from licensing.models import Licence
from licensing.rules import ImportOutcome, State, Trust
from storage import ledger
from tests.integration.licensing.pressing import FOOD, clerk, intend
from tests.support.licences import AT, CIVIL, MARKET

pytestmark = pytest.mark.anyio
KIND = types.shipped()[FOOD]
FIRM, CODE = "示例餐饮有限公司", "91520115MADEM0011Q"
GOOD = {
    table.NUMBER: "JY25201000009991",
    table.HOLDER: FIRM,
    table.CODE: CODE,
    table.ISSUED: "2025年3月4日",
    table.FROM: date(2025, 3, 4),
    table.UNTIL: "2030/3/3",
    "法定代表人（负责人）": "示例甲",
    "经营场所": "示例市云岩区示例路1号",
    "主体业态": "餐饮服务经营者",
    "经营项目": "热食类食品制售",
}


def sheet(*rows, title=True):
    book = openpyxl.Workbook()
    page = book.active
    if title:
        page.append(["示例市食品经营许可证清单"])
    names = table.columns(KIND)
    page.append(list(names))
    for row in rows:
        page.append([row.get(name) for name in names])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
async def firm(session):
    person = await identity.register_person(
        session,
        name="示例甲",
        id_number="520102199001010018",
        phone="19900000091",
        level=Level.REGISTRY,
        by="system:test",
        at=AT,
    )
    return await representing.register_organisation(
        session, name=FIRM, credit_code=CODE, legal_representative=person, by="system:test", at=AT
    )


async def taken(session, *rows, actor=None, trust=Trust.B):
    actor = actor or clerk()
    started = await commands.receive(
        session,
        actor,
        table.read_table(sheet(*rows), KIND),
        type_code=FOOD,
        department=MARKET.code,
        trust=trust,
        file="清单.xlsx",
        at=AT,
    )
    while await commands.carry_on(session, started, at=AT, batch=2):
        pass
    return await commands.import_of(session, started, actor)


async def mistakes(session, found):
    rows = await commands.rows_of(session, found.row.id)
    return {row.number: {one["place"]: one["zh"] for one in row.mistakes} for row in rows if row.mistakes}


async def test_right_rows_become_licences_that_say_how_far_they_are_trusted(session, firm, press):
    found = await taken(session, GOOD, GOOD | {table.NUMBER: "旧字第2号", table.UNTIL: "2099-12-31"})
    assert (found.total, found.done, found.row.finished_at) == (2, 2, AT)
    assert found.counts == {ImportOutcome.TAKEN: 2}
    licence = await session.scalar(sa.select(Licence).where(Licence.number == GOOD[table.NUMBER]))
    assert (licence.holder_id, licence.trust, licence.state) == (firm, Trust.B, State.INTENDED)
    assert (licence.valid_from, licence.valid_until) == (date(2025, 3, 4), date(2030, 3, 3))
    made = await press.issue(session, licence)
    assert made.elements["ZZBFRQ"] == "2025-03-04"
    assert (made.elements["KZ_KXDJ"], made.elements["CZZTDM"]) == ("B", CODE)
    assert (await queries.by_identifier(session, made.identifier, at=AT)).trust is Trust.B
    deeds = [one.deed for one in await ledger.entries(session, f"licence:{made.id}")]
    assert deeds == ["licence imported", "licence issued"]
    kept = await session.scalars(sa.select(LicenceImportRow.content))
    assert set(kept) == {None}


async def test_every_mistake_is_told_with_its_cell_and_the_other_rows_are_taken(session, firm):
    await taken(session, GOOD)
    wrong = [
        GOOD | {table.NUMBER: "N-1", table.ISSUED: "2025-02-30", "主体业态": "别的"},
        GOOD | {table.NUMBER: "N-2", table.HOLDER: "另一家公司"},
        GOOD | {table.NUMBER: "N-3", table.CODE: "520103195503151126"},
        GOOD | {table.NUMBER: "N-4", table.CODE: "123"},
        GOOD,
        GOOD | {table.NUMBER: "N-6", table.UNTIL: "2025-03-01"},
        GOOD | {table.NUMBER: "N-7", "经营项目": None, table.UNTIL: None},
        GOOD | {table.NUMBER: "N-8"},
        GOOD | {table.NUMBER: "N-8"},
        GOOD | {table.NUMBER: "N-10", "法定代表人（负责人）": "名" * 61},
    ]
    found = await taken(session, *wrong)
    assert found.counts == {ImportOutcome.REFUSED: 8, ImportOutcome.TAKEN: 2}
    told = await mistakes(session, found)
    assert set(told[3]) == {"D3", "J3"}
    assert told[4] == {"B4": "和登记的名称不一致"}
    assert 5 not in told  # a holder who is not registered yet is awaited
    assert told[6] == {"C6": "不是身份证号码，也不是统一社会信用代码"}
    assert told[7] == {"A7": "证照库里已经有这个编号"}
    assert list(told[8].values()) == ["有效期止早于有效期起"]
    assert len(told[9]) == 2
    assert told[11] == {"A11": "和前面一行的编号相同"}
    assert list(told[12].values()) == ["太长"]


NUMBER = "520103195503151126"


async def one_person(session, level, number=NUMBER, name="示例乙"):
    return await identity.register_person(
        session, name=name, id_number=number, phone="19900000092", level=level, by="system:test", at=AT
    )


async def test_a_licence_waits_for_its_holder_to_prove_who_they_are(session, press):
    person = {table.HOLDER: "示例乙", table.CODE: NUMBER}
    rows = [GOOD, GOOD | person | {table.NUMBER: "N-2"}, GOOD | person | {table.NUMBER: "N-3"}]
    rows[2] |= {table.HOLDER: "示例丙"}
    found = await taken(session, *rows)
    assert found.counts == {ImportOutcome.TAKEN: 3}
    by = {one.number: one for one in await session.scalars(sa.select(Licence))}
    of_firm, own, other = by[GOOD[table.NUMBER]], by["N-2"], by["N-3"]
    made = await press.issue(session, own)
    assert (await queries.by_identifier(session, made.identifier, at=AT)).state is State.VALID
    assert set(await awaiting.among(session, {one.holder_id for one in by.values()})) == {
        one.holder_id for one in by.values()
    }
    assert await awaiting.hand_over(session, at=AT) == 0
    holder = await one_person(session, Level.UNVERIFIED)
    again = await taken(session, GOOD | person | {table.NUMBER: "N-4"})
    assert again.counts == {ImportOutcome.TAKEN: 1}
    assert await awaiting.hand_over(session, at=AT) == 0, "saying a number proves nothing"
    await session.execute(sa.text("UPDATE person SET level = 'registry'"))
    firm = await representing.register_organisation(
        session, name=FIRM, credit_code=CODE, by="system:test", at=AT
    )
    assert await awaiting.hand_over(session, at=AT) == 4
    assert await awaiting.hand_over(session, at=AT) == 0
    late = await session.scalar(sa.select(Licence).where(Licence.number == "N-4"))
    assert (own.holder_id, late.holder_id, of_firm.holder_id) == (holder, holder, firm)
    (left,) = (await awaiting.among(session, {one.holder_id for one in by.values()})).values()
    assert (left.id, left.differs_at) == (other.holder_id, AT), "the name differs: it stays where it is"
    deeds = [one.deed for one in await ledger.entries(session, f"licence:{own.id}")]
    assert deeds == ["licence imported", "licence issued", "licence handed to its holder"]
    sealed = (await session.execute(sa.text("SELECT * FROM licence_awaited_holder"))).mappings().one()
    assert NUMBER.encode() not in bytes(sealed["id_number"])
    assert NUMBER not in sealed["id_index"]
    await session.execute(sa.text("UPDATE person SET name = '示例丙'"))
    assert await awaiting.hand_over(session, at=AT + timedelta(days=2)) == 1
    assert other.holder_id == holder


async def test_new_numbers_pass_over_those_taken_in(session, firm):
    first = await intend(session)
    following = await intend(session, number="A-2")
    await session.delete(following)
    await session.execute(sa.text("UPDATE licence_running_number SET last = 1"))
    await taken(session, GOOD | {table.NUMBER: following.number})
    third = await intend(session, number="A-3")
    assert third.number not in {first.number, following.number}


async def test_only_who_decides_for_the_department_takes_in_its_licences(session, firm):
    with pytest.raises(ImportNotAllowed):
        await taken(session, GOOD, actor=clerk(CIVIL.code))
    found = await taken(session, GOOD)
    with pytest.raises(ImportNotFound):
        await commands.import_of(session, found.row.id, clerk(CIVIL.code))
    assert await commands.imports(session, clerk(CIVIL.code)) == []
    assert [one.row.id for one in await commands.imports(session, clerk("*"))] == [found.row.id]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"no table", "not-a-table"), (table.blank(types.shipped()["senior-card"]), "empty")],
)
def test_what_is_no_table_of_this_type_is_refused(content, why):
    with pytest.raises(TableUnfit, match=why):
        table.read_table(content, types.shipped()["senior-card"])


def test_every_type_has_a_table_whose_columns_are_found_again():
    for kind in types.shipped().values():
        page = openpyxl.load_workbook(io.BytesIO(table.blank(kind))).active
        assert [cell.value for cell in page[1]] == list(table.columns(kind))
        assert len(set(table.columns(kind))) == len(table.columns(kind))
