"""What happened to a case, from its own ledger, in words: what, who, when."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from identity.actor import Actor
from portal.citizen import telling
from portal.language import gettext as _
from portal.templating import day
from storage import ledger
from storage.database import Session
from storage.ledger import Entry

Event = dict[str, Any]
"""An entry of the timeline: title, at, by, note, state (done | now | next | bad), own (the reader did it)."""

BAD = frozenset({"acceptance refused", "application refused"})
QUIET = frozenset({"licence intended", "paper sealed", "application claimed"})
"""Deeds that tell an applicant nothing they could use."""


async def history(session: Session, actor: Actor, number: str, steps: Mapping[str, str]) -> list[Event]:
    """The case's timeline, oldest first; `steps` are the names of its steps by key. Only for those who may see the case."""
    entries = await ledger.entries(session, number)
    return [
        event(one, actor, steps) for one in entries if one.deed in telling.DEEDS and one.deed not in QUIET
    ]


def event(entry: Entry, actor: Actor, steps: Mapping[str, str]) -> Event:
    return {
        "title": _title(entry, steps),
        "at": entry.at,
        "by": _by(entry, actor),
        "note": _note(entry),
        "state": "bad" if entry.deed in BAD else "done",
        "own": entry.actor == str(actor.person_id),
    }


def _title(entry: Entry, steps: Mapping[str, str]) -> str:
    """The deed's words; an opinion says at which step, and whether the step is done with it."""
    step = steps.get(str(entry.details.get("step")))
    if entry.deed != "step reviewed" or step is None:
        return telling.said(telling.DEEDS, entry.deed)
    text = _("完成“%(step)s”") if entry.details.get("done") else _("“%(step)s”有一位工作人员已出具意见")
    return text % {"step": step}


async def public_history(session: Session, number: str) -> list[Event]:
    """The same for whoever holds the receipt: what and when, nobody's name."""
    entries = await ledger.entries(session, number)
    return [
        {"title": telling.said(telling.DEEDS, one.deed), "at": one.at, "state": "done"}
        for one in entries
        if one.deed in telling.DEEDS and one.deed not in QUIET | {"application drafted", "facts gathered"}
    ]


def _by(entry: Entry, actor: Actor) -> str:
    """Who did it; under a mandate both names, whoever reads."""
    name, principal = str(entry.details.get("by", "")) or _("系统"), entry.details.get("for")
    if absent := entry.details.get("instead_of"):
        return _("%(officer)s（代 %(absent)s）") % {"officer": name, "absent": absent}
    if principal:
        return _("%(agent)s（代表 %(principal)s）") % {"agent": name, "principal": principal}
    if entry.actor == str(actor.person_id):
        return _("您本人") if entry.on_behalf_of is None else _("您（代表单位）")
    return name


def _note(entry: Entry) -> str | None:
    details = entry.details
    if entry.deed == "facts gathered":
        return _registers(details.get("outcomes", {}))
    if details.get("due") and entry.deed in {
        "application accepted",
        "limit extended",
        "special procedure ended",
    }:
        return _("最晚 %(day)s 作出决定") % {"day": day(date.fromisoformat(details["due"]))}
    if entry.deed == "correction requested":
        return _("%(count)s 处需要补正") % {"count": len(details.get("targets", []))}
    return None


def _registers(outcomes: dict[str, str]) -> str:
    """Which registers answered and which did not."""
    had = [resource for resource, outcome in outcomes.items() if outcome == "hit"]
    failed = [resource for resource, outcome in outcomes.items() if outcome != "hit"]
    parts = []
    if had:
        parts.append(_("已取到：%(names)s") % {"names": _named(had)})
    if failed:
        parts.append(_("没有取到：%(names)s") % {"names": _named(failed)})
    return _("；").join(parts)


def _named(resources: Iterable[str]) -> str:
    return _("、").join(dict.fromkeys(telling.register(one) for one in resources))
