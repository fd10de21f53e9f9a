"""The groups of elements and the lists in them: which page edits what, and how it is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.admin.editing import entries, groups, particulars, questions
from portal.admin.editing.entries import Entry
from portal.admin.editing.fields import Field
from portal.admin.editing.supplies import Supplies
from services.catalogue.editing.places import Definition

Shape = tuple[str, ...]


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Group:
    """One page of elements. `owns`: the elements it answers for; `lists`: those that are lists of entries; `optional`:
    an item may do without any of them."""

    key: str
    title: str
    about: str
    owns: tuple[str, ...]
    lists: tuple[str, ...] = ()
    asks: Callable[[Definition, Supplies], tuple[Field, ...]] = lambda _d, _s: ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """Entries of one shape. `words`: what an entry is called by; `member`: its name for machines, made of the English
    of `words` with `joint`; `condition`: where it says when it is wanted; `inner`: the list inside it."""

    group: str
    one: str
    add: str
    asks: Callable[[Definition, Entry, Supplies], tuple[Field, ...]]
    words: str
    member: str | None = None
    joint: str = "-"
    condition: str | None = None
    inner: str | None = None


GROUPS = (
    Group(
        "basics",
        _("基本信息"),
        _("叫什么、由谁办、给谁办"),
        (
            "code",
            "basic_code",
            "implementation_code",
            "name",
            "short_name",
            "summary",
            "aliases",
            "item_type",
            "department",
            "level",
            "region",
            "audiences",
            "themes",
            "sample",
            "effective_on",
        ),
        asks=groups.basics,
    ),
    Group("law", _("依据"), _("哪部法律第几条规定要办这件事"), ("basis",), ("basis",)),
    Group(
        "conditions",
        _("条件"),
        _("什么样的人可以办，能不能自动判断"),
        ("conditions", "quota"),
        ("conditions",),
        groups.conditions,
        optional=True,
    ),
    Group(
        "limits",
        _("期限"),
        _("法定几天，承诺几天"),
        ("statutory_limit", "promised_limit", "decided_on_the_spot"),
        asks=groups.limits,
    ),
    Group("fee", _("收费"), _("收不收费，按什么标准"), ("fee",), ("fee/lines",), groups.fee),
    Group(
        "contact",
        _("联系"),
        _("打什么电话、到哪里办、要不要到现场"),
        ("contact", "complaint", "places", "online", "visits"),
        ("places",),
        groups.contact,
    ),
    Group("materials", _("材料"), _("要交什么，哪些可以免交"), ("materials",), ("materials",), optional=True),
    Group("form", _("表单"), _("要填哪些问题，按页排好"), ("form",)),
    Group("steps", _("环节"), _("受理以后经过哪几步、每步几天"), ("steps",), ("steps",)),
    Group("result", _("结果"), _("办成以后发什么证照或者文书"), ("result",), asks=entries.result),
    Group("faq", _("常见问题"), _("群众常问的，提前答好"), ("faq",), ("faq",), optional=True),
    Group(
        "situations",
        _("情形引导"),
        _("填表以前先问清属于哪种情形，可以不设"),
        ("situations",),
        ("situations/questions", "situations/barriers", "situations/variants"),
        optional=True,
    ),
    Group(
        "reforms",
        _("改革办理方式"),
        _("能不能按规则秒批、免申即享，别处能不能代收，下班后提交算哪天收到"),
        ("instant", "unasked", "received_at", "received_after_hours", "office_closes"),
        ("instant/rules", "unasked/rules", "received_at"),
        particulars.reforms,
        optional=True,
    ),
    Group(
        "others",
        _("其他要素"),
        _("实施清单的其他项目，没有的不填"),
        (
            "handling_code",
            "local_code",
            "power_source",
            "powers",
            "exercise",
            "entrusted_by",
            "handled_by",
            "joint",
            "reach",
            "ways",
            "running_system",
            "flow",
            "procedures",
            "intermediaries",
            "regular_checks",
            "messages",
            "real_name",
        ),
        ("joint", "procedures", "intermediaries", "regular_checks", "messages"),
        groups.others,
        optional=True,
    ),
)

SECTIONS: Shape = ("form", "sections")
PAGES: Shape = (*SECTIONS, "pages")
QUESTIONS: Shape = (*PAGES, "questions")
ROWS: Shape = (*QUESTIONS, "questions")
SITUATIONS: Shape = ("situations", "questions")

_QUESTION = ListOf(
    "form",
    _("问题"),
    _("加一个问题"),
    questions.question,
    "label",
    "key",
    joint="_",
    condition="when",
)

LISTS: Mapping[Shape, ListOf] = {
    ("basis",): ListOf("law", _("依据"), _("加一条依据"), entries.basis, "law"),
    ("conditions",): ListOf(
        "conditions",
        _("条件"),
        _("加一个条件"),
        entries.condition,
        "text",
        "key",
        condition="check",
    ),
    ("places",): ListOf("contact", _("办理地点"), _("加一个办理地点"), entries.place, "name"),
    ("materials",): ListOf(
        "materials", _("材料"), _("加一份材料"), entries.material, "name", "code", condition="ask_when"
    ),
    ("steps",): ListOf("steps", _("环节"), _("加一个环节"), entries.step, "name", "key"),
    ("faq",): ListOf("faq", _("常见问题"), _("加一个常见问题"), entries.question_and_answer, "question"),
    ("fee", "lines"): ListOf(
        "fee", _("收费项目"), _("加一个收费项目"), particulars.fee_line, "name", condition="when"
    ),
    ("joint",): ListOf("others", _("联办机构"), _("加一个联办机构"), particulars.joint, "name"),
    ("procedures",): ListOf("others", _("特别程序"), _("加一个特别程序"), particulars.procedure, "name"),
    ("intermediaries",): ListOf(
        "others", _("中介服务"), _("加一项中介服务"), particulars.intermediary, "name"
    ),
    ("regular_checks",): ListOf(
        "others", _("年审年检"), _("加一项年审年检"), particulars.regular_check, "name"
    ),
    ("messages",): ListOf("others", _("消息用语"), _("加一个节点的用语"), particulars.message, "title"),
    SITUATIONS: ListOf(
        "situations",
        _("情形问题"),
        _("加一个情形问题"),
        particulars.situation,
        "label",
        "key",
        joint="_",
        condition="when",
    ),
    ("situations", "barriers"): ListOf(
        "situations",
        _("不能办的情形"),
        _("加一种不能办的情形"),
        particulars.barrier,
        "reason",
        "key",
        condition="when",
    ),
    ("situations", "variants"): ListOf(
        "situations",
        _("不同的情形"),
        _("加一种情形"),
        particulars.variant,
        "name",
        "key",
        condition="when",
    ),
    ("received_at",): ListOf("reforms", _("代收窗口"), _("加一个代收窗口"), particulars.joint, "name"),
    ("instant", "rules"): ListOf(
        "reforms",
        _("秒批规则"),
        _("加一条秒批规则"),
        entries.condition,
        "text",
        "key",
        condition="check",
    ),
    ("unasked", "rules"): ListOf(
        "reforms",
        _("免申即享规则"),
        _("加一条免申即享规则"),
        entries.condition,
        "text",
        "key",
        condition="check",
    ),
    SECTIONS: ListOf("form", _("部分"), _("加一个部分"), entries.section, "title", "key", inner="pages"),
    PAGES: ListOf(
        "form", _("页"), _("加一页"), entries.page, "title", "key", condition="when", inner="questions"
    ),
    QUESTIONS: _QUESTION,
    ROWS: ListOf(
        "form",
        _("每一行的问题"),
        _("加一个每行都问的问题"),
        lambda definition, entry, supplies: questions.question(definition, entry, supplies, inside=True),
        "label",
        "key",
        joint="_",
        condition="when",
    ),
}


def group(key: str) -> Group | None:
    return next((one for one in GROUPS if one.key == key), None)


def group_of(element: str) -> Group:
    """The group that answers for an element; the first one for what nobody claims."""
    return next((one for one in GROUPS if element in one.owns), GROUPS[0])
