"""What lies on the desk beside a case: what was checked so far, usual words, colleagues, earlier cases, helpers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from identity.actor import CASEWORK, Actor
from portal.forms import Form, Typed
from portal.window.deed_forms import note_field
from services.applications.charging import queries as charging
from services.applications.elsewhere import queries as elsewhere
from services.applications.window import (
    assisting,
    checking,
    collecting,
    comparing,
    handing_over,
    phrases,
    points,
)
from services.applications.window.points import Found, Point
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage.database import Session

Case: TypeAlias = Any

WORDS_OF = {
    "accept": "accept_opinion",
    "refuse-acceptance": "refuse_acceptance_reason",
    "review": "review_opinion",
    "grant": "grant_opinion",
    "refuse": "refuse_reason",
    "suspend": "suspend_reason",
    "extend": "extend_reason",
}
"""The field into which the words of a deed go."""


async def beside(
    session: Session, actor: Actor, case: Case, definition: ItemDefinition, *, now: datetime, phrase: str = ""
) -> dict[str, Any]:
    """The context of the page's desk side. `phrase`: the usual words that were chosen, put where they belong."""
    holds = case.claimed_by is not None and case.claimed_by in actor.desks and actor.has(*CASEWORK)
    found = await checking.found_by(session, actor, case, definition)
    values = phrases.fields_of(case, now)
    usual = [
        {
            "id": one.id,
            "deed": one.deed,
            "text": phrases.filled(one.text, values),
            "office": one.owner_id is None,
            "into": WORDS_OF.get(one.deed, ""),
        }
        for one in await phrases.usable(session, actor)
    ]
    return {
        "checks": found,
        "points": list(Point),
        "checked_by": await checking.checked_by(session, case),
        "drafted": Form(drafted(found, usual, phrase)),
        "phrases": usual,
        "holds": holds,
        "colleagues": await handing_over.colleagues(session, actor, case) if holds else [],
        "earlier": await comparing.earlier(session, actor, case),
        "assisted": await assisting.of(session, case),
        "collection": await collecting.collected(session, case),
        "account": await charging.account(session, case, definition, today=local_day(now)),
        "elsewhere": await elsewhere.of(session, case) if case.channel == "window" else None,
    }


def drafted(found: Sequence[Found], usual: Sequence[Mapping[str, Any]], phrase: str) -> Typed:
    """The deeds' forms as ticks and chosen words fill them in: a proposal, to be read and changed."""
    typed: Typed = {}
    words, wrong = points.opinion(found), points.defects(found)
    if words:
        typed[WORDS_OF["review"]] = words
    if words and not wrong:
        typed[WORDS_OF["accept"]] = words
    if wrong:
        typed["target"] = [target for target, _note in wrong]
        typed |= {note_field(target): note for target, note in wrong}
    chosen = next((one for one in usual if str(one["id"]) == phrase and one["into"]), None)
    if chosen is not None:
        before = typed.get(chosen["into"])
        typed[chosen["into"]] = f"{before}\n{chosen['text']}" if before else chosen["text"]
        typed["phrase"] = chosen["deed"]
    return typed
