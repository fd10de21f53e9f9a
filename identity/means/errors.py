"""Why a means of signing in could not be added, used or given up.

MeansError (an IdentityError)
├── PasskeyUnfit       what the browser sent is no passkey of this portal, or one that is already kept
├── PasskeyUnknown     no such passkey of this person
├── TooManyPasskeys    nobody needs more than twenty
├── ChannelAway        nothing is set up that could send such a notice
├── SecondFactorKept   staff may not give up their authenticator
├── RecoveryUnknown    no recovery that could be decided or used
└── SamePerson         the second person must be another, and neither may be the one recovered
"""

from identity.errors import IdentityError


class MeansError(IdentityError):
    """Base of what is refused about means of signing in."""


class PasskeyUnfit(MeansError):
    """`why`: "challenge" | "response" | "kept" | "address"."""

    def __init__(self, why: str) -> None:
        super().__init__(f"passkey refused: {why}")
        self.why = why


class PasskeyUnknown(MeansError):
    def __init__(self) -> None:
        super().__init__("no such passkey")


class TooManyPasskeys(MeansError):
    def __init__(self) -> None:
        super().__init__("too many passkeys")


class ChannelAway(MeansError):
    def __init__(self, channel: str) -> None:
        super().__init__(f"nothing sends by {channel}")
        self.channel = channel


class SecondFactorKept(MeansError):
    def __init__(self) -> None:
        super().__init__("staff keep their second factor")


class RecoveryUnknown(MeansError):
    def __init__(self) -> None:
        super().__init__("no such recovery")


class SamePerson(MeansError):
    def __init__(self) -> None:
        super().__init__("a second person is needed")
