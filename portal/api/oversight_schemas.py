"""The board, cards and orders as the API tells them (see `schemas`)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from portal.api.case_schemas import ApplicationLine
from portal.api.schemas import Words
from services.oversight.rules import CardKind


class RateSeen(Struct, frozen=True, kw_only=True):
    """A share with what it was counted from; `percent` is none below five cases (样本不足)."""

    numerator: int
    denominator: int
    percent: float | None


class BoardRowSeen(Struct, frozen=True, kw_only=True):
    """One department, or all of them: running cases by light, and shares of the period by indicator."""

    department: str
    total: int
    lights: dict[str, int]
    rates: dict[str, RateSeen]


class BoardSeen(Struct, frozen=True, kw_only=True):
    """`first` to `last` is the period of the shares; `flow` counts what happened today."""

    today: date
    first: date
    last: date
    departments: list[BoardRowSeen]
    everything: BoardRowSeen
    flow: Mapping[str, int]
    cards: dict[str, int]
    late: list[ApplicationLine]
    near: list[ApplicationLine]


class CardSeen(Struct, frozen=True, kw_only=True):
    """A yellow or red card: one due event of one case under one rule."""

    id: UUID
    application_number: str
    department_code: str
    kind: CardKind
    rule: str
    rule_version: int
    inputs: dict[str, Any]
    raised_at: datetime


class CardPage(Struct, frozen=True, kw_only=True):
    cards: list[CardSeen]
    next: str | None


class OrderGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """督办: to an officer, or without `to_person` to the department; a reply is due by `due_on`."""

    application_number: Annotated[str, Meta(max_length=60)]
    text: Words
    due_on: date
    to_person: UUID | None = None


class OrderSeen(Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    application_number: str
    department_code: str
    to_name: str | None
    text: str
    due_on: date
    issued_by_name: str
    issued_at: datetime
    reply: str | None
    replied_by_name: str | None
    replied_at: datetime | None
    remark: str | None
    closed_at: datetime | None


class OrderPage(Struct, frozen=True, kw_only=True):
    orders: list[OrderSeen]
    next: str | None
