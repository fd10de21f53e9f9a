"""What a message tells, before it is worded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.catalogue.messages import ItemMessage, Node
from services.notices.wording import Values
from storage.ledger import Entry


@dataclass(frozen=True, slots=True)
class Told:
    """One node of one case or licence: whom to tell, what the words name, and words of its own.

    `licence` is the identifier of the licence it is about; `case` is its case where `values` name the licence, empty
    where there is none.
    """

    node: Node
    people: tuple[UUID, ...]
    values: Values
    own: Sequence[ItemMessage] = ()
    licence: str | None = None
    case: str | None = None

    @property
    def number(self) -> str:
        """The case by which a clerk finds the message."""
        return self.values.number if self.case is None else self.case


def due_of(entry: Entry) -> date | None:
    """The last day an entry names, if it names one."""
    named = entry.details.get("due") or entry.details.get("now")
    try:
        return date.fromisoformat(str(named))
    except ValueError:
        return None
