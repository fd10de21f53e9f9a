"""Papers in English beside the Chinese: every kind has its half, and what officers wrote stays as written."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from licensing import documents, english
from licensing.papers import Correction, DocumentData, DocumentKind, MaterialLine
from services.applications.bilingual import translating
from services.applications.models import Supply
from services.catalogue import commands
from services.catalogue.form import Pair

ITEM = next(item for item in commands.shipped() if item.code == "food-business")
TOLD = {
    "days": "10",
    "due": "2026年12月4日",
    "procedure": "专家评审",
    "since": "2026年11月22日",
    "interest": "相邻权人的重大利益",
    "to": "申请人",
    "ask_by": "2026年11月29日",
    "when": "2026年12月1日09:30",
    "place": "示例厅",
    "chair": "示例天",
    "public": "yes",
    "by": "示例子",
    "on": "2026年12月2日",
    "ground": "在规定期限内没有补正申请材料",
    "reason": "理由若干",
}
CHINESE = DocumentData(
    number="M00119准〔2026〕1号",
    application_number="115201",
    item_name=ITEM.name.zh,
    applicant="示例餐饮有限公司",
    department=ITEM.department.name.zh,
    department_code=ITEM.department.code,
    at=datetime(2026, 11, 22, 3, tzinfo=UTC),
    received_on=date(2026, 11, 20),
    limit="8个工作日",
    due_on=date(2026, 12, 2),
    materials=[MaterialLine("营业执照", "免交（数据共享）")],
    reasons=["理由若干"],
    basis=["《中华人民共和国食品安全法》第三十五条"],
    extra="凭办件编号和查询码可以查询办理进度。查询码：ABC",
    told=TOLD,
)


def english_half(kind: DocumentKind) -> str:
    said = translating.translated(
        CHINESE,
        ITEM,
        kind,
        facts=[(translating.APPLICANT, CHINESE.applicant)],
        corrections=[Correction(translating.target_name(ITEM, "material:layout-plan"), "看不清")],
        supplies={"business-licence": Supply.OBTAINED},
        limit_days=8,
    )
    return str(english.half(kind, replace(CHINESE, english=said)))


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_of_paper_has_its_english_half(kind):
    told = english_half(kind)
    assert 'lang="en"' in told
    assert english.TITLES[kind] in told
    assert ITEM.name.en in told
    assert ITEM.department.name.en in told
    assert english.NOTE in told
    assert "22 November 2026" in told
    assert "查询码" not in told
    assert "年" not in told.replace("理由若干", "")


def test_the_halves_say_the_same_of_days_and_materials():
    accepted = english_half(DocumentKind.ACCEPTANCE)
    assert "within 8 working days of acceptance, that is by 2 December 2026" in accepted
    assert "Business licence" in accepted
    assert "not needed (data sharing)" in accepted
    paused = english_half(DocumentKind.SPECIAL_PROCEDURE)
    assert "needs a review by experts" in paused
    assert '<div lang="zh-CN"><ol><li>理由若干</li></ol></div>' in paused
    asked = english_half(DocumentKind.CORRECTION)
    assert "看不清" in asked
    assert ITEM.material("layout-plan").name.en in asked
    assert "this code anyone may follow the application: ABC" in english_half(DocumentKind.RECEIPT)


def test_the_receipt_of_a_bundle_names_its_parts_in_english():
    parts = replace(CHINESE, facts=[("食品经营许可", "115201-1")])
    lines = [MaterialLine("Layout plan", "uploaded")]
    names = {"115201-1": "Food business licence"}
    said = translating.bundle(
        parts, Pair("我要开饭馆", "Open a restaurant"), ITEM.department.name, names, lines
    )
    told = str(english.half(DocumentKind.RECEIPT, replace(parts, english=said)))
    for words in (
        "Open a restaurant",
        "Food business licence",
        "115201-1",
        "Layout plan",
        ITEM.department.name.en,
    ):
        assert words in told
    assert "食品" not in told.replace(CHINESE.applicant, "")


def test_without_asking_a_paper_has_one_half_only():
    assert str(english.half(DocumentKind.GRANT, CHINESE)) == ""
    assert set(english.BODIES) == set(documents.BODIES) == set(DocumentKind)
