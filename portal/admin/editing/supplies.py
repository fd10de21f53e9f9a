"""What the rest of the house can give an item: departments, licence types with their fields, registers with theirs."""

from collections.abc import Mapping
from dataclasses import dataclass

from identity import queries as identity
from licensing import types
from licensing.kinds.reading import refresh
from portal.admin.editing.fields import Options
from portal.language import gettext, pick
from services.catalogue.editing.terms import Names
from services.catalogue.form import Pair
from services.sharing.client import HubClient
from services.sharing.errors import SharingError
from storage.database import Session

REGISTERS: Mapping[str, Pair] = {
    "population": Pair("人口基础信息库", "Population register"),
    "business-register": Pair("市场主体登记库", "Business register"),
    "social-insurance": Pair("社会保险参保库", "Social insurance records"),
}
FIELDS: Mapping[str, Mapping[str, Pair]] = {
    "population": {
        "name": Pair("姓名", "name"),
        "sex": Pair("性别", "sex"),
        "born_on": Pair("出生日期", "date of birth"),
        "ethnicity": Pair("民族", "ethnicity"),
        "address": Pair("住址", "address"),
        "household": Pair("户籍地址", "registered household"),
    },
    "business-register": {
        "name": Pair("名称", "name"),
        "credit_code": Pair("统一社会信用代码", "credit code"),
        "kind": Pair("类型", "kind"),
        "legal_representative": Pair("法定代表人", "legal representative"),
        "legal_representative_id": Pair("法定代表人身份号码", "legal representative's ID number"),
        "premises": Pair("住所", "premises"),
        "scope": Pair("经营范围", "scope of business"),
        "registered_on": Pair("成立日期", "registered on"),
        "status": Pair("登记状态", "status"),
    },
    "social-insurance": {
        "insured_months": Pair("累计参保月数", "months insured"),
        "unemployment_months": Pair("失业保险缴费月数", "months of unemployment cover"),
        "last_employer": Pair("最后参保单位", "last employer"),
        "ended_on": Pair("终止参保日期", "cover ended on"),
        "ended_reason": Pair("终止原因", "reason"),
        "benefit_bank": Pair("待遇发放银行", "paying bank"),
    },
}
"""What registers hold that hubs everywhere have; what a contract names beyond it stands there by its own code."""


@dataclass(frozen=True, slots=True)
class Office:
    """A department that can be in charge of an item; `region` by GB/T 2260."""

    code: str
    name: Pair
    region: str


async def offices(session: Session) -> Mapping[str, Office]:
    """Every department by its credit code."""
    return {
        one.code: Office(one.code, Pair(one.name, one.name_en or one.name), one.region)
        for one in await identity.departments(session)
    }


@dataclass(frozen=True, slots=True)
class Supplies:
    """`contracts` are the registers that the hub gives this item, with the fields it may have of them;
    None while the hub is away."""

    departments: Mapping[str, Pair]
    licences: Mapping[str, types.LicenceType]
    contracts: Mapping[str, tuple[str, ...]] | None

    @property
    def licence_fields(self) -> Mapping[str, tuple[str, ...]]:
        return {slug: tuple(field.key for field in one.fields) for slug, one in self.licences.items()}

    @property
    def names(self) -> Names:
        """Every fact that registers and licences can give, with what it is called."""
        found: dict[str, Pair] = {}
        for resource, fields in FIELDS.items():
            register = REGISTERS[resource]
            for key, name in fields.items():
                found[f"hub:{resource}.{key}"] = Pair(
                    f"{register.zh}：{name.zh}", f"{register.en}: {name.en}"
                )
        for slug, licence in self.licences.items():
            for field in licence.fields:
                words = Pair(f"{licence.name.zh}：{field.name.zh}", f"{licence.name.en}: {field.name.en}")
                found[f"licence:{slug}.{field.key}"] = words
        return found

    def department_options(self) -> Options:
        return tuple((code, pick(name)) for code, name in self.departments.items())

    def licence_options(self) -> Options:
        return tuple((slug, pick(one.name)) for slug, one in self.licences.items())

    def register_options(self, chosen: str | None) -> Options:
        """Registers with a contract first; the others say that one is still to be made."""
        ready = list(self.contracts or ())
        others = [code for code in (*REGISTERS, *([chosen] if chosen else [])) if code not in ready]
        later = gettext("%(name)s（还没有共享协议）")
        return (
            *((code, register(code)) for code in ready),
            *((code, later % {"name": register(code)}) for code in dict.fromkeys(others)),
        )

    def field_options(self, resource: str, chosen: tuple[str, ...] = ()) -> Options:
        """The fields an item may ask of a register."""
        granted = (self.contracts or {}).get(resource) or tuple(FIELDS.get(resource, ()))
        names = FIELDS.get(resource, {})
        return tuple(
            (key, pick(names[key]) if key in names else key) for key in dict.fromkeys((*granted, *chosen))
        )


def register(code: str) -> str:
    return pick(REGISTERS[code]) if code in REGISTERS else code


async def gather(session: Session, hub: HubClient, code: str, department: str | None) -> Supplies:
    """What there is for the item `code` at this moment; contracts are with the `department` in charge of it."""
    departments = {code: one.name for code, one in (await offices(session)).items()}
    await refresh(session)
    return Supplies(departments, types.load_types(), await _contracts(hub, code, department))


async def _contracts(
    hub: HubClient, code: str, department: str | None
) -> Mapping[str, tuple[str, ...]] | None:
    try:
        found = await hub.contracts(consumer=department, item=code)
    except SharingError:
        return None
    fields: dict[str, tuple[str, ...]] = {}
    for one in found:
        fields[one.resource] = tuple(dict.fromkeys((*fields.get(one.resource, ()), *one.fields)))
    return fields
