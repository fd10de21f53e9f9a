"""What codes of a case, its record and its sources are called when the applicant reads them."""

from collections.abc import Mapping
from typing import Any

from portal.language import gettext
from portal.registers import REGISTERS


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


STATES: Mapping[str, tuple[str, str]] = {
    "draft": (_("草稿"), "grey"),
    "submitted": (_("等待受理"), "blue"),
    "correcting": (_("请补正"), "yellow"),
    "accepted": (_("办理中"), "blue"),
    "suspended": (_("特别程序"), "purple"),
    "not-accepted": (_("不予受理"), "red"),
    "granted": (_("已准予"), "green"),
    "refused": (_("不予许可"), "red"),
    "delivered": (_("已办结"), "green"),
    "withdrawn": (_("已撤回"), "grey"),
    "not-needed": (_("不需许可"), "grey"),
    "terminated": (_("已终止办理"), "grey"),
    "revoked": (_("已撤销"), "red"),
    "cancelled": (_("已注销"), "grey"),
}
STATE_SENTENCES: Mapping[str, str] = {
    "submitted": _("我们已经收到。五个工作日内告诉您是否受理，或者一次性告诉您要补什么。"),
    "correcting": _("有些内容要补正。改好再次提交之前，时限不计算。"),
    "accepted": _("已经受理，正在办理。"),
    "suspended": _("正在进行检验、听证等特别程序，这段时间不计入办理时限。"),
    "not-accepted": _("没有受理。原因和您可以做什么，写在不予受理决定书里。"),
    "granted": _("已经同意，正在制作和送达结果。"),
    "refused": _("没有同意。理由和救济途径写在决定书里。"),
    "delivered": _("已经办结，结果已经送达。"),
    "withdrawn": _("您已经撤回这次申请，需要时可以重新申请。"),
    "not-needed": _("您要办的事依法不需要取得许可。理由写在告知书里。"),
    "terminated": _("已经终止办理。理由和救济途径写在决定书里，符合条件后可以重新申请。"),
    "revoked": _("原来的准予决定已经依法撤销。理由和救济途径写在决定书里。"),
    "cancelled": _("原来的准予决定已经依法注销。理由和救济途径写在决定书里。"),
}
SUPPLIES: Mapping[str, tuple[str, str | None]] = {
    "waiting": (_("正在核对"), "grey"),
    "obtained": (_("免交"), "green"),
    "needed": (_("待上传"), "blue"),
    "handed-in": (_("已上传"), None),
    "committed": (_("已承诺"), None),
}
DEEDS: Mapping[str, str] = {
    "application drafted": _("开始填写"),
    "draft discarded": _("草稿已删除"),
    "draft moved to version": _("改用事项的新版本"),
    "facts gathered": _("向部门核对信息"),
    "commitment signed": _("签署承诺书"),
    "application submitted": _("提交申请"),
    "application claimed": _("工作人员开始处理"),
    "application accepted": _("受理"),
    "correction requested": _("要求补正"),
    "application corrected": _("补正后再次提交"),
    "acceptance refused": _("不予受理"),
    "step reviewed": _("完成一个办理环节"),
    "special procedure begun": _("进入特别程序，暂停计时"),
    "special procedure ended": _("特别程序结束，继续计时"),
    "limit extended": _("延长办理时限"),
    "application granted": _("作出准予决定"),
    "application refused": _("作出不予决定"),
    "licence intended": _("证照编号"),
    "applicant founded": _("企业已经登记，由企业作申请人"),
    "left to the applicant": _("没有自动提交，请您接着办"),
    "paper sealed": _("文书已盖章"),
    "result delivered": _("结果送达"),
    "application withdrawn": _("撤回申请"),
    "no licence needed": _("告知不需许可"),
    "application corrected on the spot": _("当场更正"),
    "application deemed accepted": _("逾期未告知，视为受理"),
    "material followed": _("后补了容缺的材料"),
    "step sent back": _("退回上一环节"),
    "hearing offered": _("告知听证权利"),
    "hearing asked for": _("要求听证"),
    "hearing called": _("通知听证，停止计时"),
    "hearing closed": _("听证结束，继续计时"),
    "application terminated": _("终止办理"),
    "commitment verified": _("承诺核查"),
    "application decided by rules": _("系统按规则作出准予决定"),
    "papers sent on": _("代收窗口转交纸质材料"),
    "papers arrived": _("决定机关收到纸质材料"),
    "left to a person": _("转工作人员办理"),
    "person asked for": _("请求人工审查"),
    "decision by rules reviewed": _("人工审查有了结论"),
    "grant revoked": _("撤销"),
    "grant cancelled": _("注销"),
    "case archived": _("办件归档"),
    "register accepted": _("确认部门登记的信息"),
    "register disputed": _("对部门登记的信息有异议"),
    "register replaced": _("不用部门登记的信息，自己提交"),
    "application rated": _("作出评价"),
    "fee taken": _("登记收费"),
    "fee refunded": _("登记退费"),
    "fee waived": _("登记减免"),
}
"""The deeds of the ledger an applicant reads; others are the house's own affair and left out."""

