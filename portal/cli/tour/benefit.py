"""失业保险金申领: a person hands nothing in; the registers know it already."""

from datetime import date, timedelta
from functools import partial

from portal.cli.demo import people
from portal.cli.tour import proofs, tour
from portal.cli.tour.case import Case, facts_told, start
from portal.cli.tour.client import Json
from portal.cli.tour.errors import StepFailed
from portal.cli.tour.tour import Tour

ITEM = "unemployment-benefit"
PERSON, CLERK, APPROVER = "person-d", "insurance-window", "insurance-approver"
CARD = "6222020200012345670"
WORK_ENDED = timedelta(days=40)


def by_hand(today: date) -> dict[str, Json]:
    """What the registers know, for the day they do not answer."""
    person = people.person(PERSON)
    return {
        "applicant_name": person.name,
        "applicant_phone": person.phone,
        "last_employer": "示例制造有限公司",
        "ended_on": (today - WORK_ENDED).isoformat(),
        "ended_reason": "劳动合同期满终止",
        "paid_months": 60,
        "bank": "示例银行示例支行",
    }


def walk(on: Tour, today: date) -> None:
    """The whole case. Raises TourError at the first step that does not hold."""
    case = _apply(on, today)
    step, clerk = on.report.step, partial(on.visitors.officer, CLERK)
    step("case accepted", lambda: tour.accepted(case, clerk()))
    step("duties separated", lambda: tour.separated(case, clerk()))
    step("case granted", lambda: tour.granted(case, on.visitors.officer(APPROVER)))
    step("decision delivered", lambda: _decision(on, case))
    step("service rated", lambda: tour.rated(case))


def _apply(on: Tour, today: date) -> Case:
    step, client = on.report.step, on.client
    begun: list[Case] = []

    def begin() -> str:
        token = on.visitors.citizen(PERSON)
        tour.choose(client, token, None)
        begun.append(start(client, token, ITEM))
        return f"{people.person(PERSON).name}: {begun[0].number}"

    step("case started", begin)
    case = begun[0]
    step("facts gathered", lambda: facts_told(case.gathered()))
    given = {"registers": True, "bank_card": CARD}
    step("answers given", lambda: f"{len(case.answer(given, by_hand(today))['form']['answers'])} answers")
    step("nothing handed in", lambda: _nothing(case))
    step("case submitted, twice", lambda: f"done once, due {case.submit_twice()['due_on']}")
    return case


def _nothing(case: Case) -> str:
    """免证办. Where a register did not answer, what it would have said is handed in."""
    uploaded = case.hand_in_files()
    return f"fallback: uploaded {', '.join(uploaded)}" if uploaded else "every material spared"


def _decision(on: Tour, case: Case) -> str:
    seen = case.until(lambda one: one["state"] == "delivered", "the decision")
    grant = next((one for one in seen["documents"] if one["kind"] == "grant"), None)
    if grant is None:
        raise StepFailed("no decision among the papers")
    content = on.client.get(f"{case.path}/documents/{grant['id']}", token=case.token).content
    return f"{grant['number']}, {proofs.verified(on.client, content)}"
