"""The sample hub (示例): directory, contracts for the sample items, and where the sources are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from identity.tokens import Verifier
from portal.cli.demo.departments import CENTRE, CIVIL, INSURANCE, MARKET, POLICE, SERVING, SampleDepartment
from portal.cli.demo.market_register import KEY_HEADER, KEY_VARIABLE
from portal.cli.demo.proofs import CHECKS, PROOFS
from portal.cli.demo.registers import REGISTERS, SUBJECT, Fields, SampleRegister
from portal.cli.demo.registers import write as write_register
from services.applications import planning
from services.catalogue.commands import shipped
from services.catalogue.definition import ItemDefinition
from services.sharing import commands
from services.sharing.models import Contract, Resource
from services.sharing.presenting import FieldType
from services.sharing.rules import Form, ShareType, SubjectKey
from storage.database import Session

DEMO = "system:demo"
POPULATION_SECRET = "YIWANG_SAMPLE_POPULATION_PASSWORD"  # noqa: S105 -- the name of a variable, not a secret
REGISTER_SECRET = KEY_VARIABLE
VALID = timedelta(days=3 * 365)

SHARING_LAW = "《国务院关于在线政务服务的若干规定》（国令第716号）第七条；《政务数据共享条例》（国令第809号）"

POPULATION_FIELDS: Fields = (
    ("name", "姓名", "Name", FieldType.NAME, "personal"),
    ("sex", "性别", "Sex", FieldType.TEXT, "personal"),
    ("born_on", "出生日期", "Date of birth", FieldType.DATE, "personal"),
    ("ethnicity", "民族", "Ethnicity", FieldType.TEXT, "personal"),
    ("address", "住址", "Address", FieldType.ADDRESS, "sensitive"),
    ("household", "户籍地址", "Registered household", FieldType.ADDRESS, "sensitive"),
)
REGISTER_FIELDS: Fields = (
    ("name", "名称", "Name", FieldType.TEXT, "general"),
    ("credit_code", "统一社会信用代码", "Credit code", FieldType.CREDIT_CODE, "general"),
    ("kind", "类型", "Kind", FieldType.TEXT, "general"),
    ("legal_representative", "法定代表人", "Legal representative", FieldType.NAME, "personal"),
    (
        "legal_representative_id",
        "法定代表人身份号码",
        "Legal representative's ID",
        FieldType.ID_NUMBER,
        "sensitive",
    ),
    ("premises", "住所", "Premises", FieldType.ADDRESS, "general"),
    ("scope", "经营范围", "Scope of business", FieldType.TEXT, "general"),
    ("registered_on", "成立日期", "Registered on", FieldType.DATE, "general"),
    ("status", "登记状态", "Status", FieldType.TEXT, "general"),
)
INSURANCE_FIELDS: Fields = (
    ("insured_months", "累计参保月数", "Months insured", FieldType.INTEGER, "personal"),
    (
        "unemployment_months",
        "失业保险缴费月数",
        "Months of unemployment cover",
        FieldType.INTEGER,
        "personal",
    ),
    ("last_employer", "最后参保单位", "Last employer", FieldType.TEXT, "personal"),
    ("ended_on", "终止参保日期", "Cover ended on", FieldType.DATE, "personal"),
    ("ended_reason", "终止原因", "Reason", FieldType.TEXT, "personal"),
    ("benefit_bank", "待遇发放银行", "Paying bank", FieldType.TEXT, "personal"),
)


def _resource(
    code: str,
    catalogue_code: str,
    names: tuple[str, str],
    provider: SampleDepartment,
    fields: Fields,
    *,
    manner: str,
    cycle: str,
    at: datetime,
    key: SubjectKey = SubjectKey.ID_NUMBER,
) -> Resource:
    return Resource(
        code=code,
        catalogue_code=catalogue_code,
        name={"zh": names[0], "en": names[1]},
        provider=provider.code,
        provider_name={"zh": provider.name, "en": provider.name_en},
        fields=[
            {"name": name, "title": {"zh": zh, "en": en}, "type": kind.value, "sensitivity": sensitivity}
            for name, zh, en, kind, sensitivity in fields
        ],
        share_type=ShareType.CONDITIONAL,
        basis=SHARING_LAW,
        condition="仅限办理契约载明的政务服务事项，一事一查，不得留存副本",
        manner=manner,
        update_cycle=cycle,
        subject_key=key,
        published_at=at,
        changed_at=at,
    )


def directory(at: datetime) -> list[Resource]:
    """The resources of the sample departments."""
    return [
        _resource(
            "population",
            "101001/000001",
            ("示例人口基础信息", "Sample population register"),
            POLICE,
            POPULATION_FIELDS,
            manner="接口",
            cycle="实时",
            at=at,
        ),
        _resource(
            "business-register",
            "102001/000001",
            ("示例市场主体登记信息", "Sample business register"),
            MARKET,
            REGISTER_FIELDS,
            manner="接口",
            cycle="实时",
            at=at,
            key=SubjectKey.CREDIT_CODE,
        ),
        _resource(
            "social-insurance",
            "203001/000001",
            ("示例社会保险参保信息", "Sample social-insurance records"),
            INSURANCE,
            INSURANCE_FIELDS,
            manner="文件",
            cycle="每日",
            at=at,
        ),
        *(_smaller(register, at) for register in (*REGISTERS, *PROOFS)),
    ]


def _smaller(register: SampleRegister, at: datetime) -> Resource:
    return _resource(
        register.code,
        register.catalogue_code,
        (register.name, register.name_en),
        register.provider,
        register.fields,
        manner="文件",
        cycle="每日",
        at=at,
        key=register.subject_key,
    )


@dataclass(frozen=True, slots=True)
class Need:
    """Which fields of which resource a department needs for an item, and the law that lets it ask."""

    number: str
    consumer: SampleDepartment
    item: str
    resource: str
    fields: tuple[str, ...]
    law: str


_FOOD = "《食品安全法》第三十五条"
_SHOP = "《市场主体登记管理条例》第十六条、第十九条"
_BENEFIT = "《社会保险法》第四十五条、第五十条；《社会保险经办条例》第二十四条"
_SENIOR = "《老年人权益保障法》"
_FIRM = ("name", "credit_code", "kind", "legal_representative", "premises", "scope", "status")
_PERSON = ("name", "sex", "born_on", "address")
_INSURED = tuple(name for name, *_ in INSURANCE_FIELDS)

NEEDS = (
    Need("QY-2026-0001", MARKET, "food-business", "business-register", _FIRM, _FOOD),
    Need("QY-2026-0002", MARKET, "food-business", "population", ("name", "sex", "address"), _FOOD),
    Need("QY-2026-0003", MARKET, "individual-registration", "population", (*_PERSON, "ethnicity"), _SHOP),
    Need("QY-2026-0004", INSURANCE, "unemployment-benefit", "population", _PERSON, _BENEFIT),
    Need("QY-2026-0005", INSURANCE, "unemployment-benefit", "social-insurance", _INSURED, _BENEFIT),
    Need("QY-2026-0006", CIVIL, "senior-card", "population", ("name", "born_on", "address"), _SENIOR),
)
"""The contracts concluded by hand, for the first four items."""


def further_needs() -> list[Need]:
    """For every other shipped item what its definition draws on, under the first article it rests on."""
    by_hand = {need.item for need in NEEDS}
    return [
        Need(
            f"QY-2026-{item.code}-{wanted.resource}"[:64],
            _consumer(item),
            item.code,
            wanted.resource,
            wanted.fields,
            f"《{item.basis[0].law.zh}》{item.basis[0].article.zh}",
        )
        for item in shipped()
        if item.code not in by_hand
        for wanted in planning.needs(item)
    ]


def _consumer(item: ItemDefinition) -> SampleDepartment:
    return next(one for one in SERVING if one.code == item.department.code)


def _contract(need: Need, at: datetime) -> Contract:
    return Contract(
        number=need.number,
        consumer=need.consumer.code,
        item_code=need.item,
        legal_basis=f"{need.law}；{SHARING_LAW}",
        resource=need.resource,
        fields=list(need.fields),
        form=Form.FULL,
        per_minute=600,
        per_day=50_000,
        valid_from=at,
        valid_until=at + VALID,
        concluded_at=at,
    )


async def seed_hub(session: Session, at: datetime) -> None:
    """Enter the sample directory and contracts into the hub's database; twice changes nothing."""
    for resource in directory(at):
        await commands.publish(session, resource, actor=DEMO, at=at)
    for need in (*NEEDS, *further_needs()):
        await commands.conclude(session, _contract(need, at), actor=DEMO, at=at)
    for check in CHECKS:
        asked = Need(check.number, CENTRE, check.purpose, check.resource, check.fields, check.law)
        row = _contract(asked, at)
        row.form = check.form
        await commands.conclude(session, row, actor=DEMO, at=at)


