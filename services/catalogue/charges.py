"""What a case pays by its item's definition (行政许可法 58, 59). Pure."""

from collections.abc import Mapping
from datetime import date

from services.catalogue.conditions import holds
from services.catalogue.definition import Fee


def due(fee: Fee, known: Mapping[str, object], *, today: date) -> int | None:
    """Fen to be paid, by answers and facts: 0 where the item is free; None where it does not say how much."""
    if not fee.charged:
        return 0
    if not fee.lines:
        return fee.amount
    amounts = [line.amount for line in fee.lines if holds(line.when, known, today=today)]
    told = [amount for amount in amounts if amount is not None]
    return sum(told) if told and len(told) == len(amounts) else None
