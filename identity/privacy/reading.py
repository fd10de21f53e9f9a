"""Reading another's record of data use in their name: whose mandate covers it, and the entry that it was read."""

from datetime import datetime

from identity.actor import Actor, PartyKind
from storage import ledger
from storage.database import Session


def may_read(actor: Actor) -> bool:
    """Oneself; a child, parent or firm where the mandate is for everything. One for named items tells of these only."""
    return actor.acting_for.id in actor.whole


async def note_read(session: Session, actor: Actor, *, at: datetime) -> None:
    """Write into the party's own chain that its record was read in its name; nothing for one's own."""
    if actor.behalf is None:
        return
    firm = actor.acting_for.kind is PartyKind.ORGANISATION
    await ledger.append(
        session,
        chain=f"{'organisation' if firm else 'account'}:{actor.behalf}",
        deed="data uses read",
        subject=actor.behalf,
        actor=str(actor.person_id),
        on_behalf_of=actor.behalf,
        at=at,
    )
