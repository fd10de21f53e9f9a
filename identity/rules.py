"""What may be said about people and accounts without looking anyone up. No database, no clock, no web."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Network, ip_address

from identity.actor import STAFF, Role
from identity.errors import AbsenceRefused, RolesIncompatible, TooYoung
from identity.numbers import birth_date

AGE_OF_OWN_ACCOUNT = 14  # 个人信息保护法 28, 31
ALL_POWERS = "*"
"""The power of a legal representative: everything the organisation may do."""

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员分立 (GB/T 22239-2019 level 3): no two of these in one hand."""

LENT = STAFF - ADMINISTRATORS
"""Posts in which a colleague may stand in for an absent officer; an administrator's is never lent."""
LONGEST_LEAVE = timedelta(days=366)

CRYPTOGRAPHIC = frozenset({"code", "passkey", "directory"})
"""Of the means of a sign-in, those in which a key is used (GB/T 22239-2019 8.1.4.1 d): an authenticator's code (RFC
6238), a passkey's signature, and what the city's directory vouches for. No password, and no code that was sent."""

LOGIN_NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


class Level(StrEnum):
    """How surely a person is known (实名等级)."""

    UNVERIFIED = "unverified"
    REGISTRY = "registry"
    IN_PERSON = "in-person"


class OrganisationKind(StrEnum):
    """What a legal person or other organisation is, as its credit code says."""

    ENTERPRISE = "enterprise"
    SOLE_TRADER = "sole-trader"  # 个体工商户
    COOPERATIVE = "cooperative"  # 农民专业合作社
    PUBLIC_BODY = "public-body"  # 机关
    INSTITUTION = "institution"  # 事业单位
    SOCIAL = "social"  # 社会组织
    OTHER = "other"


