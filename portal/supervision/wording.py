"""What supervisors' pages call states, deeds, rules and the outcome of a proof; English stands in `supervision.po`."""

from collections.abc import Mapping
from datetime import date

from portal.case_deeds import ALIKE, OVERSEEN
from portal.language import gettext, pick
from portal.templating import day
from services.oversight import rules
from services.oversight.checks.rules import ALL


def _(text: str) -> str:
    """Marks a text for the word lists; it is translated when it is shown."""
    return text


STATES: Mapping[str, str] = {
    "draft": _("草稿"),
    "submitted": _("待受理"),
    "correcting": _("待补正"),
    "accepted": _("审查中"),
    "suspended": _("特别程序"),
    "not-accepted": _("不予受理"),
    "granted": _("准予，待送达"),
    "refused": _("不予，待送达"),
    "delivered": _("已办结"),
    "withdrawn": _("已撤回"),
    "not-needed": _("不需许可，已告知"),
    "terminated": _("已终止办理"),
    "revoked": _("已撤销"),
    "cancelled": _("已注销"),
}

DEEDS: Mapping[str, str] = {
    **ALIKE,
    **OVERSEEN,
    "application drafted": _("开始填写申请"),
    "facts gathered": _("从共享平台调取了信息"),
    "commitment signed": _("申请人签署了告知承诺书"),
    "draft moved to version": _("草稿改用事项的新版本"),
    "application submitted": _("提交了申请"),
    "application corrected": _("补正后重新提交"),
    "application claimed": _("领取了办件"),
    "application accepted": _("受理了申请"),
    "acceptance refused": _("作出不予受理决定"),
    "correction requested": _("发出一次性补正告知"),
    "step reviewed": _("提出审查意见"),
    "special procedure begun": _("进入特别程序，暂停计时"),
    "special procedure ended": _("特别程序结束，恢复计时"),
    "limit extended": _("批准延长办理期限"),
    "application granted": _("作出准予决定"),
    "application refused": _("作出不予许可决定"),
    "licence intended": _("决定颁发证照"),
    "applicant founded": _("一件事：企业登记后由企业作申请人"),
    "left to the applicant": _("一件事：没有自动提交，交申请人接着办"),
    "bundle drafted": _("开始填写一件事"),
    "bundle discarded": _("一件事草稿已删除"),
    "bundle submitted": _("一件事已经提交"),
    "bundle part handed in": _("一件事的后续事项已经自动提交"),
    "bundle part left to the applicant": _("一件事的后续事项交申请人接着办"),
    "paper sealed": _("文书已经制作并加盖电子印章"),
    "result delivered": _("结果已经送达"),
    "application withdrawn": _("申请人撤回了申请"),
    "application rated": _("申请人作出评价"),
    "draft discarded": _("草稿被删除"),
    "number unmasked": _("查看了完整证件号码"),
    "ledger check asked for": _("要求校验整个账本"),
    "officer profile viewed": _("查看工作画像"),
    "measure answered": _("说明了指数提示"),
    "event log imported": _("导入了事件日志"),
    "list export asked for": _("要求导出清单"),
    "list export fetched": _("下载了导出的清单"),
    "report fetched": _("下载了监察报告"),
    "oversight rule set": _("修改了监察规则"),
    "discipline entered": _("登记了纪律处分"),
}

EVENTS: Mapping[str, str] = {
    "received": _("收件"),
    "accepted": _("受理"),
    "decided": _("决定"),
    "delivered": _("办结送达"),
}

INDICATORS: Mapping[str, tuple[str, str]] = {
    "on-time": (_("按时办结率"), _("期间内作出决定的办件中，在承诺时限内决定的占比")),
    "first-time": (_("一次办成率"), _("期间内受理的办件中，没有要求补正的占比")),
    "spared": (_("材料免提交率"), _("期间内提交的办件中，必要材料由数据共享或者电子证照取得的占比")),
    "online": (_("网办率"), _("期间内提交的办件中，在网上提交的占比")),
    "satisfied": (_("满意率"), _("期间内的评价中，基本满意以上的占比")),
}

CARDS: Mapping[str, str] = {"yellow": _("黄牌"), "red": _("红牌")}

ORDER_STATES: Mapping[str, tuple[str, str]] = {
    "open": (_("待回复"), "blue"),
    "late": (_("逾期未回复"), "red"),
    "answered": (_("已回复，待办结"), "yellow"),
    "closed": (_("已办结"), "grey"),
}

CLOCKS: Mapping[str, str] = {
    "intake": _("受理时限"),
    "decision": _("办理时限"),
    "delivery": _("送达时限"),
    "extension": _("批准延长"),
    "joint": _("联合办理时限"),
}

BREAKS: Mapping[str, str] = {
    "missing": _("缺少这一条记录，或者后面的记录被删除"),
    "previous": _("这一条记录与前一条接不上"),
    "hash": _("这一条记录的内容与它的哈希值不符"),
    "chain": _("这一条记录不属于这个办件"),
    "columns": _("数据库中这一条记录的可读内容被改动"),
    "body": _("这一条记录的内容无法读取"),
    "head": _("末尾的记录与链头不符"),
    "empty": _("没有任何记录"),
    "unreadable": _("文件不是存证文件"),
    "format": _("存证文件的版本不认识"),
    "checkpoint": _("检查点无法读取"),
    "signature": _("检查点不是本账本签发的"),
    "inclusion": _("记录不在检查点所说的树里"),
    "leaf": _("这一条记录与编号时的不一致"),
    "placeless": _("这一条记录从编号队列中被取走"),
    "root": _("从这一条记录起，账本与签发过的检查点不符"),
    "unsigned": _("从这一条记录起，没有签发过检查点"),
    "held": _("账本与您保存的检查点不符"),
    "shorter": _("账本比签发过的检查点短，后面的记录被删除"),
}


def state(code: object) -> str:
    return gettext(STATES.get(str(code), str(code)))


def deed(name: str) -> str:
    """What a deed of the ledger is called; the ledger's own words where nothing is written down for it."""
    return gettext(DEEDS.get(name, name))


def known(name: str) -> bool:
    return name in DEEDS


CHECKED = {one.id: one.name for one in ALL} | {
    "T5Y": {"zh": "预警逾期未回复", "en": "A warning was not answered in time"},
    "T5R": {"zh": "黄牌逾期未回复", "en": "A yellow card was not answered in time"},
}


def rule(identifier: str) -> str:
    """The name of a rule in the reader's language; its identifier once it is no longer in the catalogue."""
    found = rules.rule(identifier)
    return pick(found.name) if found else pick(CHECKED.get(identifier, {"zh": identifier, "en": identifier}))


def basis(identifier: str) -> str:
    found = rules.rule(identifier)
    return pick(found.basis) if found else ""


def broken(why: str | None) -> str:
    return gettext(BREAKS.get(why or "", why or ""))


def order_state(code: str) -> tuple[str, str]:
    """What an order's state is called, and the colour of its tag."""
    text, colour = ORDER_STATES[code]
    return gettext(text), colour


def indicator(kind: str) -> tuple[str, str]:
    """The name of an indicator and how it is calculated."""
    name, definition = INDICATORS[kind]
    return gettext(name), gettext(definition)


def as_day(text: str) -> str:
    """A date as the ledger keeps it, in the reader's language; anything else stays as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def answered() -> str:
    """Somebody else was quicker."""
    return gettext(_("这个督办已经有了回复，或者已经办结"))


def of(table: Mapping[str, str], code: object) -> str:
    return gettext(table.get(str(code), str(code)))
