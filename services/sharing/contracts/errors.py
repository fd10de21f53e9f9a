"""What departments may not do with contracts. Every one is a SharingError with its word in `why`.

ContractError
├── AskingUnknown     no such asking, or not this department's
├── AskingSettled     already answered or taken back (`why` its state)
├── ReasonMissing     a refusal or an end without reasons
├── NotTheirs         another department's resource, contract or ticket
└── TicketUnknown     no such ticket or use, or already answered
EvidenceBroken        evidence that does not hold, at `place`
"""

from services.sharing.errors import SharingError


class ContractError(SharingError):
    """Base: `subject` is what it is about, `why` a word."""

    def __init__(self, subject: str, why: str = "") -> None:
        super().__init__(f"{type(self).__name__}: {subject} {why}".strip())
        self.subject = subject
        self.why = why


class AskingUnknown(ContractError):
    pass


class AskingSettled(ContractError):
    pass


class ReasonMissing(ContractError):
    pass


class NotTheirs(ContractError):
    pass


class TicketUnknown(ContractError):
    pass


class EvidenceBroken(SharingError):
    def __init__(self, place: str) -> None:
        super().__init__(f"the evidence does not hold: {place}")
        self.place = place
