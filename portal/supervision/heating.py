"""Departments and their items by how hot they are: how much of what runs is late or nearly late."""

from collections.abc import Mapping

from services.oversight.board import Place
from services.oversight.rules import CaseLight


class HeatRow:
    """An item of a department: its running cases by light, and how hot red and yellow are, 0 to 4."""

    def __init__(self, department: str, item: str, lights: dict[CaseLight, int]) -> None:
        self.department, self.item, self.lights = department, item, lights
        self.total = sum(lights.values())

    def heat(self, shown: CaseLight) -> int:
        share = self.lights[shown] / self.total if self.total else 0
        return 0 if not share else 1 + sum(share >= limit for limit in (0.1, 0.25, 0.5))

    @property
    def worst(self) -> tuple[int, int, int]:
        return (-self.lights[CaseLight.RED], -self.lights[CaseLight.YELLOW], -self.total)


def departments_by_heat(lights: Mapping[Place, Mapping[CaseLight, int]]) -> list[tuple[str, list[HeatRow]]]:
    """Departments with their items, the hottest first."""
    rows = [HeatRow(department, item, dict(shown)) for (department, item), shown in lights.items()]
    groups: dict[str, list[HeatRow]] = {}
    for row in sorted(rows, key=lambda one: (*one.worst, one.department, one.item)):
        groups.setdefault(row.department, []).append(row)
    return list(groups.items())
