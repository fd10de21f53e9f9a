"""How the measures are called and what each number of them says, in sentences; English stands in `oversight_more.po`."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.language import gettext


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


KINDS: Mapping[str, tuple[str, str]] = {
    "workload": (
        _("工作量"),
        _(
            "近十二个月办理的每个环节，按同一事项、同一环节全体人员办理用时的中位数折合成分钟，加总后与同部门同岗位人员的中位数比较。高于 2 倍提示负担过重，低于一半提示工作不足；同岗位不到 3 人时不比较。"
        ),
    ),
    "intimacy": (
        _("亲密度"),
        _(
            "同一申请人或者代办人的办件，由同一名人员办理的次数，与按其在同一事项、同一环节中承担的份额应有的次数比较。办件不少于 5 件、达到 2 倍以上、偶然出现的可能低于百分之一，并按比较的总次数校正后，才作提示。"
        ),
    ),
    "duration": (
        _("偏离度：办理用时"),
        _(
            "同一事项、同一环节，本人办理用时与全体人员比较：按名次检验，并以中位数和绝对中位差衡量差距。不少于 20 件才比较，过快和过慢都作提示。"
        ),
    ),
    "corrections": (
        _("偏离度：要求补正"),
        _(
            "本人要求补正的占比，与办理同一事项的其他人员的中位数比较。不少于 20 件才比较，达到 2 倍以上或者不到一半，并且排除偶然后，才作提示。"
        ),
    ),
    "refusals": (
        _("偏离度：不予许可"),
        _(
            "本人作出不予许可决定的占比，与办理同一事项的其他人员的中位数比较。不少于 20 件才比较，达到 2 倍以上或者不到一半，并且排除偶然后，才作提示。"
        ),
    ),
    "waivers": (
        _("偏离度：减免收费"),
        _(
            "本人经手收费的办件中免收的占比，与办理同一事项的其他人员的中位数比较。不少于 20 件才比较，达到 2 倍以上或者不到一半，并且排除偶然后，才作提示。"
        ),
    ),
    "overdue": (
        _("超期量"),
        _(
            "超过时限以后，办件停留在本人手中的工作时间，按环节分开计算。等待申请人补正和特别程序的时间不计；没有人领取的时间算在部门的待办队列，不算在个人。"
        ),
    ),
}

NODES: Mapping[str, str] = {
    "": _("不分环节"),
    "accept": _("受理"),
    "review": _("审查"),
    "first-review": _("初审"),
    "second-review": _("复审"),
    "inspect": _("现场核查"),
    "decide": _("决定"),
    "deliver": _("送达"),
}
LOADS: Mapping[str, str] = {"overloaded": _("负担过重"), "idle": _("工作不足"), "": _("正常")}
FEWEST_PEERS = 3


def kind(code: object) -> tuple[str, str]:
    name, definition = KINDS[str(code)]
    return gettext(name), gettext(definition)


def node(code: str) -> str:
    """What a node is called; items may name further ones of their own."""
    return gettext(NODES.get(code, _("其他环节")))


def said(code: object, numbers: Mapping[str, Any], party: str = "") -> str:
    """One finding as a sentence that names every number it was made of."""
    return SENTENCES[str(code)](numbers, party)


def _workload(numbers: Mapping[str, Any], _party: str) -> str:
    told = (
        gettext(
            _("办理 %(acts)s 个环节，折合 %(minutes)s 分钟；同岗位 %(peers)s 人的中位数是 %(peer)s 分钟。")
        )
        % numbers
    )
    if numbers["peers"] < FEWEST_PEERS or not numbers["peer"]:
        return told + gettext(_("同岗位人数不足，不作比较。"))
    ratio = {"ratio": f"{numbers['minutes'] / numbers['peer']:.2f}"}
    return told + gettext(_("是中位数的 %(ratio)s 倍。")) % ratio + gettext(LOADS[numbers["flag"]])


def _intimacy(numbers: Mapping[str, Any], party: str) -> str:
    words = {**numbers, "party": party, "chance": _chance(numbers["chance"])}
    return (
        gettext(
            _(
                "%(party)s 的 %(n)s 件办件中有 %(k)s 件由本人办理，按份额应当约为 %(expected)s 件，是应有次数的 %(lift)s 倍；偶然出现的可能%(chance)s。"
            )
        )
        % words
    )


def _duration(numbers: Mapping[str, Any], _party: str) -> str:
    words = {
        **numbers,
        "value": round(numbers["value"]),
        "peer": round(numbers["peer"]),
        "chance": _chance(numbers["chance"]),
    }
    return (
        gettext(
            _(
                "共 %(n)s 个环节，用时中位数 %(value)s 分钟，全体人员 %(peer)s 分钟，相差 %(size)s 个离散单位；偶然出现的可能%(chance)s。"
            )
        )
        % words
    )


def _share(numbers: Mapping[str, Any], _party: str) -> str:
    words = {
        "n": numbers["n"],
        "value": f"{100 * numbers['value']:.1f}",
        "peer": f"{100 * numbers['peer']:.1f}",
        "chance": _chance(numbers["chance"]),
    }
    return (
        gettext(_("共 %(n)s 件，本人占比 %(value)s%%，其他人员 %(peer)s%%；偶然出现的可能%(chance)s。"))
        % words
    )


def _overdue(numbers: Mapping[str, Any], _party: str) -> str:
    nodes: Sequence[tuple[str, int]] = sorted(numbers["nodes"].items())
    parts = [
        gettext(_("%(node)s %(minutes)s 分钟")) % {"node": node(code), "minutes": count}
        for code, count in nodes
    ]
    words = {**numbers, "share": f"{100 * numbers['share']:.1f}", "nodes": gettext(_("，")).join(parts)}
    return (
        gettext(_("%(cases)s 件次超期，共 %(minutes)s 分钟，占部门超期量的 %(share)s%%；其中：%(nodes)s。"))
        % words
    )


def _chance(chance: float) -> str:
    """A chance in words: nobody is helped by ten zeros."""
    if chance < 0.000001:
        return gettext(_("低于百万分之一"))
    if chance < 0.0001:
        return gettext(_("低于万分之一"))
    return gettext(_("约为 %(percent)s%%")) % {"percent": f"{100 * chance:.2f}"}


SENTENCES = {
    "workload": _workload,
    "intimacy": _intimacy,
    "duration": _duration,
    "corrections": _share,
    "refusals": _share,
    "waivers": _share,
    "overdue": _overdue,
}
