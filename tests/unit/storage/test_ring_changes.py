"""Changing the ring: what was sealed stays readable, look-ups ask by both keys, a running process takes it up."""

import json

import pytest

from storage import cipher, ring_changes
from storage.cipher import Algorithm
from storage.errors import KeyUnusable, SecretUnreadable


@pytest.fixture
def first():
    return cipher.new_ring()


@pytest.fixture
def own_ring(key_ring):
    """What a test installs is gone after it."""
    yield
    cipher.install(key_ring)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_new_key_seals_and_the_old_one_opens(first, algorithm):
    old = first.seal("示例", "name")
    ring, name = ring_changes.add_key(first, algorithm=algorithm)
    new = ring.seal("示例", "name")
    assert (name, ring.current, new[1:3]) == ("k2", "k2", b"k2")
    assert ring.open(old, "name") == ring.open(new, "name") == "示例"


def test_sm4_refuses_another_purpose_and_an_altered_value(first):
    ring, _ = ring_changes.add_key(first, algorithm=Algorithm.SM4)
    sealed = bytearray(ring.seal("199", "phone"))
    with pytest.raises(SecretUnreadable):
        ring.open(bytes(sealed), "id-number")
    sealed[-1] ^= 1
    with pytest.raises(SecretUnreadable):
        ring.open(bytes(sealed), "phone")
    with pytest.raises(SecretUnreadable):
        ring.open(bytes(sealed[:10]), "phone")


def test_a_key_held_back_opens_but_does_not_seal(first):
    ring, name = ring_changes.add_key(first, hold=True)
    assert ring.seal("1", "p")[1:3] == b"k1"
    assert ring_changes.use_key(ring, name).seal("1", "p")[1:3] == b"k2"


def test_the_key_that_seals_cannot_be_dropped(first):
    with pytest.raises(KeyUnusable, match="current"):
        ring_changes.drop_key(first, "k1")
    with pytest.raises(KeyUnusable, match="unknown"):
        ring_changes.drop_key(first, "k7")
    ring, _ = ring_changes.add_key(first)
    assert set(ring_changes.drop_key(ring, "k1").keys) == {"k2"}


def test_look_ups_ask_by_both_keys_until_the_former_is_dropped(first):
    ring = ring_changes.change_index_key(first)
    assert ring.indexes("1", "phone") == [ring.index("1", "phone"), first.index("1", "phone")]
    assert ring.is_index(first.index("1", "phone"), "1", "phone")
    assert ring.is_index(ring.index("1", "phone"), "1", "phone")
    assert not ring.is_index(first.index("1", "phone"), "2", "phone")
    assert not ring.is_index(first.index("1", "phone"), "1", "e-mail")
    assert ring.index("1", "phone") != first.index("1", "phone")
    with pytest.raises(KeyUnusable, match="changing"):
        ring_changes.change_index_key(ring)
    after = ring_changes.drop_former_index_key(ring)
    assert after.indexes("1", "phone") == [ring.index("1", "phone")]
    assert not after.is_index(first.index("1", "phone"), "1", "phone")


def test_what_other_systems_call_a_person_never_changes(first):
    ring = ring_changes.drop_former_index_key(ring_changes.change_index_key(first))
    assert ring.index("sector", "openid.sub") == first.index("sector", "openid.sub")
    assert ring.indexes("sector", "openid.sub") == [first.index("sector", "openid.sub")]


def test_a_running_process_takes_up_the_ring_that_is_put_there(tmp_path, own_ring):
    path = tmp_path / "ring.json"
    cipher.follow(path)
    before = cipher.ring().seal("1", "p")
    changed, _ = ring_changes.add_key(cipher.ring(), algorithm=Algorithm.SM4)
    cipher.replace_ring(path, changed)
    assert cipher.ring() == changed
    assert cipher.ring().open(before, "p") == "1"
    path.unlink()
    assert cipher.ring() == changed, "what is in hand still opens"
    assert path.exists() is False


def test_a_ring_file_of_the_first_version_is_read(tmp_path):
    path = tmp_path / "ring.json"
    path.write_text(json.dumps({"current": "k1", "keys": {"k1": "01" * 32}, "index_key": "02" * 32}))
    ring = cipher.load_ring(path)
    assert ring.steady_key == ring.index_key == bytes([2] * 32)
    cipher.replace_ring(path, ring)
    assert cipher.load_ring(path).open(ring.seal("1", "p"), "p") == "1"
    assert path.stat().st_mode & 0o777 == 0o600
