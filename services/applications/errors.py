"""Why something could not be done with an application.

ApplicationError
├── ApplicationNotFound   no such number, or not yours to see
├── StepNotOpen           the deed does not start from the current state
├── NotYourDeed           this role does not do this deed
├── ClaimedBySomebody     another officer works on the case
├── NotClaimed            the officer must claim the case first
├── AcceptorMayNotDecide  接办分离: who accepted, or spoke as one of two, may not decide
├── AlreadySpoke          the second of two persons must be another person
├── StepsNotDone          the decision was asked for before every step was done
├── AuthorityMissing      a referral must name the right authority (行政许可法 32)
├── TimeNotStated         a special procedure must say how long it takes (行政许可法 45)
├── NothingBefore         there is no earlier step to send the case back to
├── MaterialsOutstanding  what was to follow (容缺后补) is not there yet
├── StillInTime           the applicant's time is not over
├── GroundNotOpen         the legal ground does not fit where the case stands
├── NothingToVerify       no commitment of the case waits for this verification
├── HearingOpen           a hearing was offered or asked for and is not over (行政许可法 47)
├── HearingNotOpen        there is no hearing for this step
├── HearingDateWrong      too early or too late for a hearing (行政许可法 47, 48)
├── ChairNotFree          who reviewed the case may not chair its hearing (行政许可法 48)
├── NotDecidedByRules     no rule decided this case: there is nothing for a person to look at again
├── ReviewTimeOver        the time in which a person may be asked for is over
├── ReviewUnderWay        a person was asked for already and has not concluded
├── NothingToReview       nobody asked for a person, or a person has concluded
├── OfferNotOpen          nothing is offered (免申即享), or the offer was answered
├── AlreadyArchived       what is archived is not changed
├── ReasonMissing         the law wants a reason (行政许可法 38; 优化营商环境条例 36)
├── NothingToCorrect      a correction notice must name at least one defect
├── UnknownTarget         the correction names a question or material the item does not have
├── NotInDraft            answers and materials change only in a draft or a correction
├── NotAskedToCorrect     this answer or material was not named in the correction notice
├── Incomplete            what is still missing before it may be handed in
├── AnswersWrong          the answers as typed do not fit their questions
├── MaterialUnknown       the item asks for no such material
├── MaterialNotSpared     this material cannot be met by a commitment
├── FileEmpty · FileTooLarge · TooManyFiles · FileNotAllowed · FileTooLong · FileInfected ·
│   FileUnreadable
├── FileHeld              in quarantine, or found infected: nobody opens it
├── UploadUnknown · UploadGap   a file that arrives piece by piece
├── WrongApplicant        the item is not for this kind of applicant
├── ResultNotReady        the result document is still being made
├── AlreadyRated          one rating for one case (一事一评)
├── PartOfBundle          a draft that is filled in and handed in with its bundle, not alone
└── ChangedMeanwhile      somebody changed the draft since it was read
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


class ApplicationError(Exception):
    """The request was understood and refused."""


class ApplicationNotFound(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"no application {number}")
        self.number = number


class StepNotOpen(ApplicationError):
    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"cannot {step} an application that is {state}")
        self.state = state
        self.step = step


class NotYourDeed(ApplicationError):
    def __init__(self, deed: str, role: str) -> None:
        super().__init__(f"{deed} is for {role}")
        self.deed = deed
        self.role = role


class ClaimedBySomebody(ApplicationError):
    def __init__(self, name: str) -> None:
        super().__init__("claimed by another officer")
        self.name = name


class NotClaimed(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is not claimed")
        self.number = number


class AcceptorMayNotDecide(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"who received {number} may not decide it")
        self.number = number


class AlreadySpoke(ApplicationError):
    def __init__(self, step: str) -> None:
        super().__init__(f"the second person of step {step} must be another")
        self.step = step


class StepsNotDone(ApplicationError):
    def __init__(self, step: str) -> None:
        super().__init__(f"step {step} is not done")
        self.step = step


class AuthorityMissing(ApplicationError):
    def __init__(self) -> None:
        super().__init__("the right authority is not named")


class TimeNotStated(ApplicationError):
    def __init__(self, days: int) -> None:
        super().__init__(f"a special procedure of {days} days")
        self.days = days


class NothingBefore(ApplicationError):
    def __init__(self, step: str) -> None:
        super().__init__(f"no step before {step}")
        self.step = step


class MaterialsOutstanding(ApplicationError):
    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"still to follow: {', '.join(codes)}")
        self.codes = tuple(codes)


class StillInTime(ApplicationError):
    """`until` is the last day of the applicant's time."""

    def __init__(self, until: date) -> None:
        super().__init__(f"in time until {until}")
        self.until = until


class GroundNotOpen(ApplicationError):
    def __init__(self, ground: str) -> None:
        super().__init__(f"ground {ground} does not apply")
        self.ground = ground


class NothingToVerify(ApplicationError):
    def __init__(self, code: str) -> None:
        super().__init__(f"no commitment {code} to verify")
        self.code = code


class HearingOpen(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"the hearing of {number} is not over")
        self.number = number


