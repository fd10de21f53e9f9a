"""食品经营许可: a firm, a correction round, two inspectors, a licence, and everyone it does not concern kept out."""

import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from portal.cli.demo import people
from portal.cli.tour import proofs, tour
from portal.cli.tour.case import LOOKING, MAKING_SECONDS, Case, facts_told, start
from portal.cli.tour.client import Client, Json
from portal.cli.tour.errors import StepFailed
from portal.cli.tour.tour import Tour

ITEM = "food-business"
OWNER, FIRM, STRANGER = "person-a", "firm-restaurant", "person-c"
CLERK, ELSEWHERE, APPROVER, SUPERVISOR = "market-window", "civil-window", "market-approver", "supervisor-1"
REVIEWERS = ("market-reviewer-1", "market-reviewer-2")
OPENS_IN = timedelta(days=45)


def answers(today: date) -> dict[str, Json]:
    """What only the firm knows."""
    return {
        "handler": "legal-representative",
        "business_kind": "catering",
        "projects": ["hot-dishes", "drinks"],
        "seats": 40,
        "open_kitchen": True,
        "area": "120.5",
        "opens_on": (today + OPENS_IN).isoformat(),
        "sells_online": False,
        "manager_name": people.person("person-b").name,
        "manager_phone": people.person("person-b").phone,
        "handlers": 6,
    }


def by_hand() -> dict[str, Json]:
    """What the registers know, for the day they do not answer."""
    firm, owner = people.firm(FIRM), people.person(OWNER)
    return {
        "firm_name": firm.name,
        "legal_representative": owner.name,
        "premises": firm.premises,
        "handler_phone": owner.phone,
    }


def walk(on: Tour, today: date) -> Path:
    """The whole case; the path of its evidence. Raises TourError at the first step that does not hold."""
    case = _apply(on, today)
    _receive(on, case)
    _decide(on, case)
    _licence(on, case)
    kept: list[Path] = []
    on.report.step("evidence verified offline", partial(proofs.evidence, on, case, kept.append))
    return kept[0]


def _apply(on: Tour, today: date) -> Case:
    step, client = on.report.step, on.client
    owner = ""

    def sign_in() -> str:
        nonlocal owner
        owner = on.visitors.citizen(OWNER)
        return people.person(OWNER).name

    step("applicant signed in", sign_in)
    step("party chosen", partial(tour.choose, client, owner, people.firm(FIRM).name))
    begun: list[Case] = []
    step("case started", partial(_begin, client, owner, begun))
    case = begun[0]
    step("facts gathered", lambda: facts_told(case.gathered()))
    step("answers given", lambda: f"{len(case.answer(answers(today), by_hand())['form']['answers'])} answers")
    step("files handed in", lambda: ", ".join(case.hand_in_files()))
    step("commitment signed", lambda: ", ".join(case.promise()))
    step("case submitted, twice", lambda: f"done once, due {case.submit_twice()['due_on']}")
    return case


def _begin(client: Client, token: str, begun: list[Case]) -> str:
    begun.append(start(client, token, ITEM))
    return begun[0].number


def _receive(on: Tour, case: Case) -> None:
    step, clerk = on.report.step, partial(on.visitors.officer, CLERK)
    step("strangers kept out", lambda: tour.kept_out(case, _strangers(on)))
    step("case claimed", lambda: tour.claimed(case, clerk()))
    step("correction requested", lambda: _request_correction(case, clerk()))
    step("case corrected, twice", lambda: f"done once, due {case.correct_twice({'seats': 36})['due_on']}")
    step("case accepted", lambda: tour.accepted(case, clerk()))
    step("duties separated", lambda: tour.separated(case, clerk()))
    step("seen by the supervisor", lambda: _on_the_board(on, case))


def _strangers(on: Tour) -> list[tuple[str, str | None]]:
    return [
        ("nobody", None),
        ("another citizen", on.visitors.citizen(STRANGER)),
        ("a clerk of another department", on.visitors.officer(ELSEWHERE)),
    ]


def _request_correction(case: Case, clerk: str) -> str:
    defects = [{"target": "question:seats", "note": "座位数与布局图不符（示例）"}]
    case.deed(clerk, "request-correction", {"defects": defects}, lambda seen: bool(seen["corrections"]))
    notice = case.seen()["corrections"][0]["defects"]
    return ", ".join(one["target"] for one in notice)


def _on_the_board(on: Tour, case: Case) -> str:
    """The board is kept by a worker, within seconds of the deed."""
    supervisor = on.visitors.officer(SUPERVISOR)
    seen = case.seen(supervisor)
    deadline = time.monotonic() + MAKING_SECONDS
    while time.monotonic() < deadline:
        board = on.client.get("/oversight/board", token=supervisor).json()
        row = next(
            (one for one in board["departments"] if one["department"] == seen["department_code"]), None
        )
        if row and row["total"]:
            return f"{row['total']} running cases of the department, this one {seen['light']}"
        time.sleep(LOOKING)
    raise StepFailed(f"the case is not on the board after {MAKING_SECONDS:.0f} seconds")


def _decide(on: Tour, case: Case) -> None:
    step = on.report.step
    steps = on.client.get(f"/items/{ITEM}").json()["steps"]
    before = [one for one in steps if one["role"] == "reviewer"]
    officers = partial(map, on.visitors.officer, REVIEWERS)
    step("steps reviewed", lambda: tour.reviewed(case, tuple(officers()), before))
    step("case granted", lambda: tour.granted(case, on.visitors.officer(APPROVER)))


def _licence(on: Tour, case: Case) -> None:
    step, client = on.report.step, on.client
    made: list[Json] = []

    def issued() -> str:
        made.append(case.until(lambda seen: seen["licence"] and seen["state"] == "delivered", "the licence"))
        return str(made[0]["licence"])

    step("licence issued and delivered", issued)
    identifier = str(made[0]["licence"])
    path = f"/licences/{identifier}/document"
    content = b""

    def downloaded() -> str:
        nonlocal content
        content = client.get(path, token=case.token).content
        return str(on.keep(f"licence-{identifier}.pdf", content))

    step("licence downloaded", downloaded)
    step("licence verified", lambda: proofs.verified(client, content))
    step("licence verified by its code", lambda: proofs.code_verified(client, case.token, identifier))
    step("altered licence noticed", lambda: proofs.altered_noticed(client, content))
    step("licence kept from strangers", lambda: _kept(on, path))
    on.licence = on.out.resolve() / f"licence-{identifier}.pdf"


def _kept(on: Tour, path: str) -> str:
    for who, token in _strangers(on)[1:]:
        status, _ = on.client.refused("GET", path, token=token)
        if status != 404:
            raise StepFailed(f"{who} got {status}")
    return "another citizen 404, a clerk of another department 404"
