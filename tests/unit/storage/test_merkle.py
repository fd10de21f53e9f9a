"""RFC 6962: the tree over the eight leaves of the reference test data, and the laws of its proofs."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import merkle
from storage.merkle import Node, Span

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

# RFC 6962, 2.1.3: the tree of seven leaves with its names for the hashes of the subtrees.
NAMES = {
    "a": Node(0, 0),
    "b": Node(0, 1),
    "c": Node(0, 2),
    "d": Node(0, 3),
    "e": Node(0, 4),
    "f": Node(0, 5),
    "j": Node(0, 6),
    "g": Node(1, 0),
    "h": Node(1, 1),
    "i": Node(1, 2),
    "k": Node(2, 0),
}


def rfc_root(leaves):
    """MTH, word for word from RFC 6962, 2.1: the slow definition the code is measured against."""
    if len(leaves) <= 1:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + rfc_root(leaves[:k]) + rfc_root(leaves[k:])).digest()


def known(leaves):
    """The hashes of all complete subtrees."""
    found = {}
    for level in range(len(leaves).bit_length()):
        for place in range(len(leaves) >> level):
            found[Node(level, place)] = rfc_root(leaves[place << level : (place + 1) << level])
    return found


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_the_roots_are_those_of_the_reference_data(size, root):
    frontier = merkle.Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(merkle.leaf_hash(leaf))
    assert frontier.root().hex() == root
    assert merkle.root(size, known(LEAVES)).hex() == root


@pytest.mark.parametrize(("index", "names"), [(0, "bhl"), (3, "cgl"), (4, "fjk"), (6, "ik")])
def test_inclusion_paths_are_those_of_the_rfc(index, names):
    # In the RFC's picture k is the node over g and h, l the one over i and j.
    spans = {"l": Span(4, 7), "k": Span(0, 4), "i": Span(4, 6), "h": Span(2, 4), "g": Span(0, 2)}
    leaves = {"b": Span(1, 2), "c": Span(2, 3), "f": Span(5, 6), "j": Span(6, 7)}
    assert merkle.inclusion_spans(index, 7) == [(spans | leaves)[name] for name in names]


@pytest.mark.parametrize(
    ("first", "spans"),
    [
        (3, [(2, 3), (3, 4), (0, 2), (4, 7)]),
        (4, [(4, 7)]),
        (6, [(4, 6), (6, 7), (0, 4)]),
    ],
)
def test_consistency_paths_are_those_of_the_rfc(first, spans):
    assert merkle.consistency_spans(first, 7) == [Span(*span) for span in spans]


def test_the_names_of_the_rfc_are_complete_subtrees():
    hashes = known(LEAVES[:7])
    assert hashes[NAMES["g"]] == merkle.node_hash(hashes[NAMES["a"]], hashes[NAMES["b"]])
    assert hashes[NAMES["k"]] == merkle.node_hash(hashes[NAMES["g"]], hashes[NAMES["h"]])


@pytest.mark.parametrize("size", range(1, 40))
def test_every_leaf_of_every_tree_is_proven_and_nothing_else(size):
    leaves = [bytes([n]) for n in range(size)]
    hashes, root = known(leaves), rfc_root(leaves)
    for index in range(size):
        path = merkle.proof(merkle.inclusion_spans(index, size), hashes)
        leaf = merkle.leaf_hash(leaves[index])
        assert merkle.includes(leaf, index, size, path, root)
        assert not merkle.includes(merkle.leaf_hash(b"other"), index, size, path, root)
        assert not merkle.includes(leaf, index, size, [*path, bytes(32)], root)
        assert not merkle.includes(leaf, index, size, path[:-1], root) or not path
        assert not merkle.includes(leaf, index + 1, size, path, root)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_earlier_tree_is_proven_to_be_a_beginning_and_no_other_is(size):
    leaves = [bytes([n]) for n in range(size)]
    hashes, root = known(leaves), rfc_root(leaves)
    for first in range(1, size + 1):
        before = rfc_root(leaves[:first])
        path = merkle.proof(merkle.consistency_spans(first, size), hashes)
        assert merkle.extends(first, before, size, root, path)
        assert not merkle.extends(first, bytes(32), size, root, path)
        assert not merkle.extends(first, before, size, bytes(32), path)
        assert not merkle.extends(first, before, size, root, [*path, bytes(32)])
        if path:
            assert not merkle.extends(first, before, size, root, path[:-1])
            bent = [*path[:-1], bytes(32)]
            assert not merkle.extends(first, before, size, root, bent)


def test_the_empty_tree_is_a_beginning_of_every_tree():
    assert merkle.extends(0, merkle.EMPTY, 5, bytes(32), [])
    assert not merkle.extends(0, bytes(32), 5, bytes(32), [])
    assert not merkle.extends(6, bytes(32), 5, bytes(32), [])


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_a_proof_is_only_made_for_what_exists(index, size):
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_spans(index, size)
    assert not merkle.includes(bytes(32), index, size, [], bytes(32))


@pytest.mark.parametrize("first", [0, 5])
def test_a_consistency_proof_is_only_made_between_sizes(first):
    with pytest.raises(ValueError, match="no such tree"):
        merkle.consistency_spans(first, 4)


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_growing_tree_agrees_with_the_definition(leaves):
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier.append(merkle.leaf_hash(leaf))
    assert frontier.root() == rfc_root(leaves)
    assert frontier.size == len(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=12), st.integers(0, 9), st.integers(0, 9))
def test_no_path_of_chance_proves_anything(path, index, size):
    assert not merkle.includes(bytes(32), index, size, path, b"\xff" * 32)
    assert not merkle.extends(max(index, 1), bytes(32), size, b"\xff" * 32, path)
