"""Which passwords may be used, and that an unknown account costs what a known one costs."""

import asyncio

import argon2
import pytest

from identity import passwords
from identity.errors import PasswordsBusy, PasswordWeak

OWN = ("520102199001010018", "19900000001", "示例甲甲", "jia.example")


@pytest.mark.parametrize(
    "password", ["green-tea-42", "correct horse", "绿茶红茶白茶黑茶", "示例甲甲-2026", "yiwang-shili-2026"]
)
def test_a_password_nobody_guesses_is_fine(password):
    passwords.check(password, OWN)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "short"),
        ("1234567", "short"),
        ("a" * 129, "long"),
        ("19900101", "own"),
        ("01010018", "own"),
        ("520102199001010018", "own"),
        ("19900000001", "own"),
        ("jia.example", "own"),
        ("JIA.Example1", "own"),
        ("19900000001ab", "own"),
        ("password", "common"),
        ("PassWord123", "common"),
        ("12345678", "common"),
        ("87654321", "common"),
        ("abcdefgh", "common"),
        ("qwertyuiop", "common"),
        ("aaaaaaaa", "common"),
        ("abababab", "common"),
        ("１２３４５６７８", "common"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, why):
    with pytest.raises(PasswordWeak) as refused:
        passwords.check(password, OWN)
    assert refused.value.why == why


@pytest.mark.anyio
async def test_a_hash_fits_its_password_only_and_is_salted():
    first, second = await passwords.make_hash("green-tea-42"), await passwords.make_hash("green-tea-42")
    assert first != second
    assert await passwords.verify(first, "green-tea-42") == passwords.Verdict(fits=True)
    assert await passwords.verify(first, "green-tea-43") == passwords.Verdict(fits=False)
    assert await passwords.verify(first, "ｇｒｅｅｎ-tea-42") == passwords.Verdict(fits=True), (
        "composed alike"
    )


@pytest.mark.anyio
async def test_no_hash_and_a_broken_hash_fit_nothing():
    for kept in (None, "", "not a hash", "$argon2id$v=19$m=1,t=1,p=1$AA$AA"):
        assert await passwords.verify(kept, "green-tea-42") == passwords.Verdict(fits=False)


@pytest.mark.anyio
async def test_an_old_hash_is_told_to_be_stale():
    old = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("green-tea-42")
    assert await passwords.verify(old, "green-tea-42") == passwords.Verdict(fits=True, stale=True)


@pytest.mark.anyio
async def test_an_unknown_account_costs_a_hash_like_a_wrong_password(monkeypatch):
    """How long each takes is the benchmark's business; that both are computed is the promise."""
    computed = []
    real = passwords.PasswordHasher.verify

    def counted(self, kept, given):
        computed.append(kept)
        return real(self, kept, given)

    monkeypatch.setattr(passwords.PasswordHasher, "verify", counted)
    kept = await passwords.make_hash("green-tea-42")
    for known in (kept, None):
        assert await passwords.verify(known, "wrong-password") == passwords.Verdict(fits=False)
    assert len(computed) == 2
    assert argon2.extract_parameters(computed[0]) == argon2.extract_parameters(computed[1])


@pytest.mark.anyio
async def test_a_flood_is_told_to_come_back_and_the_pool_recovers():
    kept = await passwords.make_hash("green-tea-42")
    most = passwords.WORKERS + passwords.WAITING
    answers = await asyncio.gather(
        *(passwords.verify(kept, "green-tea-42") for _ in range(most * 3)), return_exceptions=True
    )
    assert sum(isinstance(answer, passwords.Verdict) for answer in answers) == most
    assert sum(isinstance(answer, PasswordsBusy) for answer in answers) == most * 2
    assert (await passwords.verify(kept, "green-tea-42")).fits
