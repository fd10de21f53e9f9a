"""Rules on an item's own messages: each node once, only known placeholders, and short messages say next to nothing."""

from collections.abc import Callable, Iterator

from services.catalogue.definition import ItemDefinition
from services.catalogue.lint.known import Finding, finding, repeated
from services.catalogue.messages import LONGEST_SMS, OUTSIDE, PLACEHOLDERS, placeholders


def findings(item: ItemDefinition) -> Iterator[Finding]:
    yield from repeated([one.node.value for one in item.messages], "messages")
    for index, one in enumerate(item.messages):
        for name, pair, allowed in (
            ("title", one.title, PLACEHOLDERS),
            ("text", one.text, PLACEHOLDERS),
            ("sms", one.sms, OUTSIDE),
        ):
            for language in ("zh", "en") if pair else ():
                path = f"messages[{index}].{name}"
                yield from _words(path, getattr(pair, language), allowed)
                if name == "sms" and len(getattr(pair, language)) > LONGEST_SMS:
                    yield finding(path, "words-too-long", max=LONGEST_SMS)


def _words(path: str, text: str, allowed: frozenset[str]) -> Iterator[Finding]:
    named = placeholders(text)
    if named is None:
        yield finding(path, "placeholder", value="{", allowed=", ".join(sorted(allowed)))
        return
    for name in sorted(named - allowed):
        yield finding(path, "placeholder", value=name, allowed=", ".join(sorted(allowed)))


RULES: tuple[tuple[Callable[[ItemDefinition], Iterator[Finding]], tuple[str, ...]], ...] = (
    (findings, ("messages",)),
)
