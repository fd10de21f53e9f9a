"""情形引导: a few questions, then what it means for this one reader: can I, what do I need, how long, how much, where.

The answers stand in the address, so nothing is kept about anybody, and the page can be sent on. Somebody signed in
also sees what their own account already tells about the conditions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from identity import numbers
from identity import queries as identity
from identity.actor import Actor, PartyKind, Role
from licensing import queries as licensing
from portal.forms import Form
from portal.request import Request
from services.catalogue import queries, rules, situations
from services.catalogue.conditions import Outcome
from services.catalogue.definition import ItemDefinition
from services.catalogue.situations import Situations, Standing
from services.workflow.rules import local_day
from storage.database import Session

ASKED = "asked"
"""The question that stood on the page: sent without an answer, it is a mistake and not a first visit."""
LONGEST = 60


class SituationPages(Controller):
    path = "/items/{code:str}/situation"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="situating:show")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template:
        definition = (await queries.get(session, code)).definition
        if definition.situations is None:
            raise NotFoundException
        given = {key: text for key, text in request.query_params.items() if len(text) <= LONGEST}
        standing = situations.stand(definition.situations, given, today=local_day(now))
        context: dict[str, Any] = {
            "definition": definition,
            "standing": standing,
            "answered": _answered(definition, standing),
            "form": _form(standing, given),
        }
        if standing.settled:
            context |= await _meaning(session, request.user, definition, standing, now)
        return Template("public/situation.html", context=context)


def chosen_of(definition: ItemDefinition, given: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The answers that count among what was sent; {} for an item that asks nothing."""
    if definition.situations is None:
        return {}
    return situations.stand(definition.situations, given, today=local_day(now)).chosen


def _form(standing: Standing, given: Mapping[str, str]) -> Form[Any]:
    """The page's one question, with its mistake if it was sent without an answer."""
    following = standing.following
    if following is None or given.get(ASKED) != following.key:
        return Form.empty()
    return Form(errors={following.key: "not-chosen"})


def _answered(definition: ItemDefinition, standing: Standing) -> list[dict[str, Any]]:
    """Each answer with the address that asks it again."""
    told = []
    before: dict[str, str] = {}
    for question in standing.asked:
        if question.key not in standing.chosen:
            continue
        value = standing.chosen[question.key]
        words = next(option.label for option in question.options if option.value == value)
        address = f"/items/{definition.code}/situation"
        told.append(
            {
                "question": question,
                "answer": words,
                "href": f"{address}?{urlencode(before)}" if before else address,
            }
        )
        before[question.key] = value
    return told


async def _meaning(
    session: Session, actor: Actor | None, definition: ItemDefinition, standing: Standing, now: datetime
) -> dict[str, Any]:
    """What the answers mean: the materials that are needed or may be, limit, fee, conditions judged by own data."""
    citizen = actor if actor and Role.CITIZEN in actor.roles else None
    held = await _held(session, citizen, definition, now)
    return {
        "materials": _materials(definition, definition.situations, standing, held, now),
        "days": min(
            (one.days for one in standing.variants if one.days is not None),
            default=definition.promised_limit.days,
        ),
        "fee": next((one.fee for one in standing.variants if one.fee), None),
        "judged": await _judged(session, citizen, definition, now),
        "start": f"/apply/{definition.code}?{urlencode(standing.chosen)}",
    }


def _materials(
    definition: ItemDefinition,
    asked: Situations | None,
    standing: Standing,
    held: frozenset[str],
    now: datetime,
) -> list[dict[str, Any]]:
    today = local_day(now)
    values = situations.known(asked, definition.form, standing.chosen) if asked else {}
    told = []
    for material in definition.materials:
        outcome = situations.applies(material.ask_when, definition.form, values, today=today)
        if outcome is not Outcome.NOT_MET:
            told.append(
                {
                    "material": material,
                    "perhaps": outcome is Outcome.UNKNOWN,
                    "held": material.licence_type in held,
                }
            )
    return sorted(told, key=lambda one: one["perhaps"])


async def _held(
    session: Session, actor: Actor | None, definition: ItemDefinition, now: datetime
) -> frozenset[str]:
    """The types of licences the reader holds among those that spare them a material."""
    wanted = {one.licence_type for one in definition.materials if one.licence_type}
    if actor is None or not wanted:
        return frozenset()
    of_person = actor.acting_for.kind is PartyKind.PERSON
    holders = {actor.acting_for.id} if of_person else {actor.acting_for.id, actor.person_id}
    found = await licensing.held(session, holders, wanted, at=now)
    return frozenset(one.type_code for one in found)


async def _judged(
    session: Session, actor: Actor | None, definition: ItemDefinition, now: datetime
) -> list[rules.Judged]:
    """Every condition held against what the reader's own account says; nothing for strangers and for firms."""
    if (
        actor is None
        or actor.acting_for.kind is not PartyKind.PERSON
        or actor.acting_for.id not in actor.whole
    ):
        return []
    profile = await identity.profile(session, actor.acting_for.id)
    facts = {
        "hub:population.name": profile.name,
        "hub:population.born_on": numbers.birth_date(profile.id_number),
    }
    return rules.eligibility(definition, facts, today=local_day(now))
