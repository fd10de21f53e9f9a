"""The smaller sample registers (示例): a directory entry and a CSV file each, a few lines of made-up records.

What they do not hold is a miss: the applicant is then asked, as with any register that has gaps.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from portal.cli.demo.departments import (
    CIVIL,
    CONSTRUCTION,
    EDUCATION,
    FUND,
    HEALTH,
    INSURANCE,
    LAND,
    POLICE,
    TAX,
    TRANSPORT,
    SampleDepartment,
)
from portal.cli.demo.people import NEWCOMER, firm, person
from portal.cli.demo.social_insurance import put_down
from services.sharing.presenting import FieldType as T
from services.sharing.rules import SubjectKey

SUBJECT = "查询主体"
Fields = tuple[tuple[str, str, str, T, str], ...]


@dataclass(frozen=True, slots=True)
class SampleRegister:
    """One resource; `records` are (key of a sample person or firm, the values in the order of `fields`)."""

    code: str
    catalogue_code: str
    name: str
    name_en: str
    provider: SampleDepartment
    subject_key: SubjectKey
    fields: Fields
    records: tuple[tuple[str, tuple[str | int, ...]], ...]

    def lines(self) -> list[tuple[str | int, ...]]:
        """Its records by the subject's number."""
        of_persons = self.subject_key is SubjectKey.ID_NUMBER
        return [
            (_number(key) if of_persons else firm(key).credit_code, *values) for key, values in self.records
        ]


def _number(key: str) -> str:
    return NEWCOMER.id_number if key == NEWCOMER.key else person(key).id_number


PERSON, FIRM = SubjectKey.ID_NUMBER, SubjectKey.CREDIT_CODE
CLERK = "示例省示例市南区示例街道一号"

