"""Deeds on a case that officers and supervisors call by one name; what each says in words of its own stands with it."""

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a text for the word lists; it is translated when it is shown."""
    return text


ALIKE: Mapping[str, str] = {
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
    "papers arrived": _("收到转交的纸质材料"),
    "left to a person": _("规则没有全部成立，转工作人员办理"),
    "person asked for": _("申请人请求人工审查"),
    "decision by rules reviewed": _("人工审查系统的决定"),
    "grant revoked": _("撤销"),
    "grant cancelled": _("注销"),
    "case archived": _("归档"),
    "case handed over": _("转办"),
    "case put back": _("退回待领"),
    "signed at the window": _("申请人当面签名"),
    "result collected": _("窗口领取结果"),
    "original compared": _("与原件核对无误"),
    "copy made": _("复制并加注水印"),
    "papers in English asked for": _("要求文书附英文译文"),
    "fee taken": _("登记收费"),
    "fee refunded": _("登记退费"),
    "fee waived": _("登记减免"),
}

OVERSEEN: Mapping[str, str] = {
    "due date recounted": _("按放假通知重新计算到期日"),
    "yellow card raised": _("亮黄牌"),
    "red card raised": _("亮红牌"),
    "warning raised": _("发出预警"),
    "warning escalated": _("预警升级"),
    "warning left unanswered": _("红牌预警无人答复，报告监察员"),
    "supervision order reminded": _("催促答复督办"),
    "warning answered": _("回复了预警"),
    "warning disposed": _("对预警作出处治"),
    "warning retracted": _("撤销了预警"),
    "warning appealed": _("对预警提出申诉"),
    "warning appeal decided": _("作出申诉决定"),
    "priority granted": _("准许优先办理"),
    "supervision order issued": _("发出了督办"),
    "supervision order answered": _("回复了督办"),
    "supervision order extended": _("延长了督办期限"),
    "supervision order closed": _("督办办结"),
    "case viewed": _("查看办件"),
    "case record verified": _("校验办件记录"),
    "evidence exported": _("下载存证文件"),
}
"""What supervisors and the clock do to a case, as its officers read it."""
