"""The turns of a sample case, done by the commands that pages use: the resident's, the clerk's, the officers'."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity import queries as identity
from identity.actor import Actor, Party, PartyKind, Role
from portal.cli.demo import people
from portal.cli.demo.people import SamplePerson
from portal.cli.demo.running_cases.stories import Story, Turn
from portal.cli.tour.papers import pdf, png
from services.applications import queries
from services.applications.commands import drafting, gathering, receiving, reviewing, starting, submitting
from services.applications.models import Application, Supply
from services.applications.rules import Channel
from services.catalogue import queries as catalogue
from services.catalogue import rows, samples
from services.catalogue.definition import ItemDefinition, Material
from services.sharing.client import HubClient
from services.workflow.rules import PauseKind, local_day
from storage.database import Session, Sessions
from storage.objects import ObjectStore

MET = frozenset({Supply.OBTAINED, Supply.HANDED_IN, Supply.COMMITTED})
WRITER = {Turn.CORRECTION: "window", Turn.ACCEPT: "window", Turn.EXTEND: "approver"}
PAUSE_DAYS = 15


@dataclass
class Office:
    """Where sample cases are laid: the portal's database, its objects, and the hub by a clock that can be set."""

    sessions: Sessions
    objects: ObjectStore
    hub: HubClient
    set_clock: Callable[[datetime], None]
    officers: Mapping[str, Actor]

    async def lay(self, story: Story, resident: Actor) -> str:
        """Lay one case as its story tells it; its number."""
        begun = story.turns[0][1]
        self.set_clock(begun)
        async with self.sessions() as session, session.begin():
            item = await catalogue.get(session, story.item.code)
            drafted = await starting.draw_up(session, resident, item, channel=Channel.ONLINE, at=begun)
            number = drafted.number
        await gathering.gather(self.sessions, self.hub, number, at=begun)
        async with self.sessions() as session, session.begin():
            await self._fill(session, resident, number, item.definition, begun)
            await submitting.submit(session, resident, number, key=f"sample {number}", at=begun)
            for place, (turn, at) in enumerate(story.turns[1:], 2):
                after = story.turns[place][0] if place < len(story.turns) else Turn.ACCEPT
                await self._turn(session, number, turn, after, at)
        return number

    async def _fill(
        self, session: Session, resident: Actor, number: str, item: ItemDefinition, at: datetime
    ) -> None:
        """Answer what no register said, and hand in or commit to what nobody holds."""
        application = await queries.get(session, resident, number)
        facts = submitting.facts_by_name(await queries.facts_of(session, application))
        typed = samples.sample(item.form, today=local_day(at), facts=facts)
        said = application.answers
        open_ones = {name: text for name, text in typed.items() if rows.owner(name) not in said}
        await drafting.save_answers(session, resident, number, item, open_ones, at=at)
        supplied = {one.code: one.supply for one in await queries.materials_of(session, application)}
        for material in item.materials:
            if supplied[material.code] in MET or not material.required:
                continue
            await self._supply(session, resident, number, item, material, at)

    async def _supply(
        self,
        session: Session,
        resident: Actor,
        number: str,
        item: ItemDefinition,
        material: Material,
        at: datetime,
    ) -> None:
        if material.commitment:
            await drafting.commit_to(session, resident, number, item, material.code, at=at)
            return
        name, content = ("pdf", pdf(material.code)) if "pdf" in material.formats else ("png", png(480, 640))
        await drafting.hand_in(
            session,
            resident,
            number,
            item,
            material.code,
            name=f"{material.code}.{name}",
            content=content,
            objects=self.objects,
            at=at,
        )

    async def _turn(self, session: Session, number: str, turn: Turn, after: Turn, at: datetime) -> None:
        """Who takes a case up is who does what comes after."""
        application = await queries.by_number(session, number)
        who = await self._who(session, application, after if turn is Turn.CLAIM else turn)
        await DEEDS[turn](session, who, number, at)

    async def _who(self, session: Session, application: Application, turn: Turn) -> Actor:
        """Of the item's department: its clerk, its approver, or the first reviewer who has not spoken at this step."""
        place = next(
            login.rsplit("-", 1)[0]
            for login, one in self.officers.items()
            if login.endswith("-window") and application.department_code in one.departments
        )
        if turn in WRITER:
            return self.officers[f"{place}-{WRITER[turn]}"]
        spoken = await queries.spoken_at(session, application, application.step or "")
        first, second = (self.officers[f"{place}-reviewer-{n}"] for n in (1, 2))
        return second if str(first.person_id) in {str(one) for one in spoken} else first


Doing = Callable[[Session, Actor, str, datetime], Awaitable[object]]


async def _correction(session: Session, who: Actor, number: str, at: datetime) -> object:
    application = await queries.by_number(session, number)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    question = next(iter(item.definition.form.questions()))
    defects = [(f"question:{question.key}", "填写与材料不一致，请核对（示例）")]
    return await receiving.request_correction(session, who, number, defects=defects, at=at)


async def _accept(session: Session, who: Actor, number: str, at: datetime) -> object:
    return await receiving.accept(session, who, number, opinion="材料齐全（示例）", at=at)


async def _review(session: Session, who: Actor, number: str, at: datetime) -> object:
    return await reviewing.review(
        session, who, number, opinion="经核查，符合要求（示例）", favourable=True, at=at
    )


async def _suspend(session: Session, who: Actor, number: str, at: datetime) -> object:
    return await reviewing.suspend(
        session,
        who,
        number,
        kind=PauseKind.EXPERT_REVIEW,
        reason="需要组织专家评审（示例）",
        days=PAUSE_DAYS,
        at=at,
    )


async def _extend(session: Session, who: Actor, number: str, at: datetime) -> object:
    return await reviewing.extend(session, who, number, reason="情况复杂，需要延长（示例）", at=at)


async def _claim(session: Session, who: Actor, number: str, at: datetime) -> object:
    return await receiving.claim(session, who, number, at=at)


DEEDS: Mapping[Turn, Doing] = {
    Turn.CLAIM: _claim,
    Turn.CORRECTION: _correction,
    Turn.ACCEPT: _accept,
    Turn.REVIEW: _review,
    Turn.SUSPEND: _suspend,
    Turn.EXTEND: _extend,
}


async def resident(session: Session, one: SamplePerson) -> Actor:
    """A resident as somebody who acts for themself."""
    person = await _person(session, one.id_number)
    party = Party(PartyKind.PERSON, person, one.name)
    return Actor(person, one.name, frozenset({Role.CITIZEN}), party, parties=frozenset({person}))


async def officers(session: Session) -> dict[str, Actor]:
    """Every sample officer who handles cases, by login."""
    found = {}
    for one in people.STAFF:
        person = await _person(session, one.id_number)
        party = Party(PartyKind.PERSON, person, one.name)
        scope = frozenset(one.scope)
        found[one.login] = Actor(
            person, one.name, one.roles, party, parties=frozenset({person}), departments=scope, assurance=2
        )
    return found


async def _person(session: Session, id_number: str) -> UUID:
    found = await identity.person_id(session, id_number)
    if found is None:
        raise LookupError(id_number)
    return found
