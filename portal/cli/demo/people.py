"""The sample city's citizens, firms and staff (示例). Nobody here exists; every name says so.

Numbers are valid by their check digit and otherwise made up, most with the placeholder area 520101.
"""

from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from identity.actor import EVERYWHERE, Role
from portal.cli.demo.departments import (
    CENTRE,
    CIVIL,
    CONSTRUCTION,
    FIRE,
    FUND,
    HEALTH,
    INSURANCE,
    LAND,
    MARKET,
    NEIGHBOUR,
    OVERSIGHT,
    POLICE,
    SERVING,
    TRANSPORT,
    URBAN,
    SampleDepartment,
)

PASSWORD = "yiwang-shili-2026"  # noqa: S105 -- printed by `yiwang demo`, made for everyone to know
"""The one password of every sample account."""


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A citizen. `registered`: whether the population register holds them; `signs_in`: has an account."""

    key: str
    name: str
    name_en: str
    id_number: str
    phone: str
    address: str
    household: str
    ethnicity: str = "汉族"
    registered: bool = True
    signs_in: bool = True


@dataclass(frozen=True, slots=True)
class SampleFirm:
    """A firm or sole trader; `legal_representative` is the key of a sample person."""

    key: str
    name: str
    name_en: str
    credit_code: str
    kind: str
    legal_representative: str
    premises: str
    scope: str
    registered_on: str
    status: str = "存续"


@dataclass(frozen=True, slots=True)
class SampleStaff:
    """A member of staff; `login` is the account, `scope` the department codes whose cases they see."""

    login: str
    name: str
    name_en: str
    id_number: str
    phone: str
    department: str
    position: str
    position_en: str
    roles: frozenset[Role]
    scope: tuple[str, ...]
    totp_secret: str


def _citizen(letter: str, stem: str, number: str, phone: int, place: str, **more: str | bool) -> SamplePerson:
    return SamplePerson(
        key=f"person-{letter.lower()}",
        name=f"示例{stem}",
        name_en=f"Sample {letter}",
        id_number=number,
        phone=str(19900000000 + phone),
        address=f"示例省示例市{place}",
        household=f"示例省示例市{place}",
        **more,  # type: ignore[arg-type]  # keys are those of SamplePerson
    )


PEOPLE = (
    _citizen("A", "甲", "520102199001010018", 1, "南区示例街道一号"),
    _citizen("B", "乙", "520103195503151126", 2, "北区示例街道二号"),
    _citizen("C", "丙", "520115200112310037", 3, "湖区示例街道三号", ethnicity="苗族"),
    _citizen("D", "丁", "520181197602290023", 4, "山区示例街道四号", ethnicity="布依族"),
    _citizen("E", "戊", "520101198503120013", 5, "南区示例街道五号", registered=False),
    _citizen("F", "己", "520101196307200025", 6, "北区示例街道六号"),
    _citizen("G", "庚", "520101194209010026", 7, "湖区示例街道七号"),
    _citizen("H", "辛", "520101200002290014", 8, "山区示例街道八号"),
    _citizen("J", "壬", "520101199506060049", 9, "南区示例街道九号"),
    _citizen("K", "癸", "520102202006010089", 10, "南区示例街道一号", signs_in=False),
)
"""甲 runs the restaurant firm, 乙 庚 are of age for the senior card, 丙 opens a shop, 丁 lost her work,
戊 is unknown to the population register, 癸 is a child."""

NEWCOMER = _citizen("L", "新", "52010119920202003X", 12, "湖区示例街道十二号")
"""Known to the registers and not to the portal: who wants to see signing up and being verified takes this part."""

FIRMS = (
    SampleFirm(
        "firm-restaurant",
        "示例餐饮有限公司",
        "Sample Catering Co., Ltd.",
        "91520115MADEM0011Q",
        "有限责任公司",
        "person-a",
        "示例省示例市湖区示例路1号",
        "餐饮服务；食品销售",
        "2024-03-18",
    ),
    SampleFirm(
        "firm-tea",
        "示例茶业有限公司",
        "Sample Tea Co., Ltd.",
        "91520102MADEM002XM",
        "有限责任公司",
        "person-f",
        "示例省示例市南区示例路2号",
        "茶叶种植；茶叶销售",
        "2019-07-02",
    ),
    SampleFirm(
        "firm-snacks",
        "示例小吃店",
        "Sample Snack Shop",
        "92520103MADEM00119",
        "个体工商户",
        "person-h",
        "示例省示例市北区示例路3号",
        "小吃服务",
        "2022-11-30",
    ),
)


_POSITIONS = {
    Role.WINDOW: ("窗口人员", "Window clerk"),
    Role.REVIEWER: ("审查人员", "Reviewer"),
    Role.APPROVER: ("审批负责人", "Approver"),
    Role.SUPERVISOR: ("监察人员", "Supervisor"),
    Role.CATALOGUE: ("事项管理员", "Catalogue manager"),
    Role.LEGAL: ("合法性审核员", "Legal reviewer"),
    Role.SYSTEM_ADMIN: ("系统管理员", "System administrator"),
    Role.SECURITY_ADMIN: ("安全管理员", "Security administrator"),
    Role.AUDIT_ADMIN: ("审计管理员", "Audit administrator"),
}
_STEMS = "子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"


def _scope(department: SampleDepartment, role: Role) -> tuple[str, ...]:
    if department in SERVING or department is NEIGHBOUR:
        return (department.code,)
    return tuple(one.code for one in SERVING) if role is Role.WINDOW else (EVERYWHERE,)


def _staff(place: int, login: str, id_number: str, department: SampleDepartment, role: Role) -> SampleStaff:
    position, position_en = _POSITIONS[role]
    return SampleStaff(
        login=login,
        name=f"示例{_STEMS[place - 1]}",
        name_en=f"Sample Staff {place}",
        id_number=id_number,
        phone=str(19900001000 + place),
        department=department.code,
        position=position,
        position_en=position_en,
        roles=frozenset({role}),
        scope=_scope(department, role),
        # The same at every start, so that an authenticator set up once keeps working.
        totp_secret=b32encode(sha256(f"yiwang sample {login}".encode()).digest()[:20]).decode(),
    )


STAFF = (
    _staff(1, "market-window", "520101197001011015", MARKET, Role.WINDOW),
    _staff(2, "market-reviewer-1", "520101197102081020", MARKET, Role.REVIEWER),
    _staff(3, "market-reviewer-2", "520101197203151032", MARKET, Role.REVIEWER),
    _staff(4, "market-approver", "520101197304221044", MARKET, Role.APPROVER),
    _staff(5, "insurance-window", "520101197405011054", INSURANCE, Role.WINDOW),
    _staff(6, "insurance-reviewer-1", "52010119750608106X", INSURANCE, Role.REVIEWER),
    _staff(7, "insurance-reviewer-2", "520101197607151071", INSURANCE, Role.REVIEWER),
    _staff(8, "insurance-approver", "520101197708221083", INSURANCE, Role.APPROVER),
    _staff(9, "civil-window", "520101197809011093", CIVIL, Role.WINDOW),
    _staff(10, "civil-reviewer-1", "520101197910081109", CIVIL, Role.REVIEWER),
    _staff(11, "civil-reviewer-2", "520101198011151112", CIVIL, Role.REVIEWER),
    _staff(12, "civil-approver", "520101198112221124", CIVIL, Role.APPROVER),
    _staff(13, "centre-window-1", "520101198201011137", CENTRE, Role.WINDOW),
    _staff(14, "centre-window-2", "520101198302081142", CENTRE, Role.WINDOW),
    _staff(15, "supervisor-1", "520101198403151154", OVERSIGHT, Role.SUPERVISOR),
    _staff(16, "supervisor-2", "520101198504221166", OVERSIGHT, Role.SUPERVISOR),
    _staff(17, "catalogue", "520101198605011176", CENTRE, Role.CATALOGUE),
    _staff(18, "system-admin", "520101198706081181", CENTRE, Role.SYSTEM_ADMIN),
    _staff(19, "security-admin", "520101198807151193", CENTRE, Role.SECURITY_ADMIN),
    _staff(20, "audit-admin", "52010119890822120X", CENTRE, Role.AUDIT_ADMIN),
    _staff(21, "police-window", "520101199110221213", POLICE, Role.WINDOW),
    _staff(22, "police-reviewer-1", "520101199211231226", POLICE, Role.REVIEWER),
    _staff(23, "police-reviewer-2", "520101199312241239", POLICE, Role.REVIEWER),
    _staff(24, "police-approver", "520101199401251244", POLICE, Role.APPROVER),
    _staff(25, "construction-window", "520101197002261251", CONSTRUCTION, Role.WINDOW),
    _staff(26, "construction-reviewer-1", "520101197103271264", CONSTRUCTION, Role.REVIEWER),
    _staff(27, "construction-reviewer-2", "520101197204011277", CONSTRUCTION, Role.REVIEWER),
    _staff(28, "construction-approver", "52010119730502128X", CONSTRUCTION, Role.APPROVER),
    _staff(29, "transport-window", "520101197406031292", TRANSPORT, Role.WINDOW),
    _staff(30, "transport-reviewer-1", "52010119750704130X", TRANSPORT, Role.REVIEWER),
    _staff(31, "transport-reviewer-2", "520101197608051312", TRANSPORT, Role.REVIEWER),
    _staff(32, "transport-approver", "520101197709061325", TRANSPORT, Role.APPROVER),
    _staff(33, "health-window", "520101197810071333", HEALTH, Role.WINDOW),
    _staff(34, "health-reviewer-1", "520101197911081346", HEALTH, Role.REVIEWER),
    _staff(35, "health-reviewer-2", "520101198012091350", HEALTH, Role.REVIEWER),
    _staff(36, "health-approver", "520101198101101362", HEALTH, Role.APPROVER),
    _staff(37, "land-window", "520101198202111375", LAND, Role.WINDOW),
    _staff(38, "land-reviewer-1", "520101198303121388", LAND, Role.REVIEWER),
    _staff(39, "land-reviewer-2", "520101198404131390", LAND, Role.REVIEWER),
    _staff(40, "land-approver", "520101198505141408", LAND, Role.APPROVER),
    _staff(41, "fund-window", "520101198606151410", FUND, Role.WINDOW),
    _staff(42, "fund-reviewer-1", "520101198707161423", FUND, Role.REVIEWER),
    _staff(43, "fund-reviewer-2", "520101198808171436", FUND, Role.REVIEWER),
    _staff(44, "fund-approver", "520101198909181449", FUND, Role.APPROVER),
    _staff(45, "urban-window", "520101199010191459", URBAN, Role.WINDOW),
    _staff(46, "urban-reviewer-1", "520101199111201468", URBAN, Role.REVIEWER),
    _staff(47, "urban-reviewer-2", "520101199212211470", URBAN, Role.REVIEWER),
    _staff(48, "urban-approver", "520101199301221486", URBAN, Role.APPROVER),
    _staff(49, "fire-window", "520101199402231499", FIRE, Role.WINDOW),
    _staff(50, "fire-reviewer-1", "520101197003241500", FIRE, Role.REVIEWER),
    _staff(51, "fire-reviewer-2", "520101197104251513", FIRE, Role.REVIEWER),
    _staff(52, "fire-approver", "520101197205261526", FIRE, Role.APPROVER),
    _staff(53, "catalogue-legal", "520101197306271539", CENTRE, Role.LEGAL),
    _staff(54, "catalogue-2", "520101197407281541", CENTRE, Role.CATALOGUE),
    _staff(55, "neighbour-window", "52020119750829155X", NEIGHBOUR, Role.WINDOW),
)
"""Per serving department a window clerk, two reviewers and an approver; two clerks of the service centre
who receive for all of them; two supervisors; two catalogue managers, the lawyer who reviews what they write
(合法性审核), the three separated administrators, and a clerk of the neighbouring city's centre who receives for this one."""


def person(key: str) -> SamplePerson:
    """The sample citizen called `key`."""
    return next(one for one in PEOPLE if one.key == key)


def firm(key: str) -> SampleFirm:
    """The sample firm called `key`."""
    return next(one for one in FIRMS if one.key == key)


def staff(login: str) -> SampleStaff:
    """The sample member of staff who signs in as `login`."""
    return next(one for one in STAFF if one.login == login)
