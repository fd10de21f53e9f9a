"""What is asked on the pages of an item's elements (实施清单要素), but for its lists."""

from collections.abc import Sequence

from identity.rules import Level as RealName
from portal.admin.editing.fields import Field, Options
from portal.admin.editing.supplies import Supplies
from portal.language import gettext as _
from portal.language import pick
from portal.words import word
from services.catalogue import particulars
from services.catalogue.codes import Audience, ItemType, Level, OnlineDepth
from services.catalogue.editing.places import Definition
from services.catalogue.editing.values import Kind
from services.catalogue.themes import themes

Fields = tuple[Field, ...]


def words_of(kind: str, codes: Sequence[object]) -> Options:
    return tuple((str(code), word(code, kind)) for code in codes)


def basics(_definition: Definition, supplies: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("事项名称"), _("和实施清单上的名称一致。")),
        Field(("short_name",), Kind.WORDS, _("简称"), _("群众看得懂的短名称，列表里用它。")),
        Field(("summary",), Kind.LONG_WORDS, _("一句话说明"), _("这件事是给谁办的、办了有什么用。")),
        Field(
            ("aliases",),
            Kind.LINES,
            _("群众平时怎么叫"),
            _("每行一个，例如老年证、敬老卡。搜索时按这些叫法也能找到。"),
            optional=True,
            rows=5,
        ),
        Field(("item_type",), Kind.CHOICE, _("事项类型"), options=words_of("item_type", list(ItemType))),
        Field(
            ("department", "code"),
            Kind.CHOICE,
            _("实施主体"),
            _("由哪个部门办。"),
            options=supplies.department_options(),
        ),
        Field(("department", "kind"), Kind.CHOICE, _("实施主体性质"), options=bodies(), optional=True),
        Field(("level",), Kind.CHOICE, _("行使层级"), options=words_of("level", list(Level))),
        Field(("region",), Kind.TEXT, _("行政区划代码"), _("6 位数字，例如 520100。")),
        Field(
            ("basic_code",),
            Kind.TEXT,
            _("基本编码"),
            _("12 位，第 3、4 位是事项类型。实施编码由系统自动生成。"),
        ),
        Field(("audiences",), Kind.CHOICES, _("服务对象"), options=words_of("audience", list(Audience))),
        Field(
            ("themes",),
            Kind.CHOICES,
            _("主题分类"),
            _("群众在哪些主题下能找到它。"),
            options=tuple((one.slug, pick(one.name)) for one in themes()),
        ),
        Field(("sample",), Kind.YES_NO, _("是不是示例数据"), _("示例数据会在页面上标明。"), optional=True),
    )


def bodies() -> Options:
    """What kind of body a department is (实施主体性质)."""
    names = (_("法定机关"), _("授权组织"), _("受委托组织"), _("其他"))
    return tuple((code.value, name) for code, name in zip(particulars.BodyKind, names, strict=True))


def conditions(_definition: Definition, _supplies: Supplies) -> Fields:
    return (
        Field(
            ("quota",),
            Kind.LONG_WORDS,
            _("数量限制"),
            _("有名额限制的，写明怎么限制；没有就不填。"),
            optional=True,
        ),
    )


def limits(_definition: Definition, _supplies: Supplies) -> Fields:
    days = _("个工作日")
    return (
        Field(
            ("statutory_limit", "days"),
            Kind.WHOLE,
            _("法定办结时限"),
            _("从受理之日起算。"),
            suffix=days,
        ),
        Field(("statutory_limit", "basis"), Kind.WORDS, _("法定时限的依据"), _("哪部法律第几条。")),
        Field(("statutory_limit", "explanation"), Kind.LONG_WORDS, _("法定时限的说明"), optional=True),
        Field(
            ("promised_limit", "days"),
            Kind.WHOLE,
            _("承诺办结时限"),
            _("不能长于法定时限。当场办结的填 0。"),
            suffix=days,
        ),
        Field(("promised_limit", "basis"), Kind.WORDS, _("承诺时限的依据"), optional=True),
        Field(("promised_limit", "explanation"), Kind.LONG_WORDS, _("承诺时限的说明"), optional=True),
        Field(("decided_on_the_spot",), Kind.YES_NO, _("当场办结"), _("材料齐全，当场就能拿到结果。")),
    )


def fee(_definition: Definition, _supplies: Supplies) -> Fields:
    return (
        Field(("fee", "charged"), Kind.YES_NO, _("是否收费")),
        Field(
            ("fee", "standard"), Kind.LONG_WORDS, _("收费标准"), _("收费的必须填，写清金额。"), optional=True
        ),
        Field(("fee", "basis"), Kind.WORDS, _("收费依据"), _("收费的必须填，写明文件。"), optional=True),
        Field(("fee", "amount"), Kind.WHOLE, _("金额"), fen_hint(), optional=True, suffix=_("分")),
    )


