"""Finding what one wants to do: the front page, search, themes and the guide of an item. Open to everyone."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.dependencies import Transactions
from portal.language import pick
from portal.words import word
from services.catalogue import queries
from services.catalogue.definition import Department
from services.catalogue.finding import commands
from services.catalogue.finding import queries as finding
from services.catalogue.finding.queries import Filters, Kind
from services.catalogue.queries import ItemSummary
from storage.database import Session

LONGEST_SEARCH = 100
PAGE = 20
POPULAR = 6
HOT = ("开饭馆", "失业金", "老年证", "个体户")
AUDIENCES = ("person", "organisation")
HELP = ("accessibility", "privacy", "mistakes")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader searches for; it stays in the address, so a search can be kept and sent on."""

    q: str = ""
    audience: str = ""
    theme: str = ""
    department: str = ""

    @property
    def any(self) -> bool:
        return bool(self.q or self.audience or self.theme or self.department)

    @property
    def filters(self) -> Filters:
        return Filters(self.audience or None, self.theme or None, self.department or None)

    def address(self, **changed: str) -> str:
        """The address of this search with something changed; `after` is where the following page begins."""
        words = {"q": self.q, "audience": self.audience, "theme": self.theme, "department": self.department}
        return f"/items?{urlencode({key: value for key, value in (words | changed).items() if value})}"


def searched(text: str) -> str:
    """A stranger's search as one line of at most 100 printable characters."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_SEARCH]


async def note_miss(transactions: Transactions, q: str, at: datetime) -> None:
    """Count a search that found nothing, once the page is sent; for those who make aliases."""
    async with transactions() as session:
        await commands.note_miss(session, q, at=at)


async def _departments(
    session: Session, asked: Asked, found: Sequence[finding.Found]
) -> list[tuple[Department, int | None]]:
    """By department: all of them with their number of items, or those of what was found."""
    if not asked.any:
        return [*await finding.departments(session)]
    items = [one for one in found if isinstance(one, ItemSummary)]
    return [(one, None) for one in {item.department.code: item.department for item in items}.values()]


class FindingPages(Controller):
    path = "/"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="finding:home")
    async def home(self, session: NamedDependency[Session]) -> Template:
        by_audience = {
            audience: [theme for theme in queries.themes() if theme.audience == audience]
            for audience in AUDIENCES
        }
        context = {
            "popular": await finding.most_used(session, limit=POPULAR),
            "bundles": await finding.search(session, filters=Filters(kind=Kind.BUNDLE), limit=POPULAR),
            "themes": by_audience,
            "hot": HOT,
        }
        return Template("public/home.html", context=context)

    @get("/items", name="finding:items")
    async def items(
        self,
        session: NamedDependency[Session],
        transactions: NamedDependency[Transactions],
        now: NamedDependency[datetime],
        q: FromQuery[str] = "",
        audience: FromQuery[str] = "",
        theme: FromQuery[str] = "",
        department: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Template:
        asked = Asked(searched(q), *(searched(value) for value in (audience, theme, department)))
        place = searched(after) or None
        found = await finding.search(session, q=asked.q, filters=asked.filters, limit=PAGE + 1, after=place)
        context = {
            "asked": asked,
            "found": found[:PAGE],
            "next_page": asked.address(after=found[PAGE - 1].code) if len(found) > PAGE else None,
            "audiences": [(code, word(code, "audience")) for code in AUDIENCES],
            "themes": [(one.slug, pick(one.name)) for one in queries.themes()],
            "departments": await _departments(session, asked, found),
            "hot": HOT,
        }
        missed = not found and asked == Asked(asked.q) and place is None
        noting = BackgroundTask(note_miss, transactions, asked.q, now) if missed else None
        return Template("public/items.html", context=context, background=noting)

    @get("/items/suggestions", name="finding:suggestions")
    async def suggestions(self, session: NamedDependency[Session], q: FromQuery[str] = "") -> Template:
        """What one may mean, as one types: a fragment for the search boxes; without JavaScript nobody asks for it."""
        found = await finding.suggestions(session, searched(q))
        return Template("public/suggestions.html", context={"suggestions": found, "typed": searched(q)})

    @get("/themes/{slug:str}", name="finding:theme")
    async def theme(
        self, session: NamedDependency[Session], slug: FromPath[str], after: FromQuery[str] = ""
    ) -> Template:
        theme = next((one for one in queries.themes() if one.slug == slug), None)
        if theme is None:
            raise NotFoundException
        found = await finding.search(
            session, filters=Filters(theme=slug), limit=PAGE + 1, after=searched(after) or None
        )
        context = {
            "theme": theme,
            "found": found[:PAGE],
            "next_page": f"/themes/{slug}?{urlencode({'after': found[PAGE - 1].code})}"
            if len(found) > PAGE
            else None,
        }
        return Template("public/theme.html", context=context)

    @get("/help", name="finding:help")
    async def help(self) -> Template:
        return Template("public/help.html")

    @get("/help/{topic:str}", name="finding:help-topic")
    async def help_topic(self, topic: FromPath[str]) -> Template:
        if topic not in HELP:
            raise NotFoundException
        return Template(f"public/help-{topic}.html")
