"""A new key while the portal runs: every row sealed again, every look-up made anew, and nobody is lost meanwhile."""

import asyncio
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from identity import commands, pressure, queries
from identity.errors import NumberWrong
from identity.mandates import commands as mandate_commands
from identity.mandates import queries as mandates
from identity.mandates.rules import Kind
from identity.means import codes, contacts, notices
from identity.means.rules import Channel, Purpose
from identity.models import Person
from identity.pressure import gauge
from identity.rules import Bucket
from portal.cli import ring as command
from storage import cipher, resealing, ring_changes
from storage.cipher import Algorithm
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
NUMBER, PHONE = "520102199001010018", "19900000001"
PERSON = SQLModel.metadata.tables["person"]
PARENT = {"login": "second", "id_number": "520103195503151126", "phone": "19900000002", "name": "示例乙"}

ITEMS = ("senior-card", "unemployment-benefit", "residence-permit", "food-business")


@pytest.fixture
def ring_file(tmp_path, key_ring):
    path = tmp_path / "ring.json"
    cipher.replace_ring(path, key_ring)
    cipher.follow(path)
    yield path
    cipher.install(key_ring)


def change(path, how, **options):
    changed = how(cipher.load_ring(path), **options)
    cipher.replace_ring(path, changed[0] if isinstance(changed, tuple) else changed)


async def ask_parent(session, child, now, item):
    return await mandate_commands.ask(
        session,
        child,
        kind=Kind.CHILD,
        name=PARENT["name"],
        id_number=PARENT["id_number"],
        until=now + timedelta(days=365),
        asker_acts=True,
        items=(item,),
        at=now,
    )


async def raw(session, name):
    return {bytes(one)[1:3] for one in await session.scalars(sa.text(f"SELECT {name} FROM person"))}


async def test_every_row_is_sealed_again_in_batches_and_the_old_key_can_go(
    sessions, now, ring_file, monkeypatch
):
    monkeypatch.setattr(resealing, "BATCH", 3)
    async with sessions() as session, session.begin():
        for number in range(8):
            at = f"52010219900101{number:03}"
            await people.citizen(session, now, login=f"p{number}x", id_number=_with_check(at))
    change(ring_file, ring_changes.add_key, algorithm=Algorithm.SM4)
    async with sessions() as session, session.begin():
        assert await raw(session, "id_number") == {b"k1"}
        one = await people.citizen(session, now, login="later", id_number=_with_check("52010219900101099"))
        assert await raw(session, "id_number") == {b"k1", b"k2"}, "a running process seals with the new key"
    assert await command.reseal_all(sessions) == 8
    async with sessions() as session, session.begin():
        assert await raw(session, "id_number") == await raw(session, "phone") == {b"k2"}
        person = next(table for table in command.sealed_tables() if table.name == "person")
        assert await resealing.rows_sealed_by(session, person, "k1") == 0
    change(ring_file, ring_changes.drop_key, name="k1")
    async with sessions() as session, session.begin():
        session.expire_all()
        assert (await queries.profile(session, one)).id_number.startswith("52010219900101099")
    assert await command.reseal_all(sessions) == 0, "again does nothing"


async def test_an_interrupted_run_goes_on_where_it_stopped(sessions, now, ring_file, monkeypatch):
    monkeypatch.setattr(resealing, "BATCH", 1)
    async with sessions() as session, session.begin():
        for number in range(4):
            at = f"52010219900101{number:03}"
            await people.citizen(session, now, login=f"p{number}x", id_number=_with_check(at))
    change(ring_file, ring_changes.add_key)
    person = next(table for table in command.sealed_tables() if table.name == "person")
    walk = resealing.reseal(sessions, person)
    assert await anext(walk) == 1
    await walk.aclose()
    async with sessions() as session, session.begin():
        assert await resealing.rows_to_seal(session, person) == 3
    assert [rows async for rows in resealing.reseal(sessions, person)] == [1, 1, 1]


async def test_people_are_found_before_during_and_after_a_change_of_the_look_up_key(sessions, now, ring_file):
    async with sessions() as session, session.begin():
        person = await people.citizen(session, now)
        await contacts.prove(session, person, Channel.SMS, PHONE, by="system:test", at=now)
    change(ring_file, ring_changes.change_index_key)
    async with sessions() as session, session.begin():
        assert await queries.person_id(session, NUMBER) == person
        assert (await queries.credentials(session, PHONE)).person_id == person
        assert [one.proven for one in await contacts.of(session, person)] == [True]
        again = await commands.register_person(
            session, name="示例甲", id_number=NUMBER, by="system:test", at=now
        )
        assert again == person, "nobody is entered twice"
    assert await command.reindex_all(sessions) == 3
    assert await command.reindex_all(sessions) == 0
    assert [await resealing.hashes_to_make(sessions, one) for one in command.LOOKUPS] == [0] * len(
        command.LOOKUPS
    )
    change(ring_file, ring_changes.drop_former_index_key)
    async with sessions() as session, session.begin():
        assert await queries.person_id(session, NUMBER) == person
        assert (await queries.credentials(session, PHONE)).person_id == person
        assert [one.proven for one in await contacts.of(session, person)] == [True]


