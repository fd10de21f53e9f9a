"""Why nobody may act here for somebody else, or a proof of who one is was not taken.

MandateError
├── MandateUnknown       no such mandate or request of this person
├── MandateSettled       the request was answered or taken back meanwhile
├── OneselfNamed         nobody needs a mandate from themself
├── NotAChild            a guardian acts for those under 18 only
├── ChildNeedsGuardian   somebody under 18 is asked to confirm what only a guardian may
├── PeriodWrong          a mandate ends after it begins, three years on at most
├── ScopeWrong           no item named, or one that does not exist
├── TooManyRequests      so many open requests that they are a nuisance to others
├── NotAdministrator     only a firm's legal representative and administrators name its agents
├── NotRepresentative    the register names somebody else as the firm's legal representative
├── PowerMissing         the mandate does not cover this item
├── LevelTooLow          the item needs to know more surely who one is
└── TooManyChecks        so many attempts at being verified that they look like guessing
"""

from identity.errors import IdentityError
from identity.rules import Level


class MandateError(IdentityError):
    """Base of what mandates and real-name levels refuse."""


class MandateUnknown(MandateError):
    def __init__(self) -> None:
        super().__init__("no such mandate")


class MandateSettled(MandateError):
    def __init__(self) -> None:
        super().__init__("the request is settled")


class OneselfNamed(MandateError):
    def __init__(self) -> None:
        super().__init__("named oneself")


class NotAChild(MandateError):
    def __init__(self) -> None:
        super().__init__("18 or older")


class ChildNeedsGuardian(MandateError):
    def __init__(self) -> None:
        super().__init__("under 18: only a guardian acts for them")


class PeriodWrong(MandateError):
    def __init__(self) -> None:
        super().__init__("ends too early or too late")


class ScopeWrong(MandateError):
    def __init__(self) -> None:
        super().__init__("no item, or an unknown one")


class TooManyRequests(MandateError):
    def __init__(self) -> None:
        super().__init__("too many open requests")


class NotAdministrator(MandateError):
    def __init__(self) -> None:
        super().__init__("not an administrator of the firm")


class NotRepresentative(MandateError):
    def __init__(self, credit_code: str) -> None:
        super().__init__(f"not the legal representative of {credit_code}")
        self.credit_code = credit_code


class PowerMissing(MandateError):
    """`party` is whom one acts for, `item` the code of what one may not do for them."""

    def __init__(self, party: str, item: str) -> None:
        super().__init__(f"the mandate does not cover {item}")
        self.party = party
        self.item = item


class LevelTooLow(MandateError):
    def __init__(self, needed: Level, held: Level) -> None:
        super().__init__(f"needs {needed}, is {held}")
        self.needed = needed
        self.held = held


class TooManyChecks(MandateError):
    def __init__(self) -> None:
        super().__init__("too many attempts today")
