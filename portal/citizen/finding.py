"""Finding what one wants to do: the front page, search, themes and the guide of an item. Open to everyone."""

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.language import pick
from portal.words import word
from services.catalogue import queries
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

    def address(self, **changed: str) -> str:
        """The address of this search with something changed; `after` is where the following page begins."""
        words = {"q": self.q, "audience": self.audience, "theme": self.theme, "department": self.department}
        return f"/items?{urlencode({key: value for key, value in (words | changed).items() if value})}"


def searched(text: str) -> str:
    """A stranger's search as one line of at most 100 printable characters."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_SEARCH]


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
            "popular": await queries.listing(session, limit=POPULAR),
            "themes": by_audience,
            "hot": HOT,
        }
        return Template("public/home.html", context=context)

    @get("/items", name="finding:items")
    async def items(
        self,
        session: NamedDependency[Session],
        q: FromQuery[str] = "",
        audience: FromQuery[str] = "",
        theme: FromQuery[str] = "",
        department: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Template:
        asked = Asked(searched(q), *(searched(value) for value in (audience, theme, department)))
        found = await queries.listing(
            session,
            q=asked.q,
            audience=asked.audience or None,
            theme=asked.theme or None,
            department=asked.department or None,
            limit=PAGE + 1,
            after=searched(after) or None,
        )
        context = {
            "asked": asked,
            "found": found[:PAGE],
            "next_page": asked.address(after=found[PAGE - 1].code) if len(found) > PAGE else None,
            "audiences": [(code, word(code, "audience")) for code in AUDIENCES],
            "themes": [(one.slug, pick(one.name)) for one in queries.themes()],
            "departments": list({item.department.code: item.department for item in found}.values()),
            "hot": HOT,
        }
        return Template("public/items.html", context=context)

    @get("/items/{code:str}", name="finding:guide")
    async def guide(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        item = await queries.get(session, searched(code))
        return Template("public/guide.html", context={"definition": item.definition, "version": item.version})

    @get("/themes/{slug:str}", name="finding:theme")
    async def theme(self, session: NamedDependency[Session], slug: FromPath[str]) -> Template:
        theme = next((one for one in queries.themes() if one.slug == slug), None)
        if theme is None:
            raise NotFoundException
        found = await queries.listing(session, theme=slug, limit=PAGE + 1)
        following = Asked(theme=slug).address(after=found[PAGE - 1].code) if len(found) > PAGE else None
        return Template(
            "public/theme.html", context={"theme": theme, "found": found[:PAGE], "next_page": following}
        )

    @get("/help", name="finding:help")
    async def help(self) -> Template:
        return Template("public/help.html")

    @get("/help/{topic:str}", name="finding:help-topic")
    async def help_topic(self, topic: FromPath[str]) -> Template:
        if topic not in HELP:
            raise NotFoundException
        return Template(f"public/help-{topic}.html")
