"""Why something about a licence could not be done.

LicensingError
├── LicenceNotFound        no such licence, or not yours to see
├── MoveNotOpen            the move does not start from the current state
├── ReasonMissing          a deed against a licence without its reason or legal basis
├── RenewalNotOpen         a renewal asked for too late, or of what has no end
├── ApplicationHasLicence  another licence was already intended for this application
├── LicenceUnfit           lint found mistakes; nothing was sealed
├── CodeRefused            a presentation code that is unknown, used or too old: never said which
├── CodesCrowded           too many wrong codes came from there
├── ShareUnsound           a licence cannot be shared with this party, for this long, or without a purpose
├── ShareNotFound          no such sharing, or not yours
├── TypeUnknown            no licence type of this code
├── TypeUnsound            a type definition or its template contradicts itself
├── TypeUnfit              a type as written in the editor: every mistake with its place
├── TypeTaken              slug or code of a new type is in use
├── TypeDraftMovedOn       somebody saved the draft since it was read
├── TypeKeeperOnly         only who keeps the catalogue writes types
├── TableUnfit             a file of existing licences that cannot be read at all
├── ImportNotAllowed       only who decides for a department takes in its licences
├── ImportNotFound         no such file taken in, or not of your departments
├── NumberUnsound          a number or identifier cannot be made from these parts
├── PictureUnfit           not a picture that can be printed
├── PrintFailed            the page could not be laid out
├── SealMissing            no key was enrolled for this seal
├── StampMissing           the time-stamp authority gave no time stamp
└── KeysUnreadable         a key file does not open with the passphrase, or is damaged
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class LicensingError(Exception):
    """Base of everything this package refuses on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake lint found: `code` missing|too-long|control-character|date|period|identifier|holder|number-taken|picture."""

    code: str
    element: str


class LicenceNotFound(LicensingError):
    def __init__(self, identifier: str) -> None:
        super().__init__(f"no licence {identifier}")
        self.identifier = identifier


class MoveNotOpen(LicensingError):
    def __init__(self, state: str, move: str) -> None:
        super().__init__(f"cannot {move} a licence that is {state}")
        self.state = state
        self.move = move


class ReasonMissing(LicensingError):
    def __init__(self, part: str) -> None:
        super().__init__(f"no {part} given")
        self.part = part


class RenewalNotOpen(LicensingError):
    """`window` is unlimited, late or over."""

    def __init__(self, window: str) -> None:
        super().__init__(f"not renewable: {window}")
        self.window = window


class ApplicationHasLicence(LicensingError):
    def __init__(self, application_number: str, type_code: str) -> None:
        super().__init__(f"application {application_number} already has a licence of type {type_code}")
        self.application_number = application_number
        self.type_code = type_code


class LicenceUnfit(LicensingError):
    def __init__(self, identifier: str, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"licence {identifier} unfit: {', '.join(f'{p.element} {p.code}' for p in problems)}"
        )
        self.identifier = identifier
        self.problems = tuple(problems)


class CodeRefused(LicensingError):
    def __init__(self) -> None:
        super().__init__("presentation code refused")


class CodesCrowded(LicensingError):
    def __init__(self) -> None:
        super().__init__("too many wrong codes from there")


class ShareUnsound(LicensingError):
    """`part` is days, purpose or recipient."""

    def __init__(self, part: str) -> None:
        super().__init__(f"not to be shared: {part}")
        self.part = part


class ShareNotFound(LicensingError):
    def __init__(self, share: str) -> None:
        super().__init__(f"no sharing {share}")
        self.share = share


class TypeUnknown(LicensingError):
    def __init__(self, code: str) -> None:
        super().__init__(f"no licence type {code}")
        self.code = code


class TypeUnsound(LicensingError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"licence type {name}: {why}")
        self.name = name
        self.why = why


class TypeUnfit(LicensingError):
    """`problems` name the place of each mistake («fields.3.key»)."""

    def __init__(self, slug: str, problems: Sequence[Problem]) -> None:
        super().__init__(f"type {slug} unfit: {', '.join(f'{one.element} {one.code}' for one in problems)}")
        self.slug = slug
        self.problems = tuple(problems)


class TypeTaken(LicensingError):
    """`part` is slug or code."""

    def __init__(self, part: str) -> None:
        super().__init__(f"{part} of a licence type is taken")
        self.part = part


class TypeDraftMovedOn(LicensingError):
    def __init__(self, slug: str, by: str, at: datetime) -> None:
        super().__init__(f"the draft of {slug} was saved meanwhile")
        self.slug = slug
        self.by = by
        self.at = at


class TypeKeeperOnly(LicensingError):
    def __init__(self) -> None:
        super().__init__("licence types are written by who keeps the catalogue")


class TableUnfit(LicensingError):
    """`why` is not-a-table, too-large, too-many-rows, no-columns or empty."""

    def __init__(self, why: str) -> None:
        super().__init__(f"table unfit: {why}")
        self.why = why


class ImportNotAllowed(LicensingError):
    def __init__(self, department: str) -> None:
        super().__init__(f"not to be imported for {department}")
        self.department = department


class ImportNotFound(LicensingError):
    def __init__(self, key: str) -> None:
        super().__init__(f"no file of licences {key}")
        self.key = key


class NumberUnsound(LicensingError):
    def __init__(self, part: str, value: str) -> None:
        super().__init__(f"{part} does not fit: {value!r}")
        self.part = part
        self.value = value


class PictureUnfit(LicensingError):
    def __init__(self, why: str) -> None:
        super().__init__(f"picture unfit: {why}")
        self.why = why


class PrintFailed(LicensingError):
    def __init__(self, template: str, why: str) -> None:
        super().__init__(f"{template} not printed: {why}")
        self.template = template
        self.why = why


class SealMissing(LicensingError):
    def __init__(self, department: str, name: str) -> None:
        super().__init__(f"no seal {name} of {department}")
        self.department = department
        self.name = name


class KeysUnreadable(LicensingError):
    def __init__(self, file: str) -> None:
        super().__init__(f"key file {file} does not open")
        self.file = file


class StampMissing(LicensingError):
    """The authority is away or answers something else: sealing is tried again later."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no time stamp: {why}")
        self.why = why
