"""What is looked at before a seal makes it final: mistakes as data, all at once, nothing repaired."""

import unicodedata
from collections.abc import Mapping
from datetime import date

from identity.actor import PartyKind
from licensing.errors import NumberUnsound, Problem
from licensing.metadata import CORE, UNLIMITED
from licensing.numbering import read_identifier
from licensing.types import FieldKind, LicenceType

LONGEST = 200
"""Characters of an element without a limit of its own."""


def check(
    licence_type: LicenceType,
    elements: Mapping[str, str],
    *,
    holder_kind: PartyKind,
    number_taken: bool = False,
    picture_unfit: bool = False,
) -> list[Problem]:
    """Every mistake in the elements of a licence about to be sealed; an empty list means it may be."""
    problems = [
        *_missing(licence_type, elements),
        *_text(licence_type, elements),
        *_dates(licence_type, elements),
        *_identifier(licence_type, elements),
    ]
    if holder_kind not in licence_type.holder.kinds:
        problems.append(Problem("holder", "CZZT"))
    if number_taken:
        problems.append(Problem("number-taken", "ZZBH"))
    if picture_unfit:
        problems.append(Problem("picture", "KZ_ZP"))
    return problems


def _missing(licence_type: LicenceType, elements: Mapping[str, str]) -> list[Problem]:
    needed = [*CORE, *(field.element for field in licence_type.fields if field.required)]
    return [Problem("missing", element) for element in dict.fromkeys(needed) if not elements.get(element)]


def _text(licence_type: LicenceType, elements: Mapping[str, str]) -> list[Problem]:
    limits = {field.element: field.max for field in licence_type.fields}
    problems = []
    for element, text in elements.items():
        if any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} for char in text):
            problems.append(Problem("control-character", element))
        if len(text) > limits.get(element, LONGEST):
            problems.append(Problem("too-long", element))
    return problems


def _dates(licence_type: LicenceType, elements: Mapping[str, str]) -> list[Problem]:
    own = [field.element for field in licence_type.fields if field.kind is FieldKind.DATE]
    days = {
        element: _day(elements[element])
        for element in ("ZZBFRQ", "ZZYXQQSRQ", "ZZYXQJZRQ", *own)
        if elements.get(element) and elements[element] != UNLIMITED
    }
    problems = [Problem("date", element) for element, day in days.items() if day is None]
    start, end = days.get("ZZYXQQSRQ"), days.get("ZZYXQJZRQ")
    if start and end and end < start:
        problems.append(Problem("period", "ZZYXQJZRQ"))
    return problems


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _identifier(licence_type: LicenceType, elements: Mapping[str, str]) -> list[Problem]:
    if not elements.get("ZZBS"):
        return []
    try:
        identifier = read_identifier(elements["ZZBS"])
    except NumberUnsound:
        return [Problem("identifier", "ZZBS")]
    told = (licence_type.code, elements.get("ZZBFJGDM"))
    return [] if (identifier.type_code, identifier.issuer_code) == told else [Problem("identifier", "ZZBS")]
