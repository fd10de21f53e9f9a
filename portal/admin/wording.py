"""What administrators' pages call the ways of looking; English stands in `supervision.po`."""

from collections.abc import Mapping

from portal.language import gettext
from services.oversight import records


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


LOOKS: Mapping[str, str] = {
    records.LOOKED: _("查看办件"),
    records.CHECKED: _("校验办件记录"),
    records.EXPORTED: _("下载存证文件"),
    records.UNMASKED: _("查看了完整证件号码"),
    records.PROFILED: _("查看工作画像"),
    records.LIST_FETCHED: _("下载了导出的清单"),
}


def look(deed: str) -> str:
    return gettext(LOOKS[deed])


DEEDS: Mapping[str, str] = {
    "item published": _("公布"),
    "item withdrawn": _("停办"),
    "item suspended": _("暂停办理"),
    "item resumed": _("恢复办理"),
    "item followed": _("指定接续事项"),
    "item end planned": _("定期停办"),
    "draft begun": _("开始编辑"),
    "draft saved": _("保存草稿"),
    "draft submitted": _("送合法性审核"),
    "draft recalled": _("撤回审核"),
    "draft approved": _("合法性审核通过"),
    "draft returned": _("合法性审核退回"),
    "draft rebased": _("已对照新版本"),
    "draft discarded": _("作废草稿"),
}
SAID = ("reason", "note", "successors", "on")
"""What of an entry's details is worth reading, in this order."""
STANDINGS: Mapping[str, tuple[str, str]] = {
    "published": (_("已公布"), "green"),
    "scheduled": (_("待施行"), "blue"),
    "suspended": (_("暂停办理"), "yellow"),
    "withdrawn": (_("已停办"), "red"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "editing": (_("正在编辑"), "blue"),
    "in_review": (_("合法性审核中"), "purple"),
    "returned": (_("审核退回"), "yellow"),
    "approved": (_("审核通过"), "green"),
}
KINDS: Mapping[str, str] = {
    "new": _("新增"),
    "change": _("变更"),
    "split": _("拆分"),
    "merge": _("合并"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "waiting": (_("等待"), "grey"),
    "drafted": (_("成为草稿"), "green"),
    "unchanged": (_("没有变化"), "grey"),
    "refused": (_("未导入"), "red"),
}
ELEMENTS: Mapping[str, str] = {
    "code": _("网址代码"),
    "basic_code": _("基本编码"),
    "implementation_code": _("实施编码"),
    "handling_code": _("业务办理项编码"),
    "local_code": _("地方编码"),
    "name": _("事项名称"),
    "short_name": _("简称"),
    "summary": _("说明"),
    "aliases": _("别名"),
    "item_type": _("事项类型"),
    "department": _("实施主体"),
    "level": _("行使层级"),
    "region": _("行政区划"),
    "audiences": _("服务对象"),
    "themes": _("服务主题"),
    "basis": _("设定依据"),
    "conditions": _("受理条件"),
    "quota": _("数量限制"),
    "statutory_limit": _("法定时限"),
    "promised_limit": _("承诺时限"),
    "decided_on_the_spot": _("当场办结"),
    "fee": _("收费"),
    "contact": _("咨询"),
    "complaint": _("监督投诉"),
    "places": _("办理地点"),
    "online": _("网上办理"),
    "visits": _("到现场次数"),
    "materials": _("申请材料"),
    "form": _("表单"),
    "steps": _("办理环节"),
    "result": _("办理结果"),
    "faq": _("常见问题"),
    "situations": _("情形引导"),
    "power_source": _("权力来源"),
    "powers": _("权限划分"),
    "exercise": _("行使内容"),
    "entrusted_by": _("委托部门"),
    "handled_by": _("承办机构"),
    "joint": _("联办机构"),
    "reach": _("通办范围"),
    "ways": _("办理形式"),
    "running_system": _("运行系统"),
    "flow": _("办理流程"),
    "procedures": _("特别程序"),
    "intermediaries": _("中介服务"),
    "regular_checks": _("年审年检"),
    "messages": _("消息用语"),
    "real_name": _("实名等级"),
    "instant": _("秒批"),
    "unasked": _("免申即享"),
    "received_at": _("代收窗口"),
    "received_after_hours": _("下班后提交"),
    "office_closes": _("下班时间"),
    "effective_on": _("施行日期"),
    "sample": _("示例数据"),
}


def deed(text: str) -> str:
    """A ledger deed on an item, in words."""
    return gettext(DEEDS[text]) if text in DEEDS else text


def details(said: Mapping[str, object]) -> str:
    """What else the entry says."""
    words = [str(said[key]) for key in SAID if said.get(key)]
    if said.get("version"):
        words.append(gettext("第 %(version)s 版") % {"version": said["version"]})
    return gettext("，").join(words)


def system(actor: str) -> str:
    """`system:cli` and its like."""
    return gettext("命令行（运维人员）") if actor == "system:cli" else gettext("系统")


def element(path: str) -> str:
    """The element that a path leads into, in words."""
    name = path.partition(".")[0].partition("[")[0]
    return gettext(ELEMENTS[name]) if name in ELEMENTS else name


def tagged(words: Mapping[str, tuple[str, str]], value: str) -> tuple[str, str]:
    """The word and colour of a state."""
    text, colour = words[value]
    return gettext(text), colour


def standing(value: str) -> tuple[str, str]:
    return tagged(STANDINGS, value)


def state(value: str) -> tuple[str, str]:
    return tagged(STATES, value)


def outcome(value: str) -> tuple[str, str]:
    return tagged(OUTCOMES, value)


def kind(value: str) -> str:
    return gettext(KINDS[value])


def past_day() -> str:
    return gettext("施行日期不能早于今天")
