"""Asking for a mandate, by page or by program: which items it may name, the paper handed in, the registers asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity import queries as identity
from identity.actor import Actor
from identity.errors import PersonUnknown
from identity.mandates import commands, errors, guarding
from identity.mandates.rules import Kind
from identity.rules import ALL_POWERS
from portal.dependencies import Transactions
from portal.register_checks import check_parent
from portal.resources import Resources
from services.applications.documents_in import Received
from services.catalogue.finding import queries as finding
from storage.database import Session
from storage.objects import ObjectStore, digest_of
from storage.unnamed import keep

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Way:
    """One way of beginning: its kind, who will act, and whether the firm is asked for."""

    kind: Kind
    asker_acts: bool
    audience: str = "person"

    @property
    def everything(self) -> bool:
        """Whether such a mandate is for all items always."""
        return self.kind in {Kind.GUARDIAN, Kind.ADMINISTRATOR}


WAYS: Mapping[str, Way] = {
    "guardian": Way(Kind.GUARDIAN, True),
    "for-parent": Way(Kind.CHILD, True),
    "by-child": Way(Kind.CHILD, False),
    "agent": Way(Kind.AGENT, False, "organisation"),
    "administrator": Way(Kind.ADMINISTRATOR, False, "organisation"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `items` None: everything; `paper`: what an officer would look at."""

    way: Way
    name: str
    id_number: str
    items: Sequence[str] | None = None
    until: datetime | None = None
    organisation: UUID | None = None
    paper: Received | None = None


async def ask(session: Session, objects: ObjectStore, actor: Actor, wish: Wish, *, at: datetime) -> UUID:
    """The id of the request. The paper is kept last: of what is refused nothing stays in the store.

    Raises as `commands.ask`, StoreUnavailable.
    """
    paper = wish.paper
    asked = await commands.ask(
        session,
        actor.person_id,
        kind=wish.way.kind,
        name=wish.name,
        id_number=wish.id_number,
        items=await _items(session, wish),
        until=wish.until,
        asker_acts=wish.way.asker_acts,
        organisation=wish.organisation,
        evidence=(digest_of(paper.content), paper.media_type) if paper else None,
        at=at,
    )
    if paper is not None:
        await keep(session, objects, paper.content)
    return asked


async def by_register(
    transactions: Transactions, resources: Resources, actor: Actor, asked: UUID, *, at: datetime
) -> UUID | None:
    """The mandate of a guardian whom the registers confirm; the request is committed before they are asked.

    None where they do not: an officer looks at the papers.
    """
    async with transactions() as session:
        name, number = await guarding.child_named(session, actor.person_id, asked, at=at)
        own = (await identity.profile(session, actor.person_id)).id_number
    evidence = await check_parent(
        resources.hub,
        guardian=actor.person_id,
        guardian_number=own,
        name=name,
        id_number=number,
        at=at,
    )
    if evidence is None:
        return None
    try:
        async with transactions() as session:
            return await guarding.confirm_by_register(session, asked, evidence=evidence, at=at)
    except PersonUnknown:  # entered before under another name: an officer looks
        return None


async def _items(session: Session, wish: Wish) -> Sequence[str]:
    """The items named, each of which exists; everything for guardians and administrators. Raises ScopeWrong."""
    if wish.way.everything or wish.items is None:
        return [ALL_POWERS]
    known = {one.code for one in await finding.listing(session, audience=wish.way.audience, limit=MOST_ITEMS)}
    if not set(wish.items) <= known:
        raise errors.ScopeWrong
    return wish.items
