"""Reform modes that an item itself opens: decided by rules (秒批), enjoyed without applying (免申即享).

What a rule looks at and when it holds is data in the catalogue's condition language, published and versioned with the
item: nobody changes a rule without a new version of the item.
"""

import hashlib

import msgspec
from msgspec import Struct

from services.catalogue.conditions import Expression
from services.catalogue.form import Pair


class DecisionRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule in words that everybody may read, and as the machine checks it."""

    key: str
    text: Pair
    check: Expression


class Instant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """秒批: where every rule holds, the item is granted by rules; `basis` is what allows it.

    Where one does not hold, or cannot be told, a person decides: rules never refuse (个人信息保护法 24).
    """

    basis: Pair
    rules: tuple[DecisionRule, ...]


class Unasked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """免申即享: who keeps all `rules` by the registers is offered the benefit and only confirms.

    `offer` is what they are offered in plain words, `basis` why the registers may be looked at for it.
    """

    offer: Pair
    basis: Pair
    rules: tuple[DecisionRule, ...]


def digest(rules: tuple[DecisionRule, ...]) -> str:
    """SHA-256 (hex) of the rules as they are checked and told: two versions with the same rules have the same."""
    return hashlib.sha256(msgspec.json.encode(msgspec.to_builtins(rules), order="sorted")).hexdigest()
