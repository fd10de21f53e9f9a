"""What the sample people answer in the four sample items (示例), under the names by which pages ask."""

from collections.abc import Mapping
from io import BytesIO

import pikepdf
from PIL import Image

Typed = Mapping[str, str | list[str]]

ANSWERS: Mapping[str, Typed] = {
    "individual-registration": {
        "operator_phone": "19900000003",
        "trade_name": "示例市示例丙文具店",
        "form": "individual",
        "premises_kind": "owned",
        "premises-region": "520102",
        "premises-detail": "示例街道三号门面",
        "scope": ["stationery", "grocery"],
    },
    "unemployment-benefit": {
        "applicant_phone": "19900000004",
        "last_employer": "示例纺织有限公司",
        "ended_on-year": "2026",
        "ended_on-month": "10",
        "ended_on-day": "31",
        "ended_reason": "用人单位解除劳动合同",
        "paid_months": "132",
        "registers": "yes",
        "wishes": ["placement"],
        "bank": "示例银行示例市支行",
        "bank_card": "6222020000000000018",
    },
    "senior-card": {
        "holder_phone": "19900000002",
        "has_contact": "no",
    },
    "food-business": {
        "handler": "legal-representative",
        "handler_phone": "19900000001",
        "business_kind": "catering",
        "projects": ["hot-dishes", "cold-dishes"],
        "seats": "40",
        "open_kitchen": "yes",
        "area": "120.5",
        "opens_on-year": "2027",
        "opens_on-month": "3",
        "opens_on-day": "1",
        "sells_online": "no",
        "manager_name": "示例子",
        "manager_phone": "19900000101",
        "handlers": "6",
    },
}
"""By item. What a register has already said is left as it is."""


def photo(width: int = 480, height: int = 640) -> bytes:
    """A portrait that shows nobody: grey, of the right shape."""
    content = BytesIO()
    Image.new("RGB", (width, height), (176, 190, 204)).save(content, "JPEG", quality=85)
    return content.getvalue()


def pdf() -> bytes:
    """A PDF of one empty page."""
    content = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(content)
    return content.getvalue()
