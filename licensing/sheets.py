"""What a licence page says: values for its template, from metadata elements only."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

import segno
from markupsafe import Markup

from identity.numbers import NumberWrong, id_number, mask_id
from licensing.metadata import EDITION, UNLIMITED, record
from licensing.numbering import ROOT, read_identifier
from licensing.sheet import SEAL_PLACE, Sheet
from licensing.types import Field, FieldKind, LicenceType

EMPTY = "—"
SPECIMEN = Markup('<p class="specimen">样　本</p>')
"""Laid over a page that nobody holds."""


def licence_sheet(
    licence_type: LicenceType,
    elements: Mapping[str, str],
    *,
    check_address: str,
    picture: str | None,
    at: datetime,
    status: Mapping[str, Any] | None = None,
) -> Sheet:
    """The page of a licence. `check_address` is what its QR code says, `picture` the holder's photo as `data:`,
    `status` where its standing is published."""
    told = {f"field_{field.key}": shown(elements, field) for field in licence_type.fields}
    values: Mapping[str, object] = told | {
        "name": licence_type.name.zh,
        "latin": licence_type.name.en,
        "number": elements["ZZBH"],
        "identifier": elements["ZZBS"],
        "holder": elements["CZZT"],
        "issuer": elements["ZZBFJG"],
        "issued_on": chinese_date(elements["ZZBFRQ"]),
        "valid_from": chinese_date(elements["ZZYXQQSRQ"]),
        "valid_until": chinese_date(elements["ZZYXQJZRQ"]),
        "edition": edition(elements),
        "qr": qr_image(check_address, "查验二维码"),
        "seal": seal_image(elements["ZZBFJG"], licence_type.seal),
        "picture": picture_image(picture),
    }
    return Sheet(
        template=licence_type.template,
        values=values,
        title=f"{licence_type.name.zh} {elements['CZZT']}",
        author=elements["ZZBFJG"],
        subject=f"{licence_type.number.label.zh} {elements['ZZBH']}",
        identifier=elements["ZZBS"],
        at=at,
        record=record("licence", elements, sample=licence_type.sample, status=status),
    )


def edition(elements: Mapping[str, str]) -> str:
    """«（第2版 变更）» on a later version; nothing on a first one."""
    told = elements.get(EDITION)
    return f"（第{read_identifier(elements['ZZBS']).version}版 {told}）" if told else ""


def check_address(public_url: str, identifier: str, code: str) -> str:
    """Where the QR code leads: the public verification page with the identifier (its root left out, so that the
    code stays coarse enough for old cameras) and its short check code."""
    short = identifier.removeprefix(f"{ROOT}.")
    return f"{public_url.rstrip('/')}/verify?{urlencode({'id': short, 'code': code})}"


def shown(elements: Mapping[str, str], field: Field) -> str:
    """What a page says of one field: dates as they are written, a person's number masked."""
    text = elements.get(field.element, "")
    if field.kind is FieldKind.DATE:
        return chinese_date(text)
    try:
        return mask_id(id_number(text)) if field.element == "CZZTDM" else text or EMPTY
    except NumberWrong:
        return text or EMPTY


def chinese_date(text: str) -> str:
    """`2026-11-21` as 2026年11月21日; 长期 stays."""
    if not text or text == UNLIMITED:
        return text or EMPTY
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def qr_image(text: str, spoken: str) -> Markup:
    """A QR code as a one-bit picture: as sharp as vectors where a reader does not smooth, and 4 kB smaller."""
    address = segno.make(text, error="m", micro=False).png_data_uri(scale=4, border=0)
    return Markup('<img class="qr" alt="{}" src="{}">').format(spoken, address)


def seal_image(bearer: str, name: str) -> Markup:
    """The drawn seal, at the place where the signature field will lie."""
    address = f"seal:{quote(bearer)}/{quote(name)}"
    return Markup('<img class="seal" id="{}" alt="印章：{}{}（示例）" src="{}">').format(
        SEAL_PLACE, bearer, name, address
    )


def picture_image(address: str | None) -> Markup:
    """The holder's photograph, or the empty frame for one."""
    if address is None:
        return Markup('<p class="photo">照片</p>')
    return Markup('<img class="photo" alt="持证人照片" src="{}">').format(address)
