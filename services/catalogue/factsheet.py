"""The elements of the 实施清单 that no other part of a guide tells, each as a name and words in both languages."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from identity.rules import Level as RealName
from services.catalogue.codes import ItemType, Level
from services.catalogue.definition import Department, ItemDefinition
from services.catalogue.form import Pair
from services.catalogue.particulars import (
    AfterHours,
    BodyKind,
    Intermediary,
    PowerSource,
    Procedure,
    ProcedureKind,
    Reach,
    RegularCheck,
    Way,
)


class Line(Struct, frozen=True):
    """One element: what it is called and what it says; a code is the same in every language."""

    name: Pair
    words: Pair

    @property
    def code(self) -> bool:
        return self.words.zh == self.words.en


WORDS: Mapping[StrEnum, Pair] = {
    RealName.UNVERIFIED: Pair("注册账号即可", "Any account"),
    RealName.REGISTRY: Pair("经部门数据核验", "Verified by registers"),
    RealName.IN_PERSON: Pair("经窗口当面核验", "Verified in person at a window"),
    ItemType.LICENSING: Pair("行政许可", "Administrative licence"),
    ItemType.PAYMENT: Pair("行政给付", "Administrative payment"),
    ItemType.CONFIRMATION: Pair("行政确认", "Administrative confirmation"),
    ItemType.REWARD: Pair("行政奖励", "Administrative reward"),
    ItemType.RULING: Pair("行政裁决", "Administrative ruling"),
    ItemType.OTHER_POWER: Pair("其他行政权力", "Other administrative power"),
    ItemType.PUBLIC_SERVICE: Pair("公共服务", "Public service"),
    Level.NATIONAL: Pair("国家级", "National"),
    Level.PROVINCE: Pair("省级", "Province"),
    Level.CITY: Pair("市级", "City"),
    Level.COUNTY: Pair("县级", "County"),
    Level.TOWN: Pair("镇（乡、街道）级", "Town or street"),
    Level.VILLAGE: Pair("村（社区）级", "Village or community"),
    Level.SHARED: Pair("分级管理", "Shared between levels"),
    BodyKind.AUTHORITY: Pair("法定机关", "Authority by law"),
    BodyKind.AUTHORISED: Pair("授权组织", "Authorised body"),
    BodyKind.ENTRUSTED: Pair("受委托组织", "Entrusted body"),
    BodyKind.OTHER: Pair("其他", "Other"),
    PowerSource.OWN: Pair("法定本级行使", "By law at this level"),
    PowerSource.PASSED_DOWN: Pair("上级下放", "Passed down"),
    PowerSource.AUTHORISED_ABOVE: Pair("上级授权", "Authorised from above"),
    PowerSource.AUTHORISED_BESIDE: Pair("同级授权", "Authorised at this level"),
    PowerSource.ENTRUSTED_ABOVE: Pair("上级委托", "Entrusted from above"),
    PowerSource.ENTRUSTED_BESIDE: Pair("同级委托", "Entrusted at this level"),
    Reach.NATION: Pair("全国通办", "Anywhere in the country"),
    Reach.PROVINCES: Pair("跨省通办", "Across provinces"),
    Reach.CITIES: Pair("跨市通办", "Across cities"),
    Reach.COUNTIES: Pair("跨县通办", "Across counties"),
    Way.WINDOW: Pair("窗口办理", "At the counter"),
    Way.COMPUTER: Pair("电脑端", "On a computer"),
    Way.MOBILE: Pair("移动端", "On a phone"),
    Way.EXPRESS: Pair("快递申请", "By express"),
    Way.TERMINAL: Pair("自助终端", "At a terminal"),
    AfterHours.SAME_DAY: Pair("当日收到", "Received the same day"),
    AfterHours.NEXT_WORKING_DAY: Pair("下一个工作日收到", "Received the next working day"),
    ProcedureKind.EXTENSION: Pair("延长审批", "Extension"),
    ProcedureKind.OUTSIDE: Pair("不计入办理时限", "Not counted in the limit"),
}
ON_THE_SPOT, PROMISED = (
    Pair("即办件", "Decided on the spot"),
    Pair("承诺件", "Decided within a promised time"),
)


def factsheet(item: ItemDefinition) -> list[Line]:
    """The elements in the order of the standard, without those the item does not state and those its guide shows anyway."""
    return [Line(Pair(*name), words) for name, words in _told(item) if words is not None]


def _told(item: ItemDefinition) -> Iterator[tuple[tuple[str, str], Pair | None]]:
    yield ("办件类型", "Kind of case"), ON_THE_SPOT if item.decided_on_the_spot else PROMISED
    yield ("业务办理项编码", "Handling code"), _same(item.handling_code)
    yield ("权力来源", "Source of the power"), _word(item.power_source)
    yield ("委托部门", "Entrusted by"), item.entrusted_by
    yield ("权限划分", "Division of powers"), item.powers
    yield ("行使内容", "What is exercised"), item.exercise
    yield ("承办机构", "Handled by"), _body(item.handled_by)
    yield ("联办机构", "Joint bodies"), _joined(_body(one) for one in item.joint)
    yield ("通办范围", "Where one may apply"), _word(item.reach)
    yield ("办理形式", "Ways of applying"), _joined(WORDS[way] for way in item.ways)
    yield ("运行系统", "Runs in a system of"), _word(item.running_system)
    yield ("办理流程", "Course"), item.flow or _joined((step.name for step in item.steps), " → ", " → ")
    yield ("特别程序", "Special procedures"), _joined(map(_procedure, item.procedures), "\n", "\n")
    yield ("中介服务", "Intermediary services"), _joined(map(_intermediary, item.intermediaries), "\n", "\n")
    yield ("年审年检", "Regular checks"), _joined(map(_check, item.regular_checks), "\n", "\n")
    yield ("实名等级", "Identity level needed"), WORDS[item.real_name]
    yield ("数量限制", "Quota"), item.quota
    yield ("秒批", "Decided by rules"), item.instant.basis if item.instant else None
    yield ("免申即享", "Offered without applying"), item.unasked.basis if item.unasked else None
    yield ("代收窗口", "May also be received at"), _joined(_body(one) for one in item.received_at)
    yield ("下班后提交", "After office hours"), _after_hours(item)
    yield ("预约办理", "By appointment"), _yes(item.online.booking)
    yield ("网上支付", "Payment online"), _yes(item.online.payment)
    yield ("物流快递", "By express"), _yes(item.online.express)
    yield ("自助终端", "Terminals"), _yes(item.online.terminal)


def _after_hours(item: ItemDefinition) -> Pair:
    words = WORDS[item.received_after_hours]
    if item.received_after_hours is AfterHours.SAME_DAY:
        return words
    return Pair(
        f"工作日 {item.office_closes} 以后和休息日提交的，{words.zh}",
        f"{words.en} if sent after {item.office_closes} or on a day off",
    )


def _same(text: str | None) -> Pair | None:
    return None if text is None else Pair(text, text)


def _word(value: StrEnum | None) -> Pair | None:
    return None if value is None else WORDS[value]


def _yes(value: bool) -> Pair:
    return Pair("支持", "yes") if value else Pair("不支持", "no")


def _body(one: Department | None) -> Pair | None:
    if one is None:
        return None
    kind = _word(one.kind)
    if kind is None:
        return one.name
    return Pair(f"{one.name.zh}（{kind.zh}）", f"{one.name.en} ({kind.en})")


def _procedure(one: Procedure) -> Pair:
    kind = WORDS[one.kind]
    return Pair(
        f"{one.name.zh}：{kind.zh}，{one.days} 个工作日以内，依据{one.basis.zh}",
        f"{one.name.en}: {kind.en}, at most {one.days} working days, by {one.basis.en}",
    )


def _intermediary(one: Intermediary) -> Pair:
    return Pair(
        f"{one.name.zh}：{one.paid_by.zh}，依据{one.basis.zh}",
        f"{one.name.en}: {one.paid_by.en}, by {one.basis.en}",
    )


def _check(one: RegularCheck) -> Pair:
    return Pair(
        f"{one.name.zh}：每 {one.months} 个月一次，依据{one.basis.zh}",
        f"{one.name.en}: every {one.months} months, by {one.basis.en}",
    )


def _joined(pairs: Iterable[Pair | None], zh: str = "、", en: str = ", ") -> Pair | None:
    told = [one for one in pairs if one is not None]
    if not told:
        return None
    return Pair(zh.join(one.zh for one in told), en.join(one.en for one in told))
