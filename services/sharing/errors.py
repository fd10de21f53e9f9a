"""What can go wrong between a case and a register.

SharingError
├── SourceTrouble            a department's system gave no usable answer (`source` names it)
│   ├── SourceDown           refused, unreachable, not configured, or left alone by its breaker
│   ├── SourceSlow           no answer within its time limit
│   └── SourceWrong          an answer that cannot be what was asked for (`why`)
├── SourcesMisconfigured     a sources file that cannot be obeyed: file, place and reason
├── MessageRefused           a message that cannot be believed or read: `why` "unverified" | "malformed"
├── ResourceUnknown          not in the directory
├── ContractUnknown          no such contract
├── ContractUnsound          a contract the directory does not allow (`why`)
├── ValueWrong               a value that is not of its field's type (`field`, never the value)
└── ExchangeError            what the portal's side meets
    ├── HubUnavailable       no hub answer in time: ask the applicant instead (`why`)
    ├── ExchangeRefused      the hub said no, signed (`reason` is a rules.Reason value)
    └── AnswerForged         an answer that is not the hub's, or not to this question (`why`)
"""


class SharingError(Exception):
    """Base of everything this package raises on purpose."""


class SourceTrouble(SharingError):
    """`kind` is the word that is recorded: "down", "slow" or "wrong"."""

    kind = "down"

    def __init__(self, source: str, why: str = "") -> None:
        super().__init__(f"source {source} {self.kind}: {why}")
        self.source = source
        self.why = why


class SourceDown(SourceTrouble):
    kind = "down"


class SourceSlow(SourceTrouble):
    kind = "slow"


class SourceWrong(SourceTrouble):
    kind = "wrong"


class SourcesMisconfigured(SharingError):
    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file
        self.why = why


class MessageRefused(SharingError):
    def __init__(self, why: str) -> None:
        super().__init__(f"message refused: {why}")
        self.why = why


class ResourceUnknown(SharingError):
    def __init__(self, code: str) -> None:
        super().__init__(f"no resource {code}")
        self.code = code


class ContractUnknown(SharingError):
    def __init__(self, number: str) -> None:
        super().__init__(f"no contract {number}")
        self.number = number


class ContractUnsound(SharingError):
    def __init__(self, number: str, why: str) -> None:
        super().__init__(f"contract {number} refused: {why}")
        self.number = number
        self.why = why


class ValueWrong(SharingError):
    def __init__(self, field: str) -> None:
        super().__init__(f"field {field} does not hold a value of its type")
        self.field = field


class ExchangeError(SharingError):
    """Base of what a caller of the hub has to be ready for."""


class HubUnavailable(ExchangeError):
    def __init__(self, why: str) -> None:
        super().__init__(f"hub unavailable: {why}")
        self.why = why


class ExchangeRefused(ExchangeError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"exchange refused: {reason}")
        self.reason = reason


class AnswerForged(ExchangeError):
    def __init__(self, why: str) -> None:
        super().__init__(f"answer refused: {why}")
        self.why = why
