"""Mandates as they leave the API and come in. No number of anybody ever leaves."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from identity.actor import PartyKind
from identity.mandates.rules import Ending, Kind
from portal.api.schemas import Line


class WayOf(StrEnum):
    """Who will act for whom: a guardian for a child, a grown child for a parent (asked by either), a firm's agent."""

    GUARDIAN = "guardian"
    FOR_PARENT = "for-parent"
    BY_CHILD = "by-child"
    AGENT = "agent"
    ADMINISTRATOR = "administrator"


class MandateAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`name` and `id_number` of the other side. `items`: codes, everything when left out. `firm`: an organisation's id or
    credit code, for agents and administrators. `days` from now on; a guardian's lasts until the child is of age."""

    way: WayOf
    name: Annotated[str, Meta(min_length=1, max_length=100, examples=["示例乙"])]
    id_number: Annotated[str, Meta(max_length=30, examples=["520103195503151126"])]
    items: Annotated[list[Line], Meta(max_length=200)] | None = None
    days: Annotated[int, Meta(ge=1, le=1095)] | None = None
    firm: Annotated[str, Meta(max_length=60)] | None = None


class Standing(StrEnum):
    """What became of asking: agreed at once by a register, waiting for the other side, or for an officer."""

    IN_FORCE = "in-force"
    WAITING = "waiting"
    AT_THE_WINDOW = "at-the-window"


class MandateAnswer(Struct, frozen=True, kw_only=True):
    """`request`: what was asked, to withdraw it; `mandate`: once it is in force."""

    standing: Standing
    request: UUID
    mandate: UUID | None = None


class MandateSeen(Struct, frozen=True, kw_only=True):
    """`agent` acts for `principal` in `items` (`*`: everything). `ground`: by what it came about."""

    id: UUID
    kind: Kind
    agent_id: UUID
    agent: str
    principal_id: UUID
    principal: str
    principal_kind: PartyKind
    items: tuple[str, ...]
    ground: str
    valid_from: datetime
    valid_until: datetime | None
    ended_at: datetime | None
    ending: Ending | None


class MandateRequestSeen(Struct, frozen=True, kw_only=True):
    """What waits for an answer. `asker_acts`: who asks will be the one who acts; `other_name` is what they wrote."""

    id: UUID
    kind: Kind
    asker_id: UUID
    asker: str
    asker_acts: bool
    other_name: str
    firm: str | None
    items: tuple[str, ...]
    until: datetime
    asked_at: datetime
    expires_at: datetime


class Mandates(Struct, frozen=True, kw_only=True):
    """`acting`: for whom I act; `given`: who acts for me or a firm I run; `waiting`: what I am asked; `asked`: what I asked."""

    acting: list[MandateSeen]
    given: list[MandateSeen]
    waiting: list[MandateRequestSeen]
    asked: list[MandateRequestSeen]
    ended: list[MandateSeen]


class Confirmed(Struct, frozen=True, kw_only=True):
    mandate: UUID
