"""What was measured, line by line, and the one table it is shown in."""

import os
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One measured number; `beside` names the line it is compared with."""

    name: str
    value: float
    unit: str = "/s"
    beside: str | None = None
    note: str = ""


@dataclass
class Results:
    """Lines in the order in which they were measured, and the machine's load before and after."""

    lines: list[Line] = field(default_factory=list)
    before: tuple[float, float, float] = field(default_factory=os.getloadavg)

    def add(
        self, name: str, value: float, unit: str = "/s", *, beside: str | None = None, note: str = ""
    ) -> None:
        self.lines.append(Line(name, value, unit, beside, note))

    def ratio(self, line: Line) -> str:
        compared = next((one for one in self.lines if one.name == line.beside), None)
        if compared is None or not compared.value:
            return ""
        return f"{line.value / compared.value:.2f} × {compared.name}"


def show(results: Results) -> None:
    """Print the table and the load of the machine on which it was measured."""
    console = Console(width=None if os.isatty(1) else 150)
    table = Table(title="Yiwang, measured")
    table.add_column("what")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("ratio", no_wrap=True)
    table.add_column("note")
    for line in results.lines:
        table.add_row(line.name, f"{spelled(line.value)} {line.unit}", results.ratio(line), line.note)
    console.print(table)
    loads = [" ".join(f"{one:.1f}" for one in load) for load in (results.before, os.getloadavg())]
    console.print(f"{os.cpu_count()} cores; load (1, 5, 15 minutes) before {loads[0]}, after {loads[1]}")
    console.print("Load generator, servers and database share these cores: compare ratios, not numbers.")


def spelled(value: float) -> str:
    """Three meaningful digits: 12,345 · 123 · 12.3 · 1.23."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
