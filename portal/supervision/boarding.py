"""The board as a page, on a wall or on a desk, and the stream that tells it to look again."""

from datetime import datetime

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, Template

from identity.actor import Actor, Role
from portal import guards
from portal.request import Request
from portal.supervision import cutting, indicator_words, live, showing, wording
from portal.supervision.cutting import BOARD, CARDS, CASES, USUAL
from services.oversight import board
from services.oversight.indicators import queries
from services.oversight.rules import CaseLight, Indicator
from services.workflow.rules import local_day
from storage.database import Session

ON_A_WALL, ON_A_DESK = 6, 10
"""How many of the late and of the nearly late are shown."""


class BoardPages(Controller):
    path = BOARD
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:board")
    async def board(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        today, names, asked = local_day(now), await cutting.named(session), dict(request.query_params.items())
        period, cut, wall = cutting.period(asked, today, USUAL), names.cut(asked), asked.get("wall") == "yes"
        turn = await board.turn(session)
        top = ON_A_WALL if wall else ON_A_DESK
        found = await board.board(session, actor, today=today, period=period, cut=cut, top=top, now=now)
        kept = {"department": cut.department, "item": cut.item}
        days = {"since": period.first, "until": period.last}
        chosen = {key: asked.get(key, "") for key in ("since", "until")}

        def to(path: str = CASES, **more: object) -> str:
            return cutting.address(path, **(kept | more))

        context = {
            "board": found,
            "turn": turn,
            "heat": _heat(found, names),
            "late": await showing.case_rows(session, found.late, today),
            "near": await showing.case_rows(session, found.near, today),
            "names": names,
            "indicators": list(Indicator),
            "proof": next(iter(await queries.proofs(session, kind="board", limit=1)), None),
            "wording": wording,
            "words": indicator_words,
            "now": now,
            "days": days,
            "to": to,
            "cards": CARDS,
            "wall": wall,
            "wall_address": to(BOARD, **chosen, wall="" if wall else "yes"),
        }
        return Template("supervision/wall.html" if wall else "supervision/board.html", context=context)

    @get("/events", name="supervision:events", media_type="text/event-stream")
    async def events(
        self, request: Request, actor: NamedDependency[Actor]
    ) -> ServerSentEvent | Response[str]:
        """A stream that says «look again»; 503 where there are too many."""
        watch = live.watch_of(request.app.state)
        if watch.full(actor.person_id):
            return Response("", status_code=503, media_type=MediaType.TEXT, headers={"retry-after": "30"})
        return ServerSentEvent(watch.events(actor.person_id))


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


def _heat(found: board.Board, names: cutting.Named) -> list[tuple[str, list[HeatRow]]]:
    """Departments with their items, the hottest first."""
    rows = [HeatRow(department, item, dict(lights)) for (department, item), lights in found.heat.items()]
    groups: dict[str, list[HeatRow]] = {}
    for row in sorted(rows, key=lambda one: (*one.worst, one.department, one.item)):
        groups.setdefault(row.department, []).append(row)
    return list(groups.items())
