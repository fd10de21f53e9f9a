"""What a service item is: the elements of its 实施清单 (GB/T 39046-2020 table 4) as immutable values.

Written by officials as YAML (`loading`), refused or accepted by `lint`, published by `commands.publish`.
"""

from datetime import date

from msgspec import Struct

from identity.rules import Level as RealName
from services.catalogue.codes import (
    Audience,
    Format,
    Issuer,
    ItemType,
    Level,
    Necessity,
    OnlineDepth,
    ResultKind,
    Source,
    StepKind,
    StepRole,
    Subject,
    Unit,
)
from services.catalogue.conditions import ALWAYS, Expression
from services.catalogue.form import Form, Option, Page, Pair, Question, Rules, Section
from services.catalogue.messages import ItemMessage
from services.catalogue.particulars import (
    AfterHours,
    BodyKind,
    FeeLine,
    Intermediary,
    PowerSource,
    Procedure,
    Reach,
    RegularCheck,
    Way,
)
from services.catalogue.reforms import Instant, Unasked
from services.catalogue.situations import Situations

__all__ = [
    "Basis",
    "Commitment",
    "Condition",
    "Contact",
    "Department",
    "Fee",
    "Form",
    "ItemDefinition",
    "Limit",
    "Material",
    "Online",
    "Option",
    "Page",
    "Pair",
    "Place",
    "Question",
    "QuestionAndAnswer",
    "Result",
    "Rules",
    "Section",
    "Step",
    "Visits",
]

UPLOADS = (Format.PDF, Format.JPG, Format.PNG)


class Department(Struct, frozen=True, forbid_unknown_fields=True):
    """实施主体: its 统一社会信用代码, name and 性质."""

    code: str
    name: Pair
    kind: BodyKind | None = None


class Basis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """设定依据: the law, the article, and what it says (its words, or its sense in short)."""

    law: Pair
    article: Pair
    text: Pair


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """受理条件: in words, and where facts can tell, as an expression over them."""

    key: str
    text: Pair
    check: Expression | None = None


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办结时限, counted from acceptance; days of the authority are working days (行政许可法 82)."""

    days: int
    unit: Unit = Unit.WORKING_DAY
    basis: Pair | None = None
    explanation: Pair | None = None


class Fee(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """收费: free unless a law says otherwise (行政许可法 58); when charged, the standard and its basis, or line by line.

    `amount` in fen is what every case pays where there are no lines; unknown where it depends on more than these say.
    """

    charged: bool
    standard: Pair | None = None
    basis: Pair | None = None
    amount: int | None = None
    lines: tuple[FeeLine, ...] = ()


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone: str
    how: Pair


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办理地点 and 办理时间; `in_centre`: 进驻政务大厅."""

    name: Pair
    address: Pair
    hours: Pair
    in_centre: bool = False


