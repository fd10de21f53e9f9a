"""One case on the tour: what its applicant and the officers do with it, over the API alone."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from portal.cli.tour.client import Client, Json
from portal.cli.tour.errors import StepFailed
from portal.cli.tour.papers import pdf, png

GATHERING_SECONDS = 30.0
MAKING_SECONDS = 180.0
LOOKING = 0.5
ROUNDS = 5


@dataclass
class Case:
    """`token` is the applicant's."""

    client: Client
    token: str
    number: str

    @property
    def path(self) -> str:
        return f"/applications/{self.number}"

    def seen(self, token: str | None = None) -> Json:
        """The case as its applicant, or whoever holds `token`, sees it."""
        return self.client.get(self.path, token=token or self.token).json()

    def draft(self) -> Json:
        return self.client.get(f"{self.path}/draft", token=self.token).json()

    def gathered(self) -> Json:
        """The draft once nothing is being fetched any more."""
        deadline = time.monotonic() + GATHERING_SECONDS
        draft = self.draft()
        while any(one["supply"] == "waiting" for one in draft["materials"]) and time.monotonic() < deadline:
            time.sleep(LOOKING)
            draft = self.draft()
        return draft

    def answer(self, answers: Mapping[str, Json], by_hand: Mapping[str, Json]) -> Json:
        """Give `answers`, and of `by_hand` those that no register filled in, until no question is left."""
        given = dict(answers)
        for _ in range(ROUNDS):
            draft = self._save(given)
            left = [one["key"] for one in draft["missing"] if one["kind"] == "question"]
            if not left:
                return draft
            given = {key: by_hand[key] for key in left if key in by_hand}
            if not given:
                raise StepFailed(f"questions without an answer: {', '.join(left)}")
        raise StepFailed("there is no end to the questions")

    def _save(self, answers: Mapping[str, Json]) -> Json:
        body = {"answers": dict(answers)}
        return self.client.repeatable("PATCH", self.path, token=self.token, json=body).json()

    def hand_in_files(self) -> list[str]:
        """Upload a real file for everything still needed that no commitment spares; the codes."""
        wanted = [one for one in self._needed() if not one["commitment"]]
        for material in wanted:
            self._put(material["code"], files=[("file", file_for(material))])
        return [one["code"] for one in wanted]

    def promise(self) -> list[str]:
        """Sign every commitment that is still needed; the codes."""
        wanted = [one for one in self._needed() if one["commitment"]]
        for material in wanted:
            self._put(material["code"], json={"commitment": True})
        return [one["code"] for one in wanted]

    def _needed(self) -> list[Json]:
        return [one for one in self.draft()["materials"] if one["asked"] and one["supply"] == "needed"]

    def _put(self, code: str, **content: Any) -> None:
        self.client.repeatable("PUT", f"{self.path}/materials/{code}", token=self.token, **content)

    def submit_twice(self) -> Json:
        """Hand in, and once more with the same key. Raises StepFailed unless it was done exactly once."""
        return self._twice("submission", {}, "application submitted", 201)

    def correct_twice(self, answers: Mapping[str, Json]) -> Json:
        return self._twice("corrections", {"answers": dict(answers)}, "application corrected", 201)

    def _twice(self, address: str, body: Json, deed: str, expect: int) -> Json:
        key = str(uuid4())
        send = (
            self.client.repeatable(
                "POST", f"{self.path}/{address}", token=self.token, json=body, key=key, expect=expect
            ).json()
            for _ in range(2)
        )
        first, second = send
        times = len(events(second, deed))
        if times != 1 or first["due_on"] != second["due_on"]:
            raise StepFailed(f"«{deed}» stands {times} times in the record")
        return second

    def deed(self, officer: str, deed: str, body: Json, done: Callable[[Json], bool]) -> Json:
        """An officer's deed, done once: `done` tells from the case whether a lost answer had done it."""

        def look() -> Json | None:
            case = self.seen(officer)
            return case if done(case) else None

        address = f"/window/cases/{self.number}/{deed}"
        answer = self.client.once(address, token=officer, expect=200, json=body, done=look)
        return answer if isinstance(answer, dict) else answer.json()

    def refused(self, officer: str, deed: str, body: Json) -> tuple[int, str]:
        """Status and problem of a deed that must not succeed."""
        address = f"/window/cases/{self.number}/{deed}"
        status, problem = self.client.refused("POST", address, token=officer, json=body)
        return status, str(problem.get("title", ""))

    def until(self, wanted: Callable[[Json], bool], what: str) -> Json:
        """The case as soon as it is as wanted: something is being made by a worker. Raises StepFailed."""
        deadline = time.monotonic() + MAKING_SECONDS
        while time.monotonic() < deadline:
            case = self.seen()
            if wanted(case):
                return case
            time.sleep(LOOKING)
        raise StepFailed(f"{what} is not there after {MAKING_SECONDS:.0f} seconds")


def start(client: Client, token: str, item: str) -> Case:
    """Open a draft for the party chosen; after a lost answer the draft that appeared meanwhile is taken."""
    known = set(_drafts(client, token, item))

    def begun() -> str | None:
        return next((number for number in _drafts(client, token, item) if number not in known), None)

    answer = client.once("/applications", token=token, expect=201, json={"item_code": item}, done=begun)
    return Case(client, token, answer if isinstance(answer, str) else str(answer.json()["number"]))


def _drafts(client: Client, token: str, item: str) -> Iterable[str]:
    found = client.get("/applications?limit=100", token=token).json()["applications"]
    return [one["number"] for one in found if one["item_code"] == item and one["state"] == "draft"]


def file_for(material: Json) -> tuple[str, bytes, str]:
    """A small real file of a format the material takes."""
    if "pdf" in material["formats"]:
        return f"{material['code']}.pdf", pdf(f"Sample: {material['code']}"), "application/pdf"
    return f"{material['code']}.png", png(358, 441), "image/png"


def events(case: Json, deed: str, **details: Json) -> list[Json]:
    """The entries of the timeline with this deed (and, for officers, these details)."""
    return [
        one
        for one in case["timeline"]
        if one["deed"] == deed
        and all((one["details"] or {}).get(key) == value for key, value in details.items())
    ]


def facts_told(draft: Json) -> str:
    """Where the draft's content came from; says when the registers did not answer."""
    spared = [one for one in draft["materials"] if one["source"] in {"hub", "licence"}]
    asked = [one["code"] for one in spared if one["supply"] != "obtained"]
    filled = [one for one in draft["form"]["origins"].values() if (one["fact"] or "").startswith("hub:")]
    told = f"{len(filled)} answers and {len(spared) - len(asked)} materials from the registers"
    return f"{told}; fallback: the applicant is asked for {', '.join(asked)}" if asked else told
