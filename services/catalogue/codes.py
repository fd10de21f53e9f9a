"""The code lists of a service item: values as stored, with the digits of the national standard beside them.

Source: GB/T 39046-2020 table 4 and the national exchange schema. What an official writes in YAML is the value;
where that is a word, the standard's own code stands beside it.
"""

from enum import StrEnum


class ItemType(StrEnum):
    """事项类型, the standard's two digits; they stand in positions 3 and 4 of the basic code too."""

    LICENSING = "01"  # 行政许可
    PAYMENT = "05"  # 行政给付
    CONFIRMATION = "07"  # 行政确认
    REWARD = "08"  # 行政奖励
    RULING = "09"  # 行政裁决
    OTHER_POWER = "10"  # 其他行政权力
    PUBLIC_SERVICE = "20"  # 公共服务


class Level(StrEnum):
    """行使层级: the digit between credit code and basic code in the implementation code."""

    NATIONAL = "1"
    PROVINCE = "2"
    CITY = "3"
    COUNTY = "4"
    TOWN = "5"
    VILLAGE = "6"
    SHARED = "7"


class Audience(StrEnum):
    """服务对象."""

    PERSON = "person"  # 自然人, 1
    ENTERPRISE = "enterprise"  # 企业法人, 2
    INSTITUTION = "institution"  # 事业法人, 3
    SOCIAL = "social-organisation"  # 社会组织法人, 4
    AUTHORITY = "authority"  # 行政机关, 5
    OTHER = "other-organisation"  # 其他组织 (individual businesses among them), 6


class OnlineDepth(StrEnum):
    """网上办理深度, Ⅰ to Ⅳ."""

    INFORMATION = "1"
    BOOKING = "2"
    ONLINE_THEN_VISIT = "3"
    ENTIRELY = "4"


class Source(StrEnum):
    """Where a material comes from, in the order in which the portal tries to spare the applicant work."""

    LICENCE = "licence"  # 免交: the e-licence library
    HUB = "hub"  # 免交: the sharing hub (系统自动获取，如数据不全则需申请者提交)
    COMMITMENT = "commitment"  # 告知承诺: a signed statement instead of proof
    UPLOAD = "upload"  # only the applicant can have it


class Necessity(StrEnum):
    """材料必要性."""

    REQUIRED = "required"  # 必要, 1
    OPTIONAL = "optional"  # 非必要, 2
    MAY_FOLLOW = "may-follow"  # 容缺后补, 3


class Issuer(StrEnum):
    """材料来源渠道."""

    APPLICANT = "applicant"  # 申请人自备, 10
    AUTHORITY = "authority"  # 政府部门核发, 20
    AGENCY = "agency"  # 中介机构出具, 30


class Format(StrEnum):
    """What an uploaded file may be, by content, never by name."""

    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"
    HEIC = "heic"
    DOCX = "docx"


class Subject(StrEnum):
    """Whose facts are fetched: the applicant's (ID number or credit code) or the person's who is acting."""

    APPLICANT = "applicant"
    PERSON = "person"


class StepRole(StrEnum):
    """Who does a step; the values are those of `identity.actor.Role`."""

    WINDOW = "window"
    REVIEWER = "reviewer"
    APPROVER = "approver"


class StepKind(StrEnum):
    ACCEPT = "accept"
    REVIEW = "review"
    INSPECT = "inspect"  # 现场核查
    DECIDE = "decide"


class ResultKind(StrEnum):
    LICENCE = "licence"
    DECISION = "decision"


class Unit(StrEnum):
    WORKING_DAY = "working-day"


class QuestionType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    BANK_CARD = "bank_card"
    NAME = "name"
    FILE = "file"
    LICENCE_NUMBER = "licence_number"  # 证照标识, GB/T 36904, with its check character
    GROUP = "group"  # rows of questions, as many as there are: shareholders, staff


ORGANISATIONS = frozenset(Audience) - {Audience.PERSON}
