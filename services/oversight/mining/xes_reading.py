"""Reading XES as a stream: one trace in memory at a time, gzip or plain, and for what is wrong the line and the reason."""

import gzip
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO
from xml.parsers import expat

from services.oversight.mining.errors import LogMalformed
from services.oversight.mining.xes import KINDS, Attribute, Attributes, Event, Head, Trace, Value

CHUNK = 1 << 16
DEEPEST = 100
GZIP = b"\x1f\x8b"
SAMPLE = 60


class Reader:
    """Traces of one log, in order. `head` fills as the file is read; `bytes_read` counts the (unpacked) bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self.head = Head()
        self.bytes_read = 0
        self.stream = _unpacked(stream)
        self.ready: list[Trace] = []
        self.stack: list[_Open] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.buffer_text = True

    def __iter__(self) -> Iterator[Trace]:
        """Raises LogMalformed."""
        more = True
        while more:
            chunk = self._chunk()
            more = bool(chunk)
            try:
                self.parser.Parse(chunk, not more)
            except expat.ExpatError as wrong:
                raise LogMalformed(wrong.lineno, expat.ErrorString(wrong.code)) from wrong
            yield from self.ready
            self.ready = []

    def _chunk(self) -> bytes:
        try:
            chunk: bytes = self.stream.read(CHUNK)
        except (EOFError, OSError) as wrong:
            raise LogMalformed(
                self.parser.CurrentLineNumber, f"the packed file is damaged: {wrong}"
            ) from wrong
        self.bytes_read += len(chunk)
        return chunk

    def _wrong(self, reason: str) -> LogMalformed:
        return LogMalformed(self.parser.CurrentLineNumber, reason)

    def _doctype(self, *_named: Any) -> None:
        raise self._wrong("a document type is not part of XES")

    def _start(self, full: str, given: Mapping[str, str]) -> None:
        name = full.rpartition(" ")[2]
        if not self.stack:
            if name != "log":
                raise self._wrong(f"the root is <{name}>, not <log>")
        else:
            self._require(name, self.stack[-1].name)
        if len(self.stack) > DEEPEST:
            raise self._wrong("attributes are nested too deeply")
        opened = _Open(name, given)
        if name in KINDS:
            opened.key, opened.value = self._attribute(name, given)
        self.stack.append(opened)

    def _require(self, name: str, parent: str) -> None:
        """Raises LogMalformed for an element where the standard has none such."""
        allowed = INSIDE.get(parent, INSIDE["attribute"])
        if name not in allowed:
            raise self._wrong(f"<{name}> has no place inside <{parent}>")

    def _attribute(self, kind: str, given: Mapping[str, str]) -> tuple[str, Value]:
        key = given.get("key")
        if key is None:
            raise self._wrong(f"<{kind}> without a key")
        if kind in {"list", "container"}:
            return key, None
        written = given.get("value")
        if written is None:
            raise self._wrong(f"<{kind}> {key} without a value")
        try:
            return key, PARSE[kind](written)
        except ValueError:
            raise self._wrong(f"{key} is no {kind}: {written[:SAMPLE]!r}") from None

    def _end(self, _full: str) -> None:
        done = self.stack.pop()
        if not self.stack:
            return
        parent = self.stack[-1]
        if done.name in KINDS:
            attribute = Attribute(done.name, done.key, done.value, tuple(done.attributes))
            (self.head.attributes if parent.name == "log" else parent.attributes).append(attribute)
        elif done.name == "values":
            parent.attributes.extend(done.attributes)
        elif done.name == "event":
            self._event(done, parent)
        elif done.name == "trace":
            attributes = self._with_defaults("trace", done.attributes)
            self.ready.append(Trace(attributes, tuple(done.events)))
        else:
            self._declared(done)

    def _event(self, done: "_Open", parent: "_Open") -> None:
        event = Event(self._with_defaults("event", done.attributes))
        if parent.name == "log":  # an event of no trace is a case of its own
            self.ready.append(Trace((), (event,)))
        else:
            parent.events.append(event)

    def _with_defaults(self, scope: str, attributes: list[Attribute]) -> Attributes:
        """What the globals of the scope say holds for whatever does not say it itself."""
        known = {one.key for one in attributes}
        return (*attributes, *(one for one in self.head.globals.get(scope, ()) if one.key not in known))

    def _declared(self, done: "_Open") -> None:
        given = done.given
        if done.name == "extension":
            self.head.extensions.append(
                (given.get("name", ""), given.get("prefix", ""), given.get("uri", ""))
            )
        elif done.name == "classifier":
            self.head.classifiers[given.get("name", "")] = given.get("keys", "")
        elif done.name == "global":
            self.head.globals[given.get("scope", "event")] = tuple(done.attributes)


class _Open:
    """An element whose end has not come yet."""

    __slots__ = ("attributes", "events", "given", "key", "name", "value")

    def __init__(self, name: str, given: Mapping[str, str]) -> None:
        self.name, self.given = name, given
        self.key, self.value = "", None  # type: str, Value
        self.attributes: list[Attribute] = []
        self.events: list[Event] = []


INSIDE: Mapping[str, frozenset[str]] = {
    "log": KINDS | {"extension", "global", "classifier", "trace", "event"},
    "trace": KINDS | {"event"},
    "event": KINDS,
    "global": KINDS,
    "extension": frozenset(),
    "classifier": frozenset(),
    "values": KINDS,
    "list": KINDS | {"values"},
    "attribute": KINDS,
}
"""Which elements the standard allows inside which; anything not listed is an attribute, which may nest others."""


def moment(written: str) -> datetime:
    """An xs:dateTime; one without a zone is taken as UTC, more than six decimals are cut. ValueError otherwise."""
    head, point, rest = written.strip().partition(".")
    if point:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        head += f".{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}"
    found = datetime.fromisoformat(head)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def boolean(written: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if written.strip().lower() not in known:
        raise ValueError(written)
    return known[written.strip().lower()]


PARSE: Mapping[str, Callable[[str], Value]] = {
    "string": str,
    "id": str,
    "int": int,
    "float": float,
    "boolean": boolean,
    "date": moment,
}


def _unpacked(stream: BinaryIO) -> Any:
    """The stream, unpacked where it begins like gzip does."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    return gzip.GzipFile(fileobj=buffered) if buffered.peek(2)[:2] == GZIP else buffered
