"""The sample city's departments (示例): valid credit codes that belong to nobody."""

from dataclasses import dataclass

REGION = "520100"
CITY = "示例市"


@dataclass(frozen=True, slots=True)
class SampleDepartment:
    """A department by its unified social credit code, as the provider code of GB/T 39046 asks."""

    code: str
    key: str
    name: str
    name_en: str
    short: str
    short_en: str
    region: str = REGION


MARKET = SampleDepartment(
    "11520100MADEM00119",
    "market",
    "示例市市场监督管理局",
    "Sample City Market Regulation Bureau",
    "市场监管局",
    "Market Regulation",
)
INSURANCE = SampleDepartment(
    "11520100MADEM002X1",
    "insurance",
    "示例市人力资源和社会保障局",
    "Sample City Human Resources and Social Security Bureau",
    "人社局",
    "Social Security",
)
CIVIL = SampleDepartment(
    "11520100MADEM00381",
    "civil",
    "示例市民政局",
    "Sample City Civil Affairs Bureau",
    "民政局",
    "Civil Affairs",
)
CENTRE = SampleDepartment(
    "11520100MADEM0046U",
    "centre",
    "示例市政务服务中心",
    "Sample City Government Service Centre",
    "政务服务中心",
    "Service Centre",
)
POLICE = SampleDepartment(
    "11520100MADEM0054N",
    "police",
    "示例市公安局",
    "Sample City Public Security Bureau",
    "公安局",
    "Public Security",
)
OVERSIGHT = SampleDepartment(
    "11520100MADEM0062H",
    "oversight",
    "示例市电子监察中心",
    "Sample City Oversight Centre",
    "电子监察中心",
    "Oversight",
)
CONSTRUCTION = SampleDepartment(
    "11520100MADEM0070C",
    "construction",
    "示例市住房和城乡建设局",
    "Sample City Housing and Construction Bureau",
    "住建局",
    "Construction",
)
TRANSPORT = SampleDepartment(
    "11520100MADEM00899",
    "transport",
    "示例市交通运输局",
    "Sample City Transport Bureau",
    "交通运输局",
    "Transport",
)
HEALTH = SampleDepartment(
    "11520100MADEM00974",
    "health",
    "示例市卫生健康局",
    "Sample City Health Bureau",
    "卫健局",
    "Health",
)
LAND = SampleDepartment(
    "11520100MADEM010XL",
    "land",
    "示例市自然资源局",
    "Sample City Natural Resources Bureau",
    "自然资源局",
    "Natural Resources",
)
FUND = SampleDepartment(
    "12520100MADEM0118H",
    "fund",
    "示例市住房公积金管理中心",
    "Sample City Housing Provident Fund Centre",
    "公积金中心",
    "Provident Fund",
)
URBAN = SampleDepartment(
    "11520100MADEM0126F",
    "urban",
    "示例市城市管理局",
    "Sample City Urban Management Bureau",
    "城管局",
    "Urban Management",
)
FIRE = SampleDepartment(
    "11520100MADEM0134A",
    "fire",
    "示例市消防救援支队",
    "Sample City Fire and Rescue",
    "消防支队",
    "Fire and Rescue",
)
EDUCATION = SampleDepartment(
    "11520100MADEM01425",
    "education",
    "示例市教育局",
    "Sample City Education Bureau",
    "教育局",
    "Education",
)
TAX = SampleDepartment(
    "11520100MADEM01500",
    "tax",
    "示例市税务局",
    "Sample City Tax Service",
    "税务局",
    "Tax",
)
NEIGHBOUR = SampleDepartment(
    "11520200MADEM01692",
    "neighbour",
    "示例邻市政务服务中心",
    "Sample Neighbouring City Government Service Centre",
    "邻市政务服务中心",
    "Neighbouring City",
    region="520200",
)
"""Of another city: receives what this city decides (跨省通办、跨市通办)."""

SERVING = (MARKET, INSURANCE, CIVIL, POLICE, CONSTRUCTION, TRANSPORT, HEALTH, LAND, FUND, URBAN, FIRE)
"""The departments that decide the sample items."""

DEPARTMENTS = (*SERVING, CENTRE, OVERSIGHT, EDUCATION, TAX, NEIGHBOUR)
