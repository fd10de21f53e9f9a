"""XES: everything the standard allows is read, what is wrong is named by line, what is written is read back the same."""

import contextlib
import gzip
import io
import itertools
import random
import tracemalloc
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from statistics import mean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.supervision.process_map import BOX, HEIGHT, drawn
from services.oversight.mining import commands
from services.oversight.mining.discovery import END, START, Discovery, Happened
from services.oversight.mining.errors import LogMalformed
from services.oversight.mining.xes import KINDS, NAME, RESOURCE, TIME, Attribute, Event, Head, Trace
from services.oversight.mining.xes_reading import Reader, moment
from services.oversight.mining.xes_writing import write

EXAMPLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- what the standard allows -->
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><string key="concept:name" value="nameless"/></global>
  <global scope="event"><string key="org:resource" value="system"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="source" value="&lt;sample&gt; &amp; more"><int key="nested" value="-7"/></string>
  <trace>
    <string key="concept:name" value="1"/>
    <list key="parts"><values><id key="a" value="x-1"/><boolean key="b" value="true"/></values></list>
    <container key="box"><float key="weight" value="1.5e3"><string key="unit" value="kg"/></float></container>
    <date key="due" value="2026-11-20T00:00:00.000+08:00"/>
    <event><string key="concept:name" value="accept"/><date key="time:timestamp" value="2026-11-16T09:00:00.123456789+08:00"/></event>
    <event><string key="concept:name" value="accept"/></event>
    <event><string key="concept:name" value="grant"/><date key="time:timestamp" value="2026-11-23T09:00:00Z"/><string key="org:resource" value="\xe7\x94\xb2"/></event>
  </trace>
  <trace/>
  <event><string key="concept:name" value="alone"/></event>
