"""Why a payment could not be recorded.

ChargingRefusal (ApplicationError)
├── FeeNotYours      only the window and who decides record payments
├── FeeNotOpen       nothing is charged for what was not handed in
├── AmountWrong      no amount of money, or beyond reason
├── ReceiptWrong     no number of a non-tax receipt (财政电子票据)
├── ReceiptUsed      the receipt stands for another payment already
├── PaidOnWrong      paid before the case was handed in, or in the future
├── FeeSettled       nothing was due, or the fee was taken or let off already
└── PaymentUnknown   no such payment of this case
"""

from datetime import date

from services.applications.errors import ApplicationError


class ChargingRefusal(ApplicationError):
    """The request was understood and refused."""


class FeeNotYours(ChargingRefusal):
    pass


class FeeNotOpen(ChargingRefusal):
    def __init__(self, state: str) -> None:
        super().__init__(f"nothing is charged for a case that is {state}")
        self.state = state


class AmountWrong(ChargingRefusal):
    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} fen is no payment")
        self.amount = amount


class ReceiptWrong(ChargingRefusal):
    pass


class ReceiptUsed(ChargingRefusal):
    def __init__(self, receipt: str) -> None:
        super().__init__(f"receipt {receipt} stands for another payment")
        self.receipt = receipt


class PaidOnWrong(ChargingRefusal):
    def __init__(self, day: date) -> None:
        super().__init__(f"not paid on {day}")
        self.day = day


class FeeSettled(ChargingRefusal):
    pass


class PaymentUnknown(ChargingRefusal):
    pass
