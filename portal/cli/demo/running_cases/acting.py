"""The turns of a sample case, done by the commands that pages use, and the officers' as their own systems do them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from identity.actor import Actor, Party, PartyKind, Role
from portal.api.case_schemas import Defect, Defects, Nothing, Opinion, Reason, Review, Suspension
from portal.api.window import DEEDS
from portal.cli.demo.people import SamplePerson, SampleStaff
from portal.cli.demo.running_cases.stories import Story
from portal.cli.tour.papers import pdf, png
from services.applications import queries
from services.applications.commands import drafting, gathering, starting, submitting
from services.applications.models import Application
from services.applications.rules import Channel, Deed
from services.catalogue import queries as catalogue
from services.catalogue import rows, samples
from services.catalogue.definition import ItemDefinition, Material
from services.sharing.client import HubClient
from services.workflow.rules import PauseKind, local_day
from storage.database import Session, Sessions
from storage.objects import ObjectStore

DOER = {Deed.REQUEST_CORRECTION: Role.WINDOW, Deed.ACCEPT: Role.WINDOW, Deed.EXTEND: Role.APPROVER}
"""Who does what; everything else is a reviewer's."""
SAID: Mapping[Deed, Struct] = {
    Deed.CLAIM: Nothing(),
    Deed.ACCEPT: Opinion("材料齐全（示例）"),
    Deed.REVIEW: Review(favourable=True, opinion="经核查，符合要求（示例）"),
    Deed.SUSPEND: Suspension(procedure=PauseKind.EXPERT_REVIEW, days=15, reason="需要组织专家评审（示例）"),
    Deed.EXTEND: Reason("情况复杂，需要延长（示例）"),
}
"""What is said with each deed; a correction names its question."""


@dataclass
class Office:
    """Where sample cases are laid: the portal's database, its objects, and the hub by a clock that can be set.

    `officers` by department and post.
    """

    sessions: Sessions
    objects: ObjectStore
    hub: HubClient
    set_clock: Callable[[datetime], None]
    officers: Mapping[tuple[str, Role], Sequence[Actor]]

    async def lay(self, story: Story, resident: Actor) -> None:
        """Lay one case as its story tells it."""
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
            for place, (deed, at) in enumerate(story.turns[1:], 2):
                after = story.turns[place][0] if place < len(story.turns) else Deed.ACCEPT
                await self._do(session, number, deed, after, at)

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
            if supplied[material.code] in submitting.MET or not material.required:
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

    async def _do(self, session: Session, number: str, deed: Deed, after: Deed, at: datetime) -> None:
        """Who takes a case up is who does what comes after."""
        application = await queries.by_number(session, number)
        who = await self._who(session, application, after if deed is Deed.CLAIM else deed)
        said = SAID.get(deed) or await _defects(session, application)
        _schema, doing = DEEDS[deed]
        await doing(session, who, number, said, at)

    async def _who(self, session: Session, application: Application, deed: Deed) -> Actor:
        """Of the item's department: its clerk, its approver, or the first reviewer who has not spoken at this step."""
        able = self.officers[application.department_code, DOER.get(deed, Role.REVIEWER)]
        spoken = await queries.spoken_at(session, application, application.step or "")
        return next(one for one in able if str(one.person_id) not in spoken)


async def _defects(session: Session, application: Application) -> Defects:
    """The first question of the form is to be corrected."""
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    question = next(iter(item.definition.form.questions()))
    return Defects([Defect(f"question:{question.key}", "填写与材料不一致，请核对（示例）")])


def resident(one: SamplePerson, person: UUID) -> Actor:
    """A resident as somebody who acts for themself."""
    party = Party(PartyKind.PERSON, person, one.name)
    return Actor(person, one.name, frozenset({Role.CITIZEN}), party, parties=frozenset({person}))


def officer(one: SampleStaff, person: UUID) -> Actor:
    """A sample member of staff, signed in with both factors."""
    return Actor(
        person,
        one.name,
        one.roles,
        Party(PartyKind.PERSON, person, one.name),
        parties=frozenset({person}),
        departments=frozenset(one.scope),
        assurance=2,
    )
