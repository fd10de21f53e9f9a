"""Who looked at what: the overseers overseen, for audit administrators. Read from the ledger, nowhere else."""

from datetime import datetime
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity.actor import Role
from portal import guards
from portal.admin.wording import look
from services.oversight import records
from storage.database import Session

PAGE = 50
LONGEST = 60


class AuditPages(Controller):
    path = "/admin/audit"
    guards = [guards.roles(Role.AUDIT_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:audit")
    async def looks(
        self, session: NamedDependency[Session], subject: FromQuery[str] = "", before: FromQuery[str] = ""
    ) -> Template:
        wanted = "".join(letter for letter in subject.strip()[:LONGEST] if letter.isprintable())
        found = await records.looks(session, subject=wanted or None, before=_cursor(before), limit=PAGE + 1)
        following = None
        if len(found) > PAGE:
            last = found[PAGE - 1]
            words = {"subject": wanted, "before": f"{last.at.isoformat()}~{last.id}"}
            following = f"/admin/audit?{urlencode({key: text for key, text in words.items() if text})}"
        context = {"looks": found[:PAGE], "subject": wanted, "next_page": following, "look_word": look}
        return Template("admin/audit.html", context=context)


def _cursor(text: str) -> tuple[datetime, int] | None:
    moment, _, number = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, int(number)) if at.tzinfo else None
    except ValueError:
        return None