</log>"""


def read(content):
    reader = Reader(io.BytesIO(content))
    return list(reader), reader.head


def test_nested_attributes_lists_extensions_globals_and_missing_times_are_read():
    (first, empty, alone), head = read(EXAMPLE)
    assert head.extensions == [("Concept", "concept", "http://www.xes-standard.org/concept.xesext")]
    assert head.classifiers == {"Activity": NAME}
    assert head.attributes == [
        Attribute("string", "source", "<sample> & more", (Attribute("int", "nested", -7),))
    ]
    parts, box = first.attributes[1:3]
    assert [one.value for one in parts.children] == ["x-1", True]
    assert box.children[0] == Attribute("float", "weight", 1500.0, (Attribute("string", "unit", "kg"),))
    assert [event.get(RESOURCE) for event in first.events] == ["system", "system", "甲"]
    assert first.events[0].get(TIME) == datetime(2026, 11, 16, 9, 0, 0, 123456, timezone(timedelta(hours=8)))
    assert first.events[1].get(TIME) is None
    assert (empty.get(NAME), empty.events) == ("nameless", ())
    assert (alone.attributes, len(alone.events)) == ((), 1)
    assert read(gzip.compress(EXAMPLE)) == ([first, empty, alone], head)


def test_the_limit_and_the_missing_times_are_counted():
    found = commands.discover(io.BytesIO(EXAMPLE), due="due").summary()
    assert (found["traces"], found["events"], found["timeless"]) == (3, 4, 2)
    assert (found["with_due"], found["late"], found["reworked_traces"]) == (1, 1, 1)
    assert found["rework"] == [["accept", 1]]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"<log>\n<trace>\n</log>", 3, "mismatched tag"),
        (b"<log>\n<trace/>\n", 3, "no element found"),
        (b"", 1, "no element found"),
        (b"PK\x03\x04 not xml", 1, "not well-formed"),
        (b"<html/>", 1, "the root is <html>, not <log>"),
        (b"<log>\n\n<trace><event><string value='x'/></event></trace></log>", 3, "<string> without a key"),
        (b"<log>\n<int key='n'/></log>", 2, "<int> n without a value"),
        (b"<log>\n<int key='n' value='many'/></log>", 2, "n is no int: 'many'"),
        (b"<log>\n<date key='t' value='yesterday'/></log>", 2, "t is no date: 'yesterday'"),
        (b"<log>\n<boolean key='t' value='perhaps'/></log>", 2, "t is no boolean: 'perhaps'"),
        (b"<log>\n<trace><trace/></trace></log>", 2, "<trace> has no place inside <trace>"),
        (b"<log>\n<blob key='t' value='x'/></log>", 2, "<blob> has no place inside <log>"),
        (b"<!DOCTYPE log [<!ENTITY a 'b'>]>\n<log/>", 1, "a document type is not part of XES"),
        (b"<log>" + b"<container key='c'>" * 200, 1, "nested too deeply"),
        (gzip.compress(EXAMPLE)[:300], 0, "the packed file is damaged"),
    ],
)
def test_what_is_malformed_is_named_by_line_and_reason(content, line, reason):
    with pytest.raises(LogMalformed) as wrong:
        read(content)
    assert reason in wrong.value.reason
    assert not line or wrong.value.line == line


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content):
    with contextlib.suppress(LogMalformed):
        read(content)
    with contextlib.suppress(LogMalformed):
        read(EXAMPLE[:400] + content)


def test_moments_as_the_standard_writes_them():
    assert moment("2026-11-16T09:00:00Z") == datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert moment("2026-11-16T09:00:00") == datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert moment("2026-11-16T09:00:00.5+08:00").microsecond == 500_000


CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
TEXTS = st.text(CHARACTERS, max_size=8)
VALUES = {
    "string": TEXTS,
    "id": TEXTS,
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}
PLAIN = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.builds(Attribute, st.just(kind), TEXTS, VALUES[kind])
)


def nested(inner):
    children = st.lists(inner, max_size=3).map(tuple)
    holders = st.builds(Attribute, st.sampled_from(["list", "container"]), TEXTS, st.none(), children)
    return holders | st.sampled_from(sorted(VALUES)).flatmap(
        lambda kind: st.builds(Attribute, st.just(kind), TEXTS, VALUES[kind], children)
    )


ATTRIBUTES = st.lists(st.recursive(PLAIN, nested, max_leaves=6), max_size=3).map(tuple)
TRACES = st.lists(
    st.builds(Trace, ATTRIBUTES, st.lists(st.builds(Event, ATTRIBUTES), max_size=3).map(tuple)), max_size=3
)


@settings(max_examples=40)
@given(TRACES)
def test_what_is_written_is_read_back_the_same(traces):
    out = io.StringIO()
    head = Head(
        extensions=[("Concept", "concept", "http://www.xes-standard.org/concept.xesext")],
        classifiers={"A": NAME},
    )
    assert write(out, head, traces) == len(traces)
    assert read(out.getvalue().encode()) == (traces, head)
    ET.fromstring(out.getvalue())  # another reader takes it as well


def generated(count, seed=3):
    """A log of `count` cases, and the same as plain lists."""
    chance, plain = random.Random(seed), []
    for n in range(count):
        at, steps = datetime(2026, 1, 5, 1, tzinfo=UTC) + timedelta(hours=n), ["accept"]
        steps += ["review"] * chance.choice([1, 1, 1, 2]) + chance.choice([["grant"], ["refuse"], []])
        rows = []
        for step in steps:
            rows.append((step, at, chance.choice(["甲", "乙"])))
            at += timedelta(minutes=chance.randint(1, 4000))
        plain.append((f"c{n}", rows))
    traces = [
        Trace(
            (Attribute("string", NAME, name),),
            tuple(
                Event(
                    (
                        Attribute("string", NAME, step),
                        Attribute("date", TIME, at),
                        Attribute("string", RESOURCE, who),
                    )
                )
                for step, at, who in rows
            ),
        )
        for name, rows in plain
    ]
    out = io.StringIO()
    write(out, commands.own_head(), traces)
    return out.getvalue().encode(), plain


def test_the_numbers_are_those_of_another_programs_reading():
    content, _ = generated(400)
    found = commands.discover(io.BytesIO(content)).summary()
    space = "{http://www.xes-standard.org/}"
    logs = []
    for trace in ET.fromstring(content).findall(f"{space}trace"):
        rows = []
        for event in trace.findall(f"{space}event"):
            values = {one.get("key"): one.get("value") for one in event}
            rows.append((values[NAME], datetime.fromisoformat(values[TIME]), values[RESOURCE]))
        logs.append(rows)
    durations = sorted((rows[-1][1] - rows[0][1]).total_seconds() for rows in logs)
    assert found["median"] == median(durations)
    assert found["mean"] == pytest.approx(mean(durations))
    assert found["p90"] == durations[359]
    ways = Counter(tuple(row[0] for row in rows) for rows in logs)
    assert {tuple(one["activities"]): one["count"] for one in found["variants"]} == ways
    follows = Counter((a[0], b[0]) for rows in logs for a, b in itertools.pairwise(rows))
    told = {(one["from"], one["to"]): one for one in found["follows"]}
    assert {
        pair: one["count"] for pair, one in told.items() if START not in pair and END not in pair
    } == follows
    waits = [
        (b[1] - a[1]).total_seconds()
        for rows in logs
        for a, b in itertools.pairwise(rows)
        if (a[0], b[0]) == ("accept", "review")
    ]
    assert told["accept", "review"]["median"] == median(waits)
    assert dict(found["resources"]) == Counter(row[2] for rows in logs for row in rows)
    assert found["reworked_traces"] == sum(len({row[0] for row in rows}) < len(rows) for rows in logs)


class Endless(io.RawIOBase):
    """A log of so many bytes that is never whole in memory."""

    def __init__(self, block, times):
        self.parts, self.rest = iter([b"<log>", *[block] * times, b"</log>"]), b""

    def readable(self):
        return True

    def readinto(self, buffer):
        self.rest = self.rest or next(self.parts, b"")
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def test_memory_does_not_grow_with_the_file():
    content, _ = generated(60)
    block = content[content.index(b"  <trace>") : content.rindex(b"</log>")]

    def peak(times):
        tracemalloc.start()
        found = commands.discover(io.BufferedReader(Endless(block, times)))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.traces == 60 * times
        return used

    assert peak(24) < peak(4) * 1.5


def test_waiting_times_are_sampled_when_there_are_many():
    found = Discovery()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(5_000):
        found.add([Happened("a", start), Happened("b", start + timedelta(seconds=n))])
    (wait,) = [one["median"] for one in found.summary()["follows"] if one["from"] == "a"]
    assert wait == pytest.approx(2500, rel=0.02)
    assert len(found.waits["a", "b"].kept) <= 1000


def test_a_map_draws_every_activity_and_the_ways_between_without_one_box_on_another():
    content, _ = generated(50)
    summary = commands.discover(io.BytesIO(content)).summary()
    drawing = drawn(summary, str.upper)
    assert [node.label for node in drawing.nodes] == [
        START,
        "ACCEPT",
        "REVIEW",
        *(one["name"].upper() for one in summary["activities"][2:]),
        END,
    ]
    assert all(b.y - a.y > HEIGHT for a, b in zip(drawing.nodes, drawing.nodes[1:], strict=False))
    assert {node.x + BOX <= drawing.width for node in drawing.nodes} == {True}
    assert len(drawing.edges) + drawing.left_out == len(summary["follows"])
    assert any(edge.back for edge in drawing.edges)
    assert drawn(Discovery().summary(), str).edges == []
    assert {"list", "container"} < KINDS