KINDS = {
    "91": OrganisationKind.ENTERPRISE,
    "92": OrganisationKind.SOLE_TRADER,
    "93": OrganisationKind.COOPERATIVE,
    "11": OrganisationKind.PUBLIC_BODY,
    "12": OrganisationKind.INSTITUTION,
    "51": OrganisationKind.SOCIAL,
    "52": OrganisationKind.SOCIAL,
    "53": OrganisationKind.SOCIAL,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a sign-in lasts: without a deed (idle) and at all (absolute). GB/T 22239-2019, usual practice."""

    citizen_idle: timedelta = timedelta(minutes=30)
    staff_idle: timedelta = timedelta(minutes=20)
    citizen_absolute: timedelta = timedelta(hours=12)
    staff_absolute: timedelta = timedelta(hours=10)
    second_step: timedelta = timedelta(minutes=5)


PAUSES = (
    (5, timedelta(minutes=1)),
    (8, timedelta(minutes=5)),
    (11, timedelta(minutes=15)),
    (14, timedelta(hours=1)),
)
"""From so many failures of one origin for one account, that pair waits so long after each further failure."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many failures may stand at once; one leaks away every `leak`."""

    capacity: int
    leak: timedelta

    def level(self, level: float, passed: timedelta) -> float:
        """What is left of `level` after `passed`."""
        return max(0.0, level - passed / self.leak)

    def wait(self, level: float) -> timedelta:
        """How long until one more fits."""
        return max(timedelta(0), (level - self.capacity + 1) * self.leak)


NETWORK_FAILURES = Bucket(30, timedelta(minutes=1))
"""Wrong passwords of one network, whatever the account: an office may err, a guesser soon waits."""
ACCOUNT_FAILURES = Bucket(100, timedelta(minutes=15))
"""Wrong passwords for one account from everywhere (NIST SP 800-63B 3.2.2: at most 100). Known devices and networks
the owner has signed in from do not count and do not wait."""
CODES_TO_ACCOUNT = Bucket(10, timedelta(minutes=10))
CODES_TO_ACCOUNT_FROM_NETWORK = Bucket(4, timedelta(minutes=10))
CODES_FROM_NETWORK = Bucket(20, timedelta(minutes=1))

DEVICE_LASTS = timedelta(days=180)

FORGOTTEN_AFTER = timedelta(hours=24)
"""Failures older than this count no more."""


def pause_after(failures: int) -> timedelta:
    """How long the pair of account and origin waits after its `failures`-th failure in a row."""
    waits = [pause for threshold, pause in PAUSES if failures >= threshold]
    return waits[-1] if waits else timedelta(0)


def network(origin: str) -> str:
    """What counts as one place on the network: an IPv4 address, the /64 of an IPv6 one (RFC 6177)."""
    try:
        address = ip_address(origin)
    except ValueError:
        return origin
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


def place(origin: str) -> str:
    """The beginning of an address, as it is shown to the owner of a session: `192.0.*.*`, `2001:db8::/32`."""
    try:
        address = ip_address(origin)
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return ".".join([*str(address).split(".")[:2], "*", "*"])
    return (
        place(str(address.ipv4_mapped))
        if address.ipv4_mapped
        else str(IPv6Network((int(address), 32), False))
    )


def kind_of(credit_code: str) -> OrganisationKind:
    """The kind of organisation behind a normalised credit code (GB 32100-2015, positions 1 and 2)."""
    return KINDS.get(credit_code[:2], OrganisationKind.OTHER)


def check_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles of a member of staff, or RolesIncompatible: none, a citizen's, or two administrators."""
    chosen = frozenset(roles)
    if not chosen or not chosen <= STAFF or len(chosen & ADMINISTRATORS) > 1:
        raise RolesIncompatible(frozenset(role.value for role in chosen))
    return chosen


def check_apart(roles: Iterable[str]) -> None:
    """RolesIncompatible when these roles, held one after another without a break, are two administrators'."""
    held = frozenset(roles) & ADMINISTRATORS
    if len(held) > 1:
        raise RolesIncompatible(frozenset(map(str, held)))


def fit_for_staff(means: str, assurance: int) -> bool:
    """Whether a sign-in by `means` («password+code») opens a post: two factors, one of them cryptographic."""
    return assurance > 1 and not CRYPTOGRAPHIC.isdisjoint(means.split("+"))


def check_leave(first_day: date, last_day: date, today: date) -> None:
    """AbsenceRefused when leave ends before it begins, is over already, or lasts longer than a year."""
    if last_day < first_day:
        raise AbsenceRefused("last_day", "order")
    if last_day < today:
        raise AbsenceRefused("last_day", "past")
    if last_day - first_day >= LONGEST_LEAVE:
        raise AbsenceRefused("last_day", "long")


def check_lent(wanted: Iterable[Role], held: Iterable[str], substitute: Iterable[str]) -> frozenset[Role]:
    """The posts a substitute stands in for: the officer's own, never an administrator's, and held by both.

    Raises AbsenceRefused("roles", "missing" | "not-lent") or ("substitute", "roles").
    """
    chosen = frozenset(wanted)
    if not chosen:
        raise AbsenceRefused("roles", "missing")
    if not chosen <= LENT & frozenset(held):
        raise AbsenceRefused("roles", "not-lent")
    if not chosen <= frozenset(substitute):
        raise AbsenceRefused("substitute", "roles")
    return chosen


def age(number: str, on: date) -> int:
    """Full years of the holder of a normalised ID number. Born on 29 February: a year older on 1 March."""
    born = birth_date(number)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def check_age(number: str, on: date) -> None:
    """TooYoung under 14: such an account exists only through its guardian (个人信息保护法 31)."""
    if age(number, on) < AGE_OF_OWN_ACCOUNT:
        raise TooYoung


def person_name(text: str) -> str:
    """A name as it is kept: composed (NFC), blanks single, everything printable.

    Rare characters, the middle dot and long names stay as they are. ValueError("missing" | "too-long" |
    "characters"): nothing, more than 100 characters, or characters that do not print.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise ValueError("missing")
    if len(name) > 100:
        raise ValueError("too-long")
    if not name.isprintable():
        raise ValueError("characters")
    return name


def login_name(text: str) -> str:
    """A chosen account name: a letter, then letters, digits, `.`, `_`, `-`; never mistaken for a number.

    ValueError("format") for anything else.
    """
    name = text.strip().lower()
    if not LOGIN_NAME.fullmatch(name):
        raise ValueError("format")
    return name
