"""What a result will look like, before there is one: a licence of each type with sample values, marked 样本."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from identity.actor import Party
from licensing import metadata, sheets
from licensing.metadata import Issuer, Naming
from licensing.numbering import identifier_serial, make_identifier
from licensing.rules import local_day, valid_until
from licensing.sheet import Sheet
from licensing.types import Field, FieldKind, LicenceType

SERIAL = 1


def specimen(licence_type: LicenceType, *, issuer: Issuer, holder: Party, at: datetime, link: str) -> bytes:
    """The page of a licence nobody holds, as PDF without a signature slot; its QR code leads to `link`.

    Blocks; call it in a thread. Raises PrintFailed.
    """
    # The layout engine takes a second to load; processes that print nothing do without.
    from licensing import printing

    return printing.print_document(_sheet(licence_type, issuer, holder, at, link))


def _sheet(licence_type: LicenceType, issuer: Issuer, holder: Party, at: datetime, link: str) -> Sheet:
    today = local_day(at)
    fields = {field.key: _sample(field, today) for field in licence_type.fields}
    number = metadata.number(licence_type, fields, issuer=issuer, year=today.year, serial=SERIAL)
    serial = identifier_serial(today.year, SERIAL)
    identifier = str(make_identifier(licence_type.code, issuer.code, serial))
    elements = metadata.compose(
        licence_type,
        metadata.fill(licence_type, fields, today),
        naming=Naming(identifier, number, today, valid_until(today, licence_type.validity.years)),
        issuer=issuer,
        holder=holder,
    )
    sheet = sheets.licence_sheet(licence_type, elements, check_address=link, picture=None, at=at)
    values: dict[str, Any] = dict(sheet.values)
    return replace(sheet, values=values | {"seal": values["seal"] + sheets.SPECIMEN}, sealable=False)


def _sample(field: Field, today: date) -> str:
    """A value that fits and that nobody takes for a real one."""
    if field.kind is FieldKind.PICTURE:
        return ""
    if field.kind is FieldKind.DATE:
        return today.isoformat()
    return next(iter(field.options.values()), f"示例{field.name.zh}"[: field.max])
