"""A bundle that is handed in: every part with where it stands, one date, one receipt."""

from datetime import date
from typing import Any

from litestar.response import Template

from portal.citizen import telling
from portal.citizen.case import BundleCase
from portal.language import gettext as _
from portal.language import pick
from portal.pictures import qr
from services.applications import desk
from services.applications.bundling import withdrawing
from services.applications.bundling.merging import Member, Whole
from services.applications.bundling.models import Standing
from services.applications.bundling.queries import BEHIND
from services.applications.rules import OPEN, Outcome, State

RUNNING = OPEN | {State.GRANTED, State.REFUSED}


def overview(case: BundleCase, *, public_url: str, fresh: bool = False) -> Template:
    """The one page of a bundle; `fresh` right after it was handed in."""
    link = f"/progress?number={case.number}&code={case.application.query_code}"
    context: dict[str, Any] = {
        "case": case,
        "fresh": fresh,
        "state": state(case.whole),
        "branches": [branch(case.whole, one, case.today) for one in case.whole.members],
        "may_withdraw": bool(withdrawing.withdrawable(case.whole)),
        "promised": case.whole.bundle.promised_on if running(case.whole) else None,
        "paused": any(one.application.state is State.SUSPENDED for one in case.whole.members),
        "receipt": f"/applications/{case.number}/receipt" if case.whole.bundle.receipt else None,
        "qr": qr(f"{public_url.rstrip('/')}{link}"),
    }
    return Template("citizen/bundle.html", context=context)


def running(whole: Whole) -> bool:
    """Whether anything of the bundle is still being dealt with or waits to be."""
    return any(
        one.branch.part.standing in BEHIND or one.application.state in RUNNING for one in whole.members
    )


def state(whole: Whole) -> tuple[str, str]:
    """The bundle's state in words and colour, from those of its parts."""
    cases = [one.application for one in whole.members]
    if whole.bundle.submitted_at is None:
        return telling.state(State.DRAFT)
    if any(one.state is State.CORRECTING for one in cases):
        return telling.state(State.CORRECTING)
    if running(whole):
        return _("办理中"), "blue"
    if all(one.outcome is Outcome.WITHDRAWN for one in cases):
        return telling.state(State.WITHDRAWN)
    good = sum(one.outcome is Outcome.GRANTED for one in cases)
    if good == len(cases):
        return _("全部办好"), "green"
    return _("已经办完，%(good)s 项办成") % {"good": good}, "grey"


def branch(whole: Whole, member: Member, today: date) -> dict[str, Any]:
    """One part as the overview lists it."""
    case, standing = member.application, member.branch.part.standing
    shown = desk.lamp(case.state, case.due_on, case.yellow_on, today)
    return {
        "name": pick(member.definition.short_name),
        "number": case.number,
        "department": pick(member.definition.department.name),
        "href": None if standing in BEHIND else f"/applications/{case.number}",
        "state": _standing(member),
        "light": str(shown) if shown else None,
        "due": case.due_on if shown and str(shown) != "paused" else None,
        "note": _note(whole, member),
        "result": pick(member.definition.result.name) if case.outcome is Outcome.GRANTED else None,
    }


def _standing(member: Member) -> tuple[str, str]:
    match member.branch.part.standing:
        case Standing.HELD:
            return _("等前一项的结果"), "grey"
        case Standing.RELEASED:
            return _("正在自动提交"), "blue"
        case Standing.LEFT:
            if member.application.state is State.DRAFT:
                return _("请您接着办"), "yellow"
    return telling.state(member.application.state)


def _note(whole: Whole, member: Member) -> str | None:
    part, standing = whole.definition.part(member.item), member.branch.part.standing
    if standing is Standing.LEFT and member.application.state is State.DRAFT:
        return _("没有能够自动提交。填过的内容都在，补上缺的就可以自己提交，也可以删除。")
    if standing not in BEHIND or part is None:
        return None
    names = [pick(one.definition.short_name) for item in part.after if (one := whole.member(item))]
    why = pick(part.why) if part.why else ""
    return _("“%(names)s”有结果以后自动提交。%(why)s") % {"names": _("、").join(names), "why": why}


def public(whole: Whole, today: date) -> dict[str, Any]:
    """What whoever holds the receipt may know: each part's state, and nothing about whose it is."""
    bundle = whole.bundle
    return {
        "number": bundle.number,
        "item": {"zh": whole.definition.name.zh, "en": whole.definition.name.en},
        "department": _("、").join(
            dict.fromkeys(pick(one.definition.department.name) for one in whole.members)
        ),
        "state": state(whole),
        "sentence": _("各项同时办理，每一项的情况都在下面。"),
        "light": None,
        "due": bundle.promised_on if running(whole) else None,
        "submitted_at": bundle.submitted_at,
        "events": [_public_branch(whole, one, today) for one in whole.members],
    }


def _public_branch(whole: Whole, member: Member, today: date) -> dict[str, Any]:
    told = branch(whole, member, today)
    over = member.application.outcome is not None
    return {
        "title": _("%(name)s：%(state)s") % {"name": told["name"], "state": told["state"][0]},
        "at": member.application.submitted_at,
        "note": told["note"],
        "state": "done" if over else "now" if member.application.submitted_at else "next",
    }
