"""What is asked about entries of the less common lists: 情形引导, 收费项目, 特别程序, 中介服务, 年审年检, 联办机构."""

from collections.abc import Mapping

from portal.admin.editing.entries import Entry
from portal.admin.editing.fields import Field
from portal.admin.editing.groups import Fields, bodies, fen_hint
from portal.admin.editing.supplies import Supplies
from portal.language import gettext as _
from portal.language import pick
from portal.words import word
from services.catalogue.editing import terms
from services.catalogue.editing.places import Definition
from services.catalogue.editing.values import Kind
from services.catalogue.messages import GENERAL, Node
from services.catalogue.particulars import AfterHours


def fee_line(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("收费项目")),
        Field(("standard",), Kind.LONG_WORDS, _("收费标准")),
        Field(("basis",), Kind.WORDS, _("收费依据")),
        Field(("amount",), Kind.WHOLE, _("金额"), fen_hint(), optional=True, suffix=_("分")),
        Field(("reduction",), Kind.LONG_WORDS, _("减免"), _("谁可以减、免多少。"), optional=True),
    )


def joint(_d: Definition, _e: Entry, supplies: Supplies) -> Fields:
    return (
        Field(("code",), Kind.CHOICE, _("联办机构"), options=supplies.department_options()),
        Field(("kind",), Kind.CHOICE, _("联办机构性质"), options=bodies(), optional=True),
    )


def procedure(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    kinds = (("extension", _("延长审批")), ("outside", _("检验、听证等，不计入时限")))
    return (
        Field(("name",), Kind.WORDS, _("特别程序"), _("例如听证、检测、专家评审。")),
        Field(("kind",), Kind.CHOICE, _("种类"), options=kinds),
        Field(("basis",), Kind.WORDS, _("依据")),
        Field(("days",), Kind.WHOLE, _("期限"), suffix=_("个工作日")),
    )


def intermediary(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("中介服务"), _("法律规定申请以前必须做的。")),
        Field(("basis",), Kind.WORDS, _("依据")),
        Field(("paid_by",), Kind.WORDS, _("由谁付费")),
    )


def regular_check(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("年审年检")),
        Field(("basis",), Kind.WORDS, _("依据")),
        Field(("months",), Kind.WHOLE, _("每隔多久一次"), suffix=_("个月")),
    )


def message(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    nodes = tuple((one.value, word(one, "node")) for one in Node if one not in GENERAL)
    inside = _("可以用 {item} 事项、{number} 编号、{office} 部门、{due} 期限。")
    outside = _("只能用 {item} 事项和 {number} 编号。不填就用通用的短信。")
    return (
        Field(("node",), Kind.CHOICE, _("什么时候发"), options=nodes),
        Field(("title",), Kind.WORDS, _("标题"), inside),
        Field(("text",), Kind.LONG_WORDS, _("消息和邮件的内容"), inside),
        Field(("sms",), Kind.LONG_WORDS, _("短信"), outside, optional=True),
    )


def situation(definition: Definition, _e: Entry, _s: Supplies) -> Fields:
    asked = tuple(
        (one.key, pick(one.label))
        for one in terms.questions(definition)
        if one.options or one.type == "yes_no"
    )
    return (
        Field(("label",), Kind.WORDS, _("问什么"), _("填表以前问，帮申请人弄清自己属于哪种情形。")),
        Field(("hint",), Kind.LONG_WORDS, _("填写提示"), optional=True),
        Field(
            ("fills",),
            Kind.CHOICE,
            _("同时填好表单的哪个问题"),
            _("两边选项的标识要一致。"),
            options=asked,
            optional=True,
        ),
    )


def barrier(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("reason",), Kind.LONG_WORDS, _("为什么不能办")),
        Field(("instead",), Kind.LONG_WORDS, _("可以怎么办")),
        Field(("item",), Kind.TEXT, _("可以改办哪个事项"), _("填那个事项的网址名称。"), optional=True),
    )


def variant(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("这种情形叫什么")),
        Field(("text",), Kind.LONG_WORDS, _("这种情形有什么不同")),
        Field(
            ("days",), Kind.WHOLE, _("办结时限"), _("比一般的快才填。"), suffix=_("个工作日"), optional=True
        ),
        Field(("fee",), Kind.WORDS, _("收费"), optional=True),
    )


def named(entry: Mapping[str, object], supplies: Supplies) -> dict[str, object]:
    """A body with the name of the department whose code it has."""
    name = supplies.departments.get(str(entry.get("code")))
    return {**entry, "name": {"zh": name.zh, "en": name.en}} if name else dict(entry)


def reforms(_d: Definition, _s: Supplies) -> Fields:
    days = (
        (AfterHours.SAME_DAY.value, _("当日收到")),
        (AfterHours.NEXT_WORKING_DAY.value, _("下一个工作日收到")),
    )
    return (
        Field(
            ("instant", "basis"),
            Kind.LONG_WORDS,
            _("秒批的依据"),
            _("凭什么可以由系统按规则当场作出决定。规则只能准予，不符合的转工作人员办理。"),
            optional=True,
        ),
        Field(
            ("unasked", "offer"),
            Kind.LONG_WORDS,
            _("免申即享：能享受什么"),
            _("写给群众看，一句话说清。"),
            optional=True,
        ),
        Field(("unasked", "basis"), Kind.LONG_WORDS, _("免申即享：查询数据的依据"), optional=True),
        Field(
            ("received_after_hours",),
            Kind.CHOICE,
            _("下班后、休息日提交的"),
            _("算哪一天收到；时限从收到的第二天起算。"),
            options=days,
            optional=True,
        ),
        Field(("office_closes",), Kind.TEXT, _("下班时间"), _("写成 17:00 的样子。"), optional=True),
    )
