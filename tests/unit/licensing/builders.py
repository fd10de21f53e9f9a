"""Licences and papers for tests: sample departments, sample people."""

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image

from identity.actor import Party, PartyKind
from licensing import metadata, numbering, rules, sheets, types
from licensing.documents import DOCUMENT_SEAL, Correction, DocumentData, MaterialLine
from licensing.metadata import Issuer, Naming
from licensing.printing import Sheet
from licensing.sealing import Seal

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MARKET = Issuer("11520100MADEM00119", "示例市市场监督管理局")
CIVIL = Issuer("11520100MADEM00381", "示例市民政局")
ISSUERS = {
    "food-business-licence": MARKET,
    "individual-business-licence": MARKET,
    "senior-card": CIVIL,
}
FIELDS: dict[str, dict[str, str | Sequence[str]]] = {
    "food-business-licence": {
        "holder_code": "91520115MADEM0011Q",
        "legal_representative": "示例甲",
        "premises": "示例市云岩区示例路1号一楼101室",
        "business_kind": "catering",
        "scope": ["热食类食品制售", "冷食类食品制售"],
    },
    "individual-business-licence": {
        "trade_name": "示例市云岩区示例乙小吃店",
        "operator": "示例乙",
        "premises": "示例市云岩区示例街2号门面",
        "scope": "餐饮服务；日用百货销售。",
    },
    "senior-card": {"holder_code": "520103195503151126", "born_on": "1955-03-15", "sex": "female"},
}
HOLDERS = {
    "food-business-licence": Party(PartyKind.ORGANISATION, uuid4(), "示例餐饮有限公司"),
    "individual-business-licence": Party(PartyKind.PERSON, uuid4(), "示例乙"),
    "senior-card": Party(PartyKind.PERSON, uuid4(), "示例丙"),
}


def elements(
    slug: str, *, holder: str | None = None, serial: int = 123, **fields: str | Sequence[str]
) -> dict[str, str]:
    """All metadata elements of a licence about to be sealed."""
    licence_type, issuer, day = types.get(slug), ISSUERS[slug], rules.local_day(AT)
    identifier = numbering.make_identifier(
        licence_type.code, issuer.code, numbering.identifier_serial(2026, serial)
    )
    party = Party(HOLDERS[slug].kind, HOLDERS[slug].id, holder or HOLDERS[slug].name)
    composed = metadata.compose(
        licence_type,
        metadata.fill(licence_type, FIELDS[slug] | fields, day),
        naming=Naming(
            str(identifier), f"N{serial}", day, rules.valid_until(day, licence_type.validity.years)
        ),
        issuer=issuer,
        holder=party,
    )
    return metadata.sealed_elements(composed, licence_type.seal, AT)


def sheet(slug: str, *, picture: str | None = None, told: Mapping[str, str] | None = None) -> Sheet:
    address = sheets.check_address("https://yiwang.example.gov.cn", "1.2.156.3005.2.X", "K7QM2XWP")
    return sheets.licence_sheet(
        types.get(slug), told or elements(slug), check_address=address, picture=picture, at=AT
    )


def seal_of(slug: str) -> Seal:
    issuer = ISSUERS[slug]
    return Seal(issuer.code, issuer.name, types.get(slug).seal)


def document_data(**changes: Any) -> DocumentData:
    values: dict[str, Any] = {
        "number": "受〔2026〕12号",
        "application_number": "1152010020261123000800001",
        "item_name": "食品经营许可（核发）",
        "applicant": "示例餐饮有限公司",
        "department": MARKET.name,
        "department_code": MARKET.code,
        "at": AT,
        "limit": "八个工作日",
        "due_on": date(2026, 12, 3),
        "materials": [MaterialLine("营业执照", "免交"), MaterialLine("设备布局图", "上传")],
        "corrections": [Correction("设备布局图", "未标明分区，请补画后重新上传。")],
        "reasons": ["经营场所距离污染源不足二十五米。"],
        "basis": ["《中华人民共和国食品安全法》第三十三条"],
        "facts": [("证照编号", "JY25201000001237")],
        "contact": "12345",
        "link": "https://yiwang.example.gov.cn/progress?number=1",
    }
    return DocumentData(**(values | changes))


DOCUMENT_SEAL_OF_MARKET = Seal(MARKET.code, MARKET.name, DOCUMENT_SEAL)


def photo(width: int = 600, height: int = 800, kind: str = "JPEG") -> bytes:
    content = BytesIO()
    Image.new("RGB", (width, height), (120, 150, 180)).save(content, kind)
    return content.getvalue()


def tool(*command: str) -> str:
    """What a poppler program printed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    return tool("pdftotext", "-layout", str(path), "-")