PAPERS: Mapping[str, str] = {
    "receipt": _("收件回执"),
    "acceptance": _("受理通知书"),
    "correction": _("一次性补正告知书"),
    "not-accepted": _("不予受理决定书"),
    "grant": _("准予决定书"),
    "refusal": _("不予决定书"),
    "not-needed": _("无需许可告知书"),
    "extension": _("延期通知书"),
    "special-procedure": _("特别程序告知书"),
    "hearing-right": _("听证告知书"),
    "hearing-call": _("听证通知书"),
    "delivery": _("送达回证"),
    "termination": _("终止办理决定书"),
    "revocation": _("撤销决定书"),
    "cancellation": _("注销决定书"),
}
FIELDS: Mapping[str, str] = {
    "name": _("姓名或者名称"),
    "sex": _("性别"),
    "born_on": _("出生日期"),
    "ethnicity": _("民族"),
    "address": _("住址"),
    "household": _("户籍地址"),
    "credit_code": _("统一社会信用代码"),
    "kind": _("类型"),
    "legal_representative": _("法定代表人"),
    "legal_representative_id": _("法定代表人身份号码"),
    "premises": _("住所"),
    "scope": _("经营范围"),
    "registered_on": _("成立日期"),
    "status": _("登记状态"),
    "insured_months": _("累计参保月数"),
    "unemployment_months": _("失业保险缴费月数"),
    "last_employer": _("最后参保单位"),
    "ended_on": _("终止参保日期"),
    "ended_reason": _("终止原因"),
    "benefit_bank": _("待遇发放银行"),
}
USE_OUTCOMES: Mapping[str, str] = {
    "hit": _("已提供"),
    "miss": _("没有查到"),
    "mismatch": _("核对不一致"),
    "failed": _("没有取到"),
    "refused": _("已拒绝，没有提供"),
}
GRADES: tuple[tuple[str, str], ...] = (
    ("1", _("非常满意")),
    ("2", _("满意")),
    ("3", _("基本满意")),
    ("4", _("不满意")),
    ("5", _("非常不满意")),
)


def state(code: object) -> tuple[str, str]:
    """The words and colour of a case's state."""
    text, colour = STATES[str(code)]
    return gettext(text), colour


def said(words: Mapping[str, str], code: object) -> str:
    """What `code` is called; the code itself where nothing is written down for it."""
    text = words.get(str(code))
    return str(code) if text is None else gettext(text)


def origin(found: Mapping[str, Any]) -> str:
    """Where a prefilled answer or a spared material came from, in a few words."""
    if found.get("decision"):
        return gettext("前面一项的办理结果")
    if found.get("licence"):
        return gettext("您的电子证照")
    name = str(found.get("fact") or found.get("register") or "")
    if name.startswith("profile:"):
        return gettext("您的账户信息")
    resource = name.removeprefix("hub:").partition(".")[0]
    return register(resource)


def register(resource: str) -> str:
    """What a register is called; for one without a word of its own, that it came through the hub."""
    return gettext(REGISTERS.get(resource, _("政务数据共享平台")))
