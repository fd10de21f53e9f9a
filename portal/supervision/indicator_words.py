"""What each indicator is called and how it is counted; English stands in `oversight_more.po`."""

from collections.abc import Mapping

from portal.language import gettext


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


INDICATORS: Mapping[str, tuple[str, str]] = {
    "on-time": (_("按时办结率"), _("期间内作出决定的办件中，在承诺时限内决定的占比")),
    "intake-on-time": (_("受理按时率"), _("期间内答复的受理时限中，没有超过的占比")),
    "delivery-on-time": (_("送达按时率"), _("期间内结束的送达时限中，没有超过的占比")),
    "early": (_("提前办结率"), _("期间内决定的承诺件中，早于最后一天决定的占比；即办件不计")),
    "same-day": (_("即办率"), _("期间内决定的办件中，提交后十二小时内决定的占比")),
    "mean-minutes": (
        _("平均办理时长"),
        _("期间内决定的办件，从受理到决定的工作分钟数，除以件数；暂停的时间不计"),
    ),
    "first-time": (_("一次办成率"), _("期间内受理的办件中，没有要求补正的占比")),
    "corrected": (_("补正率"), _("期间内受理的办件中，要求过补正的占比")),
    "corrected-again": (_("多次补正率"), _("期间内受理的办件中，要求补正两次以上的占比")),
    "deemed": (_("视为受理率"), _("期间内受理的办件中，因为逾期没有告知而视为受理的占比")),
    "not-accepted": (_("不予受理率"), _("期间内办结的办件中，不予受理的占比")),
    "withdrawn": (_("撤回率"), _("期间内办结的办件中，由申请人撤回的占比")),
    "refused": (_("不予许可率"), _("期间内作出决定的办件中，不予许可的占比")),
    "extended": (_("延期率"), _("期间内作出决定的办件中，延长过办理期限的占比")),
    "special-procedure": (_("特别程序占比"), _("期间内作出决定的办件中，进入过特别程序的占比")),
    "online": (_("网办率"), _("期间内提交的办件中，在网上提交的占比")),
    "wholly-online": (_("全程网办率"), _("期间内办结并有决定的办件中，网上提交并且电子送达的占比")),
    "spared": (_("材料免提交率"), _("期间内提交的办件中，必要材料由数据共享或者电子证照取得的占比")),
    "hub-hit": (_("共享命中率"), _("期间内向共享平台的查询中，查到信息的占比")),
    "hub-mismatch": (_("共享不一致率"), _("期间内向共享平台的查询中，信息不一致的占比")),
    "rated": (_("主动评价率"), _("期间内办结并有决定的办件中，申请人作了评价的占比；没有默认好评")),
    "satisfied": (_("满意率"), _("期间内的评价中，基本满意以上的占比")),
    "very-satisfied": (_("非常满意率"), _("期间内的评价中，非常满意的占比")),
    "carded": (_("亮牌率"), _("期间内作出决定的办件中，亮过黄牌或者红牌的占比")),
    "warning-answered": (_("预警按时回复率"), _("期间内发出的预警中，在期限内回复的占比")),
    "appeal-upheld": (_("申诉成立率"), _("期间内决定的申诉中，成立并撤销预警的占比")),
}


def name(key: str) -> str:
    return gettext(INDICATORS[key][0])


def definition(key: str) -> str:
    return gettext(INDICATORS[key][1])
