"""Why a deed of oversight could not be done.

OversightError
├── OrderNotFound       no such supervision order, or not yours to see
├── CardNotFound        no such card, or not yours to see
├── NotForOversight     this deed is for supervisors, or for the officers of the department concerned
├── TextMissing         an order, a reply, a closing remark without words
├── DueTooSoon          an order must leave at least until tomorrow
├── AddresseeUnknown    the officer named does not serve the case's department
├── OrderAnswered       the order has its reply
├── OrderNotAnswered    an order without a reply is closed only with the reason why none is needed
└── OrderClosed         the order is closed
"""

from datetime import date


class OversightError(Exception):
    """The request was understood and refused."""


class OrderNotFound(OversightError):
    def __init__(self, order: str) -> None:
        super().__init__(f"no supervision order {order}")
        self.order = order


class CardNotFound(OversightError):
    def __init__(self, card: str) -> None:
        super().__init__(f"no card {card}")
        self.card = card


class NotForOversight(OversightError):
    def __init__(self, deed: str) -> None:
        super().__init__(f"not the one to {deed}")
        self.deed = deed


class TextMissing(OversightError):
    def __init__(self, field: str) -> None:
        super().__init__(f"{field} needs words")
        self.field = field


class DueTooSoon(OversightError):
    def __init__(self, due_on: date) -> None:
        super().__init__(f"{due_on} leaves no time")
        self.due_on = due_on


class AddresseeUnknown(OversightError):
    def __init__(self, department: str) -> None:
        super().__init__(f"nobody of that name serves {department}")
        self.department = department


class OrderAnswered(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is answered")
        self.number = number


class OrderNotAnswered(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} has no reply")
        self.number = number


class OrderClosed(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is closed")
        self.number = number
