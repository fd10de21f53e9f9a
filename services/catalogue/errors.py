"""Why an item could not be shown, written or published, or an answer could not be read.

CatalogueError
├── ItemNotFound           no such item, or no such version of it
├── ItemWithdrawn          there was such an item; nobody may apply for it any more
├── ItemNotFit             the lint or the loader refuses the definition: `problems` says all of it
├── PublishingNotAllowed   the actor is not an official of the catalogue
├── AnswerWrong            an answer cannot be read as its question asks (becomes a `Mistake`)
├── SheetUnreadable        the file is no spreadsheet, or none made from this form
└── CellsWrong             a spreadsheet was read and refused whole: `mistakes` says what is wrong in which cell
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from services.catalogue.form import Pair
    from services.catalogue.mistakes import Mistake
    from services.catalogue.problems import Problem


class CatalogueError(Exception):
    """The request was understood and refused."""


class ItemNotFound(CatalogueError):
    def __init__(self, code: str, version: int | None = None) -> None:
        super().__init__(f"no item {code}" if version is None else f"no version {version} of item {code}")
        self.code = code
        self.version = version


class ItemWithdrawn(CatalogueError):
    """`successors` are the codes of the items to go to instead, `names` what those are called."""

    def __init__(self, code: str, successors: "Mapping[str, Pair] | None" = None) -> None:
        super().__init__(f"item {code} was withdrawn")
        self.code = code
        self.names = dict(successors or {})
        self.successors = tuple(self.names)


class ItemNotFit(CatalogueError):
    def __init__(self, code: str, problems: "Sequence[Problem]") -> None:
        super().__init__(f"item {code} has {len(problems)} problems")
        self.code = code
        self.problems = tuple(problems)


class PublishingNotAllowed(CatalogueError):
    def __init__(self, code: str) -> None:
        super().__init__(f"not allowed to publish item {code}")
        self.code = code


class AnswerWrong(CatalogueError):
    def __init__(self, code: str, data: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.data: dict[str, str | int] = dict(data or {})


class CellMistake(Struct, frozen=True):
    """A mistake with its place: `申请!C4`."""

    cell: str
    mistake: "Mistake"


class SheetUnreadable(CatalogueError):
    """`why`: file (no spreadsheet, or a broken one), sheet (not made from this form), too-many, one-only."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the spreadsheet cannot be read: {why}")
        self.why = why


class CellsWrong(CatalogueError):
    """Nothing of the spreadsheet was kept."""

    def __init__(self, mistakes: Sequence[CellMistake]) -> None:
        super().__init__(f"{len(mistakes)} cells are wrong")
        self.mistakes = tuple(mistakes)
