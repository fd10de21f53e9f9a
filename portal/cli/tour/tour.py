"""What a tour has with it, and the steps both cases share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.cli.tour.case import Case, events
from portal.cli.tour.client import Client, Json
from portal.cli.tour.errors import StepFailed
from portal.cli.tour.report import Report
from portal.cli.tour.visitors import Visitors


@dataclass
class Tour:
    """`out` is where licence and evidence are kept; `licence` where this tour's licence lies."""

    client: Client
    visitors: Visitors
    report: Report
    out: Path
    licence: Path | None = None

    def keep(self, name: str, content: bytes) -> Path:
        """Write a file of the tour and say where it is."""
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / name
        path.write_bytes(content)
        return path.resolve()


def choose(client: Client, token: str, name: str | None) -> str:
    """Act for the party called `name`, or without it for oneself, for the length of the session."""
    parties = client.get("/parties", token=token).json()
    wanted = "person" if name is None else "organisation"
    found = next((one for one in parties if one["kind"] == wanted and name in {None, one["name"]}), None)
    if found is None:
        raise StepFailed(f"{name} is not among the parties")
    client.repeatable("PUT", "/parties/chosen", token=token, json={"party": found["id"]})
    return str(found["name"])


def claimed(case: Case, officer: str) -> str:
    case.deed(officer, "claim", {}, lambda seen: bool(seen["claimed_by_name"]))
    return "by the window clerk"


def accepted(case: Case, officer: str) -> str:
    seen = case.deed(officer, "accept", {}, lambda one: one["accepted_at"] is not None)
    return f"due {seen['due_on']}, {seen['limit_days']} working days"


def separated(case: Case, clerk: str) -> str:
    """接办分离: who received does not decide."""
    status, problem = case.refused(clerk, "grant", {})
    if status not in {403, 409}:
        raise StepFailed(f"the clerk who accepted was not refused: {status} {problem}")
    return f"the clerk who accepted may not decide: {status} {problem}"


def reviewed(case: Case, officers: Sequence[str], steps: Sequence[Json]) -> str:
    """Every step before the decision; where two persons verify, the first may not be the second as well."""
    told = []
    for step in steps:
        needed = officers[: 2 if step["two_persons"] else 1]
        for place, officer in enumerate(needed):
            _speak(case, officer, step["key"], place)
            if place == 0 and len(needed) == 2:
                _second_is_another(case, officer, step["key"])
        told.append(f"{step['key']} by {len(needed)}")
    return ", ".join(told)


def _speak(case: Case, officer: str, step: str, place: int) -> None:
    def spoken(seen: Json) -> bool:
        return len(events(seen, "step reviewed", step=step)) > place

    case.deed(officer, "review", {"favourable": True, "opinion": "符合要求（示例意见）"}, spoken)


def _second_is_another(case: Case, officer: str, step: str) -> None:
    status, problem = case.refused(officer, "review", {"favourable": True})
    if status != 409:
        raise StepFailed(f"one person reviewed {step} twice: {status} {problem}")


def granted(case: Case, approver: str) -> str:
    seen = case.deed(
        approver, "grant", {"opinion": "准予（示例）"}, lambda one: one["decided_at"] is not None
    )
    return f"on time: {seen['on_time']}"


def kept_out(case: Case, strangers: Sequence[tuple[str, str | None]]) -> str:
    """Whoever the case does not concern gets the answer there would be if it did not exist."""
    told = []
    for who, token in strangers:
        wanted = 404 if token else 401
        for path in (case.path, f"/ledger/cases/{case.number}"):
            status, _ = case.client.refused("GET", path, token=token)
            if status != wanted:
                raise StepFailed(f"{who} got {status} at {path}")
        told.append(f"{who} {wanted}")
    return ", ".join(told)


def rated(case: Case) -> str:
    case.client.once(
        f"{case.path}/rating",
        token=case.token,
        expect=201,
        json={"grade": 1, "text": "示例评价"},
        done=lambda: case.seen()["rating"],
    )
    return "grade 1, very satisfied"
