"""The board as a page, on a wall or on a desk, and the stream that tells it to look again."""

from datetime import date, datetime

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, Template

from identity.actor import Actor, Role
from portal import guards
from portal.request import Request
from portal.supervision import cutting, indicator_words, live, showing, wording
from portal.supervision.cutting import BOARD, CARDS, CASES, USUAL
from portal.supervision.heating import departments_by_heat
from services.oversight import board
from services.oversight.boarding.filters import Filter, Kept
from services.oversight.indicators import queries
from services.oversight.rules import Indicator
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
        wanted, wall = filter_of(asked, names, today), asked.get("wall") == "yes"
        period, cut = wanted.period, wanted.cut
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
            "heat": departments_by_heat(found.heat),
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


def filter_of(asked: dict[str, str], names: cutting.Named, today: date) -> Filter:
    """What narrows the board."""
    return Filter(period=cutting.period(asked, today, USUAL), cut=names.cut(asked), table=Kept.BOARD)
