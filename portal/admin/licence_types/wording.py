"""Words of the pages about licence types. Chinese here, English in `locale/en/licences.po`."""

from collections.abc import Mapping

from portal.language import gettext


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


MISTAKES: Mapping[str, str] = {
    "missing": _("这一项必须填写"),
    "too-long": _("填得太长"),
    "pairs": _("中文和英文要一行对一行"),
    "slug": _("只能用小写字母、数字和短横线，以字母开头"),
    "type-code": _("应为 21 位：制定部门的统一社会信用代码加三位顺序号"),
    "no-such-field": _("下面的字段里没有这一项"),
    "no-holder-code": _("要么编号就是主体代码，要么有一个字段存放主体代码"),
    "years": _("应为 1 到 100 之间的整数，长期有效的不填"),
    "notice": _("应为 0 到 365 之间的整数"),
    "pattern": _("按这个规则编不出编号"),
    "too-many": _("最多 40 个字段"),
    "twice": _("和另一个字段重复"),
    "key": _("只能用小写字母、数字和下划线，以字母开头"),
    "element": _("应为主体代码元素，或者以扩展前缀开头的大写字母、数字和下划线"),
    "letters": _("应为 1 到 1000 之间的整数"),
    "not-printed": _("按这些内容排不出版面，请换一个版式或者缩短内容"),
    "unfit": _("填写的内容不合要求"),
}
NEEDS = _("这个版式要用到下面没有定义的字段：%(names)s")
TAKEN: Mapping[str, str] = {
    "slug": _("已经有证照类型用了这个网址名称"),
    "code": _("已经有证照类型用了这个类型代码"),
}
MAKERS: Mapping[str, str] = {
    "pattern": _("按规则"),
    "pattern-mod-11-10": _("按规则，末尾加一位校验码"),
    "credit-code": _("统一社会信用代码"),
}
FIELD_KINDS: Mapping[str, str] = {"text": _("文字"), "date": _("日期"), "picture": _("照片")}
SECRECY: Mapping[str, str] = {
    "open": _("公开"),
    "shared": _("有条件共享：持证主体和签了协议的部门"),
    "closed": _("不予共享：持证主体和签发机关"),
}
HOLDERS: Mapping[str, str] = {"person": _("个人"), "organisation": _("单位")}
TEMPLATES: Mapping[str, str] = {
    "booklet/physician-registration": _("医师执业证书（内页）"),
    "booklet/property-certificate": _("不动产权证书（内页）"),
    "card/residence-permit": _("居住证（卡片）"),
    "card/taxi-driver-card": _("出租汽车驾驶员从业资格证（卡片）"),
    "food-business-licence": _("食品经营许可证（竖版）"),
    "individual-business-licence": _("个体工商户营业执照（横版）"),
    "landscape/business-licence": _("营业执照（横版）"),
    "portrait/construction-permit": _("建筑工程施工许可证（竖版）"),
    "portrait/hr-service-licence": _("人力资源服务许可证（竖版）"),
    "portrait/public-place-hygiene-licence": _("公共场所卫生许可证（竖版）"),
    "portrait/road-transport-licence": _("道路运输经营许可证（竖版）"),
    "senior-card": _("老年人优待证（卡片）"),
}
DEEDS: Mapping[str, str] = {
    "licence type published": _("公布"),
    "licence type draft begun": _("开始编辑"),
    "licence type draft saved": _("保存草稿"),
    "licence type draft discarded": _("作废草稿"),
}


def mistake(code: str) -> str:
    """One sentence for a mistake that `licensing.kinds.examining` found."""
    kind, _sep, names = code.partition(":")
    if kind == "template-needs":
        return gettext(NEEDS) % {"names": names}
    return gettext(MISTAKES[kind])


def taken(part: str) -> str:
    return gettext(TAKEN[part])


def options(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices of a field: value and words."""
    return [(key, gettext(text)) for key, text in words.items()]


def said(words: Mapping[str, str], key: object) -> str:
    return gettext(words[str(key)]) if str(key) in words else str(key)


def secrecy(key: object) -> str:
    return said(SECRECY, key)


def template(name: str) -> str:
    return said(TEMPLATES, name)


def maker(name: str) -> str:
    return said(MAKERS, name)


def field_kind(kind: object) -> str:
    return said(FIELD_KINDS, kind)


def holders(kinds: object) -> str:
    """Who may hold it, joined as the language joins."""
    return gettext("、").join(said(HOLDERS, one) for one in kinds) if isinstance(kinds, tuple) else ""


def deed(name: str) -> str:
    return said(DEEDS, name)
