"""The last touches to a PDF before it is written: its XMP record and a tagged signature field with its slot.

WeasyPrint writes neither the mark of PDF/UA beside that of PDF/A nor a signature field. ISO 19005-3 asks that the
mark's schema is described in the file itself, ISO 14289-1 that a field is part of the structure tree. The slot is
a signature dictionary of fixed width, so that sealing changes a few bytes in place: no second revision, no drawing
of another program over the seal, a third of the time.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pydyf  # type: ignore[import-untyped]  # the library has no types

FIELD_NAME = "Seal"

ROOM = 3072
"""Hex digits kept free for the signature; one takes about 2,700."""

EMPTY_TIME = b"/M (D:00000000000000Z)"
EMPTY_RANGE = b"/ByteRange [0 0000000000 0000000000 0000000000]"


def slot(room: int) -> bytes:
    """A signature dictionary whose signature may take `room` hex digits."""
    contents = b"/Contents <" + b"0" * room + b">"
    return b"<</Type /Sig/Filter /Adobe.PPKLite/SubFilter /ETSI.CAdES.detached%s%s%s>>" % (
        EMPTY_TIME,
        EMPTY_RANGE,
        contents,
    )


SLOT = slot(ROOM)
"""A signature dictionary (ISO 32000-1 12.8.1) waiting to be filled, of exactly the length it will have."""


@dataclass(frozen=True, slots=True)
class SignatureField:
    """Where the seal is: page number from 0, box in points (left, bottom, right, top), what to call it aloud.

    Without a `slot` the document is a preview that cannot be sealed.
    """

    page: int
    box: Sequence[float]
    spoken: str
    slot: bool = True


class _Slot(pydyf.Object):  # type: ignore[misc]  # the library is untyped
    """The signature dictionary, kept out of object streams: its bytes must lie open in the file."""

    compressible = False
    data = SLOT


@dataclass(frozen=True, slots=True)
class Note:
    """What the XMP record says of the document."""

    title: str
    author: str
    subject: str
    identifier: str
    at: datetime


def finish(pdf: Any, note: Note, field: SignatureField) -> None:
    """Complete a `pydyf.PDF` in place."""
    _object(pdf, pdf.catalog["Metadata"]).stream[:] = [xmp(note).encode()]
    moment = pydyf.String(f"D:{note.at.astimezone(UTC):%Y%m%d%H%M%SZ}")
    pdf.info |= {"CreationDate": moment, "ModDate": moment, "Producer": pydyf.String(PRODUCER)}
    pdf.info["Author"] = pydyf.String(note.author)
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    _slim_fonts(pdf)
    _add_field(pdf, field)


def _slim_fonts(pdf: Any) -> None:
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and "Length1" in each.extra:
            font = slim(each.stream[0])
            each.stream[:], each.extra["Length1"] = [font], len(font)


NEEDED = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep")
"""Tables a TrueType program in a PDF is drawn from (ISO 32000-1 9.9); the others cost 3 kB a page."""


def slim(font: bytes) -> bytes:
    """A TrueType font of its needed tables only; any other kind of font unchanged."""
    kind, count = struct.unpack_from(">4sH", font)
    if kind != b"\0\1\0\0":
        return font
    entries = [struct.unpack_from(">4sIII", font, 12 + 16 * place) for place in range(count)]
    kept = [entry for entry in entries if entry[0] in NEEDED]
    power = len(kept).bit_length() - 1
    head = struct.pack(">4s4H", kind, len(kept), 16 << power, power, 16 * len(kept) - (16 << power))
    place, table, body = 12 + 16 * len(kept), b"", b""
    for tag, check, start, length in kept:
        table += struct.pack(">4sIII", tag, check, place + len(body), length)
        body += font[start : start + length] + bytes(-length % 4)
    return head + table + body


def _add_field(pdf: Any, field: SignatureField) -> None:
    left, bottom, right, top = field.box
    size = pydyf.Array((0, 0, round(right - left, 2), round(top - bottom, 2)))
    appearance = pydyf.Stream([], {"Type": "/XObject", "Subtype": "/Form", "BBox": size})
    pdf.add_object(appearance)
    page = _object(pdf, pdf.page_references[field.page])
    widget = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(FIELD_NAME),
            "TU": pydyf.String(f"电子印章：{field.spoken}"),
            "Rect": pydyf.Array(round(value, 2) for value in field.box),
            "F": 4,
            "P": page.reference,
            "AP": pydyf.Dictionary({"N": appearance.reference}),
        }
    )
    if field.slot:
        slot = _Slot()
        pdf.add_object(slot)
        widget["V"] = slot.reference
    pdf.add_object(widget)
    page.setdefault("Annots", pydyf.Array()).append(widget.reference)
    pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": pydyf.Array([widget.reference]), "SigFlags": 3})
    _tag(pdf, widget, page)


def _tag(pdf: Any, widget: Any, page: Any) -> None:
    """Put the field at the end of the structure tree, and the way back into the parent tree."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    top = _object(pdf, root["K"][0])
    link = pydyf.Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference})
    pdf.add_object(link)
    element = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "K": pydyf.Array([link.reference]),
            "Pg": page.reference,
            "P": top.reference,
        }
    )
    pdf.add_object(element)
    top["K"].append(element.reference)
    numbers = _object(pdf, root["ParentTree"])["Nums"]
    key = max(numbers[::2], default=-1) + 1
    numbers.extend([key, element.reference])
    root["ParentTreeNextKey"] = key + 1
    widget["StructParent"] = key


def _object(pdf: Any, reference: bytes | str) -> Any:
    return pdf.objects[int(reference.split()[0])]


def xmp(note: Note) -> str:
    """The XMP packet: PDF/A-3a, PDF/UA-1 (with its schema, as PDF/A asks of a foreign one), Dublin Core."""
    moment = f"{note.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    title, author, subject, identifier = (
        escape(text) for text in (note.title, note.author, note.subject, note.identifier)
    )
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<dc:identifier>{identifier}</dc:identifier>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
{UA_SCHEMA}
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


PRODUCER = "Yiwang licensing, WeasyPrint"

UA_SCHEMA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>part of PDF/UA</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""
