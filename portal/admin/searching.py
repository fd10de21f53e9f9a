"""What people searched for and did not find; one click makes it an alias, another undoes that. Both are in the ledger."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from portal import forms, guards
from portal.language import gettext
from portal.request import Request
from services.catalogue.errors import ItemNotFound, ItemWithdrawn
from services.catalogue.finding import commands, operating
from services.catalogue.finding import queries as finding
from services.catalogue.finding.errors import AliasWrong
from services.catalogue.finding.queries import Filters, Kind
from services.catalogue.form import Pair
from storage.database import Session

PAGE = 50
OFFERED = 10
HERE = "/admin/searching"


class Target(forms.Fields):
    """The words, and what they should find."""

    words: str = Field(max_length=100)
    kind: Kind
    code: str = Field(max_length=60)


class Words(forms.Fields):
    words: str = Field(max_length=100)


@dataclass(frozen=True, slots=True)
class Offered:
    """Something the words could mean."""

    kind: Kind
    code: str
    name: Pair


class SearchingPages(Controller):
    path = HERE
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:searching")
    async def show(
        self,
        session: NamedDependency[Session],
        page: FromQuery[int] = 1,
        made: FromQuery[str] = "",
        dropped: FromQuery[str] = "",
    ) -> Template:
        number = max(1, min(page, 1_000))
        found = await operating.misses(session, limit=PAGE + 1, offset=(number - 1) * PAGE)
        aliases = await operating.aliases(session)
        context = {
            "misses": found[:PAGE],
            "previous_page": f"{HERE}?page={number - 1}" if number > 1 else None,
            "next_page": f"{HERE}?page={number + 1}" if len(found) > PAGE else None,
            "aliases": aliases,
            "made": [alias for alias in aliases if made and alias.words == made],
            "dropped": dropped if dropped.isprintable() else "",
        }
        return Template("admin/searching.html", context=context)

    @get("/alias", name="admin:searching-alias")
    async def choose(
        self, session: NamedDependency[Session], words: FromQuery[str] = "", q: FromQuery[str] = ""
    ) -> Template:
        """Which item do these words mean? Search for it; before that, what is used most."""
        return await _choosing(session, words, q)

    @post("/alias")
    async def make(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Target)
        words, q = str(form.typed.get("words", "")), str(form.typed.get("q", ""))
        if form.value is None:
            return await _choosing(session, words, q, form)
        asked = form.value
        try:
            alias = await commands.make_alias(
                session, asked.words, asked.kind, asked.code, actor=actor, at=now
            )
        except AliasWrong as exc:
            return await _choosing(session, words, q, form.wrong(words=_why(exc.why)))
        except (ItemNotFound, ItemWithdrawn):
            return await _choosing(session, words, q, form.wrong(q="not-an-option"))
        return Redirect(f"{HERE}?{urlencode({'made': alias.words})}", status_code=303)

    @post("/alias/drop")
    async def drop(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        form = await forms.read(request, Target)
        if form.value is None:
            return Redirect(HERE, status_code=303)
        asked = form.value
        await commands.drop_alias(session, asked.words, asked.kind, asked.code, actor=actor, at=now)
        return Redirect(f"{HERE}?{urlencode({'dropped': asked.words})}", status_code=303)

    @post("/forget")
    async def forget(
        self, request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
    ) -> Redirect:
        form = await forms.read(request, Words)
        if form.value is not None:
            await commands.forget_miss(session, form.value.words, actor=actor)
        return Redirect(HERE, status_code=303)


def _why(why: str) -> str:
    if why == "number":
        return gettext("这像是号码，不能做别名")
    return {"empty": "too-short", "long": "too-long"}[why]


async def _choosing(session: Session, words: str, q: str, form: forms.Form[Target] | None = None) -> Template:
    said, asked = (text if text.isprintable() else "" for text in (words[:100], q[:100]))
    found: list[finding.Found] = []
    if asked.strip():
        found = await finding.search(session, q=asked, limit=OFFERED)
    elif not form or not form.errors:
        found = [*await finding.most_used(session, limit=OFFERED)]
        found += await finding.search(session, filters=Filters(kind=Kind.BUNDLE), limit=OFFERED)
    context = {
        "words": said,
        "q": asked,
        "form": form or forms.Form(typed={"words": said, "q": asked}),
        "offered": [Offered(finding.kind_of(one), one.code, one.name) for one in found],
    }
    return Template("admin/searching_alias.html", context=context, status_code=422 if form else 200)
