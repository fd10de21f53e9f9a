"""What the registers behind the hub are called on pages; a city adds its own beside them.

Chinese here, English in `locale/en/desk_more.po`. A register without a name of its own is «another department's
record»: codes are never shown to people.
"""

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a text for the word lists; it is translated when it is shown."""
    return text


REGISTERS: Mapping[str, str] = {
    "population": _("人口基础信息库"),
    "business-register": _("市场主体登记库"),
    "social-insurance": _("社会保险参保库"),
    "insured-staff": _("单位参保人数"),
    "retirements": _("退休审批信息"),
    "driving-licences": _("机动车驾驶证信息"),
    "driver-background": _("驾驶员背景核查"),
    "vehicles": _("机动车登记信息"),
    "transport-drivers": _("道路运输从业资格"),
    "physician-qualifications": _("医师资格信息"),
    "housing-leases": _("住房租赁备案"),
    "construction-projects": _("工程合同和施工图审查"),
    "planning-permits": _("用地和规划许可"),
    "real-estate": _("不动产登记信息（个人）"),
    "firm-premises": _("不动产登记信息（单位）"),
    "home-ownership": _("住房情况查询"),
    "house-sales": _("房屋买卖合同备案"),
    "mortgages": _("住房贷款信息"),
    "property-taxes": _("契税完税信息"),
    "marriages": _("婚姻登记信息"),
    "school-enrolment": _("学籍信息"),
}
OTHER = _("其他部门的信息")