class HearingNotOpen(ApplicationError):
    def __init__(self, deed: str) -> None:
        super().__init__(f"no hearing for {deed}")
        self.deed = deed


class HearingDateWrong(ApplicationError):
    """A hearing may be on any day from `first` to `last`."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"a hearing from {first} to {last}")
        self.first = first
        self.last = last


class ChairNotFree(ApplicationError):
    def __init__(self, name: str) -> None:
        super().__init__("the chair reviewed the application")
        self.name = name


class NotDecidedByRules(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was not decided by rules")
        self.number = number


class ReviewTimeOver(ApplicationError):
    """`until` was the last day for asking."""

    def __init__(self, until: date) -> None:
        super().__init__(f"a person could be asked for until {until}")
        self.until = until


class ReviewUnderWay(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"a person looks at {number} already")
        self.number = number


class NothingToReview(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"nobody asked for a person in {number}")
        self.number = number


class OfferNotOpen(ApplicationError):
    def __init__(self, item: str) -> None:
        super().__init__(f"no open offer of {item}")
        self.item = item


class AlreadyArchived(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is archived")
        self.number = number


class ReasonMissing(ApplicationError):
    def __init__(self, deed: str) -> None:
        super().__init__(f"{deed} needs a reason")
        self.deed = deed


class NothingToCorrect(ApplicationError):
    def __init__(self) -> None:
        super().__init__("a correction notice names at least one defect")


class UnknownTarget(ApplicationError):
    def __init__(self, target: str) -> None:
        super().__init__(f"nothing to correct at {target}")
        self.target = target


class NotInDraft(ApplicationError):
    def __init__(self, state: str) -> None:
        super().__init__(f"an application that is {state} cannot be changed")
        self.state = state


class NotAskedToCorrect(ApplicationError):
    def __init__(self, target: str) -> None:
        super().__init__(f"{target} was not named in the correction notice")
        self.target = target


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands in the way of handing in: a question's or material's key, and why."""

    kind: str  # "question" | "material"
    key: str
    why: str


class Incomplete(ApplicationError):
    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(f"{len(missing)} answers or materials are missing")
        self.missing = tuple(missing)


class AnswersWrong(ApplicationError):
    """`mistakes` are the catalogue's own, one for each wrong answer."""

    def __init__(self, mistakes: Sequence[object]) -> None:
        super().__init__(f"{len(mistakes)} answers are wrong")
        self.mistakes = tuple(mistakes)


class MaterialUnknown(ApplicationError):
    def __init__(self, code: str) -> None:
        super().__init__(f"no material {code}")
        self.code = code


class MaterialNotSpared(ApplicationError):
    def __init__(self, code: str) -> None:
        super().__init__(f"material {code} cannot be met that way")
        self.code = code


class FileEmpty(ApplicationError):
    def __init__(self, name: str) -> None:
        super().__init__("empty file")
        self.name = name


class FileTooLarge(ApplicationError):
    def __init__(self, name: str, max_mb: int) -> None:
        super().__init__(f"larger than {max_mb} MB")
        self.name = name
        self.max_mb = max_mb


class TooManyFiles(ApplicationError):
    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} files")
        self.most = most


class FileNotAllowed(ApplicationError):
    """`found` is what the content is, whatever the name says."""

    def __init__(self, name: str, found: str, allowed: Sequence[str]) -> None:
        super().__init__(f"content is {found}, allowed {', '.join(allowed)}")
        self.name = name
        self.found = found
        self.allowed = tuple(allowed)


class FileTooLong(ApplicationError):
    """More pages than anybody reads."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"more than {most} pages")
        self.name = name
        self.most = most


class FileInfected(ApplicationError):
    """The scanner found something; its word for it is for the log."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"infected: {what}")
        self.name = name


class FileHeld(ApplicationError):
    """`verdict` says why nobody may open it: waiting for the scanner, or infected."""

    def __init__(self, verdict: str) -> None:
        super().__init__(f"file is {verdict}")
        self.verdict = verdict


class UploadUnknown(ApplicationError):
    def __init__(self, identifier: str) -> None:
        super().__init__("no such upload")
        self.identifier = identifier


class UploadGap(ApplicationError):
    """The piece does not go on where the upload stands, at `received` bytes."""

    def __init__(self, received: int) -> None:
        super().__init__(f"the upload stands at {received}")
        self.received = received


class FileUnreadable(ApplicationError):
    def __init__(self, name: str) -> None:
        super().__init__("the content cannot be read")
        self.name = name


class WrongApplicant(ApplicationError):
    def __init__(self, code: str, kind: str) -> None:
        super().__init__(f"{code} is not for a {kind}")
        self.code = code
        self.kind = kind


class ResultNotReady(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"the result of {number} is still being made")
        self.number = number


class AlreadyRated(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was rated before")
        self.number = number


class ChangedMeanwhile(ApplicationError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was changed by somebody else")
        self.number = number


class PartOfBundle(ApplicationError):
    """`number` is the bundle's."""

    def __init__(self, number: str) -> None:
        super().__init__(f"part of the bundle {number}")
        self.number = number
