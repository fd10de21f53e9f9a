"""Identifiers and numbers of licences: pure arithmetic, no database.

The licence identifier (证照标识) is GB/T 36904-2018: `root.type.issuer.serial.version.check`, the check
character ISO 7064 MOD 37,36 over the four middle segments without dots. Licence numbers (证照编号) follow a
pattern per licence type.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from licensing.errors import NumberUnsound

ROOT = "1.2.156.3005.2"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEGMENT = re.compile(r"[0-9A-Z]{1,40}")
TYPE_CODE = re.compile(r"[0-9A-Z]{21}")
ISSUER_CODE = re.compile(r"[0-9A-Z]{1,18}")
VERSION = re.compile(r"[0-9]{3}")

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A taken-apart GB/T 36904 identifier whose check character is right."""

    type_code: str
    issuer_code: str
    serial: str
    version: int

    def __str__(self) -> str:
        segments = (self.type_code, self.issuer_code, self.serial, f"{self.version:03d}")
        return ".".join((ROOT, *segments, mod_37_36("".join(segments))))


def make_identifier(type_code: str, issuer_code: str, serial: str, version: int = 1) -> Identifier:
    """An identifier of these segments. Raises NumberUnsound naming the segment that does not fit."""
    parts = (
        ("type", type_code, TYPE_CODE),
        ("issuer", issuer_code, ISSUER_CODE),
        ("serial", serial, SEGMENT),
        ("version", f"{version:03d}", VERSION),
    )
    for part, value, shape in parts:
        if not shape.fullmatch(value):
            raise NumberUnsound(part, value)
    return Identifier(type_code, issuer_code, serial, version)


def read_identifier(text: str) -> Identifier:
    """Take an identifier apart, with or without its root. Raises NumberUnsound(part) for the first wrong part."""
    segments = text.strip().removeprefix(ROOT + ".").split(".")
    if len(segments) != 5:
        raise NumberUnsound("segments", text)
    type_code, issuer, serial, version, check = segments
    if not VERSION.fullmatch(version):
        raise NumberUnsound("version", version)
    identifier = make_identifier(type_code, issuer, serial, int(version))
    if check != mod_37_36("".join(segments[:4])):
        raise NumberUnsound("check", check)
    return identifier


def mod_37_36(text: str) -> str:
    """The ISO 7064 MOD 37,36 check character of upper-case alphanumeric `text`. Raises NumberUnsound."""
    product = 36
    for char in text:
        value = ALPHABET.find(char)
        if value < 0:
            raise NumberUnsound("character", char)
        product = ((product + value) % 36 or 36) * 2 % 37
    return ALPHABET[(37 - product) % 36]


def mod_11_10(digits: str) -> str:
    """The ISO 7064 MOD 11,10 check digit of `digits`. Raises NumberUnsound."""
    product = 10
    for char in digits:
        if char not in "0123456789":
            raise NumberUnsound("character", char)
        product = ((product + int(char)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def credit_code(prefix: str, region: str, body: str) -> str:
    """A unified social credit code (GB 32100-2015): 2 + 6 + 8 characters, then both check characters.

    `prefix` is registering authority and kind («92» = individual business), `body` the eight characters of the
    organisation code (GB 11714). Raises NumberUnsound.
    """
    organisation = body + _organisation_check(body)
    text = prefix + region + organisation
    if len(text) != 17 or any(char not in CREDIT_ALPHABET for char in text):
        raise NumberUnsound("credit-code", text)
    total = sum(
        CREDIT_ALPHABET.index(char) * weight for char, weight in zip(text, CREDIT_WEIGHTS, strict=True)
    )
    return text + CREDIT_ALPHABET[(31 - total % 31) % 31]


def _organisation_check(body: str) -> str:
    if len(body) != 8 or any(char not in ALPHABET for char in body):
        raise NumberUnsound("organisation-code", body)
    total = sum(
        ALPHABET.index(char) * weight for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def _patterned(pattern: str, values: Mapping[str, object]) -> str:
    try:
        return pattern.format_map(values)
    except (KeyError, ValueError) as exc:
        raise NumberUnsound("pattern", pattern) from exc


def _with_check_digit(pattern: str, values: Mapping[str, object]) -> str:
    text = _patterned(pattern, values)
    return text + mod_11_10("".join(char for char in text if char.isdigit()))


def _credit(prefix: str, values: Mapping[str, object]) -> str:
    # Two characters of registering authority and kind, then the lead of the organisation code if it is not MA.
    body = (prefix[2:] or "MA") + _base31(int(str(values["serial"])), 6)
    return credit_code(prefix[:2], str(values["region"]), body)


def _base31(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, rest = divmod(value, 31)
        digits = CREDIT_ALPHABET[rest] + digits
    if value:
        raise NumberUnsound("serial", digits)
    return digits


MAKERS: Mapping[str, Callable[[str, Mapping[str, object]], str]] = {
    "pattern": _patterned,
    "pattern-mod-11-10": _with_check_digit,
    "credit-code": _credit,
}
"""How a licence number is made, by the name a type definition uses."""


def licence_number(maker: str, pattern: str, *, region: str, year: int, serial: int, **choice: str) -> str:
    """The number of the `serial`-th licence of a type in `year`. Raises NumberUnsound."""
    if maker not in MAKERS:
        raise NumberUnsound("maker", maker)
    return MAKERS[maker](pattern, {"region": region, "year": year, "serial": serial} | choice)


def identifier_serial(year: int, serial: int) -> str:
    """The serial segment (流水号) of the identifier: year and eight digits, unique per type and issuer."""
    return f"{year}{serial:08d}"