REGISTERS = (
    SampleRegister(
        "driving-licences",
        "301001/000001",
        "示例机动车驾驶证信息",
        "Sample driving licences",
        POLICE,
        PERSON,
        (
            ("licence_class", "准驾车型", "Class", T.TEXT, "personal"),
            ("first_issued_on", "初次领证日期", "First issued on", T.DATE, "personal"),
            ("full_points", "近三个记分周期记满十二分", "Twelve points in three periods", T.TEXT, "personal"),
        ),
        (("person-a", ("C1", "2012-05-04", "无")), ("person-j", ("C2", "2021-08-16", "无"))),
    ),
    SampleRegister(
        "driver-background",
        "301001/000002",
        "示例驾驶员背景核查",
        "Sample background checks of drivers",
        POLICE,
        PERSON,
        (("background", "核查结果", "Result", T.TEXT, "sensitive"),),
        (("person-a", ("无记录",)), ("person-j", ("无记录",))),
    ),
    SampleRegister(
        "vehicles",
        "301001/000003",
        "示例机动车登记信息",
        "Sample vehicle register",
        POLICE,
        FIRM,
        (
            ("plate", "号牌号码", "Number plate", T.TEXT, "general"),
            ("gross_mass", "总质量（千克）", "Gross mass (kg)", T.INTEGER, "general"),
            ("inspected_until", "检验有效期至", "Inspected until", T.DATE, "general"),
        ),
        (("firm-tea", ("示A00001", 12000, "2027-06-30")),),
    ),
    SampleRegister(
        "transport-drivers",
        "302001/000001",
        "示例道路运输从业资格",
        "Sample qualifications of lorry drivers",
        TRANSPORT,
        FIRM,
        (
            ("driver_name", "驾驶员姓名", "Driver", T.NAME, "personal"),
            ("qualification_number", "从业资格证号", "Qualification number", T.TEXT, "personal"),
            ("valid_until", "有效期至", "Valid until", T.DATE, "general"),
        ),
        (("firm-tea", ("示例辛", "520101000000000001", "2029-12-31")),),
    ),
    SampleRegister(
        "insured-staff",
        "203001/000002",
        "示例单位参保人数",
        "Sample numbers of insured staff",
        INSURANCE,
        FIRM,
        (("insured_count", "参保人数", "Insured staff", T.INTEGER, "general"),),
        (("firm-restaurant", (12,)), ("firm-tea", (5,))),
    ),
    SampleRegister(
        "retirements",
        "203001/000003",
        "示例退休审批信息",
        "Sample retirements",
        INSURANCE,
        PERSON,
        (("retired_on", "退休日期", "Retired on", T.DATE, "personal"),),
        (("person-b", ("2010-04-01",)), ("person-g", ("1997-10-01",))),
    ),
    SampleRegister(
        "physician-qualifications",
        "303001/000001",
        "示例医师资格信息",
        "Sample qualifications of doctors",
        HEALTH,
        PERSON,
        (
            ("certificate_number", "医师资格证书编码", "Certificate number", T.TEXT, "personal"),
            ("category", "类别", "Category", T.TEXT, "personal"),
            ("obtained_on", "取得日期", "Obtained on", T.DATE, "personal"),
        ),
        (("person-j", ("201952110520101199506060", "临床", "2019-12-10")),),
    ),
    SampleRegister(
        "housing-leases",
        "304001/000001",
        "示例住房租赁备案",
        "Sample tenancies",
        CONSTRUCTION,
        PERSON,
        (
            ("lease_address", "租住地址", "Address rented", T.ADDRESS, "sensitive"),
            ("lease_until", "租期至", "Until", T.DATE, "personal"),
        ),
        (("person-h", ("示例省示例市山区示例街道八号", "2027-08-31")),),
    ),
    SampleRegister(
        "construction-projects",
        "304001/000002",
        "示例工程合同和施工图审查",
        "Sample contracts and approved drawings",
        CONSTRUCTION,
        FIRM,
        (
            ("contract_number", "合同备案编号", "Contract number", T.TEXT, "general"),
            ("contractor", "施工单位", "Contractor", T.TEXT, "general"),
            ("contractor_code", "施工单位统一社会信用代码", "Contractor's code", T.CREDIT_CODE, "general"),
            ("drawing_review", "施工图审查合格书编号", "Approval of the drawings", T.TEXT, "general"),
        ),
        (
            (
                "firm-tea",
                ("示合〔2026〕0001号", "示例建设有限公司", "91520115MADEM0011Q", "示审〔2026〕0001号"),
            ),
        ),
    ),
    SampleRegister(
        "planning-permits",
        "305001/000001",
        "示例用地和规划许可",
        "Sample land and planning permits",
        LAND,
        FIRM,
        (
            ("project_name", "项目名称", "Project", T.TEXT, "general"),
            ("project_site", "建设地址", "Site", T.ADDRESS, "general"),
            ("land_approval", "用地批准文号", "Land approval", T.TEXT, "general"),
            ("planning_permit", "建设工程规划许可证编号", "Planning permit", T.TEXT, "general"),
        ),
        (
            (
                "firm-tea",
                (
                    "示例茶叶加工厂房",
                    "示例省示例市南区示例路2号",
                    "示地〔2026〕0001号",
                    "建字第520100202600001号",
                ),
            ),
        ),
    ),
    SampleRegister(
        "real-estate",
        "305001/000002",
        "示例不动产登记信息（个人）",
        "Sample titles of persons",
        LAND,
        PERSON,
        (
            ("location", "坐落", "Location", T.ADDRESS, "sensitive"),
            ("certificate_number", "不动产权证号", "Certificate number", T.TEXT, "personal"),
            ("unit_number", "不动产单元号", "Unit number", T.TEXT, "personal"),
        ),
        (("person-a", (CLERK, "示（2018）示例市不动产权第0000001号", "520102001001GB00001F00010001")),),
    ),
    SampleRegister(
        "firm-premises",
        "305001/000003",
        "示例不动产登记信息（单位）",
        "Sample titles of firms",
        LAND,
        FIRM,
        (
            ("location", "坐落", "Location", T.ADDRESS, "general"),
            ("certificate_number", "不动产权证号", "Certificate number", T.TEXT, "general"),
        ),
        (("firm-tea", ("示例省示例市南区示例路2号", "示（2019）示例市不动产权第0000002号")),),
    ),
    SampleRegister(
        "home-ownership",
        "305001/000004",
        "示例住房情况查询",
        "Sample home ownership",
        LAND,
        PERSON,
        (("owns_home", "本市住房情况", "Homes in the city", T.TEXT, "personal"),),
        (("person-a", ("有房",)), ("person-h", ("无房",)), ("person-j", ("无房",))),
    ),
    SampleRegister(
        "house-sales",
        "304001/000003",
        "示例商品房和存量房合同备案",
        "Sample filed contracts of sale",
        CONSTRUCTION,
        PERSON,
        (
            ("contract_number", "合同备案编号", "Contract number", T.TEXT, "personal"),
            ("price", "成交价格（元）", "Price (yuan)", T.INTEGER, "personal"),
            ("signed_on", "签订日期", "Signed on", T.DATE, "personal"),
        ),
        (("person-j", ("示房合〔2026〕0007号", 860000, "2026-09-12")),),
    ),
    SampleRegister(
        "mortgages",
        "306001/000001",
        "示例住房贷款信息",
        "Sample mortgages",
        FUND,
        PERSON,
        (
            ("lender", "贷款机构", "Lender", T.TEXT, "personal"),
            ("balance", "贷款余额（元）", "Balance (yuan)", T.INTEGER, "sensitive"),
        ),
        (("person-a", ("示例银行", 312000)),),
    ),
    SampleRegister(
        "property-taxes",
        "307001/000001",
        "示例契税完税信息",
        "Sample deed taxes paid",
        TAX,
        PERSON,
        (
            ("receipt_number", "完税凭证号", "Receipt", T.TEXT, "personal"),
            ("paid_on", "缴款日期", "Paid on", T.DATE, "personal"),
        ),
        (("person-j", ("示税0000001", "2026-10-09")),),
    ),
    SampleRegister(
        "marriages",
        "308001/000001",
        "示例婚姻登记信息",
        "Sample marriages",
        CIVIL,
        PERSON,
        (
            ("spouse_name", "配偶姓名", "Spouse", T.NAME, "personal"),
            ("registered_on", "登记日期", "Registered on", T.DATE, "personal"),
        ),
        (("person-a", ("示例壬", "2018-05-20")), ("person-j", ("示例甲", "2018-05-20"))),
    ),
    SampleRegister(
        "school-enrolment",
        "309001/000001",
        "示例学籍信息",
        "Sample school enrolment",
        EDUCATION,
        PERSON,
        (
            ("school", "就读学校", "School", T.TEXT, "personal"),
            ("enrolled_on", "入学日期", "Enrolled on", T.DATE, "personal"),
        ),
        (("person-h", ("示例职业技术学院", "2024-09-01")),),
    ),
)


def write(register: SampleRegister, folder: Path) -> Path:
    """The register's file, put down whole."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow((SUBJECT, *(title for _, title, *_ in register.fields)))
    writer.writerows(register.lines())
    path = folder / f"{register.code}.csv"
    put_down(path, text.getvalue().encode("utf-8-sig"))
    return path
