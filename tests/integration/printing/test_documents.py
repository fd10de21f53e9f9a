import pytest

from licensing import documents, verifying
from licensing.documents import DocumentKind
from licensing.verdicts import Finding
from licensing.verifying import verify
from tests.support import licences as builders

SAID = {
    DocumentKind.RECEIPT: ["收件回执", "已经收到", "自收到申请材料之日起即为受理", "营业执照"],
    DocumentKind.ACCEPTANCE: ["行政许可申请受理通知书", "第三十二条", "八个工作日", "2026年12月3日"],
    DocumentKind.CORRECTION: ["一次性补正告知书", "全部内容", "未标明分区"],
    DocumentKind.NOT_ACCEPTED: ["不予受理决定书", "理由", "六十日", "六个月"],
    DocumentKind.GRANT: ["准予行政许可决定书", "JY25201000001237"],
    DocumentKind.REFUSAL: ["不予行政许可决定书", "不足二十五米", "行政复议", "行政诉讼"],
    DocumentKind.NOT_NEEDED: ["无需取得行政许可告知书", "第三十二条第一款第一项", "不足二十五米"],
    DocumentKind.EXTENSION: ["办理期限延长通知书", "第四十二条", "延长5个工作日，至2026年12月10日"],
    DocumentKind.SPECIAL_PROCEDURE: ["特别程序告知书", "第四十五条", "检验所需时间为15个工作日"],
    DocumentKind.HEARING_RIGHT: ["听证告知书", "申请人有权陈述、申辩", "2026年11月30日", "不收取任何费用"],
    DocumentKind.HEARING_CALL: ["听证通知书", "2026年12月8日9时", "公开举行听证", "示例丁主持", "申请回避"],
    DocumentKind.DELIVERY: ["送达回证", "第四十四条", "受送达人（代收人）签名", "送达人：示例戊"],
    DocumentKind.TERMINATION: ["终止办理行政许可申请决定书", "逾期没有补正", "六十日"],
    DocumentKind.REVOCATION: ["撤销行政许可决定书", "以欺骗手段取得", "行政复议", "行政诉讼"],
    DocumentKind.CANCELLATION: ["注销行政许可决定书", "有效期届满未延续", "六个月"],
}
TOLD = {
    "days": "5",
    "due": "2026年12月10日",
    "since": "2026年11月23日",
    "procedure": "检验",
    "interest": "申请人与他人之间的重大利益关系",
    "to": "申请人",
    "ask_by": "2026年11月30日",
    "when": "2026年12月8日9时",
    "place": "示例市政务服务中心三楼听证室",
    "public": "yes",
    "chair": "示例丁",
    "by": "示例戊",
    "on": "2026年11月23日",
}
OWN = {
    DocumentKind.SPECIAL_PROCEDURE: {"days": "15"},
    DocumentKind.TERMINATION: {"ground": "逾期没有补正"},
    DocumentKind.REVOCATION: {"ground": "该许可系以欺骗手段取得"},
    DocumentKind.CANCELLATION: {"ground": "有效期届满未延续"},
}


def data_of(kind):
    return builders.document_data(told=TOLD | OWN.get(kind, {}))


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_paper_says_what_the_law_asks_and_is_soundly_sealed(kind, sealer, tmp_path):
    pdf = documents.sealed(kind, data_of(kind), sealer=sealer, at=builders.AT)
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
    assert verify(documents.render(kind, data_of(kind)), roots=()).finding is Finding.UNSEALED


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"deemed": "2026年11月16日"}, "自收到申请材料之日即2026年11月16日起视为受理"),
        ({"follow_by": "2026年12月7日", "follow": "健康证明"}, "请于2026年12月7日前补交：健康证明"),
    ],
)
def test_an_acceptance_says_how_it_came_about(told, words, tmp_path):
    pdf = documents.render(DocumentKind.ACCEPTANCE, builders.document_data(told=told))
    assert words in "".join(builders.text_of(pdf, tmp_path).split())


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
