"""Every version of every service item with its state, for those who keep the catalogue."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity.actor import Role
from portal import guards
from services.oversight.running import item_versions
from storage.database import Session

PAGE = 100


class ItemPages(Controller):
    path = "/admin/items"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:items")
    async def listing(self, session: NamedDependency[Session], after: FromQuery[str] = "") -> Template:
        place = after if after.isprintable() else ""
        found = await item_versions(session, after=place, limit=PAGE)
        following = f"/admin/items?after={found[-1].code}" if len(found) == PAGE else None
        return Template("admin/items.html", context={"items": found, "next_page": following})
