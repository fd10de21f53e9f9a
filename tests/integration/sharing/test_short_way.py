"""The short way of an ordinary call: the same promises in two statements, whatever changes in between."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from services.sharing import commands, queries, signing
from services.sharing.exchange import exchange
from services.sharing.messages import Subject
from services.sharing.models import Nonce, Resource, Tally, Use
from services.sharing.rules import ShareType
from storage import ledger
from storage.errors import DatabaseAway
from storage.lanes import Lanes, within
from tests.integration.sharing.builders import OTHER, PERSON, file_source, open_hub, request

pytestmark = pytest.mark.anyio


def never():
    raise AssertionError("the long way was taken")


def through(hub, lanes, compact, *, begin=None):
    begin = begin or hub.sessions.begin
    return exchange(begin, compact, sources=hub.sources, key=hub.key, at=hub.now, run=lanes.run)


async def test_an_ordinary_call_takes_two_statements_and_leaves_everything(
    open_database, two_processes, now, tmp_path
):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"))
    compact = signing.sign(request(now), hub.portal)
    answered = await through(hub, two_processes[0], compact, begin=never)
    answer = hub.read(answered)
    assert (answer.outcome, answer.values) == ("hit", {"name": "示例甲", "born_on": "1990-01-01"})
    async with hub.sessions() as session:
        (use,) = await session.scalars(sa.select(Use))
        entries = [one for one in await ledger.entries(session, "hub:1-0001") if one.subject == answer.use]
        tallies = {one.period: one.used for one in await session.scalars(sa.select(Tally))}
        nonces = [one.nonce for one in await session.scalars(sa.select(Nonce).where(Nonce.attempt == 1))]
    assert (use.request_jws, use.answer_jws, use.outcome) == (compact, answered.compact, "hit")
    assert (use.provider, use.form, use.fields) == (answer.provider, "full", ["name", "born_on"])
    assert [one.deed for one in entries] == ["data use granted", "data use answered"]
    assert tallies == {"minute": 1, "day": 1}
    assert use.nonce in nonces


async def test_a_use_is_read_by_its_subject_before_the_register_has_answered_and_by_nobody_else(
    open_database, two_processes, now, tmp_path
):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"))
    asked, seen = hub.sources.ask, []

    async def look(*told, **known):
        async with hub.sessions() as session:
            for number in (PERSON, OTHER):
                seen.append(await queries.uses_of(session, Subject(id_number=number)))
        return await asked(*told, **known)

    hub.sources.ask = look
    answer = hub.read(await through(hub, two_processes[0], signing.sign(request(now), hub.portal)))
    (mine,), others = seen
    assert (mine.id, mine.judgment, mine.outcome, mine.fields) == (
        answer.use,
        "granted",
        "",
        ["name", "born_on"],
    )
    assert others == []


async def test_no_answer_leaves_for_a_use_whose_beginning_was_lost(
    open_database, two_processes, server, now, tmp_path
):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"))
    asked = hub.sources.ask
    database = hub.sessions.kw["bind"].url.database

    async def lose(*told, **known):
        with psycopg.connect(server.cluster.url(database), autocommit=True) as connection:
            connection.execute("DELETE FROM hub_use")
        return await asked(*told, **known)

    hub.sources.ask = lose
    with pytest.raises(sa.exc.NoResultFound):
        await through(hub, two_processes[0], signing.sign(request(now), hub.portal))


async def ended(hub, session):
    await commands.end(session, "QY-1", reason="示例", actor="system:test", at=hub.now)


async def retired(hub, session):
    await commands.retire(session, hub.portal.kid, actor="system:test", at=hub.now)


async def withheld(hub, session):
    resource = (await session.scalars(sa.select(Resource))).one()
    resource.share_type = ShareType.NOT_SHARED


CHANGES = {"ended": ended, "unverified": retired, "not-shared": withheld, "case-closed": None}


@pytest.mark.parametrize("reason", CHANGES)
async def test_what_changes_between_judgment_and_grant_is_judged_anew(sessions, now, tmp_path, reason):
    hub = await open_hub(sessions, now, file_source(tmp_path / "r.csv"))
    plain, statements = within(sessions.begin), []

    async def run(statement, values):
        found = await plain(statement, values)
        statements.append(statement)
        if len(statements) > 1:
            return found
        if reason == "case-closed":
            await hub.tell(open=False, at=now)
        else:
            async with sessions.begin() as session:
                await CHANGES[reason](hub, session)
        return found

    lanes = replace(hub)
    lanes.run = run
    answer = hub.read(await through(hub, lanes, signing.sign(request(now), hub.portal)))
    assert (answer.outcome, answer.reason, answer.values) == ("refused", reason, {})
    assert len(statements) == 2
    async with sessions() as session:
        assert [one.judgment for one in await session.scalars(sa.select(Use))] == ["refused"]


async def test_two_processes_take_one_message_once_and_never_exceed_a_volume(
    open_database, two_processes, now, tmp_path
):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"), per_day=6)
    same = signing.sign(request(now), hub.portal)
    answered = await asyncio.gather(*(through(hub, two_processes[n % 2], same) for n in range(8)))
    assert sorted(hub.read(one).reason for one in answered) == ["", *["replayed"] * 7]
    calls = [signing.sign(request(now), hub.portal) for _ in range(16)]
    answered = await asyncio.gather(
        *(through(hub, two_processes[n % 2], call) for n, call in enumerate(calls))
    )
    reasons = [hub.read(one).reason for one in answered]
    assert (reasons.count(""), reasons.count("volume")) == (5, 11)


async def test_a_database_that_was_restarted_is_found_again_and_one_that_is_away_is_told(
    open_database, two_processes, server, now, tmp_path
):
    hub = await open_hub(open_database, now, file_source(tmp_path / "r.csv"))
    lanes = two_processes[0]
    assert hub.read(await through(hub, lanes, signing.sign(request(now), hub.portal))).outcome == "hit"
    async with hub.sessions() as session:
        others = (
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = current_database()"
        )
        ended = await session.scalars(sa.text(f"{others} AND pid <> pg_backend_pid() AND state = 'idle'"))
        assert all(ended)
    later = signing.sign(request(now - timedelta(seconds=1)), hub.portal)
    assert hub.read(await through(hub, lanes, later)).outcome == "hit"
    with pytest.raises(DatabaseAway):
        await through(hub, Lanes("postgresql://nobody@127.0.0.1:1/none"), later)
