"""Rows of the hub as stewards see them: plain values, and the form in which a department writes a resource down."""

from dataclasses import asdict
from typing import Annotated, Any

from msgspec import Meta, Struct

from services.sharing.contracts.figures import ContractUse, Quality
from services.sharing.messages import Field, Line
from services.sharing.models import Asking, Contract, Ticket
from services.sharing.presenting import FieldType
from services.sharing.rules import ShareType, SubjectKey

Named = dict[Annotated[str, Meta(pattern="^(zh|en)$")], Line]
Code = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,62}$")]


class EntryField(Struct, frozen=True, forbid_unknown_fields=True):
    """信息项: name, title, data type, sensitivity."""

    name: Field
    title: Named
    type: FieldType
    sensitivity: Annotated[str, Meta(pattern="^(general|personal|sensitive)$")]


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A resource as a department writes it into the directory (domain facts 4.1)."""

    code: Code
    catalogue_code: Annotated[str, Meta(pattern="^[1-3][0-9]{5,14}/[0-9]{1,10}$")]
    name: Named
    provider_name: Named
    fields: Annotated[list[EntryField], Meta(min_length=1, max_length=200)]
    share_type: ShareType
    subject_key: SubjectKey
    manner: Line
    update_cycle: Line
    basis: str = ""
    condition: str = ""
    summary: str = ""
    format: Annotated[str, Meta(max_length=40)] = "数据库"
    openness: Annotated[str, Meta(max_length=40)] = "不予开放"
    related: list[str] = []


def asking(row: Asking) -> dict[str, Any]:
    return row.model_dump()


def contract(row: Contract) -> dict[str, Any]:
    return row.model_dump()


def ticket(row: Ticket) -> dict[str, Any]:
    return row.model_dump()


def contract_use(one: ContractUse) -> dict[str, Any]:
    shown = ("provider", "today", "fortnight", "last_at", "refused", "unused", "unusual", "review_due")
    return contract(one.contract) | {name: getattr(one, name) for name in shown}


def quality(one: Quality) -> dict[str, Any]:
    return asdict(one) | {"rate": one.rate}
