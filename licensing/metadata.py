"""The metadata of a licence: elements of GB/T 36903-2018 by their short names, as text.

ZZMC 证照名称 · ZZLXDM 类型代码 · ZZBH 证照编号 · ZZBS 证照标识 · ZZBFJG/ZZBFJGDM 颁发机构 · ZZBFRQ 颁发日期 ·
CZZT/CZZTDM/CZZTDMLX/CZZTDMLXDM 持证主体 · ZZYXQQSRQ/ZZYXQJZRQ 有效期 · ZZQZR/ZZQZMC/ZZQZSJ 签章 · CJSJ 创建时间 ·
KZ_… what only one type has. Dates are ISO 8601; the end of an unlimited period is 长期.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from identity.actor import Party
from licensing.numbering import licence_number
from licensing.rules import CHINA
from licensing.types import Field, FieldKind, LicenceType

UNLIMITED = "长期"
ISSUED_WITH = ("ZZQZR", "ZZQZMC", "ZZQZSJ", "CJSJ")
"""Elements that exist only once the licence is sealed."""

EDITION, EARLIER = "KZ_BBLX", "KZ_GLZZBS"
"""Elements of a later version: why it was made (变更, 延续, 补发) and the identifier of the one before (关联证照标识)."""

NOTES = REASON, BASIS = ("reason", "basis")
"""Why a later version is made, kept beside its elements until it is sealed; never part of the file."""

CORE = (
    "ZZMC",
    "ZZLXDM",
    "ZZBH",
    "ZZBS",
    "ZZBFJG",
    "ZZBFJGDM",
    "ZZBFRQ",
    "CZZT",
    "CZZTDM",
    "CZZTDMLX",
    "CZZTDMLXDM",
    "ZZYXQQSRQ",
    "ZZYXQJZRQ",
    *ISSUED_WITH,
)
"""Elements every sealed licence has."""

Fields = Mapping[str, str | Sequence[str]]
"""Values by field key; several chosen ones are joined with 、."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The department that issues: its unified social credit code and its full name."""

    code: str
    name: str

    @property
    def region(self) -> str:
        """Its GB/T 2260 region: characters 3 to 8 of the code."""
        return self.code[2:8]


@dataclass(frozen=True, slots=True)
class Naming:
    """What the licence is called and when it counts."""

    identifier: str
    number: str
    issued_on: date
    valid_until: date | None


def plain(fields: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """Field values as text: a date in ISO form, several as a list of text, absent ones left out."""
    return {key: _text(value) for key, value in fields.items() if value is not None}


def _text(value: Any) -> str | list[str]:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(each) for each in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def fill(licence_type: LicenceType, fields: Fields, today: date) -> dict[str, str]:
    """The type's own elements from values by field key: options become words, defaults fill gaps."""
    return {field.element: _value(field, fields.get(field.key), today) for field in licence_type.fields}


def _value(field: Field, given: str | Sequence[str] | None, today: date) -> str:
    chosen = [given] if isinstance(given, str) else list(given or ())
    text = "、".join(field.options.get(each, each).strip() for each in chosen)
    if text or field.default is None:
        return text
    if field.kind is FieldKind.DATE and field.default == "today":
        return today.isoformat()
    return field.options.get(field.default, field.default)


def option_key(field: Field, given: str | Sequence[str] | None) -> str | None:
    """The option that was chosen, whether its key or its words were handed in."""
    text = given if isinstance(given, str) else next(iter(given or ()), field.default or "")
    return next((key for key, words in field.options.items() if text in (key, words)), None)


def number(licence_type: LicenceType, fields: Fields, *, issuer: Issuer, year: int, serial: int) -> str:
    """The number (ZZBH) of a type's `serial`-th licence. Raises NumberUnsound."""
    how = licence_type.number
    chosen: dict[str, str] = {}
    if how.choice is not None:
        field = licence_type.field(how.choice.field)
        option = option_key(field, fields.get(how.choice.field)) if field else None
        # What is missing here, lint reports before anything is sealed.
        chosen = {how.choice.field: how.choice.values.get(option or "", "0")}
    return licence_number(how.maker, how.pattern, region=issuer.region, year=year, serial=serial, **chosen)


def compose(
    licence_type: LicenceType, own: Mapping[str, str], *, naming: Naming, issuer: Issuer, holder: Party
) -> dict[str, str]:
    """All elements known when the licence is decided; those of `ISSUED_WITH` come with the seal."""
    bearer = licence_type.holder
    named = licence_type.field(bearer.name_field) if bearer.name_field else None
    code_kind = bearer.code_kinds.get(holder.kind, bearer.code_kind)
    return dict(own) | {
        "ZZMC": licence_type.name.zh,
        "ZZLXDM": licence_type.code,
        "ZZBH": naming.number,
        "ZZBS": naming.identifier,
        "ZZBFJG": issuer.name,
        "ZZBFJGDM": issuer.code,
        "ZZBFRQ": naming.issued_on.isoformat(),
        "CZZT": own[named.element] if named else holder.name,
        "CZZTDM": naming.number if bearer.code_is_number else own.get("CZZTDM", ""),
        "CZZTDMLX": code_kind.zh,
        "CZZTDMLXDM": code_kind.code,
        "ZZYXQQSRQ": naming.issued_on.isoformat(),
        "ZZYXQJZRQ": naming.valid_until.isoformat() if naming.valid_until else UNLIMITED,
    }


def sealed_elements(elements: Mapping[str, str], seal_name: str, at: datetime) -> dict[str, str]:
    """The elements with those that come into being with the seal, and without notes."""
    moment = at.astimezone(CHINA).isoformat(timespec="seconds")
    signing = {"ZZQZR": elements["ZZBFJG"], "ZZQZMC": seal_name, "ZZQZSJ": moment, "CJSJ": moment}
    return {key: text for key, text in elements.items() if key not in NOTES} | signing


def record(
    kind: str, content: Mapping[str, str], *, sample: bool, status: Mapping[str, Any] | None = None
) -> bytes:
    """The JSON that travels inside the file: what it is, its elements and where its status is published; the same
    bytes for the same values."""
    body: dict[str, Any] = {"format": FORMAT, "kind": kind, "sample": sample, "elements": dict(content)}
    if status is not None:
        body["status"] = dict(status)
    return json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode()


FORMAT = "yiwang-document/1"


def read_record(content: bytes) -> tuple[str, dict[str, str]] | None:
    """Kind and elements of an embedded record, or None where it is not one of ours."""
    try:
        body: Any = json.loads(content)
        known = body["format"] == FORMAT
        elements = {str(key): str(value) for key, value in body["elements"].items()}
        return (str(body["kind"]), elements) if known else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
