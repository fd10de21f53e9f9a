"""The rule catalogue: what each rule is, its thresholds and versions, and what it would have raised."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import EVERYWHERE, Actor, Role
from portal import forms, guards
from portal.forms import Form
from portal.request import Request
from portal.supervision import showing, warning_words, wording
from services.oversight.checks import commands, reading
from services.oversight.checks.rules import BY_ID
from services.oversight.errors import RuleUnknown, TextMissing, ThresholdWrong
from services.oversight.rules import EVENTS, RULES
from storage.database import Session

TRIAL_DAYS = timedelta(days=90)


class Setting(forms.Fields):
    reason: str = Field(min_length=4, max_length=500)
    live: bool = False


class RulePages(Controller):
    path = "/supervision/rules"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:rules")
    async def listing(self, session: NamedDependency[Session]) -> Template:
        context = {
            "rules": await reading.in_force(session),
            "limits": (*RULES, *EVENTS),
            "words": warning_words,
            "wording": wording,
        }
        return Template("supervision/rules.html", context=context)

    @get("/{rule:str}", name="supervision:rule")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        rule: FromPath[str],
    ) -> Template:
        """With `trial`, what these thresholds would have raised in the last ninety days; nothing is raised."""
        if not request.query_params.get("trial") or rule not in BY_ID:
            return await _page(session, actor, rule, Form.empty())
        typed = {name: request.query_params.get(name, "") for name in BY_ID[rule].thresholds}
        form: Form[Any] = Form(dict(typed))
        numbers = _numbers(typed)
        if numbers is None:
            page = await _page(session, actor, rule, _wrong(form, typed))
            page.status_code = 422
            return page
        trial = await commands.try_out(session, actor, rule, numbers, since=now - TRIAL_DAYS, until=now)
        return await _page(session, actor, rule, form, trial)

    @post("/{rule:str}", name="supervision:set-rule")
    async def set(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        rule: FromPath[str],
    ) -> Template | Redirect:
        standing = await _standing(session, rule)
        form = await forms.read(request, Setting)
        typed = {name: str(form.typed.get(name, "")) for name in standing.thresholds}
        numbers = _numbers(typed)
        if numbers is None:
            form = _wrong(form, typed)
        elif form.value is not None:
            try:
                value = form.value
                await commands.set_rule(
                    session, actor, rule, numbers, live=value.live, reason=value.reason, at=now
                )
                return Redirect(f"/supervision/rules/{rule}", status_code=303)
            except TextMissing:
                form = form.wrong(reason="too-short")
            except ThresholdWrong as wrong:
                form = form.wrong(**{wrong.name: warning_words.wrong_threshold()})
        page = await _page(session, actor, rule, form)
        page.status_code = 422
        return page


def _numbers(typed: dict[str, str]) -> dict[str, int] | None:
    """The thresholds typed, or None where one is not a number a rule takes."""
    if all(text.isascii() and text.isdigit() and len(text) <= 6 for text in typed.values()):
        return {name: int(text) for name, text in typed.items()}
    return None


def _wrong(form: Form[Any], typed: dict[str, str]) -> Form[Any]:
    bad = {
        name: warning_words.wrong_threshold()
        for name, text in typed.items()
        if _numbers({name: text}) is None
    }
    return form.wrong(**bad)


async def _standing(session: Session, rule: str) -> reading.InForce:
    for one in await reading.in_force(session):
        if one.check.id == rule:
            return one
    raise RuleUnknown(rule)


async def _page(
    session: Session, actor: Actor, rule: str, form: Form[Any], trial: commands.Trial | None = None
) -> Template:
    context = {
        "rule": await _standing(session, rule),
        "versions": await reading.versions(session, rule),
        "may_set": EVERYWHERE in actor.departments,
        "may_try": rule in BY_ID,
        "trial": trial,
        "departments": await showing.departments(session),
        "form": form,
        "words": warning_words,
    }
    return Template("supervision/rule.html", context=context)
