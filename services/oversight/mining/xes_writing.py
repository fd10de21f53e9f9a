"""Writing XES, one trace at a time; what is written here is read back as the same log."""

from collections.abc import Iterable
from typing import TextIO
from xml.sax.saxutils import quoteattr

from services.oversight.mining.xes import Attribute, Head, Trace, text

OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">\n'
)


CLOSING = "</log>\n"


def write(stream: TextIO, head: Head, traces: Iterable[Trace]) -> int:
    """Write a whole log; how many traces it has."""
    stream.write(opening(head))
    count = 0
    for trace in traces:
        stream.write(written(trace))
        count += 1
    stream.write(CLOSING)
    return count


def opening(head: Head) -> str:
    """Everything before the first trace."""
    parts = [OPENING]
    for name, prefix, uri in head.extensions:
        parts.append(
            f"  <extension name={quoteattr(name)} prefix={quoteattr(prefix)} uri={quoteattr(uri)}/>\n"
        )
    for scope, attributes in head.globals.items():
        parts.append(f"  <global scope={quoteattr(scope)}>\n{_all(attributes, 2)}  </global>\n")
    for name, keys in head.classifiers.items():
        parts.append(f"  <classifier name={quoteattr(name)} keys={quoteattr(keys)}/>\n")
    return "".join(parts) + _all(head.attributes, 1)


def written(trace: Trace) -> str:
    """One trace as text."""
    events = "".join(f"    <event>\n{_all(event.attributes, 3)}    </event>\n" for event in trace.events)
    return f"  <trace>\n{_all(trace.attributes, 2)}{events}  </trace>\n"


def _all(attributes: Iterable[Attribute], depth: int) -> str:
    return "".join(_attribute(one, "  " * depth) for one in attributes)


def _attribute(one: Attribute, indent: str) -> str:
    value = "" if one.kind in {"list", "container"} else f" value={quoteattr(text(one.value))}"
    opened = f"{indent}<{one.kind} key={quoteattr(one.key)}{value}"
    if not one.children:
        return f"{opened}/>\n"
    inner = _all(one.children, len(indent) // 2 + (2 if one.kind == "list" else 1))
    if one.kind == "list":
        inner = f"{indent}  <values>\n{inner}{indent}  </values>\n"
    return f"{opened}>\n{inner}{indent}</{one.kind}>\n"
