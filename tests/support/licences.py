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
from licensing.sealing import Seal
from licensing.sheet import Sheet

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MARKET = Issuer("11520100MADEM00119", "示例市市场监督管理局")
CIVIL = Issuer("11520100MADEM00381", "示例市民政局")
INSURANCE = Issuer("11520100MADEM002X1", "示例市人力资源和社会保障局")
POLICE = Issuer("11520100MADEM0054N", "示例市公安局")
HOUSING = Issuer("11520100MADEM0070C", "示例市住房和城乡建设局")
TRANSPORT = Issuer("11520100MADEM00899", "示例市交通运输局")
HEALTH = Issuer("11520100MADEM00974", "示例市卫生健康局")
LAND = Issuer("11520100MADEM010XL", "示例市自然资源和规划局")
ISSUERS = {
    "business-licence": MARKET,
    "construction-permit": HOUSING,
    "food-business-licence": MARKET,
    "hr-service-licence": INSURANCE,
    "individual-business-licence": MARKET,
    "physician-registration": HEALTH,
    "property-certificate": LAND,
    "public-place-hygiene-licence": HEALTH,
    "residence-permit": POLICE,
    "road-transport-licence": TRANSPORT,
    "senior-card": CIVIL,
    "taxi-driver-card": TRANSPORT,
}
CARDS = {"senior-card", "taxi-driver-card", "residence-permit"}
"""Types printed on two sides."""
FIELDS: dict[str, dict[str, str | Sequence[str]]] = {
    "business-licence": {
        "company_name": "示例市示例乙餐饮管理有限公司",
        "legal_representative": "示例乙",
        "registered_capital": "壹佰万元整",
        "residence": "示例市云岩区示例路1号二楼201室",
        "scope": "餐饮管理；食品销售；企业管理咨询；会议及展览服务。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    },
    "construction-permit": {
        "holder_code": "91520115MADEM0011Q",
        "project_name": "示例小区1至6号楼",
        "site": "示例市云岩区示例大道8号",
        "scale": "86,320.45平方米",
        "contract_period": "720天",
        "contract_price": "23,680.00万元",
        "survey_unit": "示例勘察设计院有限公司",
        "survey_leader": "示例丁",
        "design_unit": "示例建筑设计院有限公司",
        "design_leader": "示例戊",
        "contractor": "示例建筑工程有限公司",
        "contractor_leader": "示例己",
        "supervision_unit": "示例工程监理有限公司",
        "supervision_leader": "示例庚",
    },
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
    "hr-service-licence": {
        "holder_code": "91520115MADEM0011Q",
        "legal_representative": "示例甲",
        "institution_kind": "有限责任公司",
        "premises": "示例市南明区示例路3号人力资源大厦五楼",
        "scope": ["职业中介", "人力资源培训", "人力资源测评", "人力资源管理咨询"],
    },
    "physician-registration": {
        "holder_code": "520102199001010018",
        "sex": "male",
        "born_on": "1990-01-01",
        "category": "clinical",
        "scope": "内科专业",
        "workplace": "示例市第一人民医院",
        "qualification_number": "201652110520102000001",
    },
    "property-certificate": {
        "holder_code": "520102199001010018",
        "location": "示例市云岩区示例大道6号1号楼2单元8层1号",
        "unit_number": "520115 001001 GB00001 F00010081",
        "right_nature": "出让/市场化商品房",
        "use": "住宅",
        "area": "建筑面积118.62平方米",
        "term": "国有建设用地使用权 2010-06-01起2080-05-31止",
        "other": "房屋总层数32层，所在层数8层。",
    },
    "public-place-hygiene-licence": {
        "holder_code": "91520115MADEM0011Q",
        "legal_representative": "示例甲",
        "premises": "示例市云岩区示例路8号一至三楼",
        "scope": ["住宿场所（宾馆）", "理发店"],
        "complaint_phone": "12345",
    },
    "residence-permit": {
        "holder_code": "520181197602290023",
        "sex": "female",
        "ethnicity": "苗族",
        "born_on": "1976-02-29",
        "residence": "示例市观山湖区示例街道示例路12号2栋1单元501",
        "household_address": "示例省示例县示例镇示例村三组",
    },
    "road-transport-licence": {
        "holder_code": "91520115MADEM0011Q",
        "legal_representative": "示例甲",
        "economic_kind": "有限责任公司",
        "premises": "示例市白云区示例物流园A区12号",
        "scope": ["道路普通货物运输", "货物专用运输（冷藏保鲜）"],
        "vehicles": "6辆",
    },
    "senior-card": {"holder_code": "520103195503151126", "born_on": "1955-03-15", "sex": "female"},
    "taxi-driver-card": {"holder_code": "520102199001010018", "sex": "male", "driving_class": "C1"},
}
HOLDERS = {
    slug: Party(kind, uuid4(), name)
    for slug, kind, name in (
        ("business-licence", PartyKind.PERSON, "示例乙"),
        ("construction-permit", PartyKind.ORGANISATION, "示例置业有限公司"),
        ("food-business-licence", PartyKind.ORGANISATION, "示例餐饮有限公司"),
        ("hr-service-licence", PartyKind.ORGANISATION, "示例人力资源有限公司"),
        ("individual-business-licence", PartyKind.PERSON, "示例乙"),
        ("physician-registration", PartyKind.PERSON, "示例丁"),
        ("property-certificate", PartyKind.PERSON, "示例戊"),
        ("public-place-hygiene-licence", PartyKind.ORGANISATION, "示例酒店有限公司"),
        ("residence-permit", PartyKind.PERSON, "示例己"),
        ("road-transport-licence", PartyKind.ORGANISATION, "示例物流有限公司"),
        ("senior-card", PartyKind.PERSON, "示例丙"),
        ("taxi-driver-card", PartyKind.PERSON, "示例庚"),
    )
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
    values = FIELDS[slug] | fields
    number = metadata.number(licence_type, values, issuer=issuer, year=2026, serial=serial)
    composed = metadata.compose(
        licence_type,
        metadata.fill(licence_type, values, day),
        naming=Naming(str(identifier), number, day, rules.valid_until(day, licence_type.validity.years)),
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
