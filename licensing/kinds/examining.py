"""A licence type as an official wrote it: the type, or every mistake by the place it is in. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from licensing.errors import NumberUnsound, Problem
from licensing.numbering import MAKERS, TYPE_CODE, licence_number
from licensing.types import TEMPLATES, FieldKind, LicenceType, Secrecy

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
ELEMENT = re.compile(r"CZZTDM|KZ_[A-Z][A-Z0-9_]{0,36}")
PLACE = re.compile(r"\{field_(\w+)\}")
BEARER = "CZZTDM"
LONGEST = {"name": 60, "seal": 30, "basis": 200, "label": 30}
MOST_YEARS, MOST_NOTICE, MOST_LETTERS, MOST_FIELDS = 100, 365, 1000, 40

Definition = Mapping[str, Any]
Mistakes = Iterator[Problem]


def examined(definition: Definition) -> tuple[LicenceType | None, list[Problem]]:
    """The type, or every mistake: `code` of the mistake, `element` its place («fields.3.key»)."""
    problems = [problem for look in LOOKS for problem in look(definition)]
    if problems:
        return None, problems
    try:
        return msgspec.convert(definition, LicenceType), []
    except msgspec.ValidationError as exc:
        return None, [Problem("unfit", str(exc).partition("$.")[2].rstrip("`") or "name.zh")]


def builtins(licence_type: LicenceType) -> dict[str, Any]:
    """A type as the database and the editor have it."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(licence_type))
    return plain


@cache
def templates() -> Mapping[str, frozenset[str]]:
    """The pages that are shipped, by name, each with the keys of the fields it prints."""
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).with_suffix("").as_posix()
        if not name.startswith("documents/"):
            found[name] = frozenset(PLACE.findall(path.read_text()))
    return found


def unprinted(licence_type: LicenceType) -> list[str]:
    """Keys of fields that are shown elsewhere but have no place on the page."""
    # The name of the bearer stands on every page as {holder}.
    printed = templates().get(licence_type.template, frozenset()) | {licence_type.holder.name_field}
    return [
        one.key
        for one in licence_type.fields
        if one.shown and one.kind is not FieldKind.PICTURE and one.key not in printed
    ]


def _texts(definition: Definition) -> Mistakes:
    pairs = {"name": definition["name"], "number.label": definition["number"]["label"]}
    for place, pair in pairs.items():
        for tongue in ("zh", "en"):
            if not pair.get(tongue):
                yield Problem("missing", f"{place}.{tongue}")
            elif len(pair[tongue]) > LONGEST["name"]:
                yield Problem("too-long", f"{place}.{tongue}")
    if not definition["seal"] or len(definition["seal"]) > LONGEST["seal"]:
        yield Problem("too-long" if definition["seal"] else "missing", "seal")
    if definition["secrecy"] not in set(Secrecy):
        yield Problem("missing", "secrecy")
    if not definition["basis"]:
        yield Problem("missing", "basis")
    elif any(not one["zh"] or not one["en"] for one in definition["basis"]):
        yield Problem("pairs", "basis")


def _codes(definition: Definition) -> Mistakes:
    if not SLUG.fullmatch(definition["slug"]) or len(definition["slug"]) > 60:
        yield Problem("slug", "slug")
    if not TYPE_CODE.fullmatch(definition["code"]):
        yield Problem("type-code", "code")


def _holder(definition: Definition) -> Mistakes:
    holder, fields = definition["holder"], definition["fields"]
    if not holder["kinds"]:
        yield Problem("missing", "holder.kinds")
    for part in ("zh", "code"):
        if not holder["code_kind"][part]:
            yield Problem("missing", f"holder.code_kind.{part}")
    if holder["name_field"] and holder["name_field"] not in {one["key"] for one in fields}:
        yield Problem("no-such-field", "holder.name_field")
    if not holder["code_is_number"] and BEARER not in {one["element"] for one in fields}:
        yield Problem("no-holder-code", "holder.code_is_number")


def _validity(definition: Definition) -> Mistakes:
    validity = definition["validity"]
    for tongue in ("zh", "en"):
        if not validity[tongue]:
            yield Problem("missing", f"validity.{tongue}")
    if validity["years"] is not None and not _within(validity["years"], 1, MOST_YEARS):
        yield Problem("years", "validity.years")
    if not _within(validity["notice"], 0, MOST_NOTICE):
        yield Problem("notice", "validity.notice")


def _number(definition: Definition) -> Mistakes:
    number = definition["number"]
    choice = number["choice"]
    if number["maker"] not in MAKERS:
        yield Problem("missing", "number.maker")
        return
    if choice and choice["field"] not in {one["key"] for one in definition["fields"]}:
        yield Problem("no-such-field", "number.choice.field")
        return
    chosen = {choice["field"]: next(iter(choice["values"].values()), "0")} if choice else {}
    try:
        licence_number(number["maker"], number["pattern"], region="520100", year=2026, serial=1, **chosen)
    except (NumberUnsound, IndexError, AttributeError, TypeError):
        yield Problem("pattern", "number.pattern")
        return
    if "{serial" not in number["pattern"] and number["maker"] != "credit-code":
        yield Problem("pattern", "number.pattern")


def _fields(definition: Definition) -> Mistakes:
    seen: dict[str, set[str]] = {"key": set(), "element": set()}
    if len(definition["fields"]) > MOST_FIELDS:
        yield Problem("too-many", "fields.0.key")
    for place, field in enumerate(definition["fields"]):
        at = f"fields.{place}"
        yield from _shape(at, field)
        for part, taken in seen.items():
            if field[part] in taken:
                yield Problem("twice", f"{at}.{part}")
            taken.add(field[part])


def _shape(at: str, field: Definition) -> Mistakes:
    if not KEY.fullmatch(field["key"]):
        yield Problem("key", f"{at}.key")
    if not ELEMENT.fullmatch(field["element"]):
        yield Problem("element", f"{at}.element")
    for tongue in ("zh", "en"):
        if not field["name"][tongue]:
            yield Problem("missing", f"{at}.name.{tongue}")
    if field["kind"] not in set(FieldKind):
        yield Problem("missing", f"{at}.kind")
    if not _within(field["max"], 1, MOST_LETTERS):
        yield Problem("letters", f"{at}.max")


def _template(definition: Definition) -> Mistakes:
    wanted = templates().get(definition["template"])
    if wanted is None:
        yield Problem("missing", "template")
    elif missing := sorted(wanted - {one["key"] for one in definition["fields"]}):
        yield Problem(f"template-needs:{'、'.join(missing)}", "template")


def _within(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and least <= value <= most


LOOKS: tuple[Callable[[Definition], Mistakes], ...] = (
    _codes,
    _texts,
    _holder,
    _validity,
    _number,
    _fields,
    _template,
)
