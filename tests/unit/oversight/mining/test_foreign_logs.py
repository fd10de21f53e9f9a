"""XES beside another program: what we write is read by libxml2's reader as the same log, and a great file is a stream.

YIWANG_XES_MB says how great (2; 500 for the great count). The numbers of the great log are known from how it was made,
not from reading it.
"""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from services.oversight.mining import commands
from services.oversight.mining.xes import NAME, RESOURCE, TIME, Attribute, Event, Trace, text
from services.oversight.mining.xes_writing import write

MEGABYTES = int(os.environ.get("YIWANG_XES_MB", "2"))
SPACE = "{http://www.xes-standard.org/}"
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
WAYS = (("accept", "review", "grant"), ("accept", "review", "review", "refuse"), ("accept",))
PROGRAM = """
import json, sys
from services.oversight.mining import commands

def peak():
    # Not getrusage: its peak is inherited from the process that started this one.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

before = peak()
with open(sys.argv[1], "rb") as stream:
    found = commands.discover(stream, due="due").summary()
kept = {key: found[key] for key in ("traces", "events", "median", "mean", "late", "with_due", "reworked_traces")}
kept["variants"] = [[one["activities"], one["count"]] for one in found["variants"]]
kept["resources"], kept["rework"] = found["resources"], found["rework"]
print(json.dumps(kept | {"grew": peak() - before}))
"""


def as_read(element):
    """A trace, an event or an attribute as libxml2 sees it: (kind, key, value, children)."""
    kind = element.tag.removeprefix(SPACE)
    children = [one for part in element for one in (part if part.tag == f"{SPACE}values" else (part,))]
    return kind, element.get("key"), element.get("value"), tuple(as_read(one) for one in children)


def as_written(attribute):
    value = None if attribute.kind in {"list", "container"} else text(attribute.value)
    return attribute.kind, attribute.key, value, tuple(as_written(one) for one in attribute.children)


def test_another_program_reads_the_same_log():
    nested = Attribute(
        "list",
        "parts",
        None,
        (
            Attribute("string", "名", "甲 & <乙>", (Attribute("int", "n", -7),)),
            Attribute("boolean", "yes", True),
            Attribute("container", "box", None, (Attribute("float", "w", 1.5), Attribute("id", "i", "x-1"))),
        ),
    )
    event = Event((Attribute("string", NAME, "受理"), Attribute("date", TIME, START), nested))
    traces = [Trace((Attribute("string", NAME, "1"), nested), (event, event)), Trace((), ())]
    out = io.StringIO()
    write(out, commands.own_head(), traces)
    root = etree.fromstring(out.getvalue().encode())
    assert etree.QName(root).localname == "log"
    found = [as_read(one) for one in root.findall(f"{SPACE}trace")]
    assert found == [
        (
            "trace",
            None,
            None,
            (
                *map(as_written, trace.attributes),
                *(("event", None, None, tuple(map(as_written, one.attributes))) for one in trace.events),
            ),
        )
        for trace in traces
    ]


def written(path: Path, megabytes: int) -> dict[str, object]:
    """Write a log of so many megabytes; what is true of it, reckoned while writing."""
    ways, durations, people, cases, late = Counter(), [], Counter(), 0, 0
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">\n')
        while out.tell() < megabytes * 1_000_000:
            way, pace = WAYS[cases % 3], 1 + cases % 7
            due = START + timedelta(hours=cases) + timedelta(minutes=900)
            out.write(
                f'<trace><string key="{NAME}" value="{cases}"/><date key="due" value="{due.isoformat()}"/>\n'
            )
            for place, name in enumerate(way):
                at = START + timedelta(hours=cases, minutes=100 * pace * place)
                who = f"示例{(cases + place) % 5}"
                people[who] += 1
                out.write(
                    f'<event><string key="{NAME}" value="{name}"/><date key="{TIME}" value="{at.isoformat()}"/>'
                    f'<string key="{RESOURCE}" value="{who}"/><list key="more"><values><int key="n" value="{cases}"/>'
                    "</values></list></event>\n"
                )
            ways[way] += 1
            durations.append(100 * 60 * pace * (len(way) - 1))
            late += 100 * pace * (len(way) - 1) > 900
            cases += 1
            out.write("</trace>\n")
        out.write("</log>\n")
    durations.sort()
    middle = cases // 2
    return {
        "traces": cases,
        "events": sum(len(way) * count for way, count in ways.items()),
        "median": durations[middle] if cases % 2 else (durations[middle - 1] + durations[middle]) / 2,
        "mean": pytest.approx(sum(durations) / cases),
        "with_due": cases,
        "late": late,
        "variants": [[list(way), count] for way, count in sorted(ways.items(), key=lambda one: (-one[1], one[0]))],
        "resources": [[who, count] for who, count in sorted(people.items(), key=lambda one: (-one[1], one[0]))],
        "rework": [["review", ways[WAYS[1]]]],
        "reworked_traces": ways[WAYS[1]],
    }  # fmt: skip


def test_a_great_file_is_read_as_a_stream_with_the_right_numbers(tmp_path, capsys):
    path = tmp_path / "great.xes"
    expected = written(path, MEGABYTES)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    grew = found.pop("grew")
    assert found == expected
    with capsys.disabled():
        if MEGABYTES > 2:
            print(f"\n{path.stat().st_size:,} bytes read, memory grew by {grew / 1024:.0f} MiB")
    assert grew < 64 * 1024, "kibibytes: what is kept are counts and durations, whatever the file's size"