async def test_a_request_for_a_mandate_reaches_its_person_before_during_and_after_a_change_of_the_look_up_key(
    sessions, now, ring_file, monkeypatch
):
    monkeypatch.setattr(resealing, "BATCH", 1)
    request = next(one for one in command.LOOKUPS if one.name == "mandate_request.other_index")
    table = next(one for one in command.sealed_tables() if one.name == "mandate_request")
    async with sessions() as session, session.begin():
        child = await people.citizen(session, now)
        parent = await people.citizen(session, now, **PARENT)
        asked = {await ask_parent(session, child, now, item) for item in ITEMS[:3]}

    async def waiting():
        async with sessions() as session, session.begin():
            session.expire_all()
            return {one.id for one in await mandates.waiting_for(session, parent, now)}

    assert await waiting() == asked
    change(ring_file, ring_changes.add_key)
    change(ring_file, ring_changes.change_index_key)
    assert await waiting() == asked
    walk = resealing.reindex(sessions, request)
    assert await anext(walk) == (1, 1)
    await walk.aclose()
    assert await resealing.hashes_to_make(sessions, request) == 2
    assert await waiting() == asked, "some by the new key, some by the former one"
    async with sessions() as session, session.begin():
        await mandate_commands.confirm(session, parent, min(asked), at=now)
        asked = asked - {min(asked)} | {await ask_parent(session, child, now, ITEMS[3])}
    assert await command.reseal_all(sessions) > 0
    assert await command.reindex_all(sessions) > 0
    assert await resealing.hashes_to_make(sessions, request) == 0
    async with sessions() as session, session.begin():
        assert await resealing.rows_sealed_by(session, table, "k1") == 0
    change(ring_file, ring_changes.drop_former_index_key)
    change(ring_file, ring_changes.drop_key, name="k1")
    assert await waiting() == asked
    async with sessions() as session, session.begin():
        session.expire_all()
        for one in asked:
            await mandate_commands.decline(session, parent, one, at=now)


async def test_what_was_sent_before_the_look_up_key_changed_is_good_after_it(sessions, now, ring_file):
    origin = "192.0.2.7"
    limits = [gauge(Bucket(2, timedelta(hours=1)), "codes", "somebody")]
    async with sessions() as session, session.begin():
        person = await people.citizen(session, now)
        sent = await codes.ask_own(session, person, channel=Channel.SMS, address=PHONE, origin=origin, at=now)
        [notice] = await notices.held(session, since=now)
        for _ in range(2):
            await pressure.add(session, limits, now)
    change(ring_file, ring_changes.change_index_key)
    async with sessions() as session, session.begin():
        digits = re.search(r"\d{6}", notice.text)[0]
        right = await codes.show(session, key=sent.key, purpose=Purpose.CONTACT, code=digits, at=now)
        assert right.person_id == person
        limits = [gauge(Bucket(2, timedelta(hours=1)), "codes", "somebody")]
        assert await pressure.wait(session, limits, now), "nobody is spared a wait by it"


async def test_every_keyed_hash_is_made_anew_or_runs_out_within_a_day():
    """A new column of this kind has to be put down on one side or the other."""
    short_lived = {
        ("sign_in_failure", "account_index"),
        ("one_time_code", "account_index"),
        ("one_time_code", "code_hash"),
        ("staff_recovery", "first_hash"),
        ("staff_recovery", "second_hash"),
    }
    plain = {"password_hash", "token_hash", "key_hash", "secret_hash"}  # argon2, or digests of random tokens
    plain_codes = {("licence_presentation", "code_hash"), ("openid_grant", "code_hash")}
    command.sealed_tables()
    hashes = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("_index", "_hash")) and column.name not in plain
    }
    anew = {tuple(one.name.split(".")) for one in command.LOOKUPS}
    assert anew <= hashes
    assert hashes - anew - plain_codes == short_lived


async def test_people_work_on_while_everything_is_sealed_again(held_for_real, ring_file, monkeypatch):
    """Real transactions that really meet: nothing written meanwhile is lost, nobody waits for the whole."""
    monkeypatch.setattr(resealing, "BATCH", 5)
    opened = held_for_real.sessions
    async with opened() as session, session.begin():
        ids = list(await session.scalars(sa.select(PERSON.c.id).order_by(PERSON.c.id)))
    change(ring_file, ring_changes.add_key)
    going = True

    async def write(turn):
        written = 0
        while going:
            for person in ids[turn::2]:
                async with opened() as session, session.begin():
                    row = await session.get(Person, person, with_for_update=True)
                    row.email = f"{turn}-{written}@mail.example"
                written += 1
        return written

    writers = [asyncio.create_task(write(turn)) for turn in range(2)]
    try:
        done = await command.reseal_all(opened)
    finally:
        going = False
        written = await asyncio.gather(*writers)
    assert done > 0
    assert min(written) > 0
    async with opened() as session, session.begin():
        for table in command.sealed_tables():
            assert await resealing.rows_sealed_by(session, table, "k1") == 0, table.name
        people_now = (await session.scalars(sa.select(Person))).all()
        assert len(people_now) == len(ids)
        assert {one.email.partition("@")[2] for one in people_now if one.email} == {"mail.example"}


async def test_every_column_the_models_seal_is_walked():
    walked = {(table.name, column) for table in command.sealed_tables() for column in table.purposes}
    sealed = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, cipher.SealedText | cipher.SealedJSON)
    }
    assert walked == sealed
    assert ("hub_use", "request_jws") in walked


def _with_check(first17):
    from identity import numbers

    for last in "0123456789X":
        try:
            return numbers.id_number(first17 + last)
        except NumberWrong:
            continue
    raise AssertionError(first17)
