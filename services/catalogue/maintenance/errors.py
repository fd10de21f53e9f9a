"""Why a deed on a draft or on an item's standing was refused.

MaintenanceRefused (a CatalogueError)
├── DraftNotFound        nobody is editing this item
├── DraftExists          somebody is: `draft` says who and since when
├── DraftMovedOn         somebody saved since: `draft` is what stands there now; nothing was overwritten
├── BaseMovedOn          a newer version was published than the one the draft began from
├── DraftNotOpen         the draft's state does not allow the deed
├── CodeTaken            a new item cannot have the code of one that exists
├── ReviewNotAllowed     not a legal reviewer, or the reviewer wrote the draft
├── ReasonMissing        the deed needs its reason
├── ItemSuspended        applying is suspended: running cases go on, nobody may begin
├── StandingUnchanged    the item is (not) suspended already
├── SuccessorUnknown     an item that should follow does not exist
├── TableUnreadable      not an .xlsx file with a row of column names
└── PackageRefused       a package is not whole, or not signed by anybody trusted; `why` names what
"""

from datetime import datetime
from typing import TYPE_CHECKING

from services.catalogue.errors import CatalogueError
from services.catalogue.maintenance.rules import Deed, DraftState

if TYPE_CHECKING:
    from services.catalogue.maintenance.models import Draft


class MaintenanceRefused(CatalogueError):
    """The deed was understood and refused."""


class DraftNotFound(MaintenanceRefused):
    def __init__(self, code: str) -> None:
        super().__init__(f"no draft of item {code}")
        self.code = code


class DraftExists(MaintenanceRefused):
    def __init__(self, draft: "Draft") -> None:
        super().__init__(f"item {draft.code} is being edited by {draft.edited_by}")
        self.draft = draft


class DraftMovedOn(MaintenanceRefused):
    def __init__(self, draft: "Draft", revision: int) -> None:
        super().__init__(f"draft {draft.code} is at revision {draft.revision}, not {revision}")
        self.draft = draft
        self.revision = revision


class BaseMovedOn(MaintenanceRefused):
    def __init__(self, code: str, base: int | None, newest: int) -> None:
        super().__init__(f"draft {code} began from version {base}, the newest is {newest}")
        self.code = code
        self.base = base
        self.newest = newest


class DraftNotOpen(MaintenanceRefused):
    def __init__(self, code: str, state: DraftState, deed: Deed) -> None:
        super().__init__(f"draft {code} is {state}: cannot {deed}")
        self.code = code
        self.state = state
        self.deed = deed


class CodeTaken(MaintenanceRefused):
    def __init__(self, code: str) -> None:
        super().__init__(f"there is an item {code} already")
        self.code = code


class ReviewNotAllowed(MaintenanceRefused):
    def __init__(self, code: str, *, wrote_it: bool = False) -> None:
        super().__init__(f"not allowed to review the draft of item {code}")
        self.code = code
        self.wrote_it = wrote_it


class ReasonMissing(MaintenanceRefused):
    def __init__(self, code: str) -> None:
        super().__init__(f"no reason given for {code}")
        self.code = code


class ItemSuspended(MaintenanceRefused):
    def __init__(self, code: str, reason: str, since: datetime) -> None:
        super().__init__(f"item {code} is suspended")
        self.code = code
        self.reason = reason
        self.since = since


class StandingUnchanged(MaintenanceRefused):
    def __init__(self, code: str) -> None:
        super().__init__(f"item {code} stands so already")
        self.code = code


class SuccessorUnknown(MaintenanceRefused):
    def __init__(self, code: str, successor: str) -> None:
        super().__init__(f"item {code} cannot be followed by {successor}")
        self.code = code
        self.successor = successor


class TableUnreadable(MaintenanceRefused):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class PackageRefused(MaintenanceRefused):
    """`why` is one of packages.WHY, `name` the member or key it is about."""

    def __init__(self, why: str, name: str = "") -> None:
        super().__init__(f"{why}: {name}" if name else why)
        self.why = why
        self.name = name
