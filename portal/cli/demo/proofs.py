"""The sample registers (示例) that say who somebody is: four proofs beside the ID number, and whose child a child is.

They answer «true» or «false» only (呈现形式 verify): no value of theirs ever leaves the department.
"""

from dataclasses import dataclass

from portal.cli.demo.departments import CENTRE, FUND, HEALTH, INSURANCE, POLICE
from portal.cli.demo.people import NEWCOMER, person
from portal.cli.demo.registers import PERSON, SampleRegister
from portal.register_checks import CHILD_CHECK, FIRM_CHECK, PERSON_CHECK
from services.sharing.presenting import FieldType as T
from services.sharing.rules import Form

_HOLDERS = (NEWCOMER, *(person(f"person-{letter}") for letter in "abcdfghj"))


def _numbered(prefix: str, digits: int) -> tuple[tuple[str, tuple[str]], ...]:
    """Made-up numbers, one for each holder: the newcomer has the first."""
    return tuple((one.key, (f"{prefix}{place:0{digits}d}",)) for place, one in enumerate(_HOLDERS, start=1))


PROOFS = (
    SampleRegister(
        "mobile-numbers",
        "310001/000001",
        "示例电话用户实名信息",
        "Sample holders of phone numbers",
        CENTRE,
        PERSON,
        (("phone", "手机号码", "Mobile number", T.PHONE, "personal"),),
        tuple((one.key, (one.phone,)) for one in _HOLDERS),
    ),
    SampleRegister(
        "social-security-cards",
        "203001/000004",
        "示例社会保障卡信息",
        "Sample social-security cards",
        INSURANCE,
        PERSON,
        (("card_number", "社会保障卡卡号", "Card number", T.TEXT, "personal"),),
        _numbered("SA", 7),
    ),
    SampleRegister(
        "fund-accounts",
        "306001/000002",
        "示例住房公积金账户",
        "Sample housing-fund accounts",
        FUND,
        PERSON,
        (("account_number", "公积金账号", "Account number", T.TEXT, "personal"),),
        _numbered("88", 10),
    ),
    SampleRegister(
        "driving-files",
        "301001/000004",
        "示例驾驶证档案",
        "Sample driving-licence files",
        POLICE,
        PERSON,
        (("file_number", "驾驶证档案编号", "File number", T.TEXT, "personal"),),
        _numbered("5201", 8),
    ),
    SampleRegister(
        "births",
        "303001/000002",
        "示例出生医学证明信息",
        "Sample birth certificates",
        HEALTH,
        PERSON,
        (
            ("mother_id", "母亲身份号码", "Mother's ID", T.ID_NUMBER, "sensitive"),
            ("father_id", "父亲身份号码", "Father's ID", T.ID_NUMBER, "sensitive"),
        ),
        (("person-k", (person("person-j").id_number, person("person-a").id_number)),),
    ),
)


@dataclass(frozen=True, slots=True)
class Check:
    """A contract by which the service centre may ask whether what somebody says of themself is true."""

    number: str
    purpose: str
    resource: str
    fields: tuple[str, ...]
    law: str
    form: Form = Form.VERIFY


_IDENTITY = "《国务院关于在线政务服务的若干规定》（国令第716号）第八条"
_GUARDIAN = "《民法典》第二十三条、第二十七条"
CHECKS = (
    Check("QY-2026-RN-01", PERSON_CHECK, "population", ("name",), _IDENTITY),
    Check("QY-2026-RN-02", PERSON_CHECK, "mobile-numbers", ("phone",), _IDENTITY),
    Check("QY-2026-RN-03", PERSON_CHECK, "social-security-cards", ("card_number",), _IDENTITY),
    Check("QY-2026-RN-04", PERSON_CHECK, "fund-accounts", ("account_number",), _IDENTITY),
    Check("QY-2026-RN-05", PERSON_CHECK, "driving-files", ("file_number",), _IDENTITY),
    Check("QY-2026-RN-06", CHILD_CHECK, "population", ("name",), _GUARDIAN),
    Check("QY-2026-RN-07", CHILD_CHECK, "births", ("mother_id", "father_id"), _GUARDIAN),
    Check("QY-2026-RN-08", FIRM_CHECK, "business-register", ("name", "status"), _IDENTITY, Form.FULL),
    Check("QY-2026-RN-09", FIRM_CHECK, "business-register", ("legal_representative_id",), _IDENTITY),
)
