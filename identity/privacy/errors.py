"""What can go wrong when people ask about their own data.

PrivacyError (IdentityError)
├── CorrectionUnknown   no such request for whoever asks
├── CorrectionAnswered  it has been answered already
└── ClosingHindered     the account cannot be closed yet; `hindrances` says why
"""

from collections.abc import Collection

from identity.errors import IdentityError


class PrivacyError(IdentityError):
    """Base of what is refused on purpose here."""


class CorrectionUnknown(PrivacyError):
    def __init__(self, number: str) -> None:
        super().__init__(f"no correction request {number}")
        self.number = number


class CorrectionAnswered(PrivacyError):
    def __init__(self, number: str) -> None:
        super().__init__(f"correction request {number} has been answered")
        self.number = number


class ClosingHindered(PrivacyError):
    def __init__(self, hindrances: Collection[str]) -> None:
        super().__init__(f"account not closed: {', '.join(sorted(hindrances))}")
        self.hindrances = frozenset(hindrances)