def fen_hint() -> str:
    return _("每件应收的金额，一元是 100 分；每件不一样的不填。")


def contact(_definition: Definition, _supplies: Supplies) -> Fields:
    how = _("哪个部门、哪个科室接听。")
    return (
        Field(("contact", "phone"), Kind.TEXT, _("咨询电话"), _("带区号，例如 0851-0000 0301。")),
        Field(("contact", "how"), Kind.WORDS, _("咨询方式"), how),
        Field(("complaint", "phone"), Kind.TEXT, _("监督投诉电话"), _("例如 12345。")),
        Field(("complaint", "how"), Kind.WORDS, _("投诉方式"), how),
        Field(
            ("online", "depth"),
            Kind.CHOICE,
            _("网上办理深度"),
            options=words_of("online_depth", list(OnlineDepth)),
        ),
        Field(("online", "booking"), Kind.YES_NO, _("可以预约窗口"), optional=True),
        Field(("online", "express"), Kind.YES_NO, _("可以邮寄送达"), optional=True),
        Field(("online", "payment"), Kind.YES_NO, _("可以网上缴费"), optional=True),
        Field(("online", "terminal"), Kind.YES_NO, _("可以在自助终端办"), optional=True),
        Field(("visits", "count"), Kind.WHOLE, _("到现场次数"), _("不用到现场的填 0。"), suffix=_("次")),
        Field(
            ("visits", "reason"),
            Kind.LONG_WORDS,
            _("必须到现场的原因"),
            _("要到现场的必须填。"),
            optional=True,
        ),
    )


def others(_definition: Definition, supplies: Supplies) -> Fields:
    """The elements of the 实施清单 beyond what a guide says at once; all may stay empty."""
    words, long = Kind.WORDS, Kind.LONG_WORDS
    return (
        Field(("power_source",), Kind.CHOICE, _("权力来源"), options=_powers(), optional=True),
        Field(
            ("entrusted_by",), words, _("委托部门"), _("权力来源是委托的必须填，其他的不填。"), optional=True
        ),
        Field(("powers",), long, _("权限划分"), optional=True),
        Field(("exercise",), long, _("行使内容"), optional=True),
        Field(
            ("handled_by", "code"),
            Kind.CHOICE,
            _("承办机构"),
            _("和实施主体不同的才填。"),
            options=supplies.department_options(),
            optional=True,
        ),
        Field(("handled_by", "kind"), Kind.CHOICE, _("承办机构性质"), options=bodies(), optional=True),
        Field(
            ("reach",),
            Kind.CHOICE,
            _("通办范围"),
            options=_reaches(),
            optional=True,
        ),
        Field(("ways",), Kind.CHOICES, _("办理形式"), options=_ways(), optional=True),
        Field(
            ("running_system",),
            Kind.CHOICE,
            _("运行系统"),
            _("在哪一级的业务系统里办。"),
            options=words_of("level", list(Level)),
            optional=True,
        ),
        Field(
            ("real_name",),
            Kind.CHOICE,
            _("实名等级"),
            _("办这个事项的人要核验到哪一级；不填就是经部门数据核验。"),
            options=words_of("real_name", list(RealName)),
            optional=True,
        ),
        Field(("flow",), long, _("办理流程说明"), _("环节说不全的才填。"), optional=True),
        Field(
            ("handling_code",),
            Kind.TEXT,
            _("业务办理项编码"),
            _("33 位：实施编码后面加两位数字。"),
            optional=True,
        ),
        Field(("local_code",), Kind.TEXT, _("地方实施清单编码"), optional=True),
    )


def _reaches() -> Options:
    names = (_("全国"), _("跨省"), _("跨市"), _("跨县"))
    return tuple((code.value, name) for code, name in zip(particulars.Reach, names, strict=True))


def _powers() -> Options:
    names = (
        _("法定本级行使"),
        _("上级下放"),
        _("上级授权"),
        _("同级授权"),
        _("上级委托"),
        _("同级委托"),
    )
    return tuple((code.value, name) for code, name in zip(particulars.PowerSource, names, strict=True))


def _ways() -> Options:
    names = (_("窗口"), _("电脑端"), _("移动端"), _("快递申请"), _("自助终端"))
    return tuple((code.value, name) for code, name in zip(particulars.Way, names, strict=True))
