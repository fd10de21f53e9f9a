"""Rules on the elements beyond the five questions: bodies, powers, special procedures, fees line by line, checks."""

import re
from collections.abc import Callable, Iterator

from identity.numbers import NumberWrong, credit_code
from services.catalogue.codes import ItemType
from services.catalogue.conditions import keys
from services.catalogue.definition import ItemDefinition
from services.catalogue.lint.known import Finding, fact_is_had, finding, is_fact, repeated
from services.catalogue.particulars import ENTRUSTED, ProcedureKind

ENTRUSTING = "行政许可法 第24条"
EXTENDING = "行政许可法 第42条"
MOST_EXTENSION = 10
MOST_MONTHS = 240
MOST_SHEETS = 20
MOST_FEN = 100_000_000


def handling(item: ItemDefinition) -> Iterator[Finding]:
    """业务办理项编码 (33) = 实施编码 (31) + two digits."""
    if item.handling_code is not None and not re.fullmatch(
        re.escape(item.implementation_code) + "[0-9]{2}", item.handling_code
    ):
        yield finding("handling_code", "handling-code")


def bodies(item: ItemDefinition) -> Iterator[Finding]:
    """联办机构 and 承办机构 are known by their credit codes, each named once."""
    named = [(f"joint[{index}]", one) for index, one in enumerate(item.joint)]
    named += [(f"received_at[{index}]", one) for index, one in enumerate(item.received_at)]
    if item.handled_by is not None:
        named.append(("handled_by", item.handled_by))
    for path, one in named:
        try:
            credit_code(one.code)
        except NumberWrong as wrong:
            yield finding(f"{path}.code", "department-code", why=wrong.why)
    yield from repeated([item.department.code, *(one.code for one in item.joint)], "joint")
    yield from repeated([item.department.code, *(one.code for one in item.received_at)], "received_at")


def powers(item: ItemDefinition) -> Iterator[Finding]:
    """行政许可法 24: whoever acts for another says for whom."""
    if (item.power_source in ENTRUSTED) is (item.entrusted_by is None):
        path = "entrusted_by" if item.entrusted_by is not None else "power_source"
        yield finding(path, "entrusted-by", law=ENTRUSTING)


def procedures(item: ItemDefinition) -> Iterator[Finding]:
    """行政许可法 42: an extension is at most ten working days; other procedures end some day, too."""
    for index, one in enumerate(item.procedures):
        path = f"procedures[{index}].days"
        limited = one.kind is ProcedureKind.EXTENSION and item.item_type is ItemType.LICENSING
        if limited and one.days > MOST_EXTENSION:
            yield finding(path, "extension-too-long", max=MOST_EXTENSION, law=EXTENDING)
        elif not 1 <= one.days <= 365:
            yield finding(path, "out-of-range", min=1, max=365)
    yield from repeated([one.name.zh for one in item.procedures], "procedures")


def checks(item: ItemDefinition) -> Iterator[Finding]:
    for index, one in enumerate(item.regular_checks):
        if not 1 <= one.months <= MOST_MONTHS:
            yield finding(f"regular_checks[{index}].months", "out-of-range", min=1, max=MOST_MONTHS)


def payment(item: ItemDefinition) -> Iterator[Finding]:
    if not item.fee.charged and item.fee.lines:
        yield finding("fee.lines", "payment-without-fee")
    if not item.fee.charged and item.fee.amount is not None:
        yield finding("fee.amount", "payment-without-fee")
    if not item.fee.charged and item.online.payment:
        yield finding("online.payment", "payment-without-fee")


def amounts(item: ItemDefinition) -> Iterator[Finding]:
    """Fen of each line, and what the lines' conditions speak of."""
    told = [("fee.amount", item.fee.amount)]
    told += [(f"fee.lines[{index}].amount", line.amount) for index, line in enumerate(item.fee.lines)]
    for path, amount in told:
        if amount is not None and not 0 <= amount <= MOST_FEN:
            yield finding(path, "out-of-range", min=0, max=MOST_FEN)
    for index, line in enumerate(item.fee.lines):
        for key in keys(line.when):
            if not (fact_is_had(item, key) if is_fact(key) else item.form.question(key)):
                yield finding(f"fee.lines[{index}].when", "unknown-reference", value=key)


def ways(item: ItemDefinition) -> Iterator[Finding]:
    yield from repeated([way.value for way in item.ways], "ways")


def sheets(item: ItemDefinition) -> Iterator[Finding]:
    for index, material in enumerate(item.materials):
        for name in ("originals", "copies"):
            if not 0 <= getattr(material, name) <= MOST_SHEETS:
                yield finding(f"materials[{index}].{name}", "out-of-range", min=0, max=MOST_SHEETS)


RULES: tuple[tuple[Callable[[ItemDefinition], Iterator[Finding]], tuple[str, ...]], ...] = (
    (handling, ("handling_code", "implementation_code")),
    (bodies, ("department", "joint", "handled_by", "received_at")),
    (powers, ("power_source", "entrusted_by")),
    (procedures, ("procedures", "item_type")),
    (checks, ("regular_checks",)),
    (payment, ("fee", "online")),
    (amounts, ("fee", "form", "materials")),
    (ways, ("ways",)),
    (sheets, ("materials",)),
)
