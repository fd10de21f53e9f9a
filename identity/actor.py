"""Who is asking, on whose behalf, and how surely we know it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

EVERYWHERE = "*"
"""The department scope of those who serve the whole city."""


class Role(StrEnum):
    """What a person may be to the portal. Citizens have only `CITIZEN`; staff never have it."""

    CITIZEN = "citizen"
    WINDOW = "window"  # 窗口人员: receives and accepts
    REVIEWER = "reviewer"  # 审查人员
    APPROVER = "approver"  # 审批人员: decides
    SUPERVISOR = "supervisor"  # 监察人员
    CATALOGUE = "catalogue"  # 事项管理人员
    LEGAL = "legal"  # 合法性审核人员: judges drafts of items, and writes none of those
    SYSTEM_ADMIN = "system-admin"  # 系统管理员 (三员分立: never two of the three)
    SECURITY_ADMIN = "security-admin"  # 安全管理员
    AUDIT_ADMIN = "audit-admin"  # 审计管理员


STAFF = frozenset(Role) - {Role.CITIZEN}
CASEWORK = frozenset({Role.WINDOW, Role.REVIEWER, Role.APPROVER})


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Party:
    """A natural or legal person who can hold rights: an applicant, a licence holder."""

    kind: PartyKind
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """An absent officer (请假人) for whom another stands in (代理): whose desk it is, and in which posts."""

    person_id: UUID
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person at the keyboard, for the length of one request.

    `acting_for` is the person themself unless they chose a party they represent;
    `parties` are all whose cases and licences they may see as applicant or holder; `within` names those of them for
    whom they may do certain items only, with the codes of these;
    `departments` are the department codes a member of staff may see, `{"*"}` for the whole city;
    `standing_in` are the absent colleagues at whose desks they may work, with no right they do not hold themself;
    `assurance` counts the factors of the sign-in (1 or 2); `proved_at` is when the person last showed who they are.
    """

    person_id: UUID
    name: str
    roles: frozenset[Role]
    acting_for: Party
    parties: frozenset[UUID] = field(default=frozenset())
    within: frozenset[tuple[UUID, frozenset[str]]] = field(default=frozenset())
    departments: frozenset[str] = field(default=frozenset())
    standing_in: frozenset[StandIn] = field(default=frozenset())
    session_id: UUID | None = None
    assurance: int = 1
    proved_at: datetime | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(STAFF)

    def serves(self, department: str) -> bool:
        """Whether the actor's scope as staff covers this department code."""
        return EVERYWHERE in self.departments or department in self.departments

    @property
    def desks(self) -> frozenset[UUID]:
        """Whose claimed cases lie before this officer: their own, and those of absent colleagues they stand in for."""
        return frozenset({self.person_id, *(one.person_id for one in self.standing_in)})

    def instead_of(self, officer: UUID | None) -> StandIn | None:
        """The absent colleague with this id, if the actor stands in for them."""
        return next((one for one in self.standing_in if one.person_id == officer), None)

    def may_take(self, desk: UUID | None, posts: Collection[str]) -> bool:
        """Whether a deed of these posts may be done on what lies on `desk` (None: on nobody's)."""
        if desk in {None, self.person_id}:
            return True
        absent = self.instead_of(desk)
        return absent is not None and bool(self.roles & absent.roles & frozenset(posts))

    @property
    def whole(self) -> frozenset[UUID]:
        """Oneself and the parties for whom one may do everything."""
        every = self.parties | {self.acting_for.id, self.person_id}
        return every - {party for party, _ in self.within}

    def covers(self, party: UUID, item: str) -> bool:
        """Whether one may act for this party, and do this item for it."""
        named = next((items for limited, items in self.within if limited == party), None)
        return party in self.parties | {self.acting_for.id} and (named is None or item in named)

    @property
    def behalf(self) -> str | None:
        """The party acted for, as the ledger writes it; nothing when a person acts for themself."""
        return None if self.acting_for.id == self.person_id else str(self.acting_for.id)
