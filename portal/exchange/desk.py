"""What every page here stands on: in whose name an officer speaks to the hub, and how the hub's no is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Template
from litestar.types import ExceptionHandlersMap

from identity import queries as identity
from identity.actor import EVERYWHERE, Actor, Role
from portal import guards
from portal.dependencies import Transactions
from portal.exchange import wording
from portal.language import gettext as _
from portal.language import pick
from portal.registers import REGISTERS
from portal.request import Request
from portal.resources import Resources
from services.catalogue import queries as catalogue
from services.sharing.errors import ExchangeError, HubUnavailable
from services.sharing.published import ResourceSeen

ROOM = "/exchange"
STEWARDS = (Role.APPROVER, Role.CATALOGUE)
STEWARDS_ONLY = guards.roles(*STEWARDS)
STAFF = guards.roles(*STEWARDS, Role.SUPERVISOR)
NOT_THERE = frozenset({"AskingUnknown", "TicketUnknown", "NotTheirs", "ContractUnknown"})


class Refused(Exception):
    """What the hub refused: the name of the error and its word."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(f"{error} {detail}".strip())
        self.error = error
        self.detail = detail


def party_of(actor: Actor, resources: Resources) -> str:
    """The department an officer speaks for; who serves the whole city speaks for the portal's own party."""
    if actor.has(Role.SUPERVISOR) or EVERYWHERE in actor.departments:
        return resources.settings.party
    return min(actor.departments, default="")


async def told(
    resources: Resources, actor: Actor, deed: str, now: datetime, content: Mapping[str, Any] | None = None
) -> Any:
    """The hub's answer to a deed in the officer's department's name.

    Raises Refused, NotFoundException for what is not there or not theirs, and ExchangeError.
    """
    party = party_of(actor, resources)
    if not party:
        raise PermissionDeniedException
    answer = await resources.hub.steward(
        deed, consumer=party, operator=str(actor.person_id), at=now, content=content or {}
    )
    if answer.refused in NOT_THERE:
        raise NotFoundException
    if answer.refused:
        raise Refused(answer.refused, answer.detail)
    return answer.result


def sentence(refused: Refused) -> str:
    """What the hub refused, in words."""
    words = {
        ("ContractUnsound", "not-shared"): _("这个资源不予共享"),
        ("ContractUnsound", "fields"): _("目录里没有这样的信息项"),
        ("ContractUnsound", "derived"): _("呈现形式和信息项不相配"),
        ("ResourceUnknown", ""): _("目录里没有这个资源"),
        ("ReasonMissing", ""): _("请写明理由"),
    }
    settled = (
        _("这件事已经有了结果")
        if refused.error == "AskingSettled"
        else _("数据共享平台没有接受，请核对后再试")
    )
    return words.get((refused.error, refused.detail), settled)


async def names(transactions: Transactions) -> dict[str, str]:
    """What departments are called, by code."""
    async with transactions() as session:
        return {one.code: one.name for one in await identity.departments(session)}


async def items(transactions: Transactions) -> dict[str, str]:
    """What the published items are called, by code, and what the portal itself asks registers for."""
    own = {code: _(text) for code, text in wording.PURPOSES.items()}
    async with transactions() as session:
        found = await catalogue.in_force(session)
    return own | {one.definition.code: pick(one.definition.name) for one in found}


def fields(wanted: Iterable[str], resource: str, directory: Iterable[ResourceSeen]) -> list[tuple[str, str]]:
    """Each field's code with its title in the directory, empty where it has none (a conclusion drawn from others)."""
    known = next((one.fields for one in directory if one.code == resource), [])
    titles = {one["name"]: pick(one["title"]) for one in known}
    return [(code, titles.get(code, "")) for code in wanted]


def register(code: str, directory: Mapping[str, str]) -> str:
    """What a register is called: our own word, or else the directory's."""
    return _(REGISTERS[code]) if code in REGISTERS else directory.get(code, code)


def away(request: Request, exc: ExchangeError) -> Template:
    """Whatever a page here wanted of the hub, it cannot be had now."""
    return Template("exchange/away.html", status_code=503)


AWAY: ExceptionHandlersMap = {ExchangeError: away, HubUnavailable: away}
"""For the doors of the room; elsewhere in the portal HubUnavailable has a page of its own."""
