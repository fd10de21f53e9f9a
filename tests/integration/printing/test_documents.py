import pytest

from licensing import documents, verifying
from licensing.documents import DocumentKind
from licensing.verifying import Finding, verify
from tests.support import licences as builders

SAID = {
    DocumentKind.RECEIPT: ["收件回执", "已经收到", "自收到申请材料之日起即为受理", "营业执照"],
    DocumentKind.ACCEPTANCE: ["行政许可申请受理通知书", "第三十二条", "八个工作日", "2026年12月3日"],
    DocumentKind.CORRECTION: ["一次性补正告知书", "全部内容", "未标明分区"],
    DocumentKind.NOT_ACCEPTED: ["不予受理决定书", "理由", "六十日", "六个月"],
    DocumentKind.GRANT: ["准予行政许可决定书", "JY25201000001237"],
    DocumentKind.REFUSAL: ["不予行政许可决定书", "不足二十五米", "行政复议", "行政诉讼"],
}


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_paper_says_what_the_law_asks_and_is_soundly_sealed(kind, sealer, tmp_path):
    pdf = documents.sealed(kind, builders.document_data(), sealer=sealer, at=builders.AT)
    text = "".join(builders.text_of(pdf, tmp_path).split())
    for words in (*SAID[kind], "示例餐饮有限公司", "示例市市场监督管理局", "2026年11月23日", "示例数据"):
        assert words in text
    verdict = verify(pdf, roots=sealer.roots())
    assert verdict.finding is Finding.SOUND
    assert verdict.kind == kind.value
    assert verdict.elements["number"] == "受〔2026〕12号"
    assert len(pdf) < 60_000


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_preview_has_the_same_words_and_no_seal(kind):
    assert verify(documents.render(kind, builders.document_data()), roots=()).finding is Finding.UNSEALED


def test_a_benefit_decision_has_its_own_title(tmp_path):
    data = builders.document_data(
        title="失业保险金核定决定书",
        matter="失业保险金",
        facts=[("享受期限", "十二个月"), ("月标准", "一千七百元")],
        materials=(),
        extra="自次月起按月发放。",
    )
    text = "".join(builders.text_of(documents.render(DocumentKind.GRANT, data), tmp_path).split())
    for words in ("失业保险金核定决定书", "十二个月", "自次月起按月发放"):
        assert words in text


def test_a_receipt_without_materials_says_that_none_were_asked(tmp_path):
    pdf = documents.render(DocumentKind.RECEIPT, builders.document_data(materials=(), link=None))
    assert "无需提交材料" in "".join(builders.text_of(pdf, tmp_path).split())


def test_refusing_to_accept_names_the_right_authority(tmp_path):
    data = builders.document_data(proper_authority="示例市民政局", contact=None)
    text = "".join(builders.text_of(documents.render(DocumentKind.NOT_ACCEPTED, data), tmp_path).split())
    assert "该事项请向示例市民政局申请" in text


def test_a_long_correction_notice_runs_over_several_pages_and_is_sealed_on_the_last(sealer, tmp_path):
    many = [documents.Correction(f"材料{place}", "需要补正。" * 20) for place in range(40)]
    pdf = documents.sealed(
        DocumentKind.CORRECTION, builders.document_data(corrections=many), sealer=sealer, at=builders.AT
    )
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf)
    assert "Pages:           1\n" not in builders.tool("pdfinfo", str(path))
    assert verifying.verify(pdf, roots=sealer.roots()).sound


def test_values_with_markup_stay_text(tmp_path):
    data = builders.document_data(applicant="<script>{x}</script>", reasons=["<img src=x>"])
    text = builders.text_of(documents.render(DocumentKind.REFUSAL, data), tmp_path)
    assert "<script>{x}</script>" in text
    assert "<img src=x>" in text
