"""What a hub publishes of itself, as a client reads it: contracts in force, the directory, the state of its sources."""

from datetime import datetime
from typing import Any

import msgspec


class ContractSeen(msgspec.Struct, frozen=True):
    """A contract in force as the hub publishes it."""

    number: str
    consumer: str
    item: str
    resource: str
    fields: list[str]
    form: str
    valid_until: datetime


class ResourceSeen(msgspec.Struct, frozen=True):
    """A resource of the directory as the hub publishes it."""

    code: str
    catalogue_code: str
    name: dict[str, str]
    provider: str
    provider_name: dict[str, str]
    fields: list[dict[str, Any]]
    share_type: str
    subject_key: str
    manner: str
    update_cycle: str
    basis: str = ""
    condition: str = ""
    summary: str = ""
    format: str = ""
    openness: str = ""
    related: list[str] = []


class HealthSeen(msgspec.Struct, frozen=True):
    """`sources`: each source's state by name; `serves`: the resource it answers for."""

    sources: dict[str, str]
    serves: dict[str, str] = {}
