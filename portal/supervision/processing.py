"""Process maps: of our own items, from the ledger's steps, and of foreign logs that were imported."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.language import gettext, pick
from portal.supervision import measure_words, wording
from portal.supervision.process_map import END, START, drawn
from services.oversight.measures import conformance, reading
from services.oversight.measures import queries as measures
from services.oversight.mining import commands, queries
from storage.database import Session

LATELY = timedelta(days=90)


class ProcessPages(Controller):
    path = "/supervision/processes"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:processes")
    async def listing(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        scope = reading.scope_of(actor, now - LATELY, now)
        context = {
            "items": await commands.items_with_steps(session, scope),
            "logs": await queries.logs(session),
        }
        return Template("supervision/processes.html", context=context)

    @get("/items/{code:str}", name="supervision:process")
    async def item(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template:
        scope = reading.scope_of(actor, now - LATELY, now)
        known = {item: name for item, name, _ in await commands.items_with_steps(session, scope)}
        if code not in known:
            raise NotFoundException
        summary = (await commands.process_of(session, code, scope)).summary()
        flow = (await measures.flows(session)).get(code, ())
        context = {
            **_context(summary, pick(known[code])),
            "foreign": False,
            "flow": _flow(flow),
            "findings": _held(summary, flow),
        }
        return Template("supervision/process.html", context=context)

    @get("/logs/{log_id:uuid}", name="supervision:foreign-process")
    async def log(self, session: NamedDependency[Session], log_id: FromPath[UUID]) -> Template:
        found = await queries.log(session, log_id)
        context = {**_context(found.summary, found.name), "foreign": True, "flow": (), "findings": ()}
        return Template("supervision/process.html", context=context)


def _context(summary: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "name": name,
        "summary": summary,
        "map": drawn(summary, activity),
        "activity": activity,
        "span": span,
    }


def _flow(flow: tuple[str, ...]) -> list[str]:
    return [measure_words.node(node) for node in flow]


def _held(summary: dict[str, Any], flow: tuple[str, ...]) -> list[tuple[str, int]]:
    """The variants that leave out nodes of the defined flow, in words, with how many cases."""
    found = []
    for one in summary["variants"]:
        done = [node for name in one["activities"] if (node := _node(name))]
        if flow and "decide" in done and (skipped := conformance.check(done, flow).skipped):
            found.append((gettext("、").join(measure_words.node(node) for node in skipped), one["count"]))
    return found


def _node(name: str) -> str:
    """The node that an activity does; nothing for those that belong to none."""
    deed, _, step = name.partition("/")
    return (step or NODES[deed]) if deed in NODES else ""


NODES = {
    "application accepted": "accept",
    "application deemed accepted": "accept",
    "step reviewed": "review",
    "application granted": "decide",
    "application refused": "decide",
}


def activity(name: str) -> str:
    """What an activity is called: our own deeds in words, a foreign log's as it has them."""
    if name == START:
        return gettext("开始")
    if name == END:
        return gettext("结束")
    deed, _, node = name.partition("/")
    if not wording.known(deed):
        return name
    return f"{wording.deed(deed)}：{measure_words.node(node)}" if node else wording.deed(deed)


def span(seconds: float | None) -> str:
    """A duration in the largest unit that says something."""
    if seconds is None:
        return gettext("没有时间")
    if seconds >= 2 * 86400:
        return gettext("%(count)s 天") % {"count": f"{seconds / 86400:.1f}"}
    if seconds >= 2 * 3600:
        return gettext("%(count)s 小时") % {"count": f"{seconds / 3600:.1f}"}
    return gettext("%(count)s 分钟") % {"count": f"{seconds / 60:.0f}"}
