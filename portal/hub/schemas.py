"""What the hub publishes about itself. No personal data passes here: that travels in signed messages only."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from services.sharing.models import Contract, Resource


class DirectoryEntry(Struct, frozen=True):
    """One resource of the directory (domain facts 4.1)."""

    code: str
    catalogue_code: str
    name: dict[str, str]
    provider: str
    provider_name: dict[str, str]
    fields: list[dict[str, Any]]
    share_type: str
    basis: str
    condition: str
    manner: str
    update_cycle: str
    subject_key: str
    summary: str
    format: str
    openness: str
    related: list[str]
    published_at: datetime
    changed_at: datetime


class ContractEntry(Struct, frozen=True):
    """One contract: who may use what for which item, on which basis, how much, until when."""

    number: str
    consumer: str
    item: str
    legal_basis: str
    resource: str
    fields: list[str]
    form: str
    per_minute: int
    per_day: int
    valid_from: datetime
    valid_until: datetime
    ended_at: datetime | None
    derived: dict[str, Any]
    review_on: date | None
    reviewed_at: datetime | None


class Health(Struct, frozen=True):
    """`sources`: each source by name, "up" or why it would not answer now ("down", "slow", "wrong"); `serves`: the
    resource each answers for."""

    status: str
    database: str
    sources: dict[str, str]
    serves: dict[str, str]


def directory_entry(resource: Resource) -> DirectoryEntry:
    return DirectoryEntry(**resource.model_dump())


def contract_entry(contract: Contract) -> ContractEntry:
    values = contract.model_dump(exclude={"item_code", "concluded_at", "end_reason"})
    return ContractEntry(item=contract.item_code, **values)
