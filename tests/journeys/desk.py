"""Cases on an officer's desk, made by commands as an applicant's pages make them, for tests of the window."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from portal.resources import Resources
from services.applications import queries
from services.applications.commands import drafting, gathering, receiving, reviewing, starting, submitting
from services.applications.models import Supply
from services.applications.rules import Channel, Delivery, State
from services.catalogue import queries as catalogue
from storage import ledger
from tests.journeys.cases import photo
from tests.support.city import actor_for, officer

FOOD = {
    "handler": "legal-representative",
    "business_kind": "catering",
    "projects": ["hot-dishes", "drinks"],
    "seats": "40",
    "open_kitchen": "yes",
    "area": "120.5",
    "opens_on": f"{datetime.now(UTC).year + 1}-01-05",
    "sells_online": "no",
    "manager_name": "示例乙",
    "manager_phone": "19900000002",
    "handlers": "6",
}
BENEFIT = {"registers": "yes", "bank_card": "6222020000000000018"}

WINDOW, FIRST, SECOND, APPROVER = "market-window", "market-reviewer-1", "market-reviewer-2", "market-approver"


async def food(held: Resources, *, days_ago: int = 0, **answers: Any) -> str:
    """A food licence handed in by the sample restaurant `days_ago`; its number."""
    return await _handed_in(
        held, "person-a", "food-business", FOOD | answers, "firm-restaurant", days_ago=days_ago
    )


async def benefit(held: Resources, delivery: Delivery = Delivery.ELECTRONIC) -> str:
    """An unemployment benefit, for which nothing is handed in."""
    return await _handed_in(held, "person-d", "unemployment-benefit", BENEFIT, None, delivery=delivery)


async def accepted(held: Resources, **more: Any) -> str:
    number = await food(held, **more)
    await do(held, WINDOW, receiving.accept, number)
    return number


async def to_decide(held: Resources) -> str:
    """A food licence that was inspected and reviewed."""
    number = await accepted(held)
    for login in (FIRST, SECOND, FIRST):
        await do(held, login, reviewing.review, number, opinion="符合要求", favourable=True)
    return number


async def do(held: Resources, login: str, deed: Any, number: str, **more: Any) -> None:
    """One deed of an officer, in a transaction of its own."""
    async with held.sessions() as session, session.begin():
        await deed(session, await officer(session, login), number, at=datetime.now(UTC), **more)


async def state_of(held: Resources, number: str) -> State:
    async with held.sessions() as session, session.begin():
        return (await queries.by_number(session, number)).state


async def recorded(held: Resources, number: str) -> list[tuple[str, dict[str, Any]]]:
    """The case's ledger entries: deed and details."""
    async with held.sessions() as session, session.begin():
        return [(entry.deed, entry.details) for entry in await ledger.entries(session, number)]


async def files_of(held: Resources, number: str) -> dict[str, UUID]:
    async with held.sessions() as session, session.begin():
        case = await queries.by_number(session, number)
        return {file.material_code: file.id for file in await queries.files_of(session, case)}


async def papers_of(held: Resources, number: str) -> dict[str, UUID]:
    async with held.sessions() as session, session.begin():
        case = await queries.by_number(session, number)
        return {paper.kind: paper.id for paper in await queries.documents_of(session, case)}


async def corrected(held: Resources, number: str, **answers: str) -> None:
    """The applicant answers the correction notice."""
    async with held.sessions() as session, session.begin():
        owner = await actor_for(session, "person-a", firm="firm-restaurant")
        case = await queries.get(session, owner, number)
        item = await catalogue.get_version(session, case.item_code, case.item_version)
        at = datetime.now(UTC)
        await drafting.save_answers(session, owner, number, item.definition, answers, at=at)
        await submitting.correct(session, owner, number, key="corrected", at=at)


async def _handed_in(
    held: Resources,
    person: str,
    code: str,
    answers: dict[str, Any],
    firm: str | None,
    *,
    days_ago: int = 0,
    delivery: Delivery = Delivery.ELECTRONIC,
) -> str:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    async with held.sessions() as session, session.begin():
        owner = await actor_for(session, person, firm=firm)
        item = await catalogue.get(session, code)
        number = (await starting.start(session, owner, item, channel=Channel.ONLINE, at=at)).number
    await gathering.gather(held.sessions, held.hub, number, at=datetime.now(UTC))
    async with held.sessions() as session, session.begin():
        await drafting.save_answers(session, owner, number, item.definition, answers, at=at)
        case = await queries.get(session, owner, number)
        for material in await queries.materials_of(session, case):
            if material.supply is not Supply.OBTAINED:
                await _supply(held, session, owner, number, item.definition, material.code, at)
        await submitting.submit(session, owner, number, key="once", at=at, delivery=delivery)
    return number


async def _supply(
    held: Resources, session: Any, owner: Any, number: str, definition: Any, code: str, at: datetime
) -> None:
    if definition.material(code).commitment:
        await drafting.commit_to(session, owner, number, definition, code, at=at)
        return
    await drafting.hand_in(
        session,
        owner,
        number,
        definition,
        code,
        name=f"{code}.jpg",
        content=photo(),
        objects=held.objects,
        at=at,
    )
