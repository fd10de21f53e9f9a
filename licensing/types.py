"""Licence types (证照目录, GB/T 36902): what a type says, those that are shipped, and the versions this process knows.

A shipped type is one YAML file, its version 1; later versions and further types are written in the administration
pages and kept in the database (`licensing.kinds`), which hands them to this process (`learn`). A version never changes.
Metadata elements are those of GB/T 36903; what only one type has begins with `KZ_`.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
import yaml

from identity.actor import PartyKind
from licensing.errors import TypeUnknown, TypeUnsound
from licensing.numbering import MAKERS, TYPE_CODE

FOLDER = Path(__file__).with_name("types")
TEMPLATES = Path(__file__).with_name("templates")


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class FieldKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    PICTURE = "picture"


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a licence type: filled by `key`, kept as `element`, printed unless `shown` is false.

    `options` turns a chosen key into its printed words; `default` fills an absent value (`today`: the day of issue).
    """

    key: str
    element: str
    name: Names
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    shown: bool = True
    max: int = 100
    options: dict[str, str] = {}
    default: str | None = None


class CodeKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the holder's code is (持证主体代码类型): its name and its code in GB/T 36903."""

    zh: str
    code: str


class Holder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may hold it, and from where its bearer's name (CZZT) and code (CZZTDM) come.

    `code_kinds` says for single kinds of holder what their code is, where that differs.
    """

    kinds: tuple[PartyKind, ...]
    code_kind: CodeKind
    code_kinds: dict[PartyKind, CodeKind] = {}
    name_field: str | None = None
    code_is_number: bool = False


class Validity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long it counts; `notice` is how many days before its end a renewal must have been asked for
    (行政许可法 50: thirty, unless rules on the type say otherwise)."""

    zh: str
    en: str
    years: int | None = None
    notice: int = 30


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the number that depends on a field: option key → characters."""

    field: str
    values: dict[str, str]


class Number(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: Names
    maker: str
    pattern: str
    choice: Choice | None = None

    @property
    def yearly(self) -> bool:
        """Whether counting begins anew each year, because the number says which year it is of."""
        return "{year" in self.pattern


class Secrecy(StrEnum):
    """How freely licences of a type are told of (GB/T 36902 保密级别)."""

    OPEN = "open"  # 公开
    SHARED = "shared"  # 有条件共享: the holder, and departments under contract
    CLOSED = "closed"  # 不予共享: the holder and the department that issued it


class LicenceType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One licence type (证照类型). `code` is that of GB/T 36904: 18 characters of the rule-making department and a
    3-digit sequence; `slug` is what items, addresses and rows of this portal call it."""

    code: str
    slug: str
    name: Names
    basis: tuple[Names, ...]
    holder: Holder
    validity: Validity
    number: Number
    fields: tuple[Field, ...]
    seal: str
    template: str
    secrecy: Secrecy = Secrecy.SHARED
    sample: bool = True

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)


_LEARNT: dict[str, dict[int, LicenceType]] = {}
"""Published versions by slug, as the database has them."""


def get(code: str, version: int | None = None) -> LicenceType:
    """The type of this code or slug, the newest version or that one. Raises TypeUnknown."""
    known = load_types()
    found = known.get(code) or next((each for each in known.values() if each.code == code), None)
    if found is not None and version is not None:
        found = versions(found.slug).get(version)
    if found is None:
        raise TypeUnknown(code)
    return found


def load_types() -> Mapping[str, LicenceType]:
    """The newest version of every type by its slug. Raises TypeUnsound."""
    newest = {slug: known[max(known)] for slug, known in _LEARNT.items()}
    return MappingProxyType({**shipped(), **newest}) if newest else shipped()


def versions(slug: str) -> Mapping[int, LicenceType]:
    """Every version of a type by its number; of one that is only shipped the first."""
    first = {1: shipped()[slug]} if slug in shipped() else {}
    return first | _LEARNT.get(slug, {})


def learn(known: Mapping[tuple[str, int], LicenceType]) -> None:
    """From now on this process knows these published versions, by slug and number."""
    _LEARNT.clear()
    for (slug, version), licence_type in known.items():
        _LEARNT.setdefault(slug, {})[version] = licence_type


def learnt() -> dict[tuple[str, int], LicenceType]:
    """What `learn` was told last."""
    return {(slug, number): one for slug, known in _LEARNT.items() for number, one in known.items()}


@cache
def shipped() -> Mapping[str, LicenceType]:
    """Every type that comes with the portal, by its slug. Raises TypeUnsound."""
    kept: dict[str, LicenceType] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        licence_type = read(path)
        if licence_type.slug in kept or licence_type.code in {each.code for each in kept.values()}:
            raise TypeUnsound(path.name, "its slug or code is taken")
        kept[licence_type.slug] = licence_type
    return MappingProxyType(kept)


def read(path: Path) -> LicenceType:
    """The type written in one file. Raises TypeUnsound with the place of the first mistake."""
    try:
        licence_type = msgspec.convert(yaml.safe_load(path.read_text()), LicenceType)
    except (yaml.YAMLError, msgspec.ValidationError) as exc:
        raise TypeUnsound(path.name, str(exc)) from exc
    for mistake in mistakes(licence_type):
        raise TypeUnsound(path.name, mistake)
    return licence_type


def mistakes(licence_type: LicenceType) -> list[str]:
    """What contradicts itself in a type, in words for those who write files."""
    keys = [field.key for field in licence_type.fields]
    elements = [field.element for field in licence_type.fields]
    needed = [licence_type.holder.name_field, licence_type.number.choice and licence_type.number.choice.field]
    checks = {
        "code is not 21 characters": bool(TYPE_CODE.fullmatch(licence_type.code)),
        "a key or element occurs twice": len({*keys, *elements}) == len(keys) + len(elements),
        "an extension element lacks KZ_": all(e.startswith("KZ_") or e == "CZZTDM" for e in elements),
        "a named field is not defined": all(key in keys for key in needed if key),
        "the number maker is unknown": licence_type.number.maker in MAKERS,
        "the holder's code comes from nowhere": licence_type.holder.code_is_number or "CZZTDM" in elements,
        "the template is missing": (TEMPLATES / f"{licence_type.template}.html").is_file(),
        "no legal basis": bool(licence_type.basis),
    }
    return [mistake for mistake, holds in checks.items() if not holds]
