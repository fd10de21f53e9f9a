"""`/admin`: which rooms this administrator has."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.CATALOGUE, Role.LEGAL)


class ArrivingPages(Controller):
    path = "/admin"
    guards = [guards.roles(*ADMINISTRATORS)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:home")
    async def home(self, actor: NamedDependency[Actor]) -> Template:
        return Template("admin/home.html", context={"roles": actor.roles})
