import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import cipher
from storage.errors import SecretUnreadable


@given(st.text())
def test_what_was_sealed_opens_to_the_same_text(text):
    ring = cipher.new_ring()
    assert ring.open(ring.seal(text, "phone"), "phone") == text


def test_a_sealed_value_opens_only_for_its_purpose():
    ring = cipher.new_ring()
    with pytest.raises(SecretUnreadable):
        ring.open(ring.seal("138", "phone"), "id-number")


@given(st.integers(0, 60), st.integers(1, 255))
def test_one_changed_byte_is_refused(position, change):
    ring = cipher.new_ring()
    token = bytearray(ring.seal("520102199001010018", "id-number"))
    token[position % len(token)] ^= change
    with pytest.raises(SecretUnreadable):
        ring.open(bytes(token), "id-number")


def test_an_older_key_still_opens_and_the_current_one_seals():
    old = cipher.new_ring()
    sealed = old.seal("text", "p")
    new = cipher.KeyRing("k2", {**old.keys, "k2": bytes(32)}, old.index_key)
    assert new.open(sealed, "p") == "text"
    assert new.seal("text", "p")[1:3] == b"k2"


def test_the_index_finds_equal_values_and_tells_purposes_apart():
    ring = cipher.new_ring()
    assert ring.index("1", "a") == ring.index("1", "a") != ring.index("1", "b")


def test_the_ring_is_made_once_and_read_by_everyone(tmp_path):
    path = tmp_path / "keys" / "ring.json"
    assert cipher.load_ring(path) == cipher.load_ring(path)
    assert path.stat().st_mode & 0o077 == 0
