"""What a payment has to be, and what a case still owes. Pure.

Charged is only what a law says, by the published standard (行政许可法 58, 59); every payment has its receipt
(财政票据管理办法). Amounts are fen.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from services.applications.charging.errors import AmountWrong, FeeNotOpen, PaidOnWrong, ReceiptWrong
from services.applications.rules import State

LARGEST = 100_000_000_00
RECEIPT = re.compile(r"[0-9]{8,20}")
"""票据号码: ten digits, with the code of the kind (八位票据代码) in front where somebody copies both."""
CLOSED = frozenset({State.DRAFT})


def fen(yuan: str) -> int:
    """«80» or «80.50» yuan in fen. Raises AmountWrong for anything that is no amount of whole fen."""
    try:
        found = Decimal(yuan.strip()) * 100
    except InvalidOperation:
        raise AmountWrong(0) from None
    if not found.is_finite() or found != found.to_integral_value():
        raise AmountWrong(0)
    return require_amount(int(found))


def require_amount(amount: int) -> int:
    """Raises AmountWrong for nothing, less than nothing, or beyond a hundred million yuan."""
    if not 0 < amount <= LARGEST:
        raise AmountWrong(amount)
    return amount


def require_receipt(text: str) -> str:
    """The number without blanks. Raises ReceiptWrong."""
    number = "".join(text.split())
    if not RECEIPT.fullmatch(number):
        raise ReceiptWrong
    return number


def require_day(paid_on: date, handed_in: date, today: date) -> None:
    """Raises PaidOnWrong: nothing is paid before the case was handed in, nor in the future."""
    if not handed_in <= paid_on <= today:
        raise PaidOnWrong(paid_on)


def require_handed_in(state: State) -> None:
    """Raises FeeNotOpen."""
    if state in CLOSED:
        raise FeeNotOpen(state)


def kept(payments: Iterable[tuple[int, bool]]) -> int:
    """What was taken and not given back, of (fen, given back)."""
    return sum(amount for amount, refunded in payments if not refunded)
