"""Guesses, a hundred from each address, ten for each account: the guesser gets nowhere, the owners come in.

YIWANG_ATTEMPTS says how many: in `make endurance` 10,000 against 1,000 accounts from 100 addresses.

Hashes are made with the least parameters argon2 knows, here only: what is counted are attempts, not their cost.
"""

import os
from datetime import timedelta
from itertools import islice, product
from uuid import uuid4

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlmodel import col

from identity import commands, devices, passwords, pressure, signing_in
from identity.models import Account, Person, SignInFailure, SignInPressure
from identity.pressure import gauge
from identity.rules import ACCOUNT_FAILURES, NETWORK_FAILURES, Limits, network, place
from identity.signing_in import Granted, Paused, Refused
from storage.cipher import ring
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
LIMITS = Limits()
ATTEMPTS = int(os.environ.get("YIWANG_ATTEMPTS", "2000"))
ACCOUNTS, ADDRESSES = ATTEMPTS // 10, ATTEMPTS // 100
RIGHT = "green-tea-42"


@pytest.fixture
def quick(monkeypatch):
    """The cheapest hashes, for this test alone."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", hasher)
    passwords._dummy.cache_clear()
    yield hasher
    passwords._dummy.cache_clear()


async def sign_in(session, at, account, password, origin, device=None):
    return await signing_in.sign_in(
        session, account=account, password=password, origin=origin, device=device, at=at, limits=LIMITS
    )


async def open_accounts(session, now, hasher, count):
    """`count` accounts with one password, quickly; the names they sign in by."""
    kept = hasher.hash(RIGHT)
    ids = [uuid4() for _ in range(count)]
    numbers = [f"test-{number}" for number in range(count)]
    await session.execute(
        sa.insert(Person),
        [
            {"id": key, "name": "示例", "id_number": number, "id_index": ring().index(number, "x"),
             "level": "unverified", "registered_at": now}
            for key, number in zip(ids, numbers, strict=True)
        ],
    )  # fmt: skip
    await session.execute(
        sa.insert(Account),
        [
            {"person_id": key, "login": f"owner-{place}", "password_hash": kept, "changed_at": now}
            for place, key in enumerate(ids)
        ],
    )
    return [f"owner-{place}" for place in range(count)], ids


async def test_thousands_of_guesses_get_nowhere_and_owners_come_in(session, now, quick):
    logins, ids = await open_accounts(session, now, quick, ACCOUNTS)
    known = await devices.remember(session, None, ids[7], now)
    guesses = (f"guess-number-{number}" for number in range(ATTEMPTS))
    tries = islice(product(range(ATTEMPTS // ACCOUNTS), range(ACCOUNTS)), ATTEMPTS)
    judged, granted = 0, 0
    for number, ((_round, account), guess) in enumerate(zip(tries, guesses, strict=True)):
        origin = f"198.51.100.{number % ADDRESSES}"
        password = RIGHT if number >= ATTEMPTS // 2 and number % 97 == 0 else guess
        answer = await sign_in(
            session, now + timedelta(milliseconds=number), logins[account], password, origin
        )
        judged += isinstance(answer, Refused)
        granted += isinstance(answer, Granted)
    assert judged <= ADDRESSES * (NETWORK_FAILURES.capacity + 1), "one network is soon told to wait"
    assert granted == 0, "even the right password, once they have come to it, is not judged"
    later = now + timedelta(seconds=11)
    for place_, login in enumerate(logins[::10]):
        answer = await sign_in(session, later, login, RIGHT, f"203.0.113.{place_ % 250}")
        assert isinstance(answer, Granted), login
    at_the_guessers = await sign_in(session, later, logins[7], RIGHT, "198.51.100.3", known)
    assert isinstance(at_the_guessers, Granted), "a known device does not wait for its network"


async def test_one_account_from_the_whole_world(session, now, quick):
    (login, *_), (owner, *_) = await open_accounts(session, now, quick, 1)
    home = "203.0.113.9"
    assert isinstance(await sign_in(session, now - timedelta(days=3), login, RIGHT, home), Granted)
    judged = 0
    for number in range(300):
        answer = await sign_in(session, now, login, f"guess-{number}", f"10.{number}.0.1")
        judged += isinstance(answer, Refused)
    assert judged == ACCOUNT_FAILURES.capacity
    assert isinstance(await sign_in(session, now, login, RIGHT, "10.250.0.9"), Paused)
    assert isinstance(await sign_in(session, now, login, RIGHT, home), Granted), (
        "where the owner has been before"
    )
    device = await devices.remember(session, None, owner, now)
    assert isinstance(await sign_in(session, now, login, RIGHT, "10.250.0.9", device), Granted)
    leaked = now + ACCOUNT_FAILURES.leak
    assert isinstance(await sign_in(session, leaked, login, RIGHT, "10.251.0.9"), Granted)


async def test_a_stolen_device_token_is_counted_for_itself(session, now, quick):
    (login, *_), (owner, *_) = await open_accounts(session, now, quick, 1)
    device = await devices.remember(session, None, owner, now)
    for _ in range(4):
        assert await sign_in(session, now, login, "wrong", "192.0.2.1", device) == Refused()
    assert isinstance(await sign_in(session, now, login, "wrong", "192.0.2.1", device), Paused)
    assert isinstance(await sign_in(session, now, login, RIGHT, "192.0.2.2", device), Paused)
    assert isinstance(await sign_in(session, now, login, RIGHT, "192.0.2.1"), Granted)


async def test_a_device_of_one_person_is_a_stranger_to_another(session, now, quick):
    _, (first, second) = await open_accounts(session, now, quick, 2)
    device = await devices.remember(session, None, first, now)
    assert await devices.knows(session, device, first, now)
    assert not await devices.knows(session, device, second, now)
    assert await devices.remember(session, device, second, now) == device, "a browser two persons share"
    assert await devices.remember(session, "chosen-by-the-client", first, now) != "chosen-by-the-client"
    assert not await devices.knows(session, device, first, now + timedelta(days=181))


async def test_an_ipv6_guesser_is_one_network(session, now, quick):
    logins, _ = await open_accounts(session, now, quick, 40)
    answers = [
        await sign_in(session, now, login, "wrong", f"2001:db8:1:2::{number:x}")
        for number, login in enumerate(logins)
    ]
    assert [type(one) for one in answers].count(Refused) == NETWORK_FAILURES.capacity
    assert isinstance(await sign_in(session, now, logins[0], RIGHT, "2001:db8:1:3::1"), Granted)


async def test_pressure_leaks_away_and_is_swept(session, now):
    mine = gauge(NETWORK_FAILURES, "network", "192.0.2.1")
    for _ in range(NETWORK_FAILURES.capacity):
        await pressure.add(session, [mine], now)
    assert await pressure.wait(session, [mine], now) == now + NETWORK_FAILURES.leak
    assert await pressure.wait(session, [mine], now + NETWORK_FAILURES.leak) is None
    await pressure.sweep(session, at=now + timedelta(days=3))
    assert await session.scalar(sa.select(sa.func.count()).select_from(SignInPressure)) == 0


async def test_the_rows_name_neither_network_nor_account(session, now):
    await people.citizen(session, now)
    await sign_in(session, now, "jia", "wrong", "192.0.2.77")
    rows = await session.scalars(sa.select(col(SignInPressure.key)))
    assert all(re_is_digest(key) for key in rows)
    await commands.sweep(session, at=now + timedelta(days=2))
    assert await session.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 0


def re_is_digest(key):
    return len(key) == 64 and set(key) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("origin", "group", "shown"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.*.*"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.*.*"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8::/32"),
        ("", "", ""),
        ("testclient", "testclient", ""),
    ],
)
def test_networks_and_places(origin, group, shown):
    assert (network(origin), place(origin)) == (group, shown)
