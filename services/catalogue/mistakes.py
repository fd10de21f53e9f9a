"""What is wrong with an answer, as data: the words are `messages`'."""

from msgspec import Struct


class Mistake(Struct, frozen=True):
    """What is wrong with one answer: the question's key, a code, and the data a sentence about it needs.

    In a row of a group the key carries the row: `shareholders-2-name` (see `rows.named`).

    Codes: missing, one-only, control-characters, too-short {min, length}, too-long {max, length},
    pattern {pattern}, name, not-an-option, too-few {min}, too-many {max}, not-a-date,
    date-incomplete {missing: names of parts}, too-early {earliest}, too-late {latest}, not-a-number,
    too-many-decimals {max}, too-small {min}, too-large {max}, address-region, address-detail, not-a-file,
    not-rows, too-few-rows {min}, too-many-rows {max}, licence-number {why: segments | characters | check},
    and id-number, credit-code, phone, email, bank-card {why: length | characters | date | region | check}.
    """

    key: str
    code: str
    data: dict[str, str | int] = {}
