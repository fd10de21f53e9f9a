"""Who holds which post, for security administrators."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity import queries
from identity.actor import EVERYWHERE, Role
from portal import guards
from storage.database import Session


class StaffPages(Controller):
    path = "/admin/staff"
    guards = [guards.roles(Role.SECURITY_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:staff")
    async def listing(self, session: NamedDependency[Session], department: FromQuery[str] = "") -> Template:
        departments = {one.code: one.name for one in await queries.departments(session)}
        chosen = department if department in departments else ""
        context = {
            "staff": await queries.staff_listing(session, department=chosen or None),
            "departments": departments,
            "chosen": chosen,
            "everywhere": EVERYWHERE,
        }
        return Template("admin/staff.html", context=context)
