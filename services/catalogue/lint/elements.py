"""Rules on what a guide must say: codes, words, basis, limits, fee, contact (行政许可法 30)."""

import re
from collections.abc import Callable, Iterator

import msgspec

from identity.numbers import NumberWrong, credit_code
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Pair
from services.catalogue.lint.known import Finding, finding, repeated
from services.catalogue.themes import theme

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
BASIC = re.compile(r"[0-9A-Z]{12}")
REGION = re.compile(r"[0-9]{6}")
PHONE = re.compile(r"[0-9+][0-9 -]{3,18}")
LONGEST_WORDS = 2000
LONGEST_NAME = 200

PUBLISH = "行政许可法 第30条"
LIMITS = "行政许可法 第42条"
FEES = "行政许可法 第58、59条"
CONTACT = "优化营商环境条例 第36条"
PRESENCE = "行政许可法 第29条"


def codes(item: ItemDefinition) -> Iterator[Finding]:
    """实施编码 = 18 credit code + 1 level + 12 basic code, whose digits 3 and 4 are the item type."""
    if not SLUG.fullmatch(item.code) or len(item.code) > 60:
        yield finding("code", "code-shape", value=item.code, wanted="lower-case-words")
    if not REGION.fullmatch(item.region):
        yield finding("region", "code-shape", value=item.region, wanted="GB/T 2260, 6 digits")
    try:
        credit_code(item.department.code)
    except NumberWrong as wrong:
        yield finding("department.code", "department-code", why=wrong.why)
    if not BASIC.fullmatch(item.basic_code):
        yield finding("basic_code", "code-shape", value=item.basic_code, wanted="12 digits")
    elif item.basic_code[2:4] != item.item_type:
        yield finding("basic_code", "basic-code-type", wanted=item.item_type.value)
    wanted = f"{item.department.code}{item.level}{item.basic_code}"
    if item.implementation_code != wanted:
        yield finding("implementation_code", "implementation-code", wanted=wanted)


def words(item: ItemDefinition) -> Iterator[Finding]:
    """Every pair of words has both languages, and none is a book."""
    for path, pair in pairs(item, ""):
        if not pair.zh.strip() or not pair.en.strip():
            yield finding(path, "words-missing")
        elif max(len(pair.zh), len(pair.en)) > LONGEST_WORDS:
            yield finding(path, "words-too-long", max=LONGEST_WORDS)


def pairs(thing: object, path: str) -> Iterator[tuple[str, Pair]]:
    """Every Pair inside a definition, with its path."""
    if isinstance(thing, Pair):
        yield path, thing
    elif isinstance(thing, tuple):
        for index, one in enumerate(thing):
            yield from pairs(one, f"{path}[{index}]")
    elif isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            yield from pairs(getattr(thing, name), f"{path}.{name}".lstrip("."))


def names(item: ItemDefinition) -> Iterator[Finding]:
    if max(len(item.name.zh), len(item.name.en)) > LONGEST_NAME:
        yield finding("name", "words-too-long", max=LONGEST_NAME)
    for index, alias in enumerate(item.aliases):
        if not alias.strip():
            yield finding(f"aliases[{index}]", "words-missing")
    yield from repeated(item.aliases, "aliases")
    yield from repeated(item.themes, "themes")
    for name in ("audiences", "themes"):
        if not getattr(item, name):
            yield finding(name, "none", law=PUBLISH)
    for index, slug in enumerate(item.themes):
        if theme(slug) is None:
            yield finding(f"themes[{index}]", "unknown-reference", value=slug)


def law(item: ItemDefinition) -> Iterator[Finding]:
    if not item.basis:
        yield finding("basis", "basis-missing", law=PUBLISH)
    for name in ("conditions", "places"):
        if not getattr(item, name):
            yield finding(name, "none", law=PUBLISH)
    yield from repeated([condition.key for condition in item.conditions], "conditions")


def limits(item: ItemDefinition) -> Iterator[Finding]:
    statutory, promised = item.statutory_limit, item.promised_limit
    if statutory.days < 1 or statutory.basis is None:
        yield finding("statutory_limit", "limit-missing", law=LIMITS)
    if promised.days > statutory.days:
        yield finding(
            "promised_limit", "promise-too-long", days=promised.days, max=statutory.days, law=LIMITS
        )
    if promised.days < 0 or (promised.days == 0) is not item.decided_on_the_spot:
        yield finding("promised_limit", "promise-on-the-spot")


def fee(item: ItemDefinition) -> Iterator[Finding]:
    if item.fee.charged and not item.fee.lines and (item.fee.standard is None or item.fee.basis is None):
        yield finding("fee", "fee-without-basis", law=FEES)


def contact(item: ItemDefinition) -> Iterator[Finding]:
    for name in ("contact", "complaint"):
        if not PHONE.fullmatch(getattr(item, name).phone):
            yield finding(f"{name}.phone", "phone-missing", law=CONTACT)


def visits(item: ItemDefinition) -> Iterator[Finding]:
    if not 0 <= item.visits.count <= 9:
        yield finding("visits.count", "out-of-range", min=0, max=9)
    if item.visits.count > 0 and item.visits.reason is None:
        yield finding("visits", "visit-without-reason", law=PRESENCE)


RULES: tuple[tuple[Callable[[ItemDefinition], Iterator[Finding]], tuple[str, ...]], ...] = (
    (codes, ("code", "basic_code", "implementation_code", "item_type", "department", "level", "region")),
    (names, ("name", "aliases", "audiences", "themes")),
    (law, ("basis", "conditions", "places")),
    (limits, ("statutory_limit", "promised_limit", "decided_on_the_spot")),
    (fee, ("fee",)),
    (contact, ("contact", "complaint")),
    (visits, ("visits",)),
)
"""Every rule with the elements it reads; `words` reads all of them."""
