"""How strongly the city's directory says it recognised somebody: two factors, one of them cryptographic, or not.

GB/T 22239-2019 8.1.4.1 d); authentication method references of RFC 8176. No database, no clock, no web.
"""

from collections.abc import Collection
from enum import StrEnum


class Factor(StrEnum):
    """What somebody showed: something they know, have or are. What they have is cryptographic in two ways of three."""

    KNOWLEDGE = "knowledge"
    KEY = "key"
    POSSESSION = "possession"
    INHERENCE = "inherence"


METHODS = {
    "pwd": Factor.KNOWLEDGE,
    "pin": Factor.KNOWLEDGE,
    "kba": Factor.KNOWLEDGE,
    "hwk": Factor.KEY,
    "swk": Factor.KEY,
    "sc": Factor.KEY,
    "pop": Factor.KEY,
    "otp": Factor.KEY,
    "sms": Factor.POSSESSION,
    "tel": Factor.POSSESSION,
    "face": Factor.INHERENCE,
    "fpt": Factor.INHERENCE,
    "iris": Factor.INHERENCE,
    "retina": Factor.INHERENCE,
    "vbm": Factor.INHERENCE,
}
"""RFC 8176, 2. `otp` are one-time passwords of RFC 4226 and 6238, keyed hashes both; a code that was sent is `sms`."""

ANOTHER_KIND = frozenset({Factor.KNOWLEDGE, Factor.INHERENCE})
"""What makes two factors together with something one has: two things one has are one factor."""

SEVERAL = "mfa"


def strong(acr: str, amr: Collection[str], trusted: Collection[str] = ()) -> bool:
    """Whether this tells of two factors, one of them cryptographic.

    `trusted` are the values of `acr` of which the operator knows that the directory means just that. Otherwise `amr`
    names a key and either a factor of another kind or `mfa`. What is not told was not shown.
    """
    if acr and acr in trusted:
        return True
    shown = {METHODS[method] for method in amr if method in METHODS}
    return Factor.KEY in shown and (SEVERAL in amr or not shown.isdisjoint(ANOTHER_KIND))