class Online(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """网上办理深度 and what else can be done without coming."""

    depth: OnlineDepth
    booking: bool = False
    express: bool = False
    payment: bool = False
    terminal: bool = False


class Visits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """到办事现场次数; more than none needs its reason (必须现场办理原因说明)."""

    count: int
    reason: Pair | None = None


class Commitment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """告知承诺: what is promised, what a false promise leads to, and how it is verified afterwards."""

    text: Pair
    consequences: Pair
    verification: Pair


class Material(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One material. Whatever its source, the applicant may upload it instead: never a dead end.

    licence     → `licence_type` looked for in the holder's library, `resource` (if given) as the second try
    hub         → `resource` asked for `fields` about `subject`; all of them had, nothing is handed in;
                  `fills` (field → question key) prefills beside what questions say as their `source`
    commitment  → `commitment` is signed in place of proof
    upload      → only the applicant has it

    At the counter `originals` are shown or `copies` left of what is on paper (原件份数, 复印件份数).
    """

    code: str
    name: Pair
    source: Source
    necessity: Necessity = Necessity.REQUIRED
    issuer: Issuer = Issuer.APPLICANT
    why: Pair
    basis: Pair
    guidance: Pair | None = None
    licence_type: str | None = None
    resource: str | None = None
    subject: Subject = Subject.APPLICANT
    fields: tuple[str, ...] = ()
    fills: dict[str, str] = {}
    commitment: Commitment | None = None
    formats: tuple[Format, ...] = UPLOADS
    max_mb: int = 10
    max_files: int = 5
    ask_when: Expression = ALWAYS
    issued_by: Pair | None = None
    issued_within: Pair | None = None
    where: Pair | None = None
    standard: Pair | None = None
    paper: Pair | None = None
    originals: int = 0
    copies: int = 0

    @property
    def required(self) -> bool:
        """Whether a submission without it is incomplete."""
        return self.necessity is Necessity.REQUIRED

    @property
    def spared(self) -> bool:
        """免交: the state holds it already."""
        return self.source in {Source.LICENCE, Source.HUB}


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办理环节; `two_persons` where the law asks for two (行政许可法 34)."""

    key: str
    name: Pair
    role: StepRole
    kind: StepKind
    limit: int
    two_persons: bool = False
    guidance: Pair | None = None


class Result(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办理结果: a licence of `licence_type`, or a decision document.

    `fields` says what fills each field of the licence or decision: a question's key, a fact
    (`hub:population.name`, `applicant:code`), `material:<code>` for an uploaded picture, or `words:<key>` for an
    answer in Chinese words; answers otherwise as `showing.for_result` gives them.
    """

    kind: ResultKind
    name: Pair
    licence_type: str | None = None
    validity: Pair | None = None
    fields: dict[str, str] = {}


class QuestionAndAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """常见问题."""

    question: Pair
    answer: Pair


class ItemDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service item as published. `code` is its address on the portal and never changes.

    `basic_code` 基本编码 (12) and `implementation_code` 实施编码 (31 = 18 department + 1 level + 12 basic);
    `handling_code` 业务办理项编码 (33) is that with two digits more; `local_code` whatever number it had before.
    `region` is the GB/T 2260 code of the place it is done in; `running_system` the level whose system it runs in;
    `handled_by` 承办机构 where that is another than the `department`; `joint` 联办机构; `flow` 办理流程 in words, where
    the steps do not say it all; `real_name` how surely the person at the keyboard must be known (实名等级); `instant`
    the rules by which it may be decided (秒批), `unasked` those by which it is offered (免申即享);
    `received_at` bodies whose windows may receive it for the deciding `department` (收受分离, 跨省通办);
    `received_after_hours` on which day what comes after the hour at which the `office_closes` counts as received;
    `sample` marks 示例数据.
    """

    code: str
    basic_code: str
    implementation_code: str
    name: Pair
    short_name: Pair
    summary: Pair
    aliases: tuple[str, ...]
    item_type: ItemType
    department: Department
    level: Level
    region: str
    audiences: tuple[Audience, ...]
    themes: tuple[str, ...]
    basis: tuple[Basis, ...]
    conditions: tuple[Condition, ...]
    quota: Pair | None = None
    statutory_limit: Limit
    promised_limit: Limit
    decided_on_the_spot: bool = False
    fee: Fee
    contact: Contact
    complaint: Contact
    places: tuple[Place, ...]
    online: Online
    visits: Visits
    materials: tuple[Material, ...]
    form: Form
    steps: tuple[Step, ...]
    result: Result
    situations: Situations | None = None
    faq: tuple[QuestionAndAnswer, ...] = ()
    handling_code: str | None = None
    local_code: str | None = None
    power_source: PowerSource | None = None
    powers: Pair | None = None
    exercise: Pair | None = None
    entrusted_by: Pair | None = None
    handled_by: Department | None = None
    joint: tuple[Department, ...] = ()
    reach: Reach | None = None
    ways: tuple[Way, ...] = ()
    running_system: Level | None = None
    flow: Pair | None = None
    procedures: tuple[Procedure, ...] = ()
    intermediaries: tuple[Intermediary, ...] = ()
    regular_checks: tuple[RegularCheck, ...] = ()
    messages: tuple[ItemMessage, ...] = ()
    real_name: RealName = RealName.REGISTRY
    instant: Instant | None = None
    unasked: Unasked | None = None
    received_at: tuple[Department, ...] = ()
    received_after_hours: AfterHours = AfterHours.SAME_DAY
    office_closes: str = "17:00"
    effective_on: date | None = None
    sample: bool = False

    def material(self, code: str) -> Material | None:
        return next((material for material in self.materials if material.code == code), None)

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)


class Theme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """服务主题 or life event; `slug` is its address, `audience` whom its page speaks to."""

    slug: str
    name: Pair
    summary: Pair
    audience: str
    aliases: tuple[str, ...] = ()