async def admit_portal(session: Session, key: Verifier, at: datetime) -> None:
    """Let the portal of the sample service centre sign for the departments whose items it serves."""
    await commands.admit(
        session,
        key,
        party=CENTRE.code,
        speaks_for=[department.code for department in SERVING],
        reads_uses=True,
        keeps_cases=True,
        actor=DEMO,
        at=at,
    )


def write_sources(folder: Path, *, population_url: str, register_url: str, insurance_file: Path) -> Path:
    """The hub's `sources.yaml` for the sample sources. Secrets come from the environment:
    YIWANG_SAMPLE_POPULATION_PASSWORD and YIWANG_SAMPLE_REGISTER_KEY.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "sources.yaml"
    sources = [_population(population_url), _register(register_url), _insurance(insurance_file)]
    sources += [_file(register, write_register(register, folder)) for register in (*REGISTERS, *PROOFS)]
    file.write_text(
        yaml.safe_dump({"sources": sources}, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return file


def _population(url: str) -> dict[str, Any]:
    columns = [name for name, *_ in POPULATION_FIELDS]
    return {
        "kind": "sql",
        "name": "sample-population",
        "resource": "population",
        "url": url,
        "secret": POPULATION_SECRET,
        # The moment of the answer is the register's: it is read live.
        "query": f"SELECT id_number, {', '.join(columns)} FROM person WHERE id_number = :subject",  # noqa: S608
        "subject": "id_number",
        "fields": {name: name for name in columns},
    }


def _register(url: str) -> dict[str, Any]:
    return {
        "kind": "rest",
        "name": "sample-market-register",
        "resource": "business-register",
        "url": url,
        "path": "/entities/{subject}",
        "secret": REGISTER_SECRET,
        "secret_header": KEY_HEADER,
        "subject": "uscc",
        "fields": {
            "name": "entName",
            "credit_code": "uscc",
            "kind": "entType",
            "legal_representative": "leRep.name",
            "legal_representative_id": "leRep.cerNo",
            "premises": "dom",
            "scope": "opScope",
            "registered_on": "estDate",
            "status": "regState",
        },
    }


def _insurance(path: Path) -> dict[str, Any]:
    return {
        "kind": "file",
        "name": "sample-social-insurance",
        "resource": "social-insurance",
        "path": str(path.resolve()),
        "subject": "公民身份号码",
        "fields": {name: title for name, title, *_ in INSURANCE_FIELDS},
    }


def _file(register: SampleRegister, path: Path) -> dict[str, Any]:
    return {
        "kind": "file",
        "name": f"sample-{register.code}",
        "resource": register.code,
        "path": str(path.resolve()),
        "subject": SUBJECT,
        "fields": {name: title for name, title, *_ in register.fields},
    }
