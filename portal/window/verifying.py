"""承诺核查: what was granted on a commitment and waits for somebody to look, the most urgent first."""

from datetime import datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import CASEWORK, Actor
from portal.guards import roles
from portal.language import pick
from services.applications.afterwards import queries
from services.applications.afterwards.rules import CHECK_DAYS
from services.catalogue import queries as catalogue
from services.workflow.rules import DAY, local_day
from storage.database import Session


class VerificationQueue(Controller):
    path = "/window/verifications"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:verifications")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        today = local_day(now)
        # Forty working days end within a hundred and twenty calendar days: this is everything that is open.
        found = await queries.checks_due(session, actor, until=today + 3 * CHECK_DAYS * DAY)
        lines = []
        for case, check in found:
            item = await catalogue.get_version(session, case.item_code, case.item_version)
            material = item.definition.material(check.code)
            lines.append((case, check, pick(material.name) if material else check.code))
        return Template("window/verifications.html", context={"lines": lines, "today": today})
